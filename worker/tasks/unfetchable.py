"""Finds steps that the engine cannot hand out with their variables. Such a step makes every fetch fail.

A single answer does not show whether the step or the engine is at fault. A step is at fault if, `PROOFS` times, fetches
failed, the step was locked out of the way, and the very next fetch succeeded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import inf

from worker.engine.client import Engine, Fetched
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable
from worker.model import FetchedTask

PROOFS = 2
MOST = 1000


class Unfetchable:
    """For one thread. `away_seconds`: how long a suspected step stays locked while the others are fetched."""

    def __init__(self, engine: Engine, topics: Sequence[str], away_seconds: float) -> None:
        self._engine = engine
        self._topics = topics
        self._away_seconds = away_seconds
        self._proofs: Counter[str] = Counter()
        self._away: str | None = None
        self._was_in_vain = False

    def pass_by(self, why: EngineError) -> Fetched | None:
        """Lock the first step without its variables.

        Returns the answer with the step as odd if its fault is proven. Otherwise None: the step stays locked for
        `away_seconds`, so that the next fetch is a test.
        """
        try:
            bare = self._engine.fetch_bare(self._topics, str(why))
            ids = [odd.task.id for odd in bare.odd if odd.task and not self.is_at_fault(odd.task.id)]
            for task_id in ids:
                self._lock_away(task_id)
        except EngineError:
            return None  # so the variables are not the cause; the caller logs the refusal
        return None if ids or not bare.odd else bare

    def _lock_away(self, task_id: str) -> None:
        try:
            self._engine.extend_lock(task_id, self._away_seconds)
        except (EngineUnreachable, EngineDenied):
            raise
        except EngineError:
            pass  # the lock set by this fetch remains, and keeps it out of the way too
        self._away = task_id

    def is_at_fault(self, task_id: str) -> bool:
        """Whether its fault is proven, so that it can be failed."""
        return self._proofs[task_id] >= PROOFS

    @property
    def is_out_of_the_way(self) -> bool:
        """Whether the next fetch may succeed and should come soon."""
        return self._away is not None and not self._was_in_vain

    @property
    def longest_wait(self) -> float:
        """How long the next fetch may wait, in seconds, to be answered before the lock of the suspected step expires.

        Two thirds are left for its long poll and for a slow machine: a step that is back by then proves nothing.
        """
        return self._away_seconds / 3 if self._away else inf

    def refused(self) -> None:
        """A fetch has failed. If a step was locked out of the way, it was not the cause."""
        self._was_in_vain = self._away is not None
        self._away = None

    def good(self, tasks: Sequence[FetchedTask]) -> None:
        """A fetch has succeeded and returned these tasks."""
        self._was_in_vain = False
        if self._away:
            if len(self._proofs) >= MOST:
                self._proofs.clear()
            self._proofs[self._away] += 1
            self._away = None
        for task in tasks:
            self._proofs.pop(task.id, None)
