"""Takes over the open work of the installation that this one replaces: external tasks locked for a year by its worker.

A lock is freed only when a row says what there is of the task, and when no create of the old services can be running
any more. Safe to repeat and to kill: what was freed is no longer locked by the old worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bitrix.errors import PortalError
from bitrix.lifecycle import AT_ONCE, Lifecycle, Status, TaskState
from worker import clock
from worker.engine import Engine
from worker.engine_errors import LockLost, TaskGone
from worker.ledger import Ledger, StaleRow
from worker.lookup import Lookup
from worker.model import FetchedTask

T = TypeVar("T")
BATCH = 37
"""Locks that are freed after one look."""
PAUSE_SECONDS = 1.0


class Intent(StrEnum):
    """What will become of one external task."""

    WAIT = "wait"
    COMPLETE = "complete"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class Plan:
    """One external task of the old worker. `state` None: the portal has no task for it."""

    task: FetchedTask
    state: TaskState | None
    answer: str | None = None
    """The chosen option's text, or its number where the portal does not tell the text."""

    @property
    def intent(self) -> Intent:
        if self.state is None:
            return Intent.CREATE
        closed = self.state.status in (Status.COMPLETED, Status.DECLINED)
        return Intent.COMPLETE if closed else Intent.WAIT


@dataclass(frozen=True, slots=True)
class Taken:
    """`freed`: locks that were given back. `gone`: external tasks that had ended, or were another's, meanwhile.

    `late`: locked by the old worker after the plan was made: it still runs.
    """

    freed: int
    gone: int
    late: tuple[str, ...]


class Takeover:
    """Every method raises `PortalError`, `EngineError` and `LedgerUnavailable`.

    `hold_seconds`: how long a create of the old services may still be running.
    """

    def __init__(
        self,
        *,
        from_worker: str,
        topics: Sequence[str],
        engine: Engine,
        lookup: Lookup,
        lifecycle: Lifecycle,
        ledger: Ledger,
        hold_seconds: float,
        wait: Callable[[float], None],
    ) -> None:
        self._from_worker = from_worker
        self._topics = frozenset(topics)
        self._engine = engine
        self._lookup = lookup
        self._lifecycle = lifecycle
        self._ledger = ledger
        self._hold_seconds = hold_seconds
        self._wait = wait
        self._began = clock.boottime()

    def plan(self) -> list[Plan]:
        """What there is to take over, in the topics that we serve; changes nothing."""
        locked = self._locked()
        found = self._lookup.find(locked, everywhere=True) if locked else {}
        states = self._states(sorted(found.values()))
        return [self._plan_of(task, states.get(found.get(task.id, 0))) for task in locked]

    def other_topics(self) -> dict[str, int]:
        """Topics that the old worker has locked tasks of and that we do not serve, with their number."""
        counts: dict[str, int] = {}
        for task in self._engine.locked_by(self._from_worker):
            if task.topic not in self._topics:
                counts[task.topic] = counts.get(task.topic, 0) + 1
        return counts

    def _locked(self) -> list[FetchedTask]:
        return [task for task in self._engine.locked_by(self._from_worker) if task.topic in self._topics]

    def _states(self, ids: Sequence[int]) -> dict[int, TaskState]:
        states: dict[int, TaskState] = {}
        for chunk in _batches(ids, AT_ONCE):
            states |= {state.id: state for state in self._lifecycle.states(chunk)}
        return states

    def _plan_of(self, task: FetchedTask, state: TaskState | None) -> Plan:
        if state is None or state.answer is None:
            return Plan(task, state)
        try:
            return Plan(task, state, self._lifecycle.answer_text(state.answer) or state.answer)
        except PortalError:
            return Plan(task, state, state.answer)

    def carry_out(self, plans: Sequence[Plan], told: Callable[[int, int], object]) -> Taken:
        """Write the rows, wait until nothing of the old services can be running, and free the locks.

        `told` hears how many of how many are done.
        """
        for plan in plans:
            self._record(plan)
        self._wait_out()
        freed = gone = 0
        for batch in _batches(plans, BATCH):
            self._look_again([plan.task for plan in batch if plan.state is None])
            for plan in batch:
                if self._free(plan.task.id):
                    freed += 1
                else:
                    gone += 1
                told(freed + gone, len(plans))
            self._beat()
        known = {plan.task.id for plan in plans}
        return Taken(freed, gone, tuple(task.id for task in self._locked() if task.id not in known))

    def _record(self, plan: Plan) -> None:
        """Whoever fetches the task afterwards finds what there is of it; a row that is there already is left alone."""
        if plan.state is None:
            self._ledger.waiting.foresee(plan.task)
        elif plan.task.id not in self._ledger.known([plan.task.id]):
            self._ledger.waiting.begin(plan.task, None, plan.state.id, how="adopted")

    def _wait_out(self) -> None:
        while (left := self._began + self._hold_seconds - clock.boottime()) > 0:
            self._beat()
            self._wait(min(left, PAUSE_SECONDS))

    def _beat(self) -> None:
        """The rows of a living owner are nobody else's to act on."""
        if self._ledger.shared:
            self._ledger.beat()

    def _look_again(self, missing: Sequence[FetchedTask]) -> None:
        """A create that was on its way when the plan was made has ended by now."""
        found = self._lookup.find(missing, everywhere=True) if missing else {}
        rows = self._ledger.known(list(found))
        for task in missing:
            row = rows.get(task.id)
            if row is not None and row.portal_task_id is None:
                try:
                    self._ledger.waiting.begin(task, row, found[task.id], how="adopted")
                except StaleRow:
                    continue  # a running worker has it in hand

    def _free(self, task_id: str) -> bool:
        try:
            self._engine.give_back(task_id, worker_id=self._from_worker)
        except (LockLost, TaskGone):
            return False
        return True


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
