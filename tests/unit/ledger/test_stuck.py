"""Which stuck processes the log has told: once for a ledger, whatever starts and however often."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from tests.support.builders import open_ledger
from worker.ledger.notes import STUCK
from worker.ledger.schema import meta
from worker.ledger.stuck import LONGEST_ID


def test_what_a_run_has_told_no_later_run_tells_again_and_the_later_one_tells_its_end(tmp_path: Path) -> None:
    first = open_ledger(tmp_path)
    assert first.stuck.begin(["a", "b"]) == {"a", "b"}
    assert first.stuck.begin(["a", "b", "c"]) == {"c"}
    assert first.stuck.end({"a", "b", "c"}) == set()
    first.close()
    later = open_ledger(tmp_path, owner="run-2")
    assert later.stuck.begin(["a", "b", "c"]) == set()
    assert later.stuck.end({"a"}) == {"b", "c"}
    assert later.stuck.end({"a"}) == set()
    assert later.stuck.begin(["b"]) == {"b"}, "it is stuck once more"
    later.close()


def test_an_id_that_no_note_can_have_is_told_all_the_same(tmp_path: Path) -> None:
    ledger, long = open_ledger(tmp_path), "x" * (LONGEST_ID + 1)
    assert ledger.stuck.begin([long, "a"]) == {long, "a"}
    with ledger._store.transaction() as tx:
        noted = set(tx.execute(sa.select(meta.c.key).where(meta.c.key.startswith(STUCK))).scalars())
    assert noted == {f"{STUCK}a"}
    ledger.close()
