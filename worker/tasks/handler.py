"""The way of one external task: ask the row, create the Bitrix24 task once, settle.

Every step writes down what it is about to do, or what has come of it, before the next one begins.
The rules P1 … P10 are told in docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bitrix.errors import AccessDenied, ChannelFault, Doubtful, NotExecuted, PortalError, RefusedInFront, Rejected
from bitrix.limits.turnstile import Kind, Ticket, Turnstile
from bitrix.methods import ADD
from bitrix.tasks import Added, Tasks
from worker.engine.errors import EngineError
from worker.engine.locks import LockBook, LockTooShort
from worker.engine.variables import EncodeError, encode
from worker.ledger import Counted, Ledger, LedgerUnavailable, NotStorable, OwedSettlement, Row
from worker.ledger.waiting import Origin
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.model import Complete, Failure, PortalTask, Promise, Settlement, Stage
from worker.outbox.retries import RetryPlan
from worker.outbox.settler import Settler
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.runtime.timings import Timings
from worker.steps.details import Details
from worker.steps.drafts import Drafts
from worker.steps.loops import LoopsUnknown
from worker.tasks.doubts import Doubts
from worker.tasks.hand import Attempt, TaskInHand
from worker.tasks.lookup import Lookup
from worker.tasks.patience import Patience
from worker.tasks.promises import Promises
from worker.tasks.recording import released_where_impossible, tell_existence, until_recorded
from worker.tasks.waiting_book import WaitingBook
from worker.words.causes import name_of
from worker.words.faults import Language, fault_text
from worker.words.printable import one_line, printable
from worker.words.reasons import Reason

ATTEMPTS = 3
"""Creates of one task that may end in a crash or in doubt before a person is asked (P8)."""
LONGEST_WORDS = 300  # in an incident's message, which the engine cuts at 666 letters


class Handler:
    """Takes a task from its row to a settlement; runs in the threads of the pool, one task in each.

    `hold_seconds`: the portal's longest execution plus the margin. `stopping(seconds)` waits and tells.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        tasks: Tasks,
        mapper: Mapper,
        promises: Promises,
        drafts: Drafts,
        lookup: Lookup,
        locks: LockBook,
        doubts: Doubts,
        settler: Settler,
        waiting: WaitingBook,
        gate: Gate,
        patience: Patience,
        turnstile: Turnstile,
        retries: RetryPlan,
        details: Details,
        telemetry: Telemetry,
        timings: Timings,
        language: Language,
        task_url: Callable[[int], str],
        hold_seconds: float,
        stopping: Callable[[float], bool],
    ) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._mapper = mapper
        self._promises = promises
        self._drafts = drafts
        self._lookup = lookup
        self._locks = locks
        self._doubts = doubts
        self._settler = settler
        self._waiting = waiting
        self._gate = gate
        self._patience = patience
        self._turnstile = turnstile
        self._retries = retries
        self._details = details
        self._telemetry = telemetry
        self._timings = timings
        self._language = language
        self._task_url = task_url
        self._hold_seconds = hold_seconds
        self._stopping = stopping

    def begin(self, hand: TaskInHand) -> None:
        """Go on with a task that has just been handed out, and looked up where its row needs that."""
        with released_where_impossible(self._locks, hand):
            if (placed := self._placed(hand)) is None:
                return
            match placed.row:
                case Row(stage=Stage.CREATING):
                    self._doubts.wait_out(placed, self._doubt_ended)
                case Row(portal_task_id=int(known)):
                    self._exists(placed, known, origin="known")
                case _ if placed.found is not None:
                    self._exists(placed, placed.found, origin="adopted")
                case _:
                    self._create(placed)

    def _placed(self, hand: TaskInHand) -> TaskInHand | None:
        """With all that the engine tells of it; None: it could not be told, and the task is let go."""
        try:
            return replace(hand, task=self._details.of(hand.task))
        except LoopsUnknown as error:
            self.refuse(hand, str(error))
        except EngineError as error:
            self._locks.let_go(hand.lock, self._telemetry.words(error))
        return None

    def refuse(self, hand: TaskInHand, what: str) -> None:
        """A task that the engine has told in a way that cannot be read: its failure names what is odd.

        Not where a create was begun: that one is left to its lock, and comes back when it has run out.
        """
        with released_where_impossible(self._locks, hand):
            row = hand.row
            if row is not None and (row.stage is Stage.CREATING or row.portal_task_id is not None):
                self._locks.let_go(hand.lock, what)
            else:
                self._fail(hand, self._text("unreadable", hand, what=self._drafts.explained(hand.task, what)))

    def _doubt_ended(self, hand: TaskInHand) -> None:
        with released_where_impossible(self._locks, hand):
            if hand.found is not None:
                self._exists(hand, hand.found, origin="adopted")
            elif hand.row is not None and hand.row.spent >= ATTEMPTS:
                self._never_clear(hand, hand.row)
            else:
                self._create(hand)

    def _never_clear(self, hand: TaskInHand, row: Row) -> None:
        """A person is asked, and reads what the portal has said last: also where that was heard by an earlier run."""
        told = printable(row.last_words or self._text("no_words", hand))
        text = self._text("no_answer", hand, attempts=row.spent, words=one_line(told, LONGEST_WORDS))
        self._fail(hand, text, details=f"{text}\n\n{told}", final=True)

    # --- creating ---

    def _create(self, hand: TaskInHand) -> None:
        try:
            draft = self._drafts.draft(hand.task)
        except MappingFault as fault:
            self._fail(hand, str(fault))
            return
        with self._turnstile.turn(ADD, Kind.CREATE, self._stopping) as turn:
            if turn is None or self._gate.reason or self._stopping(0.0):
                self._create_later(hand, self._gate.reason or Reason.STOPPING)
                return
            try:
                row = self._ledger.begin_create(hand.task, draft, hand.row)
            except NotStorable as error:
                self._fail(hand, self._text("not_storable", hand, words=str(error)[:LONGEST_WORDS]))
                return
            except LedgerUnavailable:
                self._locks.give_back(hand.lock, Reason.LEDGER_UNAVAILABLE)
                return
            self._send(Attempt(replace(hand, row=row, draft=draft), row, draft, clock.boottime()), turn)

    def _create_later(self, hand: TaskInHand, reason: str) -> None:
        def again(_: object) -> None:
            with released_where_impossible(self._locks, hand):
                self._create(hand)

        self._patience.hold([hand], again, reason)

    def _send(self, attempt: Attempt, turn: Ticket) -> None:
        hand, row, draft = attempt.hand, attempt.row, attempt.draft

        def check_the_lock() -> None:
            nonlocal attempt
            if not self._locks.ensure(hand.lock, self._hold_seconds):
                raise LockTooShort
            attempt = replace(attempt, sent_at=clock.boottime())

        self._telemetry.emit("task.creating", task=hand.task.id, attempt=row.attempt)
        try:
            added = self._tasks.add(draft.fields, turn=turn, before_send=check_the_lock)
        except LockTooShort:
            self._ledger.not_executed(row)
            self._locks.let_go(hand.lock, hand.lock.broken or Reason.NOT_EXTENDED)
        except (NotExecuted, ChannelFault, Rejected) as error:
            if self._is_the_tasks_own(error):
                self._rejected(attempt, error)
            else:
                self._not_sent(attempt, error)
        except Doubtful as error:
            self._doubt(attempt, error, counts=self._doubts.portal_is_well())
        else:
            self._timings.created(hand.task.id)
            self._drafts.compare(hand.task, draft, added.id, added.responsible)
            if added.xml_id == draft.marker:
                self._exists(hand, added.id, origin="created")
            else:
                self._unmarked(attempt, added)

    def _doubt(self, attempt: Attempt, why: object, *, counts: bool = True) -> None:
        """Whether it was executed is not known: what was answered is kept, and the request waited out."""
        words = self._telemetry.words(why)
        noted = self._ledger.doubtful(attempt.row, words, counts=counts, cause=name_of(why))
        hand = replace(attempt.hand, row=noted)
        self._doubts.wait_out(hand, self._doubt_ended, sent_at=attempt.sent_at, reason=words)

    def _unmarked(self, attempt: Attempt, added: Added) -> None:
        """The answer bears no marker. Where the portal has dropped it, nobody could find the task.

        The number of another step's task is no answer to our create.
        """
        hand, marker = attempt.hand, attempt.draft.marker
        if other := self._ledger.other_of_number(added.id, hand.task.id):
            self._doubt(attempt, f"task {added.id} is that of {other}")
            return
        if added.xml_id is not None:
            self._telemetry.emit("task.marker_dropped", portal_task=added.id, marker=marker)
        self._exists(hand, added.id, origin="created")  # first: until then a crash would double it
        if added.xml_id is not None:
            with suppress(LedgerUnavailable):  # only a figure
                self._ledger.count(Counted.MARKERS_DROPPED)

    def _is_the_tasks_own(self, error: PortalError) -> bool:
        """Rejected by its content; or denied, by portal or proxy, while neutral calls pass."""
        if isinstance(error, AccessDenied | RefusedInFront):
            return self._doubts.portal_is_well()
        return isinstance(error, Rejected)

    def _not_sent(self, attempt: Attempt, error: PortalError) -> None:
        """No task's fault: once more, in hand, when the portal is well; but given back where a person must mend it."""
        hand = replace(attempt.hand, row=self._ledger.not_executed(attempt.row))
        self._telemetry.emit("task.not_sent", task=hand.task.id, reason=self._telemetry.words(error))
        if isinstance(error, ChannelFault):
            self._locks.give_back(hand.lock, self._telemetry.words(error))
        else:
            self._create_later(hand, self._telemetry.words(error))

    def _rejected(self, attempt: Attempt, error: PortalError) -> None:
        """Refused by its content, unless the portal threw after it had inserted the task: look before believing."""
        hand = attempt.hand
        try:
            found = self._lookup.find([hand.task]).get(hand.task.id)
        except PortalError:
            self._doubt(attempt, error)
            return
        if found is not None:
            self._exists(hand, found, origin="adopted")
        else:
            said = error.detail or error.code
            text = self._text("rejected", hand, words=said, code=error.code, sent=attempt.draft.references)
            self._fail(hand, text, details=self._telemetry.words(error))

    # --- settling ---

    def _exists(self, hand: TaskInHand, portal_task_id: int, *, origin: Origin) -> None:
        """The Bitrix24 task exists: let the step wait for it, or record what the engine is owed, and pay."""
        try:
            promise = self._promises.of(hand, portal_task_id, origin)
        except PortalError as error:
            self._patience.hold([hand], lambda _: self._exists(hand, portal_task_id, origin=origin), error)
            return
        if promise is not Promise.NOTHING:
            self._wait_for(hand, portal_task_id, origin, promise)
        else:
            self._done(hand, portal_task_id, origin)

    def _wait_for(self, hand: TaskInHand, portal_task_id: int, origin: Origin, promise: Promise) -> None:
        self._locks.stop_keeping(hand.lock)
        self._timings.left(hand.task.id)
        until_recorded(lambda: self._waiting.admit(hand, portal_task_id, origin, promise), self._stopping)
        tell_existence(self._telemetry, hand.task, portal_task_id, origin)
        self._locks.finish(hand.lock)

    def _done(self, hand: TaskInHand, portal_task_id: int, origin: Origin) -> None:
        self._waiting.end(hand.task.id)  # what it waited for was another hand-out: its keeper would outlast a failure
        settlement, row = self._completion(hand, portal_task_id), hand.row
        record = partial(self._ledger.created, hand.task, row, portal_task_id, settlement, adopted=origin == "adopted")
        if origin == "known" and row is not None:
            record = partial(self._ledger.arm, hand.task, row, settlement)
        until_recorded(record, self._stopping)
        tell_existence(self._telemetry, hand.task, portal_task_id, origin)
        ours = origin == "created" or (row is not None and row.owner == self._ledger.owner)
        owed = OwedSettlement(
            hand.task.id, self._ledger.owner, hand.task.worker_id, settlement, tries=0, inherited=not ours
        )
        self._settler.settle(hand.lock, owed, surely_first=hand.surely_first)

    def _completion(self, hand: TaskInHand, portal_task_id: int) -> Settlement:
        task = PortalTask(portal_task_id, self._task_url(portal_task_id))
        try:
            return Complete(encode(self._mapper.result(hand.task, task)))
        except (MappingFault, EncodeError) as fault:
            return self._failure(hand, str(fault))

    def _fail(self, hand: TaskInHand, message: str, *, details: str = "", final: bool = False) -> None:
        """The task's own fault: one try less, at none an incident."""
        self._ledger.rejected(hand.task, hand.row, self._failure(hand, message, details, final=final))
        self._settler.settle(hand.lock, surely_first=hand.surely_first)

    def _failure(self, hand: TaskInHand, message: str, details: str = "", *, final: bool = False) -> Failure:
        return self._retries.failure(hand.task.topic, hand.task.retries, message, details or message, final=final)

    def _text(self, name: str, hand: TaskInHand, **facts: object) -> str:
        return fault_text(self._language, name, topic=hand.task.topic, **facts)
