from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bitrix.tasks import CreatedTask
from tests.support.builders import DONE, fetched, open_ledger
from worker.commands.audit import AT_ONCE, duplicates, resync, tasks_since
from worker.engine.errors import EngineUnreachable
from worker.ledger import Ledger, Person
from worker.model import Decided


class Engine:
    """Knows every instance but `gone`; falls silent at `silent_at`."""

    def __init__(self, *, gone: str = "", silent_at: str = "", others: tuple[str, ...] = ()) -> None:
        self.others = others
        self._gone = gone
        self._silent_at = silent_at

    def is_of_others(self, instance: str) -> bool:
        return instance in self.others

    def definition_key(self, instance: str) -> str | None:
        if instance == self._silent_at:
            raise EngineUnreachable("history", "away", doubtful=False)
        return None if instance == self._gone else "order"


def marked(count: int) -> list[CreatedTask]:
    """Two tasks for each instance."""
    return [CreatedTask(n, f"camunda:{n}", f"instance-{n // 2}") for n in range(2 * count)]


class Portal:
    """Has three marked tasks, and tells `told` as their number."""

    def __init__(self, told: int | None) -> None:
        self._told = told

    def count_created_since(self, _: datetime, **__: bool) -> int | None:
        return self._told

    def created_since(self, _: datetime, **__: bool) -> Iterator[CreatedTask]:
        yield from marked(2)[:3]


@pytest.mark.parametrize(
    ("told", "shown"),
    [(3, [(1, 3), (2, 3), (3, 3)]), (2, [(1, 2), (2, 2), (3, 3)]), (None, [(1, None), (2, None), (3, None)])],
)
def test_progress_has_a_total_where_the_portal_tells_it(told: int | None, shown: list[tuple[int, int | None]]) -> None:
    seen: list[tuple[int, int | None]] = []
    found = tasks_since(Portal(told), datetime.now(UTC), lambda count, of: seen.append((count, of)), marked=True)  # type: ignore[arg-type]
    assert (len(found), seen) == (3, shown)


ANNA = Person("anna@host", "the ledger was lost")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def test_one_sync_for_each_instance_that_the_engine_knows(ledger: Ledger) -> None:
    done = resync(marked(3), Engine(gone="instance-1"), ledger, ANNA)  # type: ignore[arg-type]
    assert (done.queued, done.unknown) == (2, ("instance-1",))
    assert {sync.request.process_instance_id for sync in ledger.syncs.take(9)} == {"instance-0", "instance-2"}


def test_who_has_restored_synchronisations_and_why_stays_in_the_ledger(ledger: Ledger) -> None:
    for name in ("instance-0", "instance-2"):
        ledger.created(fetched(name, process_instance_id=name), None, 42, DONE, adopted=False)
    resync(marked(2), Engine(), ledger, ANNA)  # type: ignore[arg-type]
    life = ledger.views.life("instance-0")
    assert life
    [one] = life.decisions
    assert (one.decided, one.who, one.reason) == (Decided.RESYNC, "anna@host", "the ledger was lost")
    assert ledger.syncs.decisions() == [], "among those about parked ones they would be too many"
    other = ledger.views.life("instance-2")
    assert other
    assert other.decisions == []


@pytest.mark.parametrize("edited", ["a/b", "..", "x" * 65, "two words"])
def test_a_field_that_a_person_has_edited_does_not_end_the_rest(ledger: Ledger, edited: str) -> None:
    """The engine answers 404 without JSON to such an address, as a server does that restarts."""
    tasks = [CreatedTask(1, "camunda:1", edited), CreatedTask(2, "camunda:2", "instance-2")]
    done = resync(tasks, Engine(silent_at=edited), ledger, ANNA)  # type: ignore[arg-type]
    assert (done.queued, done.unknown) == (1, (edited,))


def test_a_worker_beside_gets_its_turn_between_any_two_hundred(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits five seconds for the file; one transaction for all of a busy month would hold it for longer."""
    sizes: list[int] = []
    queue = ledger.syncs.queue

    def counted(requests: object, by: Person) -> int:
        sizes.append(queue(requests, by))  # type: ignore[arg-type]
        return sizes[-1]

    monkeypatch.setattr(ledger.syncs, "queue", counted)
    seen: list[int] = []
    assert resync(marked(2 * AT_ONCE + 1), Engine(), ledger, ANNA, seen.append).queued == 2 * AT_ONCE + 1  # type: ignore[arg-type]
    assert sizes == [AT_ONCE, AT_ONCE, 1]
    assert seen == [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 1]


def test_what_was_owed_before_the_engine_fell_silent_stays_so(ledger: Ledger) -> None:
    with pytest.raises(EngineUnreachable):
        resync(marked(AT_ONCE + 5), Engine(silent_at=f"instance-{AT_ONCE + 1}"), ledger, ANNA)  # type: ignore[arg-type]
    assert ledger.census()["syncs_waiting"] == AT_ONCE


def test_what_belongs_to_tenants_of_others_is_neither_shown_nor_synchronised(ledger: Ledger) -> None:
    engine = Engine(others=("instance-1", "instance-4"))
    twice = [CreatedTask(n, f"camunda:{n // 2}", f"instance-{n // 2}") for n in range(6)]
    assert [one.marker for one in duplicates(twice, engine)] == ["camunda:0", "camunda:2"]  # type: ignore[arg-type]
    assert resync(twice, engine, ledger, ANNA).queued == 2  # type: ignore[arg-type]
