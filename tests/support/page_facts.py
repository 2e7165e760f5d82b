"""Facts for the status page: a worker that works, to be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from worker.config.served import Served
from worker.config.tenants import Tenants
from worker.ledger import OwedSync
from worker.ledger.seen import SeenTask
from worker.ledger.task_pages import TaskPage
from worker.ledger.view import LedgerView
from worker.model import Stage, SyncRequest
from worker.monitoring.health import HealthCheck
from worker.monitoring.incidents import Incidents
from worker.monitoring.page_model import About, Facts, Flow, Wanted
from worker.monitoring.pauses import Counts
from worker.runtime.call_times import Latency
from worker.runtime.recent_warnings import RecentWarning
from worker.tasks.begun_creates import BegunCreate
from worker.words.begun_creates import looked_up_at
from worker.words.health import NO_POLL_YET, NOT_PROBED
from worker.words.phrase import unchanged

AT = 1_800_000_000.0
IN_DOUBT = BegunCreate(looked_up_at(AT + 30), doubtful=True)
ABOUT = About(
    version="1.2.3",
    worker_id="host-1a2b3c4d",
    engine="http://engine:8080/engine-rest",
    portal="https://portal.example",
    ledger="/data/worker.db",
    served=Served(("bitrix_create_task",), Tenants()),
    most_in_hand=63,
    task_url=lambda id_: f"https://portal.example/company/personal/user/1/tasks/task/view/{id_}/",
)


def seen(id_: str = "task-1", stage: Stage = Stage.SETTLED, *, ago: float = 60.0, **changes: Any) -> SeenTask:
    values: dict[str, Any] = {
        **dict.fromkeys(field.name for field in fields(SeenTask)),
        "external_task_id": id_,
        "stage": stage,
        "since": AT - ago,
        "topic": "bitrix_create_task",
        "process_definition_key": "order",
        "process_instance_id": f"instance-of-{id_}",
        "portal_task_id": None if stage in (Stage.CREATING, Stage.REJECTED) else 42,
        "served": True,
    }
    return SeenTask(**(values | changes))


def sync(id_: int, *, ago: float = 7200.0, error: str = "imena.camunda.sync: http_500") -> OwedSync:
    return OwedSync(id_, SyncRequest(f"instance-{id_}", "order"), 3, AT - ago, error)


def view(**changes: Any) -> LedgerView:
    counts = {
        "unsettled": 0,
        "not_accepted": 0,
        "not_served": 0,
        "unread": 0,
        "given_up": 0,
        "late": 0,
        "parked": 0,
        "unclear": 0,
        "waiting": 0,
        "outcomes": 2,
        "syncs": 1,
    } | changes.pop("counts", {})
    values: dict[str, Any] = {
        "at": AT,
        "newest": [seen()],
        "older": None,
        "creating": [],
        "unsettled": [],
        "not_served": [],
        "unread": [],
        "given_up": [],
        "late": [],
        "parked": [],
        "business_keys": {},
        "waiting_since": None,
        "counts": counts,
        "counters": {},
    }
    return LedgerView(**(values | changes))


NOT_YET = (NO_POLL_YET.en, NOT_PROBED.en)
WELL = Facts(
    at=AT,
    uptime=3700.0,
    alive=[HealthCheck("threads", good=True)],
    ready=[HealthCheck(name, good=True) for name in ("engine", "portal", "ledger", "poll", "running")],
    engine_answered=2.0,
    in_flight=3,
    creates_allowed=32,
    calls_waiting=0,
    budgets={},
    creates={},
    since_rounds={"watch": 12.0, "sweep": 70.0, "sync": 30.0},
    view=view(),
    rates={},
    flow=Flow(5, 1.0, Latency(1.4, 1.5), Latency(0.11, 0.12), 0.003),
)


def facts(*, wrong: dict[str, str] | None = None, **changes: Any) -> Facts:
    """A worker that works, with these looks failing for these reasons."""
    wrong = wrong or {}

    def looks(found: Any) -> list[HealthCheck]:
        return [
            HealthCheck(
                one.name, one.name not in wrong, unchanged(said := wrong.get(one.name, "")), not_yet=said in NOT_YET
            )
            for one in found
        ]

    return replace(WELL, **({"alive": looks(WELL.alive), "ready": looks(WELL.ready)} | changes))


class Shown:
    """A source of the page that is the same at each look. `asked`: what was looked for."""

    def __init__(self, found: Facts, tasks: TaskPage | None = None) -> None:
        self.facts = found
        self.tasks = tasks
        self.looks = 0
        self.asked: list[Wanted] = []

    def look(self) -> Facts:
        self.looks += 1
        return self.facts

    def warnings(self) -> Sequence[RecentWarning]:
        return self.facts.warnings

    def incidents(self) -> Incidents:
        return self.facts.incidents

    def creates(self) -> Mapping[str, BegunCreate]:
        return self.facts.creates

    def find(self, wanted: Wanted) -> TaskPage | None:
        self.asked.append(wanted)
        return self.tasks


class Idle:
    """A run in which nothing waits."""

    def meanwhile(self) -> Counts:
        return {"inHand": 0}
