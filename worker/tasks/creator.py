"""Decides what a task in hand needs next, and creates its Bitrix24 task once.

The intent to create is on disk before the request is sent. docs/rules.md explains the rules P1 … P10.
"""

from __future__ import annotations

from dataclasses import replace

from bitrix.errors import PortalError
from bitrix.limits.limiter import Ticket
from bitrix.methods import DIAGRAM, TEMPLATE
from bitrix.tasks import Tasks
from worker.content.drafts import Drafts
from worker.engine.errors import EngineError
from worker.engine.locks import LockTooShort
from worker.ledger import Ledger, LedgerUnavailable, NotStorable, Row
from worker.mapping.faults import MappingFault
from worker.model import Stage
from worker.runtime import clock
from worker.runtime.telemetry import Telemetry
from worker.steps.details import Details
from worker.steps.loops import LoopsUnknown
from worker.tasks.answers import Answers
from worker.tasks.clearance import Clearance
from worker.tasks.existing import Existing
from worker.tasks.failures import LONGEST_WORDS, Failures
from worker.tasks.hand import Attempt, TaskInHand
from worker.tasks.neutral import held_unread
from worker.tasks.outcomes import Doubt, Fail, GiveBack, Hold, LetGo, Outcome
from worker.words.phrase import Phrase
from worker.words.printable import one_line, printable
from worker.words.reasons import Reason

ATTEMPTS = 3
"""How many creates of one task may end in a crash or in doubt; then the task becomes an incident (P8)."""

AGAIN_SECONDS = 20.0
"""How long a step stays locked of which the engine has not told all; its own lock would last some minutes."""


class Creator:
    """Every public method may raise `StaleRow` or `LedgerUnavailable`; the caller then lets the task's lock expire."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        tasks: Tasks,
        details: Details,
        drafts: Drafts,
        clearance: Clearance,
        answers: Answers,
        existing: Existing,
        failures: Failures,
        telemetry: Telemetry,
    ) -> None:
        self._ledger = ledger
        self._tasks = tasks
        self._details = details
        self._drafts = drafts
        self._clearance = clearance
        self._answers = answers
        self._existing = existing
        self._failures = failures
        self._telemetry = telemetry

    def begin(self, hand: TaskInHand) -> Outcome:
        """Decide on a task that was just fetched, and looked up if its row required it."""
        try:
            task = self._details.of(hand.task)
        except LoopsUnknown as error:
            return self.refuse(hand, error.phrase)
        except MappingFault as fault:
            return LetGo(hand, fault.phrase) if _may_exist(hand) else self._failures.of(hand, fault.whole)
        except EngineError as error:
            return LetGo(hand, error) if _may_exist(hand) else GiveBack(hand, error, AGAIN_SECONDS)
        return self.go_on(replace(hand, task=task))

    def refuse(self, hand: TaskInHand, what: Phrase) -> Outcome:
        """Fail a task whose fetch answer could not be read; the failure quotes `what`.

        If a create was begun or the Bitrix24 task exists, the lock is left to expire instead, and the task is fetched
        again.
        """
        if _may_exist(hand):
            return LetGo(hand, what)
        explained = self._drafts.explained(hand.task, what)
        if explained != what:
            return self._failures.named_failure(hand, "unfetchable", what=explained)
        return self._failures.named_failure(hand, "unreadable", what=what)

    def go_on(self, hand: TaskInHand) -> Outcome:
        """Decide by the row and by what the look-up found."""
        match hand.row:
            case Row(stage=Stage.CREATING) if not hand.cleared:
                return Doubt(hand)
            case Row(portal_task_id=int(known)):
                return self._existing.outcome(hand, known, "known")
            case _ if hand.found is not None:
                return self._existing.outcome(hand, hand.found, "adopted")
            case Row(stage=Stage.CREATING) as row if row.spent >= ATTEMPTS:
                return self._never_clear(hand, row)
            case _:
                return self._create(hand)

    def _never_clear(self, hand: TaskInHand, row: Row) -> Fail:
        """Raise an incident that quotes the portal's last answer, even if an earlier run received it."""
        answer = printable(row.last_words or self._failures.named_text(hand, "no_words"))
        words = one_line(answer, LONGEST_WORDS)
        text = self._failures.named_text(hand, "no_answer", attempts=row.spent, words=words)
        return self._failures.of(hand, text, f"{text}\n\n{answer}", final=True)

    def _create(self, hand: TaskInHand) -> Outcome:
        try:
            draft = self._drafts.draft(hand.task)
        except MappingFault as fault:
            return self._failures.of(hand, fault.whole)
        except PortalError as error:
            return self._unread(hand, error)
        except EngineError as error:
            return LetGo(hand, error)
        with self._clearance.turn() as turn:
            if not isinstance(turn, Ticket):
                return Hold(hand, turn)
            try:
                row = self._ledger.begin_create(hand.task, draft, hand.row)
            except NotStorable as error:
                return self._failures.named_failure(hand, "not_storable", words=str(error)[:LONGEST_WORDS])
            except LedgerUnavailable:
                return GiveBack(hand, Reason.LEDGER_UNAVAILABLE)
            begun = replace(hand, row=row, draft=draft, found=None, cleared=False)
            return self._send(Attempt(begun, row, draft), turn)

    def _unread(self, hand: TaskInHand, error: PortalError) -> Outcome:
        """Keep a task whose content the portal did not return. If the portal is well, fail it: its content alone is.

        Nothing has been sent for it.
        """
        if held := held_unread(hand, error, self._tasks):
            return held
        said, process = self._telemetry.words(error), hand.task.definition_key
        words = one_line(said, LONGEST_WORDS)
        if error.method == DIAGRAM and process:
            return self._failures.named_failure(hand, "diagram_unread", details=said, words=words, process=process)
        if error.method == TEMPLATE and process:
            step, number = hand.task.activity_id, error.template
            return self._failures.named_failure(
                hand, "template_unread", details=said, words=words, process=process, step=step, template=number
            )
        return self._failures.named_failure(hand, "content_unread", details=said, words=words)

    def _send(self, attempt: Attempt, turn: Ticket) -> Outcome:
        task, lock = attempt.hand.task, attempt.hand.lock

        def check_the_lock() -> None:
            nonlocal attempt
            self._clearance.check(lock)
            attempt = replace(attempt, sent_at=clock.boottime())

        self._telemetry.emit("task.creating", task=task.id, attempt=attempt.row.attempt)
        try:
            added = self._tasks.add(attempt.draft.fields, turn=turn, before_send=check_the_lock)
        except LockTooShort:
            self._ledger.not_executed(attempt.row)
            return LetGo(attempt.hand, lock.broken or Reason.NOT_EXTENDED)
        except PortalError as error:
            return self._answers.bad(attempt, error)
        return self._answers.good(attempt, added)


def _may_exist(hand: TaskInHand) -> bool:
    """Whether a create was begun for it, or its Bitrix24 task exists."""
    row = hand.row
    return row is not None and (row.stage is Stage.CREATING or row.portal_task_id is not None)
