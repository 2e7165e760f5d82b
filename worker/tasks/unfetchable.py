"""Steps that the engine cannot hand out with their variables: each stands before all others, and every fetch meets it.

Whether it is the step or the engine, a single answer does not say. A step is at fault when it was locked away several
times after fetches that failed, and each time the very next one went well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from worker.engine.client import Engine, Fetched
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable
from worker.model import FetchedTask

PROOFS = 2
MOST = 1000


class Unfetchable:
    """`away_seconds`: how long the others are served before it comes back. For one thread."""

    def __init__(self, engine: Engine, topics: Sequence[str], away_seconds: float) -> None:
        self._engine = engine
        self._topics = topics
        self._away_seconds = away_seconds
        self._proofs: Counter[str] = Counter()
        self._away: str | None = None
        self._was_in_vain = False

    def pass_by(self, why: EngineError) -> Fetched | None:
        """Lock the first step without its variables: an answer with it where it is at fault, None: not proven."""
        try:
            bare = self._engine.fetch_bare(self._topics, str(why))
            ids = [odd.task.id for odd in bare.odd if odd.task and not self.is_at_fault(odd.task.id)]
            for task_id in ids:
                self._lock_away(task_id)
        except EngineError:
            return None  # so it is not the content; the refusal is told by who asks
        return None if ids or not bare.odd else bare

    def _lock_away(self, task_id: str) -> None:
        try:
            self._engine.extend_lock(task_id, self._away_seconds)
        except (EngineUnreachable, EngineDenied):
            raise
        except EngineError:
            pass  # then for as long as this fetch has locked it: away it is
        self._away = task_id

    def is_at_fault(self, task_id: str) -> bool:
        """Whether enough speaks against it to fail it."""
        return self._proofs[task_id] >= PROOFS

    @property
    def is_out_of_the_way(self) -> bool:
        """Whether the next fetch may well go through, and at once: it comes back."""
        return self._away is not None and not self._was_in_vain

    def refused(self) -> None:
        """A fetch has failed: also without the one that was locked away."""
        self._was_in_vain = self._away is not None
        self._away = None

    def good(self, tasks: Sequence[FetchedTask]) -> None:
        """A fetch went well, with these."""
        self._was_in_vain = False
        if self._away:
            if len(self._proofs) >= MOST:
                self._proofs.clear()
            self._proofs[self._away] += 1
            self._away = None
        for task in tasks:
            self._proofs.pop(task.id, None)
