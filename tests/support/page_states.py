"""Ten states of a run, as whoever is on call may find them on the status page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bitrix.causes import Cause, Side, Trouble
from tests.support.page_facts import IN_DOUBT, facts, seen, sync, view
from worker.engine.incidents import Incident, Stuck
from worker.ledger.seen import SeenTask
from worker.ledger.task_pages import Cursor
from worker.model import Stage
from worker.monitoring.health import HealthCheck
from worker.monitoring.incident_watch import NO_ANSWER
from worker.monitoring.incidents import Incidents
from worker.monitoring.page_model import Facts, Flow
from worker.runtime import clock
from worker.runtime.call_times import Latency
from worker.runtime.pause import pause_for
from worker.words.causes import explained
from worker.words.codes import PartName
from worker.words.phrase import Language

TOPIC = "bitrix_create_task"
STEPS = (
    ("Согласовать договор", "contract_approval", "ДГ-2026/0147"),
    ("Подписать акт выполненных работ", "acceptance", "АКТ-5513"),
    ("Проверить реквизиты контрагента", "counterparty_check", "КА-90021"),
    ("Оплатить счёт", "purchase", "СЧ-77120"),
)


class SideFailed(Exception):
    """An error with a cause."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__()
        self.trouble = trouble


def id_of(number: int) -> str:
    return f"{0x0F3A1B2C + number * 7919:08x}-aff0-11f0-b47d-00b436387543"


def task(number: int, stage: Stage = Stage.SETTLED, *, ago: float = 60.0, **changes: Any) -> SeenTask:
    name, process, key = STEPS[number % len(STEPS)]
    has_task = stage not in (Stage.CREATING, Stage.REJECTED)
    values: dict[str, Any] = {
        "activity_name": name,
        "activity_id": f"Activity_{number}",
        "process_definition_key": process,
        "business_key": key,
        "process_instance_id": id_of(number + 500),
        "portal_task_id": 40_000 + number if has_task else None,
    }
    return seen(id_of(number), stage, ago=ago, **(values | changes))


def tasks() -> list[SeenTask]:
    """Some of each kind, newest first."""
    kinds = [Stage.CREATING, Stage.CREATED, Stage.WAITING, Stage.SETTLED, Stage.SETTLED, Stage.WAITING, Stage.SETTLED]
    return [task(number, kinds[number % len(kinds)], ago=3.0 + 140.0 * number**2) for number in range(12)]


def _rates(busy: float) -> dict[str, list[float]]:
    flow = [round(busy * (3 + minute % 7 + (minute % 11) / 2)) for minute in range(60)]
    names = ("tasks_fetched", "tasks_created", "tasks_completed", "sync_requests_sent")
    found = {name: [float(value) for value in flow] for name in names} if busy else {}
    return found | ({"tasks_failed": [0.0] * 51 + [2.0, 0, 1, 0, 0, 0, 3, 0, 0]} if busy else {})


def down(side: Side, cause: Cause, **more: Any) -> dict[str, Any]:
    """A side is down for this cause, and what waits meanwhile."""
    trouble = Trouble(side, cause, **more)
    pause = replace(pause_for(side, SideFailed(trouble), since=clock.boottime() - 754), next_try=clock.boottime() + 20)
    down = HealthCheck(side, good=False, reason=pause.reason, passes=pause.passes, pause=pause)
    ready = [down if one.name == side else one for one in facts().ready]
    counts = {"outcomes": None, "syncs": None} if side == "ledger" else {"outcomes": 2, "syncs": 3}
    return {"ready": ready, "meanwhile": {"inHand": 6, "waiting": 128, **counts}}


def _people(count: int = 128, **counts: int) -> dict[str, Any]:
    ago = 26 * 86_400.0
    return {"waiting_since": facts().at - ago if count else None, "counts": {"waiting": count} | counts}


def idle(_: Language) -> Facts:
    return facts(
        view=view(newest=[], **_people(0, outcomes=0, syncs=0)),
        in_flight=0,
        flow=Flow(0, 4.0, Latency(), Latency(0.08, 0.08), 0.002),
    )


def busy(_: Language) -> Facts:
    older = Cursor(facts().at - 90_000, id_of(31))
    return facts(
        view=view(newest=tasks(), older=older, **_people(1284, outcomes=7, syncs=12)),
        rates=_rates(4.0),
        in_flight=32,
        calls_waiting=41,
        budgets={"tasks.task.add": 14.4},
        flow=Flow(214, 0.4, Latency(0.03, 0.03), Latency(0.31, 0.2), 0.004),
    )


def engine_down(_: Language) -> Facts:
    return facts(
        **down("engine", Cause.REFUSED, place="camunda.firma.example:8080"),
        view=view(newest=tasks(), unsettled=[task(3, Stage.CREATED, error="x")], **_people(unsettled=1)),
        rates=_rates(1.0),
        engine_answered=754.0,
        flow=Flow(None, 2.0, Latency(1.9, 0.04), Latency(0.2, 0.2), 0.003),
        incidents=Incidents(unknown_since=facts().at - 754.0, why=NO_ANSWER),
    )


def portal_down(_: Language) -> Facts:
    doubted = [task(number, Stage.CREATING, ago=50.0 + number) for number in (1, 2)]
    return facts(
        **down("portal", Cause.WEBHOOK_UNKNOWN),
        view=view(newest=[*doubted, *tasks()], creating=doubted, **_people(syncs=3)),
        creates={one.external_task_id: IN_DOUBT for one in doubted},
        rates=_rates(1.0),
        flow=Flow(17, 312.0, Latency(0.05, 0.05), Latency(0.2, 0.2), 0.003),
    )


