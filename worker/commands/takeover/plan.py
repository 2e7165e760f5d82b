"""Takes over the open work of the replaced installation, whose worker locks external tasks for a year.

A lock is released only after the ledger has a row for the task, and when no create of the old services can still be
running. Safe to repeat and to kill: a released task is no longer locked by the old worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bitrix.errors import PortalError
from bitrix.task_states import AT_ONCE, EXPECTED_FIELD, Status, TaskState, TaskStates, without_none
from worker.commands.takeover.promises import Promises
from worker.config.settings import TopicSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable, LockLost, TaskGone
from worker.ledger import Ledger, Person, StaleRow
from worker.model import FetchedTask, Promise
from worker.runtime import clock
from worker.tasks.lookup import Lookup

T = TypeVar("T")
BATCH = 37
"""How many locks are released after each look-up."""
PAUSE_SECONDS = 1.0


class Intent(StrEnum):
    """What will happen to one external task."""

    WAIT = "wait"
    COMPLETE = "complete"
    ASK = "ask"
    """An incident asks a person, because the task was declined, or closed without the expected answer."""
    CREATE = "create"
    UNASKED = "unasked"
    """The task is open, and nothing says that the step waits: it would be completed at once, without an answer."""
    UNKNOWN = "unknown"
    """The task is open, and whether the step waits could not be read."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan for one external task of the old worker. `state` None: the portal has no task for it."""

    task: FetchedTask
    state: TaskState | None
    answer: str | None = None
    """The chosen option's text, or its number if the portal does not give the text; None without an answer."""
    intent: Intent = Intent.CREATE
    denied: bool = False
    """Whether the portal says that an answer is needed, and the step's no counts more."""


@dataclass(frozen=True, slots=True)
class Taken:
    """`freed`: how many locks were released. `gone`: how many tasks had ended or were locked by others meanwhile.

    `left`: the tasks the engine refused to release, with its message (a suspended instance). `late`: tasks that the old
    worker has locked since the command began: it is still running.
    """

    freed: int
    gone: int
    left: Mapping[str, str]
    late: tuple[str, ...]


