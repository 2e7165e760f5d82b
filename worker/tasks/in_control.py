"""The waiting steps whose task is done and awaits its creator's control: the step goes on once it is accepted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress

from bitrix import reading
from bitrix.task_states import TaskState
from worker.engine.incidents import Stuck
from worker.ledger import Ledger, LedgerUnavailable
from worker.runtime import clock
from worker.tasks.met_step import MetSteps

KIND = "in_control"
MOST_NAMED = 200
"""Of more nobody reads the names, and each costs a question to the ledger."""


class InControl:
    """As their tasks were last seen. Thread-safe."""

    def __init__(self, ledger: Ledger) -> None:
        self._met = MetSteps(ledger, KIND)
        self._noted = ledger.first_seen
        self._steps: dict[str, Stuck] = {}
        self._told: frozenset[str] = frozenset()
        """Those that the ledger has noted of this run."""

    def meet(self, external_task_id: str, state: TaskState) -> None:
        """Its task awaits control."""
        if external_task_id not in self._steps:
            done = reading.instant(state.closed_at)
            about = (external_task_id, state.id, None, done.timestamp() if done else None)
            named = len(self._steps) < MOST_NAMED
            self._steps[external_task_id] = self._met.named(*about) if named else self._met.bare(*about)

    def left(self, external_task_ids: Collection[str]) -> None:
        """Their tasks do not, or nobody waits for them any more."""
        for id_ in external_task_ids:
            self._steps.pop(id_, None)

    def note(self, looked_at: Collection[str] = ()) -> None:
        """Note them in the ledger, for when nobody can ask this worker; `looked_at`: what an earlier run noted is over.

        All at once: after a start there may be thousands.
        """
        steps = self._steps.copy()
        new = {id_: one.since or clock.wall() for id_, one in steps.items() if id_ not in self._told}
        left = (self._told | set(looked_at)) - steps.keys()
        with suppress(LedgerUnavailable):  # the next call does it
            if new:
                self._noted.note(KIND, new)
            if left:
                self._noted.keep(KIND, steps, left)
            self._told = frozenset(steps)

    def all(self) -> Sequence[Stuck]:
        """The newest first."""
        return list(self._steps.values())[::-1]