def ledger_down(_: Language) -> Facts:
    said = "connection refused"
    away = down("ledger", Cause.DATABASE_UNREACHABLE, place="postgres.firma.example:5432", said=said)
    return facts(**away, view=None, rates={}, flow=Flow(17, 2.0, Latency(0.05, 0.05), Latency(0.2, 0.2), None))


def disk_full(_: Language) -> Facts:
    said = "database or disk is full"
    full = down("ledger", Cause.DISK_FULL, place="/data/worker.db", said=said, free=0)
    return facts(**full, view=view(newest=tasks(), **_people()), rates=_rates(1.0))


def _stuck() -> Stuck:
    said = "Unknown property used in expression: ${verdict == 'yes'}. Cause: Cannot resolve identifier 'verdict'"
    return Stuck(
        "i", "i", "failedJob", "Gateway_1", id_of(777), "p:1:a", said, since=facts().at - 5400.0,
        step_name="Договор согласован?", process_definition_key="contract_approval", business_key="ДГ-2026/0151",
        portal_task_id=40_151,
        cockpit_url=f"https://camunda.firma.example/camunda/app/cockpit/#/process-instance/{id_of(777)}",
    )  # fmt: skip


def incidents(_: Language) -> Facts:
    reasons = (
        "Не найден пользователь портала: responsibleId = «ivanov@firma.example». Исправьте переменную",
        "Поле UF_AUTO_CONTRACT_NUMBER не принимает «ДГ-2026/0147»: на портале это число",
    )
    shown = [
        Incident(
            id_of(number), TOPIC, None, f"Activity_{number}", id_of(number + 500), "p:1:a", process, key,
            reasons[number % 3 == 2], since=facts().at - 3600.0 * (number + 1) ** 2, step_name=name,
            portal_task_id=40_100 + number if number % 3 == 2 else None,
            cockpit_url=f"https://camunda.firma.example/camunda/app/cockpit/#/process-instance/{id_of(number + 500)}",
        )
        for number, (name, process, key) in enumerate([*STEPS, *STEPS[:3]])
    ]  # fmt: skip
    told = Incidents(shown, {TOPIC: len(shown)}, stuck=[_stuck()])
    rejected = [task(number, Stage.REJECTED, ago=3600.0, retries_left=1) for number in range(2)]
    return facts(view=view(newest=[*rejected, *tasks()], **_people()), rates=_rates(1.0), incidents=told)


def parked(language: Language) -> Facts:
    cause = Cause.METHOD_MISSING
    words = explained(Trouble("portal", cause, call="imena.camunda.sync")).sentence.in_(language)
    some = [replace(sync(id_, error=words, ago=86_400.0 + id_), last_cause=cause.value) for id_ in range(12, 19)]
    late = [replace(sync(31, error="imena.camunda.sync: HTTP 502", ago=500.0), last_cause=Cause.GATEWAY.value)]
    synced = [task(number, sync="parked") for number in range(2)]
    counts = {"parked": 7, "late": 1, "syncs": 8}
    keys = {one.request.process_instance_id: f"АКТ-{5500 + one.id}" for one in (*some, *late)}
    return facts(
        view=view(newest=[*synced, *tasks()], parked=some, late=late, business_keys=keys, **_people(**counts)),
        rates=_rates(1.0),
    )


def part_paused(_: Language) -> Facts:
    """All works but the synchronisations: the portal's module is away."""
    trouble = Trouble(
        "portal",
        Cause.METHOD_MISSING,
        call="imena.camunda.sync",
        code="ERROR_METHOD_NOT_FOUND",
        said="Method not found!",
    )
    pause = pause_for("portal", SideFailed(trouble), since=clock.boottime() - 754, part=PartName.SYNCS)
    check = HealthCheck(
        PartName.SYNCS, good=True, passes=False, pause=replace(pause, next_try=clock.boottime() + 300, tries=3)
    )
    return facts(
        ready=[*facts().ready, check],
        meanwhile={"inHand": 3, "waiting": 128, "outcomes": 0, "syncs": 41},
        view=view(newest=tasks(), **_people(syncs=41)),
        rates=_rates(1.0),
    )


def slow(_: Language) -> Facts:
    """The portal answers each call after 25 s."""
    trouble = Trouble("portal", Cause.PORTAL_SLOW, took=25.0, usual=0.008, at_once=8)
    pause = pause_for("portal", trouble, since=clock.boottime() - 754, part=PartName.SLOW_PORTAL)
    check = HealthCheck(PartName.SLOW_PORTAL, good=True, pause=replace(pause, next_try=clock.boottime() + 10))
    return facts(
        ready=[*facts().ready, check],
        meanwhile={"backlog": 214, "inHand": 32, "waiting": 128, "outcomes": 0, "syncs": 41},
        view=view(newest=tasks(), **_people(syncs=41)),
        rates=_rates(1.0),
        flow=Flow(214, 3.0, Latency(0.03, 0.03), Latency(25.0, 0.008), 0.004),
    )


STATES: Mapping[str, Callable[[Language], Facts]] = {
    "idle": idle,
    "busy": busy,
    "engine-down": engine_down,
    "portal-down": portal_down,
    "ledger-down": ledger_down,
    "disk-full": disk_full,
    "incidents": incidents,
    "parked": parked,
    "part-paused": part_paused,
    "slow": slow,
}
NEED_A_PERSON: Mapping[str, str] = {
    "portal-down": "#headline p",
    "disk-full": "#headline p",
    "incidents": "#incidents .reason",
    "parked": "#parked .reason",
    "part-paused": "#headline p",
}
"""The states in which somebody must act, and what then says so."""
