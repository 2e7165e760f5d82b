"""A value that the ledger cannot hold is its task's fault: no outage, and no end of the process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.builders import DONE, draft, fetched, open_ledger
from tests.support.workshop import Workshop
from worker.ledger import Ledger, LedgerUnavailable, NotStorable
from worker.model import Failure
from worker.runtime import clock

HALF = "\ud83d"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path)


def test_half_a_character_and_a_number_beyond_64_bits_are_refused_and_no_outage(ledger: Ledger) -> None:
    told: list[LedgerUnavailable] = []
    ledger._store.on_unavailable = told.append
    with pytest.raises(NotStorable) as caught:
        ledger.begin_create(fetched(process_definition_key=HALF), draft(fetched()), None)
    assert HALF not in str(caught.value)
    with pytest.raises(NotStorable):
        ledger.created(fetched(), None, 2**70, DONE, adopted=False)
    assert told == []
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    assert ledger.known(["task-1"])["task-1"].portal_task_id == 42


@pytest.mark.parametrize(
    ("sqlstate", "outage"),
    [("54000", []), ("57P01", ["refused"])],
    ids=["beyond a limit of PostgreSQL", "PostgreSQL is being shut down"],
)
def test_a_value_beyond_a_limit_of_the_database_is_no_outage(ledger: Ledger, sqlstate: str, outage: list[str]) -> None:
    told: list[LedgerUnavailable] = []
    ledger._store.on_unavailable = told.append
    refused = type("Refused", (Exception,), {"sqlstate": sqlstate})("refused")
    with pytest.raises(LedgerUnavailable) as caught, ledger._store.transaction():
        raise sa.exc.OperationalError("", None, refused)
    assert isinstance(caught.value, NotStorable) is not bool(outage)
    assert [str(one) for one in told] == outage


def test_the_step_fails_with_words_and_nobody_else_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Workshop(tmp_path)
    real = shop.ledger.begin_create

    def begin(task, draft_, before):  # type: ignore[no-untyped-def]
        return real(replace(task, process_definition_key=HALF), draft_, before)

    monkeypatch.setattr(shop.ledger, "begin_create", begin)
    shop.desk.begin(shop.hand())
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert "cannot store a value" in failure.message
    assert (shop.portal.made, len(shop.locks)) == ([], 0)
    assert shop.portal_gate.is_open


def test_a_clock_that_jumps_makes_no_row_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = open_ledger(tmp_path)
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    owed = ledger.settlements.of("task-1")
    assert owed
    ledger.settlements.settled(owed)
    wall = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: wall + 30 * 86400.0)
    assert ledger.old.prune(14 * 86400.0) == 0
    monkeypatch.setattr(clock, "wall", lambda: wall - 30 * 86400.0)
    [sync] = ledger.syncs.take(5)
    assert abs(sync.created_at - wall) < 60
