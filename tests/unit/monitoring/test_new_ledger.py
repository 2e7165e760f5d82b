"""That a ledger was lost is told until it is settled, and never where another worker explains the tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from bitrix.causes import Cause
from bitrix.errors import NotExecuted
from tests.support.builders import open_ledger
from tests.support.fakes import Events
from worker.engine.step_life import TaskNow, task_now
from worker.ledger import LedgerUnavailable
from worker.monitoring.new_ledger import CLOCKS_APART, EVERY_SECONDS, NewLedgerWatch
from worker.monitoring.surroundings import LONGEST_LOCK, SOON_SECONDS
from worker.runtime import clock
from worker.runtime.gate import Gate, Gates


class World:
    """Engine, portal and ledger: the ledger is ten minutes old, and the portal has task 71, which is older."""

    def __init__(self) -> None:
        self.worker_id = "ours"
        self.task: int | None = 71
        self.seconds = 600.0
        self.ours: set[int] = set()
        self.resynced = False
        self.held: list[TaskNow] = []
        self.asked: list[datetime] = []
        self.error: Exception | None = None

    def marked_before(self, moment: datetime) -> int | None:
        if self.error:
            raise self.error
        self.asked.append(moment)
        return self.task

    def locked_beyond(self, topic: str, until: datetime, *, timeout: float) -> list[TaskNow]:
        assert (topic, until <= datetime.now(UTC)) == ("ask", True)
        assert timeout
        return self.held

    def made_at(self) -> float:
        return clock.wall() - self.seconds

    def has_task(self, portal_task_id: int) -> bool:
        return portal_task_id in self.ours

    def workers(self) -> set[str]:
        return {"peer"}

    def is_resynced(self) -> bool:
        return self.resynced

    def hold(self, worker: str, *, minutes: float) -> None:
        """A step of this age is locked."""
        created = datetime.now(UTC) - timedelta(minutes=minutes)
        row = {"id": worker, "workerId": worker, "createTime": created.strftime("%Y-%m-%dT%H:%M:%S.000+0000")}
        self.held.append(task_now(row))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def watch(world: World, events: Events) -> NewLedgerWatch:
    gates = Gates(*(Gate(side, events) for side in ("engine", "portal", "ledger")))
    return NewLedgerWatch(world, world, world, gates=gates, topics=("ask",), telemetry=events)


def test_a_lost_ledger_is_told_until_the_synchronisations_are_requested_anew(
    watch: NewLedgerWatch, world: World, events: Events
) -> None:
    """A process that is stuck was on no page any more, and the page said nothing of it."""
    assert [watch.one_round(), watch.one_round()] == [EVERY_SECONDS] * 2
    pause = watch.standstill.pause
    assert pause
    assert 600 <= pause.lasted < 700, "since the ledger was made, whatever run finds it"
    assert (pause.cause, pause.passes, pause.stops_all) == (Cause.LEDGER_NEW, False, False)
    assert events.facts("ledger.another_before")["portal_task"] == 71
    assert events.names().count("ledger.another_before") == 1
    assert timedelta(minutes=10) < datetime.now(UTC) - world.asked[0] < timedelta(minutes=12)
    world.resynced = True
    watch.one_round()
    assert watch.standstill.pause is None
    assert events.names()[-1] == "part.resumed"


@pytest.mark.parametrize(
    "case", ["none older", "resynced", "long ago", "another worker", "its own task", "its own step"]
)
def test_it_is_told_only_where_it_matters(watch: NewLedgerWatch, world: World, case: str) -> None:
    world.hold("ours", minutes=5)
    world.hold("peer", minutes=5)
    world.hold("former", minutes=60)
    match case:
        case "none older":
            world.task = None
        case "resynced":
            world.resynced = True
        case "long ago":
            world.seconds = LONGEST_LOCK.total_seconds() + 1
        case "its own task":
            world.ours = {71}
        case "another worker":
            world.hold("of-another-ledger", minutes=5)
    watch.one_round()
    assert (watch.standstill.pause is not None) is (case == "its own step")


def test_what_cannot_be_asked_says_nothing_new(watch: NewLedgerWatch, world: World) -> None:
    watch._gates.portal.close("away")
    assert watch.one_round() == SOON_SECONDS
    watch._gates.portal.open()
    for error in (NotExecuted("tasks.task.list", "x", "x"), LedgerUnavailable("full", None)):
        world.error = error
        assert watch.one_round() == EVERY_SECONDS
        assert watch.standstill.pause is None
    world.error = None
    watch.one_round()
    assert watch.standstill.pause is not None


def test_a_worker_that_gets_no_turn_for_long_asks_for_no_tasks_of_its_own_ledger(
    tmp_path: Path, world: World, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger's age was read and only minutes later subtracted from the time: its own tasks looked older than it."""
    ledger = open_ledger(tmp_path)
    made, late = ledger.views.made_at(), [0.0]
    monkeypatch.setattr(clock, "wall", lambda: made + 1080.0 + late[0])
    transaction = ledger.views._store.transaction

    @contextmanager
    def held_up() -> Iterator[Connection]:
        with transaction() as tx:
            yield tx
        late[0] += 120.0

    monkeypatch.setattr(ledger.views._store, "transaction", held_up)
    gates = Gates(*(Gate(side, events) for side in ("engine", "portal", "ledger")))
    NewLedgerWatch(world, world, ledger.views, gates=gates, topics=("ask",), telemetry=events).one_round()
    assert [moment.timestamp() for moment in world.asked] == [pytest.approx(made - CLOCKS_APART, rel=0, abs=1)]
    ledger.close()
