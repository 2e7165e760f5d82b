"""Looks now and then whether waiting steps and their tasks are still there; what is not must be missing for sure.

A portal whose webhook has lost its rights, or an engine on a wrong database, looks like many deletions at once:
then nothing is concluded, and a person is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from bitrix.errors import AccessDenied, MethodMissing, PortalError, Rejected
from bitrix.lifecycle import CLOSED, Lifecycle, Status, TaskState
from bitrix.tasks import Tasks
from worker.config.served import Served, named
from worker.config.settings import TopicSettings
from worker.engine.answers import Existing
from worker.engine.client import Engine
from worker.engine.errors import NOT_OURS, EngineDenied, EngineError, EngineUnreachable
from worker.engine.locks import LockBook
from worker.engine.wellbeing import not_admin
from worker.ledger import Ledger, LedgerUnavailable, Row, StaleRow, SyncOwed
from worker.model import Ending, Stage
from worker.outbox.afterthoughts import missing as missing_task
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.waiting_book import Waiting, WaitingBook
from worker.waiting.absentees import Absentees
from worker.waiting.odd_rows import OddRows
from worker.waiting.remnants import Remnants
from worker.waiting.watch import Watch, in_chunks, is_task_of
from worker.words.faults import COMMENTS, Language
from worker.words.reasons import Reason

FEW = 2
"""So many may always be gone at once, however few wait."""
OVER = (Status.COMPLETED, Status.DECLINED)
"""What is closed for its creator, too: one that awaits their control is not."""
INHERIT_AT_ONCE = 500
TELL_TRIES = 3
"""How often to try to comment on, or close, the task of a step that is gone."""


class Sweep:
    """Every `sweep_seconds`; a task that two sweeps have missed is deleted.

    `gone_share`: the share of the waiting that may be gone at once.
    """

    def __init__(
        self,
        *,
        book: WaitingBook,
        watch: Watch,
        lifecycle: Lifecycle,
        tasks: Tasks,
        engine: Engine,
        ledger: Ledger,
        locks: LockBook,
        remnants: Remnants,
        absentees: Absentees,
        topics: Mapping[str, TopicSettings],
        gates: Sequence[Gate],
        telemetry: Telemetry,
        language: Language,
        sweep_seconds: float,
        gone_share: float,
        threads: Threads,
        owes_sync: Callable[[], None],
    ) -> None:
        self._book = book
        self._watch = watch
        self._lifecycle = lifecycle
        self._tasks = tasks
        self._engine = engine
        self._ledger = ledger
        self._locks = locks
        self._remnants = remnants
        self._absentees = absentees
        self._topics = topics
        self._served = Served(topics, engine.tenants)
        self._engine_gate, self._portal_gate = gates
        self._telemetry = telemetry
        self._language = language
        self._seconds = sweep_seconds
        self._share = gone_share
        self._threads = threads
        self._owes_sync = owes_sync
        self._missing_since: dict[str, float] = {}
        self._closed_before: set[str] = set()
        """Whose task the last look has found closed."""
        self._tries: dict[str, int] = {}
        self._odd = OddRows(telemetry)
        self._inherited: deque[Row] = deque()
        self._not_served = 0
        self.many_steps_gone = 0
        """How many the last look has missed, where these are too many to be believed; else 0."""
        self.many_tasks_gone = 0
        """The same of tasks."""
        self.swept_at: float | None = None
        """Boot time of the last round that was gone through to its end; None before the first."""

    @property
    def odd_rows(self) -> int:
        """How many tasks, open or closed, the last round could not read."""
        return self._odd.count

    def one_round(self) -> None:
        """Look at all steps, at all tasks, and at what is left of others."""
        steps = self._engine_gate.is_open and self._went_through(self._look_at_steps)
        tasks = self._portal_gate.is_open and self._went_through(self._look_at_tasks)
        if steps and tasks and self._went_through(self._remnants.clear):
            self.swept_at = clock.boottime()

    def _went_through(self, look: Callable[[], None]) -> bool:
        """One part of a round; what keeps it from its end keeps no other from it, and is told."""
        try:
            look()
        except LedgerUnavailable:
            return False  # the ledger's gate tells about it
        except EngineError as error:
            self._telemetry.emit("waiting.steps_not_seen", reason=self._telemetry.words(error))
            return False
        except PortalError as error:
            self._telemetry.emit("waiting.not_seen", reason=self._telemetry.words(error))
            return False
        return True

    def _too_many(self, gone: int, all_: int) -> int:
        """`gone`, where so many cannot be gone at once; else 0."""
        return gone if gone > max(FEW, self._share * all_) else 0

    # --- steps, at the engine ---

    def _inherit(self) -> None:
        """Let anybody fetch what a dead worker of a shared ledger was waiting for."""
        if not self._ledger.shared:
            return
        self._inherited.extend(self._ledger.waiting.inherit(INHERIT_AT_ONCE))
        while self._inherited:
            row = self._inherited[0]
            try:
                self._engine.give_back(row.external_task_id, worker_id=row.worker_id)
            except (EngineUnreachable, EngineDenied):
                raise  # the others are ours now, and nobody else frees them: we go on with them at the next sweep
            except NOT_OURS:
                pass
            except EngineError as error:
                reason = self._telemetry.words(error)
                self._telemetry.emit("lock.not_shortened", task=row.external_task_id, reason=reason)
            self._inherited.popleft()

    def _look_at_steps(self) -> None:
        """Steps that were cancelled, or left by a timer, while their task was open."""
        self._inherit()
        rows = self._ledger.waiting.ours()
        there = self._engine.existing([row.external_task_id for row in rows])
        gone = [row for row in rows if row.external_task_id not in there and row.external_task_id not in self._locks]
        self.many_steps_gone = self._too_many(len(gone), len(rows))
        if self.many_steps_gone:
            self._telemetry.emit("waiting.many_steps_gone", count=len(gone), of=len(rows))
            return
        for row in gone:
            if self._engine.exists(row.external_task_id):  # a list without it is no proof: the task would be closed
                self._telemetry.emit(
                    "waiting.steps_not_seen", reason=f"external-task: {row.external_task_id} not listed"
                )
            else:
                self._step_gone(row)
        self._ledger.waiting.learn_tenants(rows, there)
        self._tell_not_served(there.values())
        if not self._ledger.shared:
            known = {one.task.id for one in self._book.all()}
            for row in rows:
                step = there.get(row.external_task_id)
                holder = step.worker_id if step else None
                ours = (None, self._engine.worker_id, row.worker_id)  # the last: being taken over from that one
                if holder not in ours and row.external_task_id not in known:
                    self._end(row, Stage.SUPERSEDED)

    def _tell_not_served(self, steps: Iterable[Existing]) -> None:
        """Of topics and tenants that the settings no longer name: nobody goes on with them, and each looks alive."""
        left = [step for step in steps if not self._served.step(step.topic, step.tenant_id)]
        if len(left) != self._not_served:
            self._not_served = len(left)
            topics, tenants = named(step.topic for step in left), named(step.tenant_id for step in left)
            if left:
                self._telemetry.emit("waiting.not_served", count=len(left), topics=topics, tenants=tenants)

    def _step_gone(self, row: Row) -> None:
        topic = self._topics.get(row.topic)
        policy = topic.wait.cancelled if topic else "comment"
        if row.portal_task_id is not None:
            self._tell(row, row.portal_task_id, policy)
        self._tries.pop(row.external_task_id, None)
        self._book.drop(row.external_task_id)
        self._end(row, Stage.SETTLED)
        self._telemetry.emit("waiting.step_gone", task=row.external_task_id, portal_task=row.portal_task_id)

    def _tell(self, row: Row, portal_task_id: int, policy: str) -> None:
        """Whoever has closed the task believes that the answer counted; whoever has not need not answer."""
        states = self._lifecycle.states([portal_task_id])
        if states.odd:  # it may be closed, or another step's
            self._not_told(row, portal_task_id, Reason(states.odd[0].why))
            return
        for state in states.read:
            if not is_task_of(row.external_task_id, state):
                continue
            unheard = state.status in CLOSED
            if policy != "leave":
                comment = COMMENTS["answer_unheard" if unheard else "step_gone"][self._language]
                closes = policy == "close" and state.status not in OVER
                self._tell_people(row, state, comment, close=closes)
            if unheard:
                self._telemetry.emit("waiting.answer_unheard", task=row.external_task_id, portal_task=portal_task_id)

    def _tell_people(self, row: Row, state: TaskState, comment: str, *, close: bool) -> None:
        """On the task itself. A portal that goes on refusing this must not keep the sweep from all the others."""
        try:
            self._lifecycle.comment(state.id, comment)
            if close:
                self._lifecycle.close(state.id, state.status)
        except PortalError as error:
            tries = self._tries[row.external_task_id] = self._tries.get(row.external_task_id, 0) + 1
            if not isinstance(error, Rejected | AccessDenied | MethodMissing) and tries < TELL_TRIES:
                raise
            self._not_told(row, state.id, self._telemetry.words(error))

    def _not_told(self, row: Row, portal_task_id: int, reason: str) -> None:
        self._telemetry.emit("waiting.not_told", task=row.external_task_id, portal_task=portal_task_id, reason=reason)

    def _end(self, row: Row, stage: Stage) -> None:
        try:
            if self._ledger.waiting.ended(row, stage=stage) is SyncOwed.OWED:
                self._owes_sync()
        except StaleRow:
            return  # concluded, or taken over, meanwhile

    # --- tasks, at the portal ---

    def _look_at_tasks(self) -> None:
        waiting = {one.task.id: one for one in self._book.all()}
        there: dict[str, TaskState] = {}
        unclear: set[str] = set()
        for chunk in in_chunks(waiting.values()):
            states = self._lifecycle.states(list(chunk))
            self._odd.meet(states.odd)
            there |= {one.task.id: state for one, state in self._watch.seen(chunk, states.read)}
            unclear |= {one.task.id for id_, some in chunk.items() if states.may_hide(id_) for one in some}
        self._odd.end_round()
        missing = waiting.keys() - there.keys() - unclear
        self.many_tasks_gone = self._too_many(len(missing), len(waiting))
        if missing and not self._believed(len(missing), len(waiting), any_there=bool(there)):
            self._missing_since.clear()
            return
        self._absentees.look(there)
        for id_, state in there.items():
            self._look_for_return(waiting[id_], state)
        self._look_for_deletion({id_: waiting[id_] for id_ in missing})
        self._look_for_unseen([waiting[id_] for id_, state in there.items() if self._watch.ending(waiting[id_], state)])

    def _look_for_unseen(self, closed: Sequence[Waiting]) -> None:
        """Tasks that are closed for the second time, and that the watch's list, which asks for closed ones, hides."""
        before, self._closed_before = self._closed_before, {one.task.id for one in closed}
        for chunk in in_chunks(one for one in closed if one.task.id in before):
            listed = self._lifecycle.closed(list(chunk))
            shown = {state.id for state in listed.read}
            hidden = {id_: some for id_, some in chunk.items() if id_ not in shown and not listed.may_hide(id_)}
            if not hidden:
                continue
            reason = f"tasks.task.list: {len(hidden)} are closed and not among those with REAL_STATUS of closed ones"
            self._telemetry.emit("waiting.not_seen", reason=reason)
            states = self._lifecycle.states(list(hidden), self._watch.fields)
            self._odd.meet(states.odd)
            for one, state in self._watch.seen(hidden, states.read):
                if ending := self._watch.ending(one, state):
                    self._threads.submit(partial(self._watch.conclude, one, state, ending))

    def _believed(self, missing: int, waiting: int, *, any_there: bool) -> bool:
        """Whether these are gone for all that we can see: an admin asks, others are shown, and they are few."""
        if self.many_tasks_gone:
            self._telemetry.emit("waiting.many_tasks_gone", count=missing, of=waiting)
            return False
        if not self._tasks.profile().is_admin:
            self._telemetry.emit("waiting.not_seen", reason=self._telemetry.words(not_admin()))
            return False
        if any_there or self._tasks.newest_marked():
            return True
        self.many_tasks_gone = missing
        self._telemetry.emit("waiting.not_seen", reason=f"tasks.task.list: none of {waiting}, and no other of ours")
        return False

    def _look_for_deletion(self, missing: Mapping[str, Waiting]) -> None:
        now = clock.boottime()
        self._missing_since = {id_: self._missing_since.get(id_, now) for id_ in missing}
        for id_, waiting in missing.items():
            if now - self._missing_since[id_] >= self._seconds * 0.9:
                gone = missing_task(waiting.portal_task_id)
                self._threads.submit(partial(self._watch.conclude, waiting, gone, Ending.DELETED))

    def _look_for_return(self, waiting: Waiting, state: TaskState) -> None:
        if waiting.was_closed and state.status not in CLOSED:
            if self._topics[waiting.task.topic].wait.returned != "wait":
                self._threads.submit(partial(self._watch.conclude, waiting, state, Ending.RETURNED))
            else:
                waiting.was_closed = False
