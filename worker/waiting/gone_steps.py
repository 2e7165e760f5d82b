"""Finds steps that were cancelled, or ended by a timer, while they waited, and comments on or closes their tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bitrix.causes import Cause, Trouble
from bitrix.errors import AccessDenied, MethodMissing, PortalError, Rejected
from bitrix.task_states import CLOSED, Status, TaskState, TaskStates
from worker.config.served import Served, named
from worker.config.settings import TopicSettings, WaitingSettings
from worker.engine.answers import Existing
from worker.engine.client import Engine
from worker.engine.errors import NOT_OURS, EngineDenied, EngineError, EngineUnreachable
from worker.engine.locks import LockBook
from worker.ledger import Ledger, Row, StaleRow, SyncOwed
from worker.model import Stage
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.tasks.waiting_book import WaitingBook
from worker.waiting.plausible import Gone, gone_of, too_many
from worker.waiting.sights import Sights
from worker.waiting.watch import is_task_of
from worker.words.causes import with_cure, with_needed_cure
from worker.words.codes import PartName
from worker.words.faults import COMMENTS
from worker.words.reasons import Reason
from worker.words.unbelieved import STEPS_NOT_LISTED

OVER = (Status.COMPLETED, Status.DECLINED)
"""Closed for the task's creator too. A task that awaits the creator's control is not."""
INHERIT_AT_ONCE = 500
MOST_PROVED = 50
"""If more steps are missing at once, the history is asked for so many of them, from the first to the last."""
TELL_TRIES = 3
"""How often to try to comment on, or close, the task of a step that no longer exists."""


@dataclass(slots=True)
class Compared:
    """What differs between the waiting steps of the ledger, of which there are `count`, and those of the engine."""

    count: int = 0
    gone: list[Row] = field(default_factory=list)
    not_served: list[Existing] = field(default_factory=list)
    of_others: list[tuple[Row, str]] = field(default_factory=list)
    """Each with the other worker's id."""


