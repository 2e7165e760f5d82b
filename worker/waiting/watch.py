"""Watches the portal for closed tasks, and concludes the steps that waited for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from bitrix.errors import MethodMissing, PortalError
from bitrix.task_states import AT_ONCE, States, Status, TaskState
from worker.engine.errors import EngineError, TaskGone
from worker.engine.locks import LockBook
from worker.ledger import Ledger, LedgerUnavailable, StaleRow
from worker.model import MARKER_PREFIX, Ending, FetchedTask, Settlement, marker_of
from worker.outbox.afterthoughts import seen_of
from worker.outbox.settler import Settler
from worker.runtime import clock
from worker.runtime.gate import TELL_AGAIN_SECONDS, Gates
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.hand import note_names
from worker.tasks.waiting_book import Waiting, WaitingBook
from worker.waiting.changes import Changes
from worker.waiting.closed_tasks import UNRESOLVED_SECONDS, AnswerUnresolved, ClosedTasks, Unreadable
from worker.waiting.conclusions import Conclusions
from worker.waiting.hints import Hints
from worker.waiting.odd_rows import OddRows
from worker.waiting.sights import of_tasks
from worker.words.causes import name_of
from worker.words.codes import Ended, PartName

TICK_SECONDS = 0.5
Chunk = Mapping[int, Sequence[Waiting]]
"""Waiting steps by task number. Usually one each, but a wrong answer of the portal may have given two the same."""


class Watch:
    """Checks the waiting tasks in rounds: all, or those that `changes` chooses; at once those that events report.

    Nothing is concluded while the gate of engine or portal is closed: people may change an answer before it can be
    delivered.
    """

    def __init__(
        self,
        *,
        book: WaitingBook,
        closed: ClosedTasks,
        ledger: Ledger,
        locks: LockBook,
        settler: Settler,
        conclusions: Conclusions,
        gates: Gates,
        telemetry: Telemetry,
        changes: Changes,
        threads: Threads,
    ) -> None:
        self._book = book
        self._closed = closed
        self._ledger = ledger
        self._locks = locks
        self._settler = settler
        self._conclusions = conclusions
        self._gates = gates
        self._telemetry = telemetry
        self.changes = changes
        self._poll_seconds = changes.poll_seconds
        self._threads = threads
        self._hints = Hints()
        self._odd = OddRows(telemetry)
        self._round_at = 0.0
        self._sight = of_tasks(telemetry, "poll")
        """Whether the portal's last answer about waiting tasks was an error."""
        self._answered = False
        """Whether this round has found a closed task whose answers the module tells."""
        self.paused = Standstill("portal", PartName.ANSWERS, telemetry)
        """Whether answers cannot be read: the module is missing, or the list of tasks fails and the portal is well."""
        self.looked_at: float | None = None
        """Boot time of the end of the last complete round; None before the first."""
        self.looked_from: float | None = None
        """Boot time of its beginning."""

    def one_round(self) -> None:
        """Wait for a hint or for a tick. Then make a round if one is due, otherwise check the tasks hinted at."""
        hinted = self._hints.wait(TICK_SECONDS)
        if clock.boottime() >= self._round_at:
            self._round_at = clock.boottime() + self._poll_seconds
            self.look_at_all()
        elif hinted:
            self._look_at_hinted()

    def look_at_all(self) -> None:
        """Make a round. Afterwards every closed task is known, and every step whose task is closed is concluded."""
        self._answered = False
        began = clock.boottime()
        before, failures = self._sight.is_lost, self._sight.failures
        if self.look(self.changes.due(self._book.all())):
            self.changes.done(self._book.all())
            self._sight.works()
            self.looked_from, self.looked_at = began, clock.boottime()
            self._odd.end_round()
            if not self._answered:
                self.paused.resume()
        elif before and self._sight.failures > failures and self._gates.portal.is_open:
            self.paused.begin(self._sight.reason, seconds=self._poll_seconds)  # a single failure is soon over

    @property
    def odd_rows(self) -> int:
        """How many closed tasks the last complete check could not read."""
        return self._odd.count

    def notice(self, portal_task_id: int) -> None:
        """Note that the portal reports a change of this task: a reason to check it, never a fact. Thread-safe."""
        self._hints.add(portal_task_id)

    def missed(self, portal_task_id: int) -> None:
        """Note that this task was closed all the while, and no round has found it. Thread-safe."""
        self.changes.missed(portal_task_id)

    def _look_at_hinted(self) -> None:
        waiting = self._book.all()
        hinted = self._hints.take({one.portal_task_id for one in waiting}, AT_ONCE)
        if hinted:
            some = [one for one in waiting if one.portal_task_id in hinted]
            self.look(some)
            for one in some:
                one.hinted = True  # its task may be deleted, which this look does not show

    def look(self, some: Iterable[Waiting]) -> bool:
        """Conclude the steps whose task is closed. True if the portal has answered for all of them.

        A row that cannot be read is logged, and delays only its own step.
        """
        for chunk in in_chunks(some):
            if not (self._gates.engine.is_open and self._gates.portal.is_open):
                return False
            try:
                states = self._closed.among(list(chunk))
            except PortalError as error:
                self._sight.fails(error)
                return False
            self._odd.meet(states.odd)
            known = _note(chunk, states)
            self._book.in_control.left([one.id for some in chunk.values() for one in some if not one.closed])
            for waiting, state in self.seen(chunk, states.read):
                ending = self._closed.ending(waiting, state)
                self.note_control(waiting, state)
                waiting.closed = ending is not None
                if ending:
                    self.changes.found(state, new=waiting not in known)
                    self._answered |= self._closed.asks_module(waiting, state)
                    self._threads.submit(partial(self.conclude, waiting, state, ending))
        self._book.in_control.note()
        return True

    def seen(self, chunk: Chunk, states: Iterable[TaskState]) -> Iterator[tuple[Waiting, TaskState]]:
        """Each waiting step with the state of its task. A task with another step's marker is logged and left out."""
        for state in states:
            for waiting in chunk[state.id]:
                if is_task_of(waiting.id, state):
                    yield waiting, state
                else:
                    self._telemetry.emit(
                        "waiting.anothers_task", task=waiting.id, portal_task=state.id, marker=state.xml_id
                    )

    def note_control(self, waiting: Waiting, state: TaskState) -> None:
        """Keep whether the task is done and the step waits until its creator has accepted that. Thread-safe."""
        if state.status == Status.AWAITS_CONTROL and not self._closed.ending(waiting, state):
            self._book.in_control.meet(waiting.id, state)
        else:
            self._book.in_control.left([waiting.id])

    def conclude(self, waiting: Waiting, state: TaskState, ending: Ending) -> None:
        """Deliver the outcome of a task to the engine. Safe to repeat: only one call takes the step out of the book."""
        if self._closed.is_unresolved(waiting, state):
            return
        lock = self._locks.reserve(waiting.id)
        if lock is None:
            return
        if not self._book.take(waiting):
            self._locks.finish(lock)
            return
        try:
            task, row = self._book.step(waiting)
            settlement, seen = self._settlement(waiting, task, state, ending)
            if not self._book.look(waiting, task):  # as late as possible before the outcome is recorded
                self._locks.finish(lock)
                return
            self._ledger.arm(task, row, settlement, seen=seen)
        except StaleRow:
            self._locks.finish(lock)  # the row was changed, for example by another worker of a shared ledger
        except TaskGone:
            self._locks.finish(lock)  # its row still waits: the sweep informs people, and ends it
        except (PortalError, EngineError, LedgerUnavailable, AnswerUnresolved) as error:
            self._tell(waiting, error)
            self._book.put(waiting)
            self._locks.finish(lock)
        else:
            if self._closed.asks_module(waiting, state):
                self.paused.resume()
            by = state.closed_by or "?"
            note_names(self._telemetry, task)  # it may have been handed out weeks ago
            self._telemetry.emit("task.closed", task=waiting.id, portal_task=state.id, ending=Ended(ending), by=by)
            self._settler.settle(lock)

    def _tell(self, waiting: Waiting, error: Exception) -> None:
        """Once, then each minute. Of the ledger its gate says it, once for all steps."""
        if isinstance(error, LedgerUnavailable):
            return
        if isinstance(error, AnswerUnresolved | MethodMissing) and self._gates.portal.is_open:
            seconds = UNRESOLVED_SECONDS if isinstance(error, AnswerUnresolved) else self._poll_seconds
            self.paused.begin(error, seconds=seconds)
        why, now = (type(error), name_of(error)), clock.boottime()
        before, at = waiting.unconcluded or (None, 0.0)
        if before != why or now - at >= TELL_AGAIN_SECONDS:
            waiting.unconcluded = (why, now)
            self._telemetry.emit("waiting.not_concluded", task=waiting.id, reason=error)

    def _settlement(
        self, waiting: Waiting, task: FetchedTask, state: TaskState, ending: Ending
    ) -> tuple[Settlement, str | None]:
        """The outcome, and the portal's state that it was read from."""
        try:
            closed = self._closed.read(waiting, state, ending)
        except Unreadable as fault:
            return self._conclusions.unread(task, state.id, fault.error), None
        settlement = self._conclusions.of(task, closed, expects_answer=waiting.expects_answer)
        return settlement, seen_of(state, closed.questionnaires)


def is_task_of(external_task_id: str, state: TaskState) -> bool:
    """False if the task has another step's marker: then its state decides nothing for this step."""
    marker = state.xml_id or ""
    return not marker.startswith(MARKER_PREFIX) or marker == marker_of(external_task_id)


def _note(chunk: Chunk, states: States) -> list[Waiting]:
    """Note which steps need another look, because their row shows no state of theirs; returns those noted before."""
    shown = {state.id for state in states.read}
    known = [one for some in chunk.values() for one in some if one.closed]
    for id_, some in chunk.items():
        for one in some:
            one.unseen, one.closed = False, id_ in shown or states.may_hide(id_)
    return known


def in_chunks(some: Iterable[Waiting]) -> Iterator[Chunk]:
    """The steps by the number of their task, in portions that one call can check."""
    rest: dict[int, list[Waiting]] = {}
    for one in some:
        rest.setdefault(one.portal_task_id, []).append(one)
    ids = sorted(rest)
    for first in range(0, len(ids), AT_ONCE):
        yield {id_: rest[id_] for id_ in ids[first : first + AT_ONCE]}
