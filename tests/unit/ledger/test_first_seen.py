"""Since when something keeps a step from going on: restarts and other workers do not begin it anew."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from tests.support.builders import fetched, open_ledger
from worker.ledger import Ledger
from worker.ledger.first_seen import LONGEST_KEY
from worker.ledger.notes import SEEN
from worker.ledger.schema import meta


def noted(ledger: Ledger) -> set[str]:
    with ledger._store.transaction() as tx:
        return set(tx.execute(sa.select(meta.c.key).where(meta.c.key.startswith(SEEN))).scalars())


def test_a_later_run_knows_since_when_and_what_is_over_begins_anew(tmp_path: Path) -> None:
    first = open_ledger(tmp_path, now=lambda: 100.0)
    assert first.first_seen.begin("suspended", "a") == 100.0
    first.close()
    later = open_ledger(tmp_path, owner="run-2", now=lambda: 500.0)
    assert later.first_seen.begin("suspended", "a") == 100.0
    assert later.first_seen.begin("dismissed", "a") == 500.0, "another matter"
    later.first_seen.end("suspended", "a")
    assert later.first_seen.begin("suspended", "a") == 500.0
    later.close()
    earlier = open_ledger(tmp_path, owner="run-3", now=lambda: 300.0)
    assert earlier.first_seen.begin("suspended", "a") == 300.0, "a clock that was set back tells nothing of the future"
    earlier.close()


def test_only_what_still_is_and_what_others_have_is_kept(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    for id_ in ("a", "b"):
        ledger.first_seen.begin("suspended", id_)
    ledger.first_seen.begin("dismissed", "b")
    ledger.first_seen.keep("suspended", ["a"])
    assert noted(ledger) == {f"{SEEN}suspended:a", f"{SEEN}dismissed:b"}
    other = open_ledger(tmp_path, owner="run-2")
    other.leases.lease("host", locks_for=60.0)
    other.waiting.begin(fetched("b"), None, 85, origin="created")
    ledger.first_seen.keep("dismissed", [])
    assert noted(ledger) == {f"{SEEN}suspended:a", f"{SEEN}dismissed:b"}, "a running worker has that step"
    other.leases.release()
    ledger.first_seen.keep("dismissed", [])
    assert noted(ledger) == {f"{SEEN}suspended:a"}
    other.close()
    ledger.close()


def test_what_was_seen_of_steps_without_a_row_is_deleted_with_old_rows(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.waiting.begin(fetched(), None, 85, origin="created")
    for id_ in ("task-1", "gone"):
        ledger.first_seen.begin("suspended", id_)
    ledger.old.prune(1.0)
    assert noted(ledger) == {f"{SEEN}suspended:task-1"}
    ledger.first_seen.end("suspended", "task-1")
    ledger.old.prune(1.0)
    assert noted(ledger) == set()
    ledger.close()


def test_an_id_that_no_note_can_have_is_seen_now(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, now=lambda: 100.0)
    assert ledger.first_seen.begin("suspended", "x" * LONGEST_KEY) == 100.0
    assert noted(ledger) == set()
    ledger.close()