class Takeover:
    """Every method may raise `PortalError`, `EngineError` and `LedgerUnavailable`.

    `by`: who runs it, and why. `hold_seconds`: how long a create of the old services may still be running.
    """

    def __init__(
        self,
        *,
        from_worker: str,
        topics: Mapping[str, TopicSettings],
        engine: Engine,
        promises: Promises,
        lookup: Lookup,
        task_states: TaskStates,
        ledger: Ledger,
        by: Person,
        hold_seconds: float,
        wait: Callable[[float], None],
    ) -> None:
        self._from_worker = from_worker
        self._topics = topics
        self._engine = engine
        self._promises = promises
        self._lookup = lookup
        self._task_states = task_states
        self._ledger = ledger
        self._by = by
        self._hold_seconds = hold_seconds
        self._wait = wait
        self._began = clock.boottime()

    def plan(self) -> list[Plan]:
        """The tasks to take over in the topics we serve. Changes nothing."""
        locked = self._locked()
        found = self._lookup.find(locked, everywhere=True) if locked else {}
        states = self._states(sorted(found.values()))
        kept = self._promises.kept(list(found))
        return [self._plan_of(task, states.get(found.get(task.id, 0)), kept.get(task.id)) for task in locked]

    def other_topics(self) -> dict[str, int]:
        """The topics with tasks locked by the old worker that we do not serve, with the number of tasks."""
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
            states |= {state.id: state for state in self._task_states.states(chunk, [EXPECTED_FIELD]).all()}
        return states

    def _plan_of(self, task: FetchedTask, state: TaskState | None, kept: Promise | None) -> Plan:
        if state is None:
            return Plan(task, None)
        answer = self._answer(state)
        promise, denied = self._promises.of(task, state, kept)
        return Plan(task, state, answer, self._intent(self._topics[task.topic], state, answer, promise), denied)

    def _answer(self, state: TaskState) -> str | None:
        try:
            texts = [self._task_states.answer_text(option) or without_none(option) for option in state.chosen]
        except PortalError:
            texts = [without_none(option) for option in state.chosen]
        return ", ".join(filter(None, texts)) or None

    @staticmethod
    def _intent(topic: TopicSettings, state: TaskState, answer: str | None, promise: Promise | None) -> Intent:
        wait = topic.wait
        if state.status != Status.COMPLETED and not (state.status == Status.AWAITS_CONTROL and wait.done_in_control):
            if not promise:
                return Intent.UNKNOWN if promise is None else Intent.UNASKED
            if state.status == Status.DECLINED:
                return Intent.ASK if wait.declined == "incident" else Intent.COMPLETE
            return Intent.WAIT
        known = {name.strip().casefold() for name in wait.answers}
        is_missing = promise is Promise.ANSWER and (answer or "").strip().casefold() not in known
        return Intent.ASK if is_missing else Intent.COMPLETE

    def holders(self) -> list[str]:
        """The workers that hold locks now, for a person who has mistyped an id."""
        return self._engine.lock_holders()

    def can_find_old_tasks(self) -> bool:
        """Whether the portal has the field that links the old installation's tasks to external tasks."""
        return self._lookup.old_field_exists()

    def carry_out(
        self, plans: Sequence[Plan], on_progress: Callable[[int, int], object], on_wait: Callable[[float], object]
    ) -> Taken:
        """Write the rows, wait until no call of the old services can be running, and release the locks.

        `on_progress` gets the number of tasks done, and of all; `on_wait` the seconds until the first is begun.
        """
        self._ledger.waiting.note_replacement()
        for plan in plans:
            self._record(plan)
        self._wait_out(on_wait)
        freed = gone = 0
        left: dict[str, str] = {}
        for batch in _batches(plans, BATCH):
            self._look_again([plan.task for plan in batch if plan.state is None])
            self._ledger.waiting.taken_over([plan.task for plan in batch], self._from_worker, self._by)
            for plan in batch:
                try:
                    self._engine.give_back(plan.task.id, worker_id=self._from_worker)
                    freed += 1
                except (LockLost, TaskGone):
                    gone += 1
                except (EngineUnreachable, EngineDenied):
                    raise
                except EngineError as error:
                    left[plan.task.id] = error.reason
                on_progress(freed + gone + len(left), len(plans))
            self._beat()
        self._wait(PAUSE_SECONDS)  # by then the last lock has expired, and an old worker still polling has shown up
        return Taken(freed, gone, left, tuple(task.id for task in self._locked() if task.id not in left))

    def _record(self, plan: Plan) -> None:
        """Record what is known about the task, for the worker that fetches it next. An existing row stays as it is."""
        if plan.state is None:
            self._ledger.waiting.foresee(plan.task)
        elif plan.task.id not in self._ledger.known([plan.task.id]):
            self._ledger.waiting.begin(plan.task, None, plan.state.id, origin="adopted")

    def _wait_out(self, on_wait: Callable[[float], object]) -> None:
        while (left := self._began + self._hold_seconds - clock.boottime()) > 0:
            on_wait(left)
            self._beat()
            self._wait(min(left, PAUSE_SECONDS))

    def _beat(self) -> None:
        """Send a heartbeat, so that no other worker acts on our rows."""
        if self._ledger.shared:
            self._ledger.beat()

    def _look_again(self, missing: Sequence[FetchedTask]) -> None:
        """Look up tasks that were missing in the plan: a create that was under way then has ended by now."""
        found = self._lookup.find(missing, everywhere=True) if missing else {}
        rows = self._ledger.known(list(found))
        for task in missing:
            row = rows.get(task.id)
            if row is not None and row.portal_task_id is None:
                try:
                    self._ledger.waiting.begin(task, row, found[task.id], origin="adopted")
                except StaleRow:
                    continue  # a running worker is working on it


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