class GoneSteps:
    """Asks the engine for all waiting steps.

    `settings.gone_share`: if more than this share of them is missing at once, nothing is concluded, unless the engine's
    own history tells how they ended: then it has no other database, but timers or people were at work.
    """

    def __init__(
        self,
        *,
        book: WaitingBook,
        task_states: TaskStates,
        engine: Engine,
        ledger: Ledger,
        locks: LockBook,
        topics: Mapping[str, TopicSettings],
        telemetry: Telemetry,
        settings: WaitingSettings,
        wake_syncs: Callable[[], None],
    ) -> None:
        self._book = book
        self._task_states = task_states
        self._engine = engine
        self._ledger = ledger
        self._locks = locks
        self._topics = topics
        self._served = Served(topics, engine.tenants)
        self._telemetry = telemetry
        self.sights = Sights.of(telemetry, "steps")
        self._share = settings.gone_share
        self._every = settings.sweep_seconds
        self._wake_syncs = wake_syncs
        self._tries: dict[str, int] = {}
        self._inherited: deque[Row] = deque()
        self._not_served = 0
        self.known = 0
        """How many waiting steps the last round has seen that this worker serves."""
        self.gone: Gone | None = None
        """The steps that the last round missed, if too many to conclude anything."""
        self.paused = Standstill("engine", PartName.GONE_STEPS, telemetry)
        """Whether nothing is concluded from that."""

    @property
    def many_gone(self) -> int:
        """How many are gone, if too many to conclude anything; otherwise 0."""
        return self.gone.count if self.gone else 0

    def look(self) -> None:
        """One round. Raises `EngineError`, `PortalError`, `LedgerUnavailable`."""
        self._inherit()
        found = self._compared()
        gone = found.gone
        self.known = found.count - len(gone) - len(found.not_served) - len(found.of_others)
        if too_many(len(gone), found.count, self._share) and not self._told_ended(gone):
            self.tell(gone_of((row.portal_task_id for row in gone), found.count))
            return
        self.gone = None
        self.paused.resume()
        for row in gone:
            if self._engine.exists(row.external_task_id):  # a list without it is no proof
                self.sights.steps.fails(STEPS_NOT_LISTED.format(count=1))
            else:
                self._step_gone(row)
        self._tell_not_served(found.not_served)
        self._give_up(found.of_others)

    def _give_up(self, of_others: Sequence[tuple[Row, str]]) -> None:
        """End the rows of steps that a worker has which does not share this ledger, and that are not in the book."""
        if not of_others:
            return
        known = {one.id for one in self._book.all()}
        fellows = self._ledger.views.workers() if self._ledger.shared else ()
        for row, holder in of_others:
            if row.external_task_id not in known and holder not in fellows:
                self._end(row, Stage.SUPERSEDED, holder)

    def _compared(self) -> Compared:
        """The waiting steps of the ledger beside those of the engine; kept is only what differs."""
        found, suspended = Compared(), set[str]()
        for rows in self._ledger.waiting.ours():
            there = self._engine.existing([row.external_task_id for row in rows])
            self._ledger.waiting.learn_tenants(rows, there)
            found.count += len(rows)
            found.not_served += [one for one in there.values() if not self._served.step(one.topic, one.tenant_id)]
            for row in rows:
                step = there.get(row.external_task_id)
                ours = (self._engine.worker_id, row.worker_id)  # the last held it before we took the row over
                if step is None and row.external_task_id not in self._locks:
                    found.gone.append(row)
                elif step and step.worker_id and step.worker_id not in ours:
                    found.of_others.append((row, step.worker_id))
                elif step and step.suspended:
                    suspended.add(row.external_task_id)
                    self._book.suspended.meet_open(row.external_task_id, row.portal_task_id)
                elif step:
                    self._book.suspended.activated(row.external_task_id)
        self._book.suspended.keep_open(suspended)
        return found

    def _told_ended(self, gone: Sequence[Row]) -> bool:
        some = gone[:: -(-len(gone) // MOST_PROVED)]
        try:
            return all(self._engine.knows_end(row.external_task_id) for row in some)
        except EngineUnreachable:
            raise
        except EngineError:
            return False  # the history is kept from us

    def tell(self, gone: Gone, since: float | None = None) -> None:
        """These are gone, too many to conclude anything. `since`: the boot time, if an earlier run knew it."""
        self.gone, trouble = gone, Trouble("engine", Cause.STEPS_GONE, said=gone.said)
        if self.paused.begin(trouble, seconds=self._every, since=since, count=gone.count):
            reason = with_cure(trouble)
            self._telemetry.emit("waiting.many_steps_gone", count=gone.count, of=gone.of, reason=reason)

    def _inherit(self) -> None:
        """Release the waiting steps of a stopped worker of a shared ledger, so that any worker can fetch them."""
        if not self._ledger.shared:
            return
        self._inherited.extend(self._ledger.waiting.inherit(INHERIT_AT_ONCE))
        while self._inherited:
            row = self._inherited[0]
            try:
                self._engine.give_back(row.external_task_id, worker_id=row.worker_id)
            except (EngineUnreachable, EngineDenied):
                raise  # the remaining rows are ours now: the next sweep goes on releasing them
            except NOT_OURS:
                pass
            except EngineError as error:
                reason = with_needed_cure(error)
                self._telemetry.emit("lock.not_shortened", task=row.external_task_id, reason=reason)
            self._inherited.popleft()

    def _tell_not_served(self, left: Sequence[Existing]) -> None:
        """Log waiting steps of topics and tenants that the settings no longer name: no worker continues them."""
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

    def _tell(self, row: Row, portal_task_id: int, policy: str) -> None:
        """Inform people on the task, if `policy` wants that: its answer did not reach the process, or is not needed."""
        states = self._task_states.states([portal_task_id])
        if states.odd:  # it may be closed, or belong to another step
            self._not_told(row, portal_task_id, Reason(states.odd[0].why))
            return
        for state in states.read:
            if not is_task_of(row.external_task_id, state):
                continue
            unheard = state.status in CLOSED
            if policy != "leave":
                comment = self._telemetry.words(COMMENTS["answer_unheard" if unheard else "step_gone"])
                closes = policy == "close" and state.status not in OVER
                self._tell_people(row, state, comment, close=closes)
            if unheard:
                self._telemetry.emit("waiting.answer_unheard", task=row.external_task_id, portal_task=portal_task_id)

    def _tell_people(self, row: Row, state: TaskState, comment: str, *, close: bool) -> None:
        """Comment on the task, and close it if `close`. A refusal that lasts must not stop the sweep of all others."""
        try:
            self._task_states.comment(state.id, comment)
            if close:
                self._task_states.close(state.id, state.status)
        except PortalError as error:
            tries = self._tries[row.external_task_id] = self._tries.get(row.external_task_id, 0) + 1
            if not isinstance(error, Rejected | AccessDenied | MethodMissing) and tries < TELL_TRIES:
                raise
            self._not_told(row, state.id, error)

    def _not_told(self, row: Row, portal_task_id: int, reason: object) -> None:
        self._telemetry.emit("waiting.not_told", task=row.external_task_id, portal_task=portal_task_id, reason=reason)

    def _end(self, row: Row, stage: Stage, holder: str = "") -> None:
        try:
            owed = self._ledger.waiting.ended(row, stage=stage)
        except StaleRow:
            return  # concluded or taken over meanwhile
        if stage is Stage.SETTLED:
            self._telemetry.emit("waiting.step_gone", task=row.external_task_id, portal_task=row.portal_task_id)
        else:
            self._telemetry.emit("task.superseded", task=row.external_task_id, holder=holder)
        if owed is SyncOwed.OWED:
            self._wake_syncs()
