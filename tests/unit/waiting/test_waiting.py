"""The waiting, watching and sweeping around a real ledger, real locks and a real settler."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bitrix.causes import Cause
from bitrix.closings import Closing
from bitrix.errors import ChannelFault, Doubtful, LookupUnproven, MethodMissing, ModuleRefused, Rejected, malformed
from bitrix.methods import LIST
from bitrix.task_states import Odd, OddRow, States, TaskState
from bitrix.users import Standing
from tests.support.builders import FAILED, HOLD, draft, fetched, owed_for, questionnaires
from tests.support.fakes import NoLocals, answer
from tests.support.workshop import Workshop
from worker.config.settings import TopicSettings, WaitingSettings, WaitSettings
from worker.config.tenants import Tenants
from worker.engine.answers import Existing
from worker.engine.errors import (
    ContinuationFailed,
    EngineDenied,
    EngineError,
    EngineUnreachable,
    LockLost,
    TaskGone,
    TaskSuspended,
)
from worker.ledger import LedgerUnavailable, Row
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.model import Complete, Failure, Place, Stage as Stage_
from worker.runtime import clock
from worker.tasks.neutral import portal_is_well
from worker.tasks.suspended_steps import SuspendedSteps
from worker.tasks.waiting_book import Waiting
from worker.waiting.absentees import Absentees
from worker.waiting.changes import Changes
from worker.waiting.closed_tasks import ClosedTasks
from worker.waiting.conclusions import Conclusions
from worker.waiting.gone_steps import GoneSteps
from worker.waiting.gone_tasks import GoneTasks
from worker.waiting.kept_pauses import KeptPauses
from worker.waiting.orphans import Orphans
from worker.waiting.sweep import Sweep
from worker.waiting.watch import Watch
from worker.words.codes import PartName
from worker.words.faults import COMMENTS
from worker.words.phrase import unchanged
from worker.words.reasons import Reason

TOPIC = "bitrix_create_task"
EACH_TIME_ALL = WaitingSettings(full_look_minutes=0)
OPEN, CONTROL, DONE, DECLINED = 3, 4, 5, 7


class FakePeople:
    """People of the portal; `away` None: it does not tell."""

    def __init__(self) -> None:
        self.away: set[int] | None = set()
        self.asked: list[Sequence[int]] = []

    def standings(self, user_ids: Sequence[int]) -> dict[int, Standing]:
        self.asked.append(user_ids)
        if self.away is None:
            return dict.fromkeys(user_ids, Standing.NOT_ASKED)
        return {id_: Standing.DISMISSED if id_ in self.away else Standing.ACTIVE for id_ in user_ids}


class FakeChanges:
    """The portal's list of changes, and its clock. `script`: errors to raise, first to last; None: an answer."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 10, tzinfo=UTC)
        self.closings: set[Closing] = set()
        self.asked: list[datetime] = []
        self.script: list[Any] = []
        self.too_many = False

    def clock(self) -> datetime:
        return self.now

    def since(self, when: datetime, *, most_pages: int) -> frozenset[Closing] | None:
        self.asked.append(when)
        answer(self.script)
        return None if self.too_many else frozenset(one for one in self.closings if one.changed >= when)


class Stage(Workshop):
    """A workshop in which steps wait."""

    def __init__(
        self, folder: Path, topic: TopicSettings, *, of_prod: bool = False, settings: WaitingSettings = EACH_TIME_ALL
    ) -> None:
        super().__init__(folder)
        self.mapper.waiting = True
        self.people = FakePeople()
        self.task_states.others_open = False
        self.task_states.asked = lambda script: self.portal.told(LIST, script, None)
        self.holders: dict[str, str | None] = {}
        self.tenant_of: dict[str, str] = {}
        self.suspended: set[str] = set()
        self.engine.tenants = Tenants(("prod",)) if of_prod else Tenants()  # type: ignore[attr-defined]
        self.engine.existing = lambda ids: {id_: self.step(id_) for id_ in ids if id_ in self.holders}  # type: ignore[attr-defined]
        self.engine.exists = lambda id_: id_ in self.holders  # type: ignore[attr-defined]
        self.ends_known: list[Any] = []
        self.engine.knows_end = self.known_end  # type: ignore[attr-defined]
        self.portal.newest_marked = lambda: ["camunda:other"]  # type: ignore[attr-defined]
        topics = {TOPIC: topic}
        mapper = Mapper(topics, FakeBitrix(), portal_task_url=lambda id_, _: f"https://p/{id_}", language="en")
        self.closed = ClosedTasks(
            self.task_states,  # type: ignore[arg-type]
            topics,
            lambda id_: f"https://p/{id_}",
            lambda: portal_is_well(self.portal),  # type: ignore[arg-type]
            self.questionnaires,
        )
        self.told = FakeChanges()
        self.changes = self.changes_of(settings)
        self.watch = Watch(
            book=self.waiting,
            closed=self.closed,
            ledger=self.ledger,
            locks=self.locks,
            settler=self.settler,
            conclusions=Conclusions(
                topics, mapper, self.retries, locals_=NoLocals(), acts=self.ledger.acts, telemetry=self.events
            ),
            gates=self.gates,
            telemetry=self.events,
            changes=self.changes,
            threads=self.later,
        )
        self.topics, self.settings = topics, settings
        self.sweep = self.sweep_at_start()
        self.sweep_once()

    def sweep_at_start(self) -> Sweep:
        """As a run builds it, with what the ledger keeps of an earlier one."""
        topics, settings = self.topics, self.settings
        sides: dict[str, Any] = {
            "book": self.waiting,
            "task_states": self.task_states,
            "topics": topics,
        }
        steps = GoneSteps(
            engine=self.engine,  # type: ignore[arg-type]
            ledger=self.ledger,
            locks=self.locks,
            telemetry=self.events,
            settings=settings,
            wake_syncs=self.syncs.wake,
            **sides,
        )
        tasks = GoneTasks(
            watch=self.watch,
            closed=self.closed,
            tasks=self.portal,  # type: ignore[arg-type]
            telemetry=self.events,
            threads=self.later,
            absentees=Absentees(self.people, self.ledger, self.events),
            settings=settings,
            **sides,
        )
        orphans = Orphans(
            ledger=self.ledger,
            engine=self.engine,  # type: ignore[arg-type]
            lookup=self.portal,  # type: ignore[arg-type]
            locks=self.locks,
            telemetry=self.events,
            topics=topics,
            hold_seconds=HOLD,
            wake_syncs=self.syncs.wake,
        )
        kept = KeptPauses(self.ledger.waiting, (steps, tasks), worker_id="w")
        return Sweep(
            steps,
            tasks,
            orphans,
            kept,
            gates=self.gates,
            seconds=settings.sweep_seconds,
        )

    def known_end(self, _: str) -> bool:
        """By the engine's history: as the script says, the last of it for all others; no history without one."""
        known = self.ends_known.pop(0) if len(self.ends_known) > 1 else next(iter(self.ends_known), False)
        if isinstance(known, Exception):
            raise known
        return bool(known)

    def changes_of(self, settings: WaitingSettings) -> Changes:
        """As at a start."""
        return Changes(
            self.told,
            self.told.clock,
            self.ledger.waiting,
            self.events,
            worker_id="w",
            poll_seconds=30.0,
            overlap=180.0,
            every=settings.full_look_minutes * 60,
        )

    def step(self, id_: str) -> Existing:
        return Existing(self.holders[id_], TOPIC, self.tenant_of.get(id_), suspended=id_ in self.suspended)

    def wait_for(self, count: int = 1, *, expects: bool = True, **about: Any) -> list[Waiting]:
        """So many steps wait, with tasks 1, 2, …"""
        for number in range(1, count + 1):
            id_ = f"task-{number}"
            self.desk.begin(self.hand(fetched(id_, **about), found=number, surely_first=False))
            self.task_states.set(number, OPEN)
            self.holders[id_] = "w"
        self.task_states.looks = 0  # adopting them, the worker asked when they were made
        for waiting in self.waiting.all():
            waiting.expects_answer = expects
        return self.waiting.all()

    def row(self, id_: str = "task-1") -> Row:
        return self.ledger.known([id_])[id_]

    def look(self) -> None:
        self.watch.look(self.waiting.all())

    def sweep_once(self) -> None:
        self.sweep.one_round()

    def sweep_twice(self) -> None:
        self.sweep_once()
        for id_ in self.sweep.tasks._missing_since:
            self.sweep.tasks._missing_since[id_] -= 120.0
        self.sweep_once()


class FakeBitrix:
    default_responsible_id = 1
    default_priority = 1
    max_description_length = 1000


@pytest.fixture
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    wait = getattr(request, "param", {})
    return Stage(tmp_path, TopicSettings(wait_for_close=True, wait=WaitSettings(**wait)))


