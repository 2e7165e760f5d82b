"""The ledger against a plain model of itself: random steps of two owners, stale knowledge, crashes.

`LEDGER_LIVES` says how many ledgers are tried.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import booleans, integers, sampled_from

from tests.support.builders import DONE, FAILED, draft, fetched
from worker.ledger import Ledger, OwedSettlement, Row, StaleRow, SyncOwed
from worker.model import Stage

HANDS = (("run-1", 0), ("run-1", 1), ("run-2", 0))
"""Two runs, one of them with two threads."""
OWNERS = ("run-1", "run-2")
IDS = ("a", "b")
LIVES = int(os.environ.get("LEDGER_LIVES", "30"))
STEPS = 30


Hand = tuple[str, int]


@dataclass(frozen=True)
class Known:
    """What the model says of one row."""

    stage: Stage
    owner: str
    attempt: int = 0
    spent: int = 0
    portal_task_id: int | None = None


class LedgerModel(RuleBasedStateMachine):
    """`rows`: by task. `seen`: what each owner last read of a task, true or stale. `owed`: (kind, owner) by task."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, Known] = {}
        self.owed: dict[str, tuple[str, str]] = {}
        self.syncs: set[str] = set()
        self.seen: dict[tuple[Hand, str], Row | None] = {}
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-model-"))

    def url(self) -> str:
        return f"sqlite:///{self.folder / 'worker.db'}"

    @initialize()
    def begin(self) -> None:
        self.ledgers = {owner: self.opened(owner) for owner in OWNERS}

    def opened(self, owner: str) -> Ledger:
        return Ledger(self.url(), portal="p", engine="e", owner=owner)

    def teardown(self) -> None:
        for ledger in self.ledgers.values():
            ledger.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- steps ---

    @rule(hand=sampled_from(HANDS), id_=sampled_from(IDS))
    def received(self, hand: Hand, id_: str) -> None:
        """The engine hands the task out: what is known now is true, an undelivered failure is gone."""
        self.seen[hand, id_] = self.ledgers[hand[0]].received([fetched(id_)]).get(id_)
        if self.owed.get(id_, ("", ""))[0] == "failure":
            del self.owed[id_]

    @rule(hand=sampled_from(HANDS), id_=sampled_from(IDS))
    def intends(self, hand: Hand, id_: str) -> None:
        def step(before: Row | None) -> Row:
            return self.ledgers[hand[0]].begin_create(fetched(id_), draft(fetched(id_)), before)

        old = self.rows.get(id_)
        attempt, spent = (old.attempt, old.spent) if old else (0, 0)
        self._change(hand, id_, step, Known(Stage.CREATING, hand[0], attempt + 1, spent + 1, None))

    @rule(hand=sampled_from(HANDS), id_=sampled_from(IDS), number=integers(1, 99), adopted=booleans())
    def created(self, hand: Hand, id_: str, number: int, adopted: bool) -> None:
        def step(before: Row | None) -> Row:
            return self.ledgers[hand[0]].created(fetched(id_), before, number, DONE, adopted=adopted)

        old = self.rows.get(id_)
        if self._change(hand, id_, step, Known(Stage.CREATED, hand[0], old.attempt if old else 0, 0, number)):
            self.owed[id_] = ("complete", hand[0])

    @rule(hand=sampled_from(HANDS), id_=sampled_from(IDS))
    def rejected(self, hand: Hand, id_: str) -> None:
        def step(before: Row | None) -> Row:
            return self.ledgers[hand[0]].rejected(fetched(id_), before, FAILED)

        old = self.rows.get(id_)
        if self._change(hand, id_, step, Known(Stage.REJECTED, hand[0], old.attempt if old else 0, 0, None)):
            self.owed[id_] = ("failure", hand[0])

    @rule(hand=sampled_from(HANDS), id_=sampled_from(IDS))
    def not_executed(self, hand: Hand, id_: str) -> None:
        seen, old = self.seen.get((hand, id_)), self.rows.get(id_)
        if seen is None or old is None or seen.stage is not Stage.CREATING:
            return
        after = replace(old, stage=Stage.REJECTED, owner=hand[0], spent=max(seen.spent - 1, 0))
        self._change(hand, id_, lambda _: self.ledgers[hand[0]].not_executed(seen), after)

    @rule(owner=sampled_from(OWNERS), id_=sampled_from(IDS), gone=booleans())
    def settled(self, owner: str, id_: str, gone: bool) -> None:
        owed = self.ledgers[owner].settlements.of(id_)
        assert (owed is None) == (id_ not in self.owed)
        if owed is None:
            return
        kind, _ = self.owed.pop(id_)
        expected = SyncOwed.NOTHING
        if (gone or kind == "complete") and self.rows[id_].portal_task_id is not None:
            expected = SyncOwed.OWED
            self.syncs.add(f"instance-of-{id_}")
        if gone or kind == "complete":
            self.rows[id_] = replace(self.rows[id_], stage=Stage.SETTLED)
        assert self.ledgers[owner].settlements.settled(owed, gone=gone) is expected

    @rule(owner=sampled_from(OWNERS), id_=sampled_from(IDS))
    def settled_by_somebody_else_meanwhile(self, owner: str, id_: str) -> None:
        stranger = OwedSettlement(id_, "run-0", "w", DONE, 0)
        expected = SyncOwed.NOTHING
        if id_ in self.rows and self.rows[id_].stage is Stage.SUPERSEDED:  # nobody else owes its sync
            self.rows[id_] = replace(self.rows[id_], stage=Stage.SETTLED)
            if self.rows[id_].portal_task_id is not None:
                expected = SyncOwed.OWED
                self.syncs.add(f"instance-of-{id_}")
        assert self.ledgers[owner].settlements.settled(stranger) is expected
        self.ledgers[owner].settlements.superseded(stranger)

    @rule(owner=sampled_from(OWNERS), id_=sampled_from(IDS))
    def superseded(self, owner: str, id_: str) -> None:
        owed = self.ledgers[owner].settlements.of(id_)
        if owed:
            del self.owed[id_]
            self.rows[id_] = replace(self.rows[id_], stage=Stage.SUPERSEDED)
            self.ledgers[owner].settlements.superseded(owed)

    @rule(owner=sampled_from(OWNERS))
    def crashes(self, owner: str) -> None:
        """Nothing that was acknowledged may be forgotten; what was known in memory is."""
        self.ledgers[owner].close()
        self.ledgers[owner] = self.opened(owner)
        self.seen = {key: row for key, row in self.seen.items() if key[0][0] != owner}

    @rule(owner=sampled_from(OWNERS))
    def synchronises(self, owner: str) -> None:
        for sync in self.ledgers[owner].syncs.take(1):
            self.syncs.remove(sync.request.process_instance_id)
            self.ledgers[owner].syncs.sent(sync)

    def _change(self, hand: Hand, id_: str, step: Any, after: Known) -> bool:
        """Take a step by what this thread has seen; whoever has seen an old row changes nothing."""
        seen, old = self.seen.get((hand, id_)), self.rows.get(id_)
        seen_now = (seen.stage, seen.owner, seen.attempt) if seen else None
        fresh = seen_now == ((old.stage, old.owner, old.attempt) if old else None)
        try:
            row = step(seen)
        except StaleRow:
            assert not fresh
            return False
        assert fresh
        self.rows[id_] = after
        self.seen[hand, id_] = row
        return True

    # --- what must be so ---

    @invariant()
    def both_see_what_the_model_says(self) -> None:
        if not hasattr(self, "ledgers"):
            return
        for ledger in self.ledgers.values():
            rows = ledger.known(IDS)
            assert {id_: _known(row) for id_, row in rows.items()} == self.rows
            census = ledger.census()
            assert census["settlements_owed"] == len(self.owed)
            assert census["syncs_waiting"] == len(self.syncs)


def _known(row: Row) -> Known:
    return Known(row.stage, row.owner, row.attempt, row.spent, row.portal_task_id)


LedgerModel.TestCase.settings = settings(max_examples=LIVES, stateful_step_count=STEPS)
test_the_ledger_does_what_its_model_says = LedgerModel.TestCase
pytestmark = [pytest.mark.filterwarnings("ignore::ResourceWarning"), pytest.mark.no_cover]