def with_wait(**wait: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", [wait], indirect=True)


def test_many_steps_are_compared_with_the_engine_in_portions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where many rows have the same date."""
    monkeypatch.setattr("worker.ledger.waiting.PORTION", 2)
    stage.wait_for(5)
    with sqlite3.connect(stage.folder / "worker.db") as ledger:
        ledger.execute("UPDATE tasks SET created_at = 1.5 WHERE portal_task_id < 5")
    asked: list[list[str]] = []
    existing = stage.engine.existing  # type: ignore[attr-defined]

    def counted(ids: Sequence[str]) -> dict[str, Existing]:
        asked.append(list(ids))
        return existing(ids)  # type: ignore[no-any-return]

    stage.engine.existing = counted  # type: ignore[attr-defined]
    del stage.holders["task-4"]
    stage.sweep_once()
    assert [len(ids) for ids in asked][:3] == [2, 2, 1]
    assert {id_ for ids in asked for id_ in ids} == {f"task-{number}" for number in range(1, 6)}
    assert {one.id for one in stage.waiting.all()} == {"task-1", "task-2", "task-3", "task-5"}


# --- watching ---


def test_an_open_task_is_left_alone_and_a_closed_one_completes_its_step(stage: Stage) -> None:
    stage.wait_for()
    stage.look()
    assert stage.delivered() == []
    stage.task_states.set(1, DONE, "45")
    stage.look()
    [complete] = stage.delivered()
    assert isinstance(complete, Complete)
    assert complete.variables["Task_Create"]["value"] == "ok"
    assert (stage.stage(), len(stage.waiting), len(stage.locks)) == ("settled", 0, 0)
    assert stage.synced == 2


def test_fifty_tasks_are_one_call(stage: Stage) -> None:
    stage.wait_for(101)
    stage.look()
    assert stage.task_states.looks == 3


def test_awaiting_control_is_not_done(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, CONTROL, "45")
    stage.look()
    assert stage.delivered() == []


@with_wait(done_in_control=True)
def test_awaiting_control_is_done_where_asked(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, CONTROL, "46")
    stage.look()
    assert stage.delivered()[0].variables["Task_Create"]["value"] == "no"


def test_a_declined_task_is_an_incident(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, DECLINED, "45")
    stage.look()
    [failure] = stage.delivered()
    assert isinstance(failure, Failure)
    assert failure.retries == 0
    assert stage.stage() == "created"


@pytest.mark.parametrize("error", [MethodMissing("m", "ERROR_METHOD_NOT_FOUND"), ChannelFault("m", "no")])
def test_an_answer_whose_text_is_not_told_concludes_nothing(stage: Stage, error: Exception) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.task_states.option_script = [error]
    stage.look()
    stage.look()  # not asked again at once
    assert stage.delivered() == []
    assert (stage.stage(), len(stage.waiting), len(stage.locks)) == ("waiting", 1, 0)
    assert stage.watch.paused.pause, "page, status and readyz say so, and what to do: people ask why nothing moves"
    stage.closed._unresolved_until = 0.0
    stage.look()
    assert stage.delivered()[0].variables["Task_Create"]["value"] == "ok"
    assert not _is_paused(stage)


def _is_paused(stage: Stage) -> bool:
    return stage.watch.paused.pause is not None


def test_answers_that_nobody_waits_for_any_more_are_no_pause(stage: Stage) -> None:
    stage.wait_for(2)
    stage.task_states.set(1, DONE, "45")
    missing = MethodMissing("userfield.list", "ERROR_METHOD_NOT_FOUND", cause=Cause.METHOD_MISSING)
    stage.task_states.option_script = [missing]
    stage.watch.look_at_all()
    stage.watch.look_at_all()
    pause = stage.watch.paused.pause
    assert pause
    assert (pause.cause, pause.passes) == (Cause.METHOD_MISSING, False)
    assert "userfield.list" in pause.said.en
    stage.task_states.set(1, OPEN)
    stage.watch.look_at_all()
    assert not _is_paused(stage)
    assert stage.events.names().count("part.resumed") == 1


def test_a_portal_that_cannot_be_asked_closes_its_gate_and_concludes_nothing(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.task_states.script = [ChannelFault("tasks.task.list", "no")]
    stage.look()
    assert not stage.portal_gate.is_open
    stage.look()
    assert (stage.delivered(), stage.task_states.looks) == ([], 1)


def test_nothing_is_concluded_while_the_engine_cannot_be_told(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "46")
    stage.engine_gate.close("away")
    stage.look()
    stage.task_states.set(1, DONE, "45")  # returned to work and answered anew meanwhile
    stage.engine_gate.reason = None
    stage.look()
    assert stage.delivered()[0].variables["Task_Create"]["value"] == "ok"


SUSPENDED = TaskSuspended("complete", "is suspended")


def settle_due(stage: Stage) -> None:
    """One turn of the outbox, with all that is owed due."""
    with sqlite3.connect(stage.folder / "worker.db") as file:
        file.execute("UPDATE settlements SET due_at = 0")
    stage.settlements.deliver_due()


def test_an_answer_that_could_not_be_told_at_once_is_read_anew_where_it_was_changed(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.engine.deliver_script = [SUSPENDED]
    stage.look()
    assert stage.stage() == "created"
    stage.task_states.set(1, OPEN)  # the person has taken it back
    settle_due(stage)
    assert (stage.stage(), stage.ledger.settlements.of("task-1"), len(stage.locks)) == ("waiting", None, 0)
    assert len(stage.delivered()) == 1, "the former answer is not told"
    assert stage.events.facts("waiting.read_again") == {"task": "task-1", "portal_task": 1}
    row = stage.ledger.known(["task-1"])["task-1"]
    stage.desk.begin(stage.hand(fetched("task-1"), surely_first=False, row=row))
    [waiting] = stage.waiting.all()
    waiting.expects_answer = True
    stage.task_states.set(1, DONE, "46")
    stage.look()
    assert stage.delivered()[-1].variables["Task_Create"]["value"] == "no"


@pytest.mark.parametrize("end", ["declined", "deleted"])
def test_whatever_was_read_late_is_compared(stage: Stage, end: str) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.engine.deliver_script = [SUSPENDED]
    stage.look()
    if end == "declined":
        stage.task_states.set(1, DECLINED)
    else:
        del stage.task_states.there[1]
    settle_due(stage)
    assert (stage.stage(), len(stage.delivered())) == ("waiting", 1)


def test_an_answer_that_still_stands_is_told_as_soon_as_the_engine_takes_it(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.engine.deliver_script = [SUSPENDED]
    stage.look()
    settle_due(stage)
    assert stage.stage() == "settled"
    assert stage.delivered()[-1].variables["Task_Create"]["value"] == "ok"


@pytest.mark.parametrize("odd", [False, True])
def test_a_late_answer_waits_for_a_portal_that_does_not_show_it(stage: Stage, odd: bool) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.engine.deliver_script = [SUSPENDED]
    stage.look()
    if odd:
        stage.task_states.odd = [OddRow(1, Odd.NO_STATUS)]
    else:
        stage.task_states.script = [ChannelFault("tasks.task.list", "no")]
    settle_due(stage)
    settle_due(stage)
    assert (stage.stage(), len(stage.delivered())) == ("created", 1)
    assert owed_for(stage.ledger).tries == 1, "no try of the engine's is spent"
    stage.task_states.odd, stage.portal_gate.reason = [], None
    settle_due(stage)
    assert stage.stage() == "settled"


ORDER = questionnaires(("ORDER", "APPROVED", "boolean", "true"))


@pytest.mark.parametrize(
    "error",
    [MethodMissing("m", "ERROR_METHOD_NOT_FOUND"), ModuleRefused("m", "success_false"), Doubtful("m", "read_timeout")],
)
def test_a_step_is_not_completed_without_the_answers_of_its_questionnaires(stage: Stage, error: Exception) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.questionnaires.there[1] = ORDER
    stage.questionnaires.script = [error, error]
    for _ in range(2):
        stage.look()
        assert stage.delivered() == []
        assert (stage.stage(), len(stage.waiting), len(stage.locks)) == ("waiting", 1, 0)
    assert stage.events.names().count("waiting.not_concluded") == 1
    assert _is_paused(stage) is isinstance(error, MethodMissing)
    stage.look()
    assert not _is_paused(stage)
    [complete] = stage.delivered()
    assert complete.variables["Task_Create"] == {"type": "String", "value": "ok"}
    assert complete.variables["Task_Create_ORDER_APPROVED"] == {"type": "Boolean", "value": True}


def test_questionnaires_that_stay_malformed_become_an_incident_and_the_wait_goes_on_after_it(stage: Stage) -> None:
    """Nobody else has trouble, so nobody would see why this step alone waits for ever."""
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.questionnaires.there[1] = ORDER
    stage.questionnaires.script = [malformed("module.list", "an item is no mapping")] * 3
    for left in (2, 1, 0):
        stage.look()
        failure = stage.delivered()[-1]
        assert (failure.retries, stage.stage()) == (left, "created")
        assert "task 1 could not be read" in failure.message
        assert "module.list" in failure.message
        again = stage.ledger.received([fetched(retries=left or 1)])["task-1"]  # a person raises them at the end
        stage.desk.begin(stage.hand(fetched(retries=left or 1), row=again, surely_first=False))
        assert stage.stage() == "waiting"
    stage.look()
    complete = stage.delivered()[-1]
    assert complete.variables["Task_Create_ORDER_APPROVED"] == {"type": "Boolean", "value": True}
    assert stage.portal.made == []


def test_malformed_questionnaires_of_a_portal_that_is_not_well_spend_no_retry(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.questionnaires.there[1] = ORDER
    stage.questionnaires.script = [malformed("module.list", "an item is no mapping")]
    stage.portal.profile_script = [Doubtful("profile", "http_502")]
    stage.look()
    assert (stage.delivered(), stage.stage()) == ([], "waiting")
    stage.portal.profile_script = []
    stage.portal_gate.open()
    stage.look()
    assert [type(one) for one in stage.delivered()] == [Complete]


def test_a_deleted_task_has_no_questionnaires_to_read(stage: Stage) -> None:
    stage.wait_for(2, expects=False)
    del stage.task_states.there[2]
    stage.sweep_twice()
    assert isinstance(stage.delivered()[0], Failure)
    assert stage.questionnaires.asked == []


@pytest.mark.parametrize("changed", [True, False])
def test_answers_of_questionnaires_that_were_changed_before_a_late_delivery_are_read_anew(
    stage: Stage, changed: bool
) -> None:
    stage.wait_for(expects=False)
    stage.task_states.set(1, DONE)
    stage.questionnaires.there[1] = ORDER
    stage.engine.deliver_script = [SUSPENDED]
    stage.look()
    if changed:
        stage.questionnaires.there[1] = questionnaires(("ORDER", "APPROVED", "boolean", "false"))
    settle_due(stage)
    assert stage.stage() == ("waiting" if changed else "settled")
    assert len(stage.delivered()) == (1 if changed else 2)


def test_a_late_delivery_waits_for_a_module_that_does_not_answer(stage: Stage) -> None:
    stage.wait_for(expects=False)
    stage.task_states.set(1, DONE)
    stage.questionnaires.there[1] = ORDER
    stage.engine.deliver_script = [SUSPENDED]
    stage.look()
    stage.questionnaires.script = [ModuleRefused("m", "success_false")]
    settle_due(stage)
    assert (stage.stage(), len(stage.delivered())) == ("created", 1)
    settle_due(stage)
    assert stage.stage() == "settled"


def test_a_task_is_concluded_once_however_often_it_is_seen(stage: Stage) -> None:
    [waiting] = stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.look()
    stage.watch.look([waiting])
    assert len(stage.delivered()) == 1


def test_a_task_that_bears_another_steps_marker_decides_nothing(stage: Stage) -> None:
    """Closing «lunch» with ДА must not complete step «reactor», whatever number an answer has named."""
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.task_states.mark(1, "camunda:lunch")
    stage.look()
    assert stage.delivered() == []
    assert stage.events.facts("waiting.anothers_task") == {
        "task": "task-1",
        "portal_task": 1,
        "marker": "camunda:lunch",
    }
    stage.sweep_twice()
    [failure] = stage.delivered()
    assert isinstance(failure, Failure), "its own task is not there: a person is asked"


@pytest.mark.parametrize("marker", [None, "by hand", fetched("task-1").marker])
def test_its_own_task_and_one_without_a_marker_count(stage: Stage, marker: str | None) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE, "45")
    stage.task_states.mark(1, marker)
    stage.look()
    assert len(stage.delivered()) == 1


def test_of_two_steps_that_name_one_task_the_one_whose_marker_it_bears_gets_the_answer(stage: Stage) -> None:
    stage.wait_for()
    stage.desk.begin(stage.hand(fetched("task-2"), surely_first=False, found=1))
    stage.task_states.set(1, DONE, "45")
    stage.task_states.mark(1, fetched("task-1").marker)
    stage.look()
    assert (stage.stage("task-1"), stage.stage("task-2")) == ("settled", "waiting")


def test_a_task_of_another_step_is_neither_commented_on_nor_closed(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.mark(1, "camunda:lunch")
    stage.holders.clear()
    stage.sweep_once()
    assert (stage.stage(), stage.task_states.comments) == ("settled", [])


def test_what_another_worker_has_taken_over_is_let_go(stage: Stage) -> None:
    stage.wait_for()
    stage.ledger.waiting.ended(stage.row())
    stage.task_states.set(1, DONE, "45")
    stage.look()
    assert stage.delivered() == []
    assert len(stage.locks) == 0


def test_an_event_makes_the_watch_look_at_that_task(stage: Stage) -> None:
    stage.wait_for(2)
    stage.task_states.set(2, DONE, "45")
    stage.watch.notice(2)
    stage.watch._look_at_hinted()
    assert (len(stage.delivered()), stage.task_states.looks) == (1, 1)


def test_a_flood_of_events_about_what_nobody_waits_for_costs_the_portal_nothing(stage: Stage) -> None:
    stage.wait_for(2)
    for number in range(10, 10_010):
        stage.watch.notice(number)
    stage.watch._look_at_hinted()
    assert stage.task_states.looks == 0


def test_a_step_that_is_to_wait_no_longer_is_out_of_the_book(stage: Stage) -> None:
    """Handed out anew, it fails: extended for the old hand-out's sake, it would never be tried again."""
    stage.wait_for()
    row = replace(stage.ledger.known(["task-1"])["task-1"], promise=None)  # an older version's
    stage.mapper.waiting = False
    stage.mapper.result_script = [MappingFault("t", "result.x", None, unchanged("absent"))]
    stage.desk.begin(stage.hand(fetched("task-1"), surely_first=False, row=row))
    assert [type(one) for one in stage.delivered()] == [Failure]
    assert len(stage.waiting) == 0


def test_a_step_that_is_to_wait_no_longer_fails_after_its_extension_has_ended(stage: Stage) -> None:
    """Executed after the failure, it would override the retry time with the long lock of a waiting step (P9)."""
    (waiting,) = stage.wait_for()
    row = replace(stage.ledger.known(["task-1"])["task-1"], promise=None)  # an older version's
    stage.mapper.waiting = False
    stage.mapper.result_script = [MappingFault("t", "result.x", None, unchanged("absent"))]
    hand = stage.hand(fetched("task-1"), row=row, surely_first=False)
    with ThreadPoolExecutor(1) as pool:
        with waiting.calls:  # the keeper's call to an engine that is slow
            begun = pool.submit(stage.desk.begin, hand)
            with pytest.raises(TimeoutError):
                begun.result(0.3)
            assert stage.delivered() == []
        begun.result(10)
    assert [type(one) for one in stage.delivered()] == [Failure]
    assert len(stage.waiting) == 0


def test_what_was_owed_is_void_when_the_step_waits_again(stage: Stage) -> None:
    """The engine has handed it out anew: what came of the task is looked at anew, too."""
    stage.wait_for()
    stage.task_states.set(1, DONE, "46")
    stage.engine.deliver_script = [EngineUnreachable("complete", "away", doubtful=False)]
    stage.look()
    assert stage.ledger.settlements.of("task-1")
    row = stage.ledger.known(["task-1"])["task-1"]
    stage.desk.begin(stage.hand(fetched("task-1"), surely_first=False, row=row))
    assert stage.ledger.settlements.of("task-1") is None


# --- keeping ---


def extensions(stage: Stage) -> list[float]:
    return [call[2] for call in stage.engine.calls if call[0] == "extend"]


def keep_once(stage: Stage) -> None:
    stage.waiting.extend_due()


def test_a_lock_is_extended_to_a_long_one_at_once_and_then_at_half_life(stage: Stage) -> None:
    """By the thread that has the step in hand: the keeper alone lost 8,627 locks of 100,000 steps that came in."""
    [waiting] = stage.wait_for()
    assert extensions(stage) == [600.0]
    keep_once(stage)
    assert extensions(stage) == [600.0]
    waiting.expires = clock.boottime() + waiting.lock_seconds / 2 - 1
    keep_once(stage)
    assert extensions(stage) == [600.0, 600.0]
    assert waiting.expires > clock.boottime() + 590


def test_a_step_whose_first_extension_fails_waits_under_its_hand_outs_lock(stage: Stage) -> None:
    stage.engine.extend_script = [EngineUnreachable("extendLock", "x", doubtful=True)]
    [waiting] = stage.wait_for()
    assert (waiting.lock_seconds, len(stage.waiting)) == (150.0, 1)
    stage.engine_gate.reason = None
    waiting.not_before, waiting.expires = clock.boottime() - 1, clock.boottime() + 60
    keep_once(stage)
    assert waiting.lock_seconds == 600.0
    assert stage.events.names().count("lock.extended") == 1
    waiting.expires = clock.boottime() + 60
    keep_once(stage)
    assert stage.events.names().count("lock.extended") == 1, "told once"


@pytest.mark.parametrize("error", [LockLost("extendLock", "x", "other"), TaskGone("extendLock", "x")])
def test_a_lost_lock_is_let_go(stage: Stage, error: Exception) -> None:
    [waiting] = stage.wait_for()
    waiting.expires = 0.0
    stage.engine.extend_script = [error]
    keep_once(stage)
    assert len(stage.waiting) == 0
    assert stage.stage() == "waiting"  # the row decides when the engine hands it out


@pytest.mark.parametrize(
    ("error", "is_open"),
    [(TaskSuspended("extendLock", "x"), True), (EngineUnreachable("extendLock", "x", doubtful=True), False)],
)
def test_an_extension_that_does_not_work_is_tried_again_later(stage: Stage, error: Exception, is_open: bool) -> None:
    [waiting] = stage.wait_for()
    waiting.expires = 0.0
    stage.engine.extend_script = [error]
    keep_once(stage)
    assert len(stage.waiting) == 1
    assert stage.engine_gate.is_open is is_open
    assert waiting.not_before > clock.boottime()


def test_a_stop_gives_the_waiting_back(stage: Stage) -> None:
    for waiting in stage.wait_for(20):
        waiting.since -= 20.0
    stage.waiting.leave(5.0)
    assert len([call for call in stage.engine.calls if call[0] == "give_back"]) == 20
    assert len(stage.waiting) == 0


def test_a_stop_keeps_what_another_worker_would_take_for_surely_first(stage: Stage) -> None:
    """Made and given back within a second, the step had no retries and an age of a second: it got a second task."""
    stage.wait_for(1)
    stage.waiting.leave(5.0)
    calls = [call for call in stage.engine.calls if call[0] in ("give_back", "extend")]
    assert calls[1:] == [("extend", "task-1", 20.0)]


def test_a_stop_tells_what_it_leaves_locked(stage: Stage) -> None:
    """For as long as a day: another worker gets those steps only then, or by takeover."""
    for waiting in stage.wait_for(20):
        waiting.since -= 20.0
        waiting.expires = clock.boottime() + 7200
    stage.engine.give_back_script = [EngineUnreachable("extendLock", "x", doubtful=True)] * 3
    stage.waiting.leave(5.0)
    assert stage.events.facts("waiting.left_locked") == {"count": 3, "lasts": "2 h", "hours": 2.0}


def test_a_stop_tells_short_locks_in_a_unit_that_is_not_zero_and_none_that_has_ended(stage: Stage) -> None:
    """The log said: for 0.0 h at most."""
    ended, short = stage.wait_for(2)
    ended.expires, short.expires = clock.boottime() - 1, clock.boottime() + 90
    for waiting in (ended, short):
        waiting.since -= 20.0
    stage.engine.give_back_script = [EngineUnreachable("extendLock", "x", doubtful=True)] * 2
    stage.waiting.leave(5.0)
    facts = stage.events.facts("waiting.left_locked")
    assert facts["count"] == 1
    assert str(facts["lasts"]) in ("1 min", "90 s")


def test_a_stop_that_releases_all_has_nothing_to_tell(stage: Stage) -> None:
    stage.wait_for(3)
    stage.waiting.leave(5.0)
    assert "waiting.left_locked" not in stage.events.names()


def test_no_step_is_released_after_the_time_of_a_stop(stage: Stage) -> None:
    stage.wait_for(3)
    stage.engine.calls.clear()
    stage.waiting.leave(0.0)
    assert (stage.engine.calls, len(stage.waiting)) == ([], 3)


# --- what a step's end needs ---


def restart(stage: Stage) -> Waiting:
    """Without another hand-out."""
    for one in stage.waiting.all():
        stage.waiting.drop(one.id)
        stage.waiting.resume({one.id: 600.0})
    [waiting] = stage.waiting.all()
    return waiting


def test_a_step_is_completed_after_a_restart_as_it_was_handed_out(stage: Stage) -> None:
    stage.wait_for(1, loops=(0, 2), retries=2, business_key="B\ud83d\x00", activity_instance_id="a")
    waiting = restart(stage)
    assert (waiting.expects_answer, waiting.task) == (True, None)
    task, row = stage.waiting.step(waiting)
    assert task == fetched(
        create_time=None,
        lock_expiration=None,
        loops=(0, 2),
        retries=2,
        business_key="B\ud83d\x00",
        activity_instance_id="a",
    )
    assert row.owner == stage.ledger.owner
    stage.task_states.set(1, DONE, "45")
    stage.look()
    [complete] = stage.delivered()
    assert complete.variables["Task_Create"]["value"] == "ok"


def test_what_no_json_gives_back_stays_in_memory_until_the_next_hand_out(stage: Stage) -> None:
    """As a text the date would mean something else to the topic's result."""
    stage.wait_for(1, variables={"until": datetime(2026, 3, 1, tzinfo=UTC)})
    [waiting] = stage.waiting.all()
    assert stage.waiting.step(waiting)[0].variables == {"until": datetime(2026, 3, 1, tzinfo=UTC)}
    assert stage.waiting.resume({"task-2": 600.0}) == []
    stage.waiting.drop("task-1")
    assert stage.waiting.resume({"task-1": 600.0}) == []
    assert len(stage.waiting) == 0


@pytest.mark.parametrize("end", ["completed", "cancelled"])
def test_the_ledger_drops_what_it_kept_of_a_step_that_waits_no_longer(stage: Stage, end: str) -> None:
    stage.wait_for(1, variables={"name": "Ivanov"})
    kept = "SELECT count(*) FROM tasks WHERE kept IS NOT NULL OR kept_under IS NOT NULL"
    with sqlite3.connect(stage.folder / "worker.db") as ledger:
        assert ledger.execute(kept).fetchone() == (1,)
        if end == "completed":
            stage.task_states.set(1, DONE, "45")
            stage.look()
        else:
            stage.sweep.steps._end(stage.row(), Stage_.SETTLED)
        assert ledger.execute(kept).fetchone() == (0,)


def test_a_step_whose_row_another_worker_has_is_not_concluded_here(stage: Stage) -> None:
    stage.wait_for(1)
    with sqlite3.connect(stage.folder / "worker.db") as ledger:
        ledger.execute("UPDATE tasks SET owner = 'another'")
    stage.task_states.set(1, DONE, "45")
    stage.look()
    assert (stage.delivered(), len(stage.locks)) == ([], 0)


# --- sweeping ---


def test_a_task_that_is_missing_once_is_named_until_it_is_there_or_counts_as_deleted(stage: Stage) -> None:
    """The page counted it among the open ones for minutes, while `explain` said that it is gone."""
    stage.wait_for(4)
    del stage.task_states.there[3]
    stage.sweep_once()
    assert stage.sweep.tasks.missing == [3]
    stage.task_states.set(3, OPEN)
    stage.sweep_once()
    assert stage.sweep.tasks.missing == []


def test_a_task_that_is_missing_twice_is_deleted(stage: Stage) -> None:
    stage.wait_for(3)
    del stage.task_states.there[2]
    stage.sweep_once()
    stage.sweep_once()  # not minutes later
    assert stage.delivered() == []
    stage.sweep_twice()
    [failure] = stage.delivered()
    assert isinstance(failure, Failure)
    assert "no longer exists on the portal" in failure.message


def test_a_task_that_is_restored_in_between_waits_on(stage: Stage) -> None:
    stage.wait_for(3)
    del stage.task_states.there[2]
    stage.sweep_once()
    stage.task_states.set(2, OPEN)
    stage.sweep_once()
    del stage.task_states.there[2]
    stage.sweep_once()
    assert stage.delivered() == []


def test_many_missing_tasks_are_a_fault_of_the_channel(stage: Stage) -> None:
    stage.wait_for(50)
    for number in range(1, 5):
        del stage.task_states.there[number]
    stage.sweep_twice()
    assert stage.delivered() == []
    assert "waiting.many_tasks_gone" in stage.events.names()
    assert stage.sweep.tasks.many_gone == 4
    assert ": 4/50: #1, #2, #3, #4'" in str(stage.sweep.tasks.paused.pause), "a person can look for one"
    assert getattr(stage.sweep.tasks.paused.pause, "count", 0) == 4, "for the headline"
    stage.task_states.set(4, OPEN)
    stage.task_states.set(3, OPEN)
    stage.sweep_once()
    assert stage.sweep.tasks.many_gone == 0, "few may be gone"
    assert stage.sweep.tasks.paused.pause is None
    assert stage.events.names().count("waiting.many_tasks_gone") == stage.events.names().count("part.resumed") == 1


def an_hour_later(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart; both clocks have gone on."""
    boot, wall = clock.boottime() + 3600.0, clock.wall() + 3600.0
    monkeypatch.setattr(clock, "boottime", lambda: boot)
    monkeypatch.setattr(clock, "wall", lambda: wall)
    stage.events.seen.clear()
    stage.sweep = stage.sweep_at_start()
    stage.sweep_once()


def told_of_many(stage: Stage) -> list[str]:
    return [name for name in stage.events.names() if name.startswith(("waiting.many", "part."))]


def test_a_restart_goes_on_telling_missing_tasks_until_a_sweep_has_seen_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever restarted to help saw the trouble vanish for minutes, as nobody had looked yet."""
    stage.wait_for(50)
    for number in range(1, 5):
        del stage.task_states.there[number]
    stage.sweep_once()
    an_hour_later(stage, monkeypatch)
    tasks = stage.sweep.tasks
    assert tasks.many_gone == 4, "before anything was asked"
    assert told_of_many(stage) == ["waiting.many_tasks_gone"]
    pause = tasks.paused.pause
    assert pause is not None
    assert (pause.cause, round(pause.lasted, -2)) == (Cause.TASKS_GONE, 3600), "since the earlier run"
    with monkeypatch.context() as patched:
        patched.setattr(stage.waiting, "all", list)
        stage.sweep_once()
    assert tasks.paused.pause is not None, "the book is empty: no step has come back yet"
    stage.sweep_once()
    assert (tasks.many_gone, told_of_many(stage)) == (4, ["waiting.many_tasks_gone", "part.tried"])
    for number in range(1, 5):
        stage.task_states.set(number, OPEN)
    stage.sweep_once()
    assert (tasks.many_gone, tasks.paused.end()) == (0, None)
    an_hour_later(stage, monkeypatch)
    stage.sweep_once()
    assert (stage.sweep.tasks.many_gone, told_of_many(stage)) == (0, [])


def test_missing_tasks_that_were_shown_again_meanwhile_are_told_no_longer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.wait_for(50)
    for number in range(1, 5):
        del stage.task_states.there[number]
    stage.sweep_once()
    for number in range(1, 5):
        stage.task_states.set(number, OPEN)
    an_hour_later(stage, monkeypatch)
    stage.sweep_once()
    assert (stage.sweep.tasks.many_gone, stage.sweep.tasks.paused.pause) == (0, None)
    assert told_of_many(stage) == ["waiting.many_tasks_gone", "part.resumed"]
    assert stage.ledger.waiting.paused(PartName.GONE_TASKS, "w") == ""


def test_a_restart_goes_on_telling_missing_steps(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.wait_for(50)
    for number in range(1, 5):
        del stage.holders[f"task-{number}"]
    stage.sweep_once()
    an_hour_later(stage, monkeypatch)
    assert stage.sweep.steps.many_gone == 4, "before anything was asked"
    assert told_of_many(stage) == ["waiting.many_steps_gone"]
    stage.sweep_once()
    assert stage.sweep.steps.many_gone == 4
    for number in range(1, 5):
        stage.holders[f"task-{number}"] = "w"
    stage.sweep_once()
    assert (stage.sweep.steps.many_gone, stage.sweep.steps.paused.end()) == (0, None)


@pytest.mark.parametrize("noted", ["", "{", "[]", '{"count": "x"}', '{"since": 1}'])
def test_a_note_of_another_version_restores_nothing(stage: Stage, noted: str) -> None:
    stage.ledger.waiting.note_paused(PartName.GONE_TASKS, "w", noted)
    stage.sweep = stage.sweep_at_start()
    stage.sweep_once()
    assert stage.sweep.tasks.paused.pause is None


def test_a_ledger_that_is_busy_at_the_start_is_read_in_the_next_round(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.wait_for(50)
    for number in range(1, 5):
        del stage.task_states.there[number]
    stage.sweep_once()
    stage.sweep = stage.sweep_at_start()
    with monkeypatch.context() as patched:
        patched.setattr(stage.ledger.waiting, "paused", unavailable)
        stage.sweep_once()
        assert stage.sweep.tasks.paused.pause is None
    stage.sweep_once()
    assert stage.sweep.tasks.many_gone == 4


def test_a_ledger_that_is_full_is_no_warning_of_each_closed_task(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each had a line at each poll, beside the one that says what is the matter."""
    stage.wait_for()
    stage.task_states.set(1, DONE)
    with monkeypatch.context() as full:
        full.setattr(stage.ledger, "arm", unavailable)
        stage.look()
    assert "waiting.not_concluded" not in stage.events.names()
    assert stage.stage() == "waiting"
    stage.look()
    assert stage.delivered() != []


def unavailable(*_: object, **__: object) -> str:
    raise LedgerUnavailable("busy")


def test_an_owner_without_rights_proves_no_deletion(stage: Stage) -> None:
    stage.wait_for(2)
    del stage.task_states.there[2]
    profile = stage.portal.profile()
    stage.portal.profile_script = [type(profile)(1, False)] * 4
    stage.sweep_twice()
    assert stage.delivered() == []


def test_without_a_witness_nothing_is_deleted(stage: Stage) -> None:
    stage.wait_for(1)
    stage.task_states.there.clear()
    stage.portal.newest_marked = list  # type: ignore[attr-defined]
    stage.sweep_twice()
    assert stage.delivered() == []
    stage.portal.newest_marked = lambda: ["camunda:other"]  # type: ignore[attr-defined]
    stage.sweep_twice()
    assert len(stage.delivered()) == 1


def test_the_task_of_a_cancelled_step_is_commented_and_left(stage: Stage) -> None:
    stage.wait_for(2)
    del stage.holders["task-2"]
    stage.sweep_once()
    assert (stage.task_states.comments, stage.task_states.completed) == ([2], [])
    assert stage.stage("task-2") == "settled"
    assert stage.stage("task-1") == "waiting"
    assert len(stage.waiting) == 1


@with_wait(cancelled="close")
def test_the_task_of_a_cancelled_step_is_closed_where_asked(stage: Stage) -> None:
    stage.wait_for(1)
    stage.holders.clear()
    stage.sweep_once()
    assert (stage.task_states.comments, stage.task_states.completed) == ([1], [1])


@with_wait(cancelled="close")
@pytest.mark.parametrize(("status", "closed"), [(OPEN, [1]), (CONTROL, [1]), (DONE, []), (DECLINED, [])])
def test_a_task_that_awaits_control_when_its_step_goes_is_closed_too(
    stage: Stage, status: int, closed: list[int]
) -> None:
    stage.wait_for(1)
    stage.holders.clear()
    stage.task_states.there[1] = TaskState(1, status)
    stage.sweep_once()
    assert (stage.task_states.comments, stage.task_states.completed) == ([1], closed)


def test_a_responsible_who_is_dismissed_while_a_step_waits_is_told_until_the_task_is_handed_over(stage: Stage) -> None:
    stage.wait_for(3)
    for id_, person in ((1, 7), (2, 42), (3, 42)):
        stage.task_states.there[id_] = TaskState(id_, OPEN, responsible=person)
    stage.sweep_once()
    assert stage.events.names().count("waiting.responsible_dismissed") == 0
    stage.people.away = {42}
    for away in ({42}, None, {42}):  # in between the portal does not tell
        stage.people.away = away
        stage.sweep_once()
    told = [facts for name, facts in stage.events.seen if name == "waiting.responsible_dismissed"]
    assert told == [{"task": f"task-{id_}", "portal_task": id_, "person": 42} for id_ in (2, 3)]
    known = [(one.id, one.portal_task_id, one.reason, one.activity_id) for one in stage.sweep.tasks.dismissed]
    assert known == [("task-3", 3, "42", "Task_Create"), ("task-2", 2, "42", "Task_Create")]
    assert set(map(tuple, stage.people.asked)) == {(7, 42)}, "all in one question"
    stage.task_states.there[2] = TaskState(2, OPEN, responsible=7)
    stage.sweep_once()
    assert [one.id for one in stage.sweep.tasks.dismissed] == ["task-3"]
    stage.task_states.there[2] = TaskState(2, OPEN, responsible=42)
    stage.sweep_once()
    assert stage.events.names().count("waiting.responsible_dismissed") == 3
    assert len(stage.waiting) == 3, "no incident: the step waits on"
    stage.waiting.drop("task-3")
    assert [one.id for one in stage.sweep.tasks.dismissed] == ["task-2"], "that one waits no longer"


@with_wait(answers={"0": "no", "1": "ok"})
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"0": "0", "1": "1"}, "no"),  # a text field gives whatever was written
        ({"45": "1", "46": "0"}, None),  # of a list it is the portal's word for nothing
    ],
)
def test_a_zero_is_an_answer_where_the_field_is_a_text(stage: Stage, options: dict[str, str], told: str | None) -> None:
    stage.wait_for(1)
    stage.task_states.options = options
    stage.task_states.set(1, DONE, "0")
    stage.watch.look_at_all()
    [settlement] = stage.delivered()
    if told is None:
        assert isinstance(settlement, Failure)
        assert "without an answer" in settlement.message
    else:
        assert isinstance(settlement, Complete)
        assert told in [one["value"] for one in settlement.variables.values()]


@with_wait(cancelled="leave")
def test_the_task_of_a_cancelled_step_is_left_alone_where_asked(stage: Stage) -> None:
    stage.wait_for(1)
    stage.holders.clear()
    stage.sweep_once()
    assert (stage.task_states.comments, stage.stage()) == ([], "settled")


@pytest.mark.parametrize(
    ("stage", "comments"), [({}, [1]), ({"cancelled": "close"}, [1]), ({"cancelled": "leave"}, [])], indirect=["stage"]
)
@pytest.mark.parametrize("noticed", [True, False])
def test_who_answers_a_task_whose_step_is_gone_is_told_once(stage: Stage, comments: list[int], noticed: bool) -> None:
    """Whether the answer is seen first or the step's end."""
    stage.wait_for(1)
    stage.holders.clear()
    stage.task_states.set(1, DONE, "45")
    stage.engine.place_script = [TaskGone("external-task", "gone")] * 3
    if noticed:
        stage.look()
    assert (stage.stage(), len(stage.locks)) == ("waiting", 0)
    stage.sweep_once()
    stage.sweep_once()
    stage.look()
    assert (stage.task_states.comments, stage.task_states.completed, stage.stage()) == (comments, [], "settled")
    assert stage.events.names().count("waiting.answer_unheard") == 1
    assert stage.delivered() == []


def test_what_is_said_to_who_has_answered_is_not_what_is_said_before(stage: Stage) -> None:
    stage.wait_for(2)
    stage.holders.clear()
    stage.task_states.set(1, DONE, "45")
    stage.sweep_once()
    texts = [COMMENTS[name].en for name in ("answer_unheard", "step_gone")]
    assert stage.task_states.comment_texts == texts


# --- where the step is when an outcome is told ---


@pytest.mark.parametrize("place", [Place("Approve2", None), Place("Task_Create", "order:2")])
def test_a_step_that_was_moved_is_fetched_anew_before_its_answer_counts(stage: Stage, place: Place) -> None:
    """Its answer would go into the variable of the step that it was."""
    stage.wait_for(1, process_definition_id="order:1" if place.process_definition_id else None)
    stage.task_states.set(1, DONE, "46")
    stage.engine.now_at = place
    stage.look()
    assert (stage.delivered(), stage.stage(), len(stage.waiting), len(stage.locks)) == ([], "waiting", 0, 0)
    assert stage.engine.calls[-1] == ("extend", "task-1", 20.0)
    moved = stage.events.facts("waiting.moved")
    assert moved["now"] == (
        f"{place.activity_id} ({definition})" if (definition := place.process_definition_id) else "Approve2"
    )
    assert moved["was"] != moved["now"]
    task = fetched("task-1", activity_id=place.activity_id, process_definition_id=place.process_definition_id)
    stage.desk.begin(stage.hand(task, surely_first=False, row=stage.row()))
    stage.look()
    [complete] = stage.delivered()
    assert complete.variables[place.activity_id]["value"] == "no"


def test_an_answer_is_not_taken_while_the_instance_is_suspended(stage: Stage) -> None:
    """Kept until it is activated, an old answer would outlive a new one."""
    stage.wait_for(1)
    stage.task_states.set(1, DONE, "45")
    stage.engine.now_at = Place("Task_Create", None, suspended=True)
    stage.look()
    stage.look()
    assert (stage.delivered(), len(stage.waiting), len(stage.locks)) == ([], 1, 0)
    assert stage.events.names().count("waiting.suspended") == 1
    [kept] = stage.waiting.suspended.all()
    assert (kept.id, kept.portal_task_id, kept.activity_id) == ("task-1", 1, "Task_Create")
    stage.task_states.set(1, DONE, "46")
    stage.engine.now_at = Place("Task_Create", None)
    stage.look()
    [complete] = stage.delivered()
    assert complete.variables["Task_Create"]["value"] == "no"
    assert not stage.waiting.suspended.all()


def test_an_open_task_of_a_suspended_instance_is_met_by_the_sweep_and_again_when_it_is_closed(stage: Stage) -> None:
    """`explain` said `Needs you`, and the page that the step goes on by itself."""
    stage.wait_for(2, business_key="A-17")
    stage.suspended.add("task-1")
    stage.sweep_once()
    stage.sweep_once()
    [met] = stage.waiting.suspended.all()
    assert (met.id, met.portal_task_id, met.business_key, met.reason) == ("task-1", 1, "A-17", "open")
    told = stage.events.facts("waiting.step_suspended")
    assert (told["portal_task"], told["business_key"]) == (1, "A-17")
    stage.task_states.set(1, DONE, "45")
    stage.engine.now_at = Place("Task_Create", None, suspended=True)
    stage.look()
    assert [one.reason for one in stage.waiting.suspended.all()] == [None]
    stage.sweep_once()
    assert [one.reason for one in stage.waiting.suspended.all()] == [None], "its next look ends it"
    names = stage.events.names()
    assert (names.count("waiting.step_suspended"), names.count("waiting.suspended")) == (1, 1)
    assert "waiting.step_activated" not in names


def test_a_step_whose_instance_is_activated_or_gone_needs_nobody_any_more(stage: Stage) -> None:
    stage.wait_for(2)
    stage.suspended |= {"task-1", "task-2"}
    stage.sweep_once()
    assert len(stage.waiting.suspended.all()) == 2
    stage.suspended.remove("task-1")
    stage.sweep_once()
    assert [one.id for one in stage.waiting.suspended.all()] == ["task-2"]
    assert stage.events.facts("waiting.step_activated")["task"] == "task-1"
    stage.holders["task-2"] = "thief"
    stage.waiting.drop("task-2")
    stage.sweep_once()
    assert not stage.waiting.suspended.all()


def test_a_step_whose_task_awaits_control_is_known_until_it_is_accepted_returned_or_over(stage: Stage) -> None:
    """Page and `status` counted it among the open ones, for days."""
    stage.wait_for(4, business_key="A-17")
    for number in (1, 2, 3):
        stage.task_states.there[number] = TaskState(number, CONTROL, closed_at="2026-03-02T13:00:00+03:00")
    stage.look()
    met = stage.waiting.in_control.all()
    assert sorted((one.id, one.portal_task_id, one.business_key, one.reason) for one in met) == [
        (f"task-{number}", number, "A-17", None) for number in (1, 2, 3)
    ]
    assert met[0].since == datetime(2026, 3, 2, 10, tzinfo=UTC).timestamp()
    stage.task_states.set(1, OPEN)
    stage.look()
    assert len(stage.waiting.in_control.all()) == 2, "it was returned to work"
    noted = stage.ledger.views.noted
    assert [(row.external_task_id, at) for row, at in noted.seen("in_control")] == [
        (met.id, met.since) for met in stage.waiting.in_control.all()[::-1]
    ], "`status` tells them when nobody can ask the worker"
    stage.task_states.set(1, CONTROL)
    stage.sweep_once()
    assert len(stage.waiting.in_control.all()) == 3, "the sweep sees it too"
    stage.task_states.set(1, OPEN)
    stage.sweep_once()
    stage.task_states.set(2, DONE, "45")
    stage.waiting.drop("task-3")
    stage.look()
    assert stage.waiting.in_control.all() == []
    assert noted.seen("in_control") == []
    assert len(stage.delivered()) == 1


def test_what_an_earlier_run_noted_of_control_is_over_once_its_task_is_seen_open(stage: Stage) -> None:
    stage.wait_for(2)
    stage.ledger.first_seen.note("in_control", {"task-1": 1.0, "task-2": 2.0})
    stage.task_states.set(1, CONTROL)
    stage.sweep_once()
    [(row, _)] = stage.ledger.views.noted.seen("in_control")
    assert row.external_task_id == "task-1"


@with_wait(done_in_control=True)
def test_where_nobody_waits_for_control_none_is_counted(stage: Stage) -> None:
    stage.wait_for(1)
    stage.task_states.set(1, CONTROL, "45")
    stage.look()
    assert stage.waiting.in_control.all() == []


def test_a_restart_does_not_begin_the_age_of_a_suspension_or_of_a_dismissal_anew(stage: Stage) -> None:
    """After days the page said 14 s."""
    stage.wait_for(3)
    stage.suspended |= {"task-1", "task-2"}
    stage.people.away = {1}
    for number in (1, 2):
        stage.task_states.there[number] = TaskState(number, OPEN, responsible=1)
    stage.sweep_once()
    suspended = {one.id: one.since for one in stage.waiting.suspended.all()}
    dismissed = {one.id: one.since for one in stage.sweep.tasks.dismissed}
    assert suspended.keys() == dismissed.keys() == {"task-1", "task-2"}
    restarted(stage)
    stage.people.away = None
    stage.sweep_once()
    stage.people.away = {1}
    stage.sweep_once()
    assert {one.id: one.since for one in stage.waiting.suspended.all()} == suspended
    assert {one.id: one.since for one in stage.sweep.tasks.dismissed} == dismissed
    restarted(stage)
    stage.suspended.remove("task-1")
    stage.task_states.there[1] = TaskState(1, OPEN, responsible=2)
    stage.sweep_once()
    stage.suspended.add("task-1")
    stage.task_states.there[1] = TaskState(1, OPEN, responsible=1)
    stage.sweep_once()
    for before, now in ((suspended, stage.waiting.suspended.all()), (dismissed, stage.sweep.tasks.dismissed)):
        again = {one.id: one.since for one in now}
        assert again["task-2"] == before["task-2"]
        assert (again["task-1"] or 0) > (before["task-1"] or 0), "it was over meanwhile"


def restarted(stage: Stage) -> None:
    """The next run knows only what the ledger keeps."""
    stage.waiting.suspended = SuspendedSteps(stage.ledger, stage.events)
    stage.sweep = stage.sweep_at_start()
    stage.sweep_once()


def test_a_lock_that_a_suspension_keeps_from_being_extended_is_told_in_the_words_of_the_suspension(
    stage: Stage,
) -> None:
    """`Could not renew the lock of …: ENGINE-03043` named neither what to do nor the process."""
    [one] = stage.wait_for(1, business_key="A-17")
    stage.engine.extend_script = [TaskSuspended("extendLock", "is suspended")]
    one.expires = clock.boottime() + 1
    stage.waiting.extend_due()
    assert "lock.not_extended" not in stage.events.names()
    assert stage.events.facts("waiting.step_suspended")["business_key"] == "A-17"


def test_a_suspended_step_that_is_no_longer_there_needs_nobody(stage: Stage) -> None:
    stage.wait_for(3)
    for number in (1, 2, 3):
        stage.task_states.set(number, DONE, "45")
    stage.engine.now_at = Place("Task_Create", None, suspended=True)
    stage.look()
    assert len(stage.waiting.suspended.all()) == 3
    stage.waiting.drop("task-1")
    stage.waiting.end("task-2")
    stage.engine.place_script = [TaskGone("external-task", "gone")]
    stage.look()
    assert not stage.waiting.suspended.all()


def test_where_the_engine_does_not_tell_the_place_the_step_waits_on(stage: Stage) -> None:
    stage.wait_for(1)
    stage.task_states.set(1, DONE, "45")
    stage.engine.place_script = [EngineUnreachable("external-task", "http_500", doubtful=True)]
    stage.look()
    assert (stage.delivered(), len(stage.waiting), len(stage.locks)) == ([], 1, 0)
    stage.engine_gate.well()
    assert stage.probes.engine.try_to_open()
    stage.look()
    assert len(stage.delivered()) == 1


@with_wait(cancelled="close")
def test_a_task_that_the_portal_refuses_to_close_is_commented_once_and_hides_no_other(stage: Stage) -> None:
    """A required result, an unfinished checklist: refused today, and at every later sweep."""
    stage.wait_for(3)
    del stage.task_states.there[3]
    stage.task_states.complete_script = [Rejected("tasks.task.complete", "ERROR_CORE")] * 3
    del stage.holders["task-1"]
    stage.sweep_twice()
    assert (stage.task_states.comments, stage.stage("task-1")) == ([1], "settled")
    assert "waiting.not_told" in stage.events.names()
    assert stage.portal_gate.is_open
    assert stage.stage("task-3") == "created", "its task was deleted, and that is seen"


@pytest.mark.parametrize(
    ("error", "sweeps"), [(MethodMissing("m", "ERROR_METHOD_NOT_FOUND"), 1), (Doubtful("m", "http_500"), 3)]
)
def test_a_portal_without_comments_keeps_no_step(stage: Stage, error: Exception, sweeps: int) -> None:
    stage.wait_for(1)
    stage.holders.clear()
    stage.task_states.comment_script = [error] * 5
    for _ in range(sweeps):
        assert stage.stage() == "waiting"
        stage.sweep_once()
    assert stage.stage() == "settled"
    assert stage.sweep.steps._tries == {}


def test_many_cancelled_steps_are_an_engine_on_a_wrong_database(stage: Stage) -> None:
    stage.wait_for(50)
    for number in range(1, 5):
        del stage.holders[f"task-{number}"]
    stage.sweep_once()
    assert (stage.task_states.comments, stage.ledger.census()["stage_waiting"]) == ([], 50)
    assert "waiting.many_steps_gone" in stage.events.names()
    assert (stage.sweep.steps.many_gone, stage.sweep.tasks.many_gone) == (4, 0)
    assert ": 4/50: #1, #2, #3, #4'" in str(stage.sweep.steps.paused.pause), "a person can look for one"
    assert getattr(stage.sweep.steps.paused.pause, "count", 0) == 4, "for the headline"
    for number in range(1, 5):
        stage.holders[f"task-{number}"] = "w"
    stage.sweep_once()
    assert stage.sweep.steps.many_gone == 0


def test_many_steps_that_timers_ended_are_no_wrong_database(stage: Stage) -> None:
    stage.wait_for(50)
    stage.ends_known = [True]
    for number in range(1, 41):
        del stage.holders[f"task-{number}"]
    stage.sweep_once()
    assert (len(stage.task_states.comments), stage.ledger.census()["stage_waiting"]) == (40, 10)
    assert (stage.sweep.steps.many_gone, stage.sweep.steps.paused.pause) == (0, None)


@pytest.mark.parametrize("last", [False, EngineDenied("history/external-task-log", "HTTP 403")])
def test_a_history_that_does_not_know_all_of_them_proves_nothing(stage: Stage, last: object) -> None:
    stage.wait_for(50)
    stage.ends_known = [True, True, True, last]
    for number in range(1, 5):
        del stage.holders[f"task-{number}"]
    stage.sweep_once()
    assert (stage.task_states.comments, stage.sweep.steps.many_gone) == ([], 4)
    assert stage.engine_gate.is_open


def test_a_step_that_one_list_has_left_out_is_not_gone(stage: Stage) -> None:
    """Its task would be commented on, or closed, while a person is to answer in it."""
    stage.wait_for(2)
    stage.engine.existing = lambda _: {}  # type: ignore[attr-defined]
    stage.sweep_once()
    assert stage.task_states.comments == []
    assert len(stage.waiting) == 2
    assert stage.events.names().count("waiting.steps_not_seen") == 2
    assert "waiting.steps_seen" not in stage.events.names()
    stage.engine.existing = lambda ids: {id_: stage.step(id_) for id_ in ids}  # type: ignore[attr-defined]
    stage.sweep_once()
    stage.sweep_once()
    assert stage.events.names().count("waiting.steps_seen") == 1


@pytest.mark.parametrize("error", [ContinuationFailed("external-task", "ENGINE-03004"), TaskGone("external-task", "?")])
def test_an_engine_that_refuses_its_list_is_told_and_keeps_nobody_from_the_tasks(
    stage: Stage, error: EngineError
) -> None:
    stage.wait_for(2)

    def refused(_: object) -> dict[str, Existing]:
        raise error

    stage.engine.existing = refused  # type: ignore[attr-defined]
    del stage.task_states.there[1]
    stage.sweep_twice()
    assert stage.events.names().count("waiting.steps_not_seen") == 2
    assert stage.sweep.swept_at is None
    assert len(stage.delivered()) == 1, "the task that was deleted"


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (TaskSuspended("extendLock", "is suspended"), ["lock.not_shortened"]),
        (ContinuationFailed("extendLock", "Java heap space"), ["lock.not_shortened"]),
        (LockLost("extendLock", "expired", None), []),
        (TaskGone("extendLock", "?"), []),
    ],
    ids=["suspended", "memory", "lost", "gone"],
)
def test_an_inherited_step_that_cannot_be_let_go_of_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, trouble: EngineError, told: list[str]
) -> None:
    """Nobody has it in the book, and its lock is a long one."""
    stage.wait_for(1)
    inherited = [[stage.row()], []]
    monkeypatch.setattr(stage.ledger, "shared", True)
    monkeypatch.setattr(stage.ledger.waiting, "inherit", lambda _: inherited.pop(0))

    def refused(*_: object, **__: object) -> None:
        raise trouble

    stage.engine.give_back = refused  # type: ignore[method-assign]
    stage.sweep.steps._inherit()
    assert [name for name in stage.events.names() if name == "lock.not_shortened"] == told


def test_it_is_told_once_that_the_portal_shows_waiting_tasks_again(stage: Stage) -> None:
    stage.wait_for(1)
    stage.watch.look_at_all()
    assert "waiting.seen" not in stage.events.names()
    stage.task_states.script = [malformed("tasks.task.list", "an item is no mapping")]
    for _ in range(3):
        stage.watch.look_at_all()
        stage.portal_gate.open()
    told = [name for name in stage.events.names() if name in ("waiting.not_seen", "waiting.seen")]
    assert told == ["waiting.not_seen", "waiting.seen"]


def test_a_list_that_fails_while_the_portal_is_well_is_a_pause_of_the_answers(stage: Stage) -> None:
    """Nobody's answer came in, and page and `status` said that no answer was lost."""
    stage.wait_for(1)
    stage.task_states.script = [Rejected(LIST, "refused", "Missing or invalid required parameter: userId")] * 3
    stage.watch.look_at_all()
    paused = [stage.watch.paused.pause]
    assert paused == [None], "a single failure is soon over"
    stage.watch.look_at_all()
    stage.watch.look_at_all()
    assert stage.portal_gate.is_open
    pause = stage.watch.paused.pause
    assert pause is not None
    assert (pause.part, pause.tries) == (PartName.ANSWERS, 2)
    stage.watch.look_at_all()
    assert "part.resumed" in stage.events.names()


def test_closed_tasks_that_the_portals_filter_hides_are_told_and_concluded(stage: Stage) -> None:
    stage.wait_for(3)
    stage.task_states.set(1, DONE, "45")
    stage.task_states.closed = lambda *_: States(())  # type: ignore[method-assign]
    stage.sweep_once()
    assert "waiting.not_seen" not in stage.events.names(), "the watch may not have been there yet"
    stage.sweep_once()
    assert stage.events.names().count("waiting.not_seen") == 1
    stage.watch.look_at_all()
    assert "waiting.seen" not in stage.events.names(), "the watch has not seen what the sweep did not"
    stage.sweep_once()
    assert [stage.events.facts(name)["look"] for name in ("waiting.not_seen", "waiting.seen")] == ["tasks"] * 2
    [complete] = stage.delivered()
    assert complete.variables["Task_Create"]["value"] == "ok"
    assert len(stage.waiting) == 2


NO_STATUS = OddRow(1, Odd.NO_STATUS)


def test_an_odd_row_holds_up_its_own_step_alone_and_is_told_once(stage: Stage) -> None:
    stage.wait_for(3)
    stage.task_states.odd = [NO_STATUS]
    stage.task_states.set(2, DONE, "45")
    stage.watch.look_at_all()
    stage.watch.look_at_all()
    assert len(stage.delivered()) == 1
    assert {one.portal_task_id for one in stage.waiting.all()} == {1, 3}
    assert stage.events.names().count("waiting.odd_row") == 1
    assert stage.events.facts("waiting.odd_row") == {"portal_task": 1, "reason": "row_no_status"}
    assert "waiting.not_seen" not in stage.events.names()
    assert stage.watch.looked_at is not None
    assert stage.watch.odd_rows == 1
    stage.task_states.odd = []
    stage.watch.look_at_all()
    assert stage.watch.odd_rows == 0


@pytest.mark.parametrize("why", Odd)
def test_whatever_makes_a_row_odd_is_told_in_words(stage: Stage, why: Odd) -> None:
    stage.wait_for(1)
    stage.task_states.odd = [OddRow(None, why)]
    stage.watch.look_at_all()
    reason = stage.events.facts("waiting.odd_row")["reason"]
    assert isinstance(reason, Reason)
    assert reason.phrase


def test_an_odd_row_is_told_again_when_it_is_odd_in_another_way_or_comes_back(stage: Stage) -> None:
    stage.wait_for(2)
    for odd in ([NO_STATUS], [replace(NO_STATUS, why=Odd.TWICE)], [], [NO_STATUS], [NO_STATUS]):
        stage.task_states.odd = odd
        stage.watch.look_at_all()
    assert stage.events.names().count("waiting.odd_row") == 3


def test_a_hinted_look_between_tells_no_odd_row_anew(stage: Stage) -> None:
    first, _ = stage.wait_for(2)
    stage.task_states.odd = [NO_STATUS]
    stage.watch.look_at_all()
    stage.watch.look([first])
    stage.watch.look_at_all()
    assert stage.events.names().count("waiting.odd_row") == 1


@pytest.mark.parametrize("odd", [NO_STATUS, OddRow(None, Odd.NO_NUMBER)])
def test_a_task_whose_row_is_odd_is_not_deleted(stage: Stage, odd: OddRow) -> None:
    stage.wait_for(3)
    del stage.task_states.there[1]
    stage.task_states.odd = [odd]
    stage.sweep_twice()
    stage.sweep_twice()
    assert (stage.delivered(), len(stage.waiting)) == ([], 3)
    assert stage.events.names().count("waiting.odd_row") == 1
    assert (stage.sweep.tasks.odd_rows, stage.sweep.swept_at is not None) == (1, True)


def test_a_task_beside_an_odd_row_that_is_anothers_is_deleted(stage: Stage) -> None:
    stage.wait_for(3)
    del stage.task_states.there[2]
    stage.task_states.odd = [NO_STATUS]
    stage.sweep_twice()
    assert len(stage.delivered()) == 1
    assert {one.portal_task_id for one in stage.waiting.all()} == {1, 3}


def test_a_step_that_is_gone_ends_though_the_row_of_its_task_is_odd(stage: Stage) -> None:
    """The task may be closed, or another step's: a person is told instead of it."""
    stage.wait_for(2)
    del stage.holders["task-1"]
    stage.task_states.odd = [NO_STATUS]
    stage.sweep_once()
    assert (stage.task_states.comments, len(stage.waiting)) == ([], 1)
    assert stage.events.facts("waiting.not_told")["reason"] == "row_no_status"


def test_a_portal_that_shows_no_task_of_ours_at_all_is_told(stage: Stage) -> None:
    stage.wait_for(1)
    stage.portal.newest_marked = list  # type: ignore[attr-defined]
    stage.task_states.there.clear()
    stage.sweep_twice()
    assert stage.events.names().count("waiting.many_tasks_gone") == 1, "once, though two sweeps found it"
    assert stage.sweep.tasks.many_gone == 1
    assert stage.delivered() == []


def test_steps_that_were_gone_and_wait_no_longer_are_no_trouble(stage: Stage) -> None:
    waiting = stage.wait_for(4)
    stage.holders.clear()
    stage.sweep_once()
    assert stage.sweep.steps.many_gone == 4
    for one in waiting:
        stage.sweep.steps._end(stage.row(one.id), Stage_.SETTLED)
    stage.sweep_once()
    assert stage.sweep.steps.many_gone == 0


def test_what_was_inherited_is_freed_though_the_engine_is_away_in_between(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would look at those tasks until their long locks have run out."""
    rows = [stage.row(waiting.id) for waiting in stage.wait_for(3)]
    left, freed = [rows], []
    monkeypatch.setattr(stage.ledger, "shared", True)
    monkeypatch.setattr(stage.ledger, "_server_boot", 0.0, raising=False)
    monkeypatch.setattr(stage.ledger.waiting, "inherit", lambda limit: left.pop() if left else [])
    outcomes = [None, EngineUnreachable("extendLock", "away", doubtful=False), LockLost("extendLock", "x", None), None]

    def give_back(task_id: str, *, worker_id: str) -> None:
        answer(outcomes)
        freed.append((task_id, worker_id))

    monkeypatch.setattr(stage.engine, "give_back", give_back)
    stage.sweep_once()
    assert freed == [("task-1", "w")]
    stage.engine_gate.reason = None
    stage.sweep_once()
    assert freed == [("task-1", "w"), ("task-3", "w")], "the second had run out"
    stage.sweep_once()
    assert len(freed) == 2


def test_a_step_in_hand_is_not_cancelled(stage: Stage) -> None:
    stage.wait_for(1)
    assert stage.locks.reserve("task-1")
    stage.holders.clear()
    stage.sweep_once()
    assert stage.task_states.comments == []


def test_a_step_that_another_worker_has_now_is_its_business(stage: Stage) -> None:
    [waiting] = stage.wait_for()
    stage.waiting.take(waiting)
    stage.holders["task-1"] = "other"
    stage.sweep_once()
    assert stage.stage() == "superseded"
    assert stage.events.facts("task.superseded") == {"task": "task-1", "holder": "other"}


@pytest.mark.parametrize(("holder", "ends"), [("fellow-2", "waiting"), ("thief", "superseded")])
def test_of_a_shared_ledger_only_a_worker_that_does_not_share_it_takes_a_step_away(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, holder: str, ends: str
) -> None:
    """A fellow has the same row; a stranger's lock was no matter to anybody, and the open task waited in vain."""
    [waiting] = stage.wait_for()
    stage.waiting.take(waiting)
    monkeypatch.setattr(stage.ledger, "_server_boot", stage.ledger.now() - clock.boottime(), raising=False)
    monkeypatch.setattr(stage.ledger, "shared", True)
    monkeypatch.setattr(stage.ledger.waiting, "inherit", lambda _: [])
    monkeypatch.setattr(stage.ledger.views, "workers", lambda: {"w", "fellow-2"})
    stage.holders["task-1"] = holder
    stage.sweep_once()
    assert stage.stage() == ends


@with_wait(returned="error:REOPENED")
def test_a_task_returned_to_work_after_closing_is_what_the_topic_says(stage: Stage) -> None:
    [waiting] = stage.wait_for()
    waiting.was_closed = True
    stage.sweep_once()
    [error] = stage.delivered()
    assert error.code == "REOPENED"


def test_a_task_returned_to_work_is_waited_for_again(stage: Stage) -> None:
    stage.wait_for()
    stage.task_states.set(1, DONE)  # without an answer: an incident
    stage.look()
    stage.task_states.set(1, OPEN)
    row = stage.ledger.known(["task-1"])["task-1"]
    stage.desk.begin(stage.hand(fetched("task-1", retries=1), surely_first=False, row=row))
    [waiting] = stage.waiting.all()
    assert waiting.was_closed
    stage.sweep_once()
    stage.task_states.set(1, DONE, "45")
    stage.look()
    assert [type(one) for one in stage.delivered()] == [Failure, Complete]
    assert len(stage.portal.made) == 0


# --- creates whose outcome nobody asks for any more ---


def left_creating(stage: Stage, *, ago: float, name: str = "task-1") -> None:
    stage.ledger.begin_create(fetched(name), draft(fetched(name)), None)
    with sqlite3.connect(stage.folder / "worker.db") as ledger:
        ledger.execute("update tasks set updated_at = updated_at - ? where external_task_id = ?", (ago, name))


def test_a_create_of_unknown_outcome_whose_step_is_gone_is_looked_up_and_synchronised(stage: Stage) -> None:
    left_creating(stage, ago=3600)
    stage.portal.find_script = [{"task-1": 42}]
    stage.sweep_once()
    row = stage.ledger.known(["task-1"])["task-1"]
    assert (row.stage, row.portal_task_id) == ("settled", 42)
    assert stage.synced == 1
    assert ("task.abandoned", {"task": "task-1", "portal_task": 42}) in stage.events.seen


def test_a_create_whose_step_is_only_hidden_from_us_is_kept_and_told(stage: Stage) -> None:
    """The engine's user has lost a right: no list shows the step, and it is there."""
    left_creating(stage, ago=3600)
    stage.engine.exists = lambda _: True  # type: ignore[attr-defined]
    stage.sweep_once()
    assert stage.ledger.known(["task-1"])["task-1"].stage == "creating"
    assert "task.abandoned" not in stage.events.names()
    assert "waiting.steps_not_seen" in stage.events.names()


def test_a_task_whose_failure_was_told_is_synchronised_when_its_step_is_gone(stage: Stage) -> None:
    """The completion was refused, and the operator has cancelled the instance instead of mending it."""
    stage.ledger.created(fetched(), None, 42, FAILED, adopted=False)
    stage.ledger.settlements.settled(owed_for(stage.ledger))
    with sqlite3.connect(stage.folder / "worker.db") as ledger:
        ledger.execute("update tasks set updated_at = updated_at - 3600")
    stage.sweep_once()
    assert stage.stage() == "settled"
    assert stage.synced == 1
    assert ("task.abandoned", {"task": "task-1", "portal_task": 42}) in stage.events.seen


def failed_for_good(stage: Stage, name: str = "task-1") -> None:
    stage.ledger.rejected(fetched(name), None, Failure("nobody is responsible", "", 0, 0.0))
    stage.ledger.settlements.settled(owed_for(stage.ledger, name))


def test_an_incident_whose_step_was_begun_anew_is_ended_in_the_next_round(stage: Stage) -> None:
    """By the ledger, its page and its search, the former step needed a decision for ever."""
    failed_for_good(stage)
    assert stage.ledger.views.search("task-1").tasks[0].incident
    stage.holders["task-1"] = None
    stage.sweep_once()
    assert stage.stage() == "rejected", "the engine has it: somebody may raise its retries"
    del stage.holders["task-1"]
    stage.sweep_once()
    [row] = stage.ledger.views.search("task-1").tasks
    assert (row.stage, row.incident) == ("settled", False)
    assert ("task.abandoned", {"task": "task-1", "portal_task": None}) in stage.events.seen
    assert stage.synced == 0


def test_a_failed_step_with_retries_left_is_ended_in_the_next_round_once_the_engine_has_it_no_longer(
    stage: Stage,
) -> None:
    """Its step was deleted, or its instance: page and warnings told its failure for eleven minutes."""
    stage.ledger.rejected(fetched(), None, FAILED)
    stage.ledger.settlements.settled(owed_for(stage.ledger))
    stage.holders["task-1"] = None
    stage.sweep_once()
    assert stage.stage() == "rejected", "the engine has it, and hands it out again"
    del stage.holders["task-1"]
    stage.sweep_once()
    assert stage.stage() == "settled"
    assert ("task.abandoned", {"task": "task-1", "portal_task": None}) in stage.events.seen


def test_a_create_whose_outcome_is_unknown_is_ended_only_once_it_is_old(stage: Stage) -> None:
    """Whoever sent it may still get an answer."""
    stage.ledger.begin_create(fetched(), draft(fetched()), None)
    stage.sweep_once()
    assert stage.stage() == "creating"


def test_incidents_that_nobody_decides_hide_no_step_that_is_gone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.waiting.orphans.SEEN_AT_ONCE", 3)
    for number in range(7):
        failed_for_good(stage, f"open-{number}")
        stage.holders[f"open-{number}"] = None
    failed_for_good(stage)
    for _ in range(3):
        stage.sweep_once()
    assert stage.stage() == "settled"
    del stage.holders["open-0"]
    for _ in range(3):
        stage.sweep_once()
    assert stage.row("open-0").stage == "settled", "it begins anew with the oldest"


def test_an_incident_of_a_topic_that_is_served_no_more_is_no_create_of_unknown_outcome(tmp_path: Path) -> None:
    stage = Stage(tmp_path, TopicSettings(), of_prod=True)
    failed_for_good(stage)
    stage.holders["task-1"], stage.tenant_of["task-1"] = None, "test"
    stage.sweep_once()
    assert "task.not_served" not in stage.events.names()


def test_one_that_was_never_executed_leaves_no_personal_data(stage: Stage) -> None:
    left_creating(stage, ago=3600)
    stage.sweep_once()
    row = stage.ledger.known(["task-1"])["task-1"]
    assert (row.stage, row.portal_task_id) == ("settled", None)
    with sqlite3.connect(stage.folder / "worker.db") as ledger:
        assert ledger.execute("select draft from tasks").fetchall() in ([(None,)], [("null",)])
    assert stage.synced == 0


def test_many_older_ones_whose_steps_are_suspended_do_not_hide_it(stage: Stage) -> None:
    for number in range(60):
        left_creating(stage, ago=7200, name=f"suspended-{number}")
        stage.holders[f"suspended-{number}"] = None
    left_creating(stage, ago=3600)
    stage.sweep_once()
    assert stage.ledger.known(["task-1"])["task-1"].stage == "settled"
    assert stage.ledger.known(["suspended-7"])["suspended-7"].stage == "creating"


@pytest.mark.parametrize("why", ["young", "at the engine", "in hand", "not looked up"])
def test_one_that_may_go_on_is_left_alone(stage: Stage, why: str) -> None:
    left_creating(stage, ago=60 if why == "young" else 3600)
    if why == "at the engine":
        stage.holders["task-1"] = None
    if why == "in hand":
        stage.hand()
    if why == "not looked up":
        stage.portal.find_script = [LookupUnproven("tasks.task.list", "no_witness")]
    stage.sweep_once()
    assert stage.ledger.known(["task-1"])["task-1"].stage == "creating"


def test_a_step_of_a_tenant_that_is_served_no_more_is_told_once_and_not_taken_for_gone(tmp_path: Path) -> None:
    stage = Stage(tmp_path, TopicSettings(), of_prod=True)
    stage.wait_for(3)
    stage.tenant_of |= {"task-1": "prod", "task-2": "test"}
    stage.sweep.steps.look()
    stage.sweep.steps.look()
    told = [facts for name, facts in stage.events.seen if name == "waiting.not_served"]
    assert told == [{"count": 2, "topics": TOPIC, "tenants": "-, test"}]
    assert "waiting.step_gone" not in stage.events.names()


def test_a_create_of_unknown_outcome_of_a_former_tenant_is_told_once_and_left(tmp_path: Path) -> None:
    """Nobody fetches its step any more: without a word it would stay for ever."""
    stage = Stage(tmp_path, TopicSettings(), of_prod=True)
    for name, tenant in (("task-1", "test"), ("task-2", "prod")):
        left_creating(stage, name=name, ago=3600)
        stage.holders[name] = None
        stage.tenant_of[name] = tenant
    stage.sweep_once()
    stage.sweep_once()
    told = [facts for name, facts in stage.events.seen if name == "task.not_served"]
    assert told == [{"count": 1, "topics": TOPIC, "tenants": "test"}]
    assert stage.ledger.known(["task-1"])["task-1"].stage == "creating"
