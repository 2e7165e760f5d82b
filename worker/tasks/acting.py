"""Carries out the acts of a created task: one after another, each exactly once.

A call is on disk before it is sent. After an unclear answer it is waited out like a create (P5), then looked up by the
rule of its kind. What an answer or a look has told holds only for the unbroken lock under which it came (P3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from bitrix.client import BitrixClient
from bitrix.errors import ChannelFault, NotExecuted, PortalError, Rejected, malformed
from bitrix.limits.limiter import Kind as CallKind, Ticket
from bitrix.tasks import Tasks
from worker.acts.kind import Call, CannotTell, Kind, Progress, Removed, Unknown, Unusable
from worker.engine.locks import LockTooShort
from worker.ledger import Ledger, OwedAct, Row
from worker.ledger.acts import Begun
from worker.model import ActState
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.telemetry import Telemetry
from worker.tasks.clearance import Clearance
from worker.tasks.doubts import SECOND_LOOK_SECONDS
from worker.tasks.existing import Existing
from worker.tasks.failures import LONGEST_WORDS, Failures
from worker.tasks.hand import TaskInHand
from worker.tasks.neutral import held_unread, portal_is_well
from worker.tasks.outcomes import ActDoubt, GiveBack, Hold, LetGo, Outcome, Perform, Settle
from worker.tasks.recording import Recording
from worker.words.causes import in_words, name_of
from worker.words.faults import fault_text
from worker.words.phrase import Phrase
from worker.words.printable import one_line
from worker.words.reasons import Reason

ATTEMPTS = 3
"""How many calls of one act in a row may end in a crash or in doubt, and not be executed; then it has failed."""
T = TypeVar("T")
Step = OwedAct | Outcome | None
"""The act as it is now, or why the task does not go on; None: the Bitrix24 task no longer exists."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One act of a task in hand, and the row of that task."""

    hand: TaskInHand
    row: Row
    portal_task_id: int
    act: OwedAct
    kind: Kind

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.act.payload or {}

    @property
    def progress(self) -> Progress:
        return self.act.progress or {}

    @property
    def call(self) -> Call | None:
        return self.kind.next_call(self.portal_task_id, self.payload, self.progress)


class Acting:
    """Runs in the thread of the pool that has the task in hand. Every method may raise `StaleRow`, `LedgerUnavailable`.

    `kinds`: by name.
    """

    def __init__(
        self,
        *,
        kinds: Mapping[str, Kind],
        ledger: Ledger,
        client: BitrixClient,
        tasks: Tasks,
        clearance: Clearance,
        existing: Existing,
        failures: Failures,
        recording: Recording,
        telemetry: Telemetry,
        deadlines: Deadlines,
    ) -> None:
        self._kinds = kinds
        self._ledger = ledger
        self._client = client
        self._tasks = tasks
        self._clearance = clearance
        self._existing = existing
        self._failures = failures
        self._recording = recording
        self._telemetry = telemetry
        self._deadlines = deadlines

    def carry_out(self, perform: Perform, begun: Begun) -> Outcome:
        """Do what is left of the acts. If nothing is left any more, the outcome is that of the step."""
        before = perform.hand.row
        inherited = perform.origin == "known" and before is not None and before.owner != self._ledger.owner
        hand = replace(perform.hand, row=begun.row, inherited=inherited or perform.hand.inherited)
        for act in begun.acts:
            if not act.is_left:
                continue
            kind = self._kinds.get(act.kind, Unknown(act.kind))
            step = self._carry_out(_Job(hand, begun.row, perform.portal_task_id, act, kind))
            if step is None:
                self._void(hand, perform.portal_task_id)
                break
            if not isinstance(step, OwedAct):
                return step
            hand = replace(hand, absent=False)
        return self._existing.conclusion(hand, perform.portal_task_id, perform.promise)

    def _void(self, hand: TaskInHand, portal_task_id: int) -> None:
        self._record(lambda: self._ledger.acts.void(hand.task.id))
        self._telemetry.emit("acts.void", task=hand.task.id, portal_task=portal_task_id)

    def _carry_out(self, job: _Job) -> Step:
        act = job.act
        if isinstance(job.kind, Unknown):
            return self._failed(job, Unusable(f"{act.kind}: unknown to this version"))
        if act.state is ActState.BEGUN and not job.hand.cleared:
            return self._doubt(job, self._sent_before(act), Reason.FOUND_IN_LEDGER)
        step: Step = act
        if act.state is ActState.BEGUN or not job.hand.fresh:
            step = self._looked(job)
        while isinstance(step, OwedAct) and step.is_left:
            job = replace(job, act=step)
            call = job.call
            step = self._send(job, call) if call else self._moved(job, job.progress)
        return step

    def _sent_before(self, act: OwedAct) -> float:
        """A boot time when the call found in the ledger had been sent, as for a create (`Doubts.wait_out`)."""
        earlier_run = act.owner not in (None, self._ledger.owner) and not self._ledger.shared
        return self._deadlines.started if earlier_run else clock.boottime()

    # --- sending ---

    def _send(self, job: _Job, call: Call) -> Step:
        try:
            marks = call.before(self._read) if call.before else None
        except (PortalError, Unusable) as error:
            return self._not_looked(job, error)
        with self._clearance.turn(call.method, CallKind.BACKGROUND) as turn:
            if not isinstance(turn, Ticket):
                return Hold(job.hand, turn)
            act = self._ledger.acts.sending(job.row, job.act, marks)
            job = replace(job, act=act, hand=replace(job.hand, absent=False))
            sent_at = 0.0

            def check_the_lock() -> None:
                nonlocal sent_at
                self._clearance.check(job.hand.lock)
                sent_at = clock.boottime()

            try:
                progress = self._post(call, turn, check_the_lock)
            except LockTooShort:
                self._ledger.acts.unsent(job.row, job.act)
                return LetGo(job.hand, job.hand.lock.broken or Reason.NOT_EXTENDED)
            except PortalError as error:
                return self._bad(job, error, sent_at)
        return self._moved(job, progress)

    def _post(self, call: Call, turn: Ticket, before_send: Callable[[], None]) -> Progress:
        answer = self._client.call(call.method, call.params, turn=turn, before_send=before_send)
        try:
            return call.then(answer.result)
        except Unusable as error:
            raise malformed(call.method, str(error)) from None

    def _moved(self, job: _Job, progress: Progress) -> OwedAct:
        """Record how far it is by an answer or a look."""
        if job.kind.next_call(job.portal_task_id, job.payload, progress):
            return self._record(partial(self._ledger.acts.progressed, job.row, job.act, progress))
        return self._done(job)

    def _done(self, job: _Job) -> OwedAct:
        done = self._record(partial(self._ledger.acts.done, job.row, job.act, job.kind.lasting(job.payload)))
        task, portal_task, title = self._about(job)
        self._telemetry.emit("act.done", task=task, portal_task=portal_task, act=title)
        return done

    # --- what a bad answer means ---

    def _bad(self, job: _Job, error: PortalError, sent_at: float) -> Step:
        if isinstance(error, Rejected) and job.kind.is_done_by(error.code, error.detail):
            return self._done(job)
        if not isinstance(error, NotExecuted | ChannelFault | Rejected):
            counts = portal_is_well(self._tasks)
            words, cause = self._telemetry.words(error), name_of(error)
            act = self._record(partial(self._ledger.acts.unclear, job.row, job.act, words, counts=counts, cause=cause))
            return self._doubt(replace(job, act=act), sent_at, error)
        if self._is_its_own(error):
            return self._refused(job, error, sent_at)
        self._ledger.acts.unsent(job.row, job.act)
        task, portal_task, title = self._about(job)
        self._telemetry.emit("act.not_sent", task=task, portal_task=portal_task, act=title, reason=error)
        return GiveBack(job.hand, error) if isinstance(error, ChannelFault) else Hold(job.hand, error)

    def _is_its_own(self, error: PortalError) -> bool:
        """Whether this act alone is refused: for its content, or for a right or method that only it needs."""
        return isinstance(error, Rejected) or (isinstance(error, ChannelFault) and portal_is_well(self._tasks))

    def _refused(self, job: _Job, error: PortalError, sent_at: float) -> Step:
        """The portal may refuse after it has executed: look, unless this kind cannot be looked up."""
        try:
            if self._is_gone(job):
                return None
            seen = job.kind.look(job.portal_task_id, job.payload, job.progress, self._read)
        except CannotTell:
            if isinstance(error, Rejected):
                said = fault_text("act_refused", topic=job.hand.task.topic, words=in_words(error))
                return self._given_up(job, said, name_of(error))
            seen = job.progress
        except (PortalError, Unusable) as trouble:
            return self._doubt(job, sent_at, trouble)
        return self._failed(job, error) if seen == job.progress else self._moved(job, seen)

    def _doubt(self, job: _Job, sent_at: float, why: object) -> ActDoubt:
        until = sent_at + self._deadlines.hold
        wait = round(max(until - clock.boottime(), 0.0), 1)
        task, portal_task, title = self._about(job)
        self._telemetry.emit("act.doubtful", task=task, portal_task=portal_task, act=title, reason=why, wait=wait)
        return ActDoubt(replace(job.hand, absent=False), until)

    def _is_gone(self, job: _Job) -> bool:
        """Whether the Bitrix24 task was deleted. To others than administrators it may only be hidden."""
        return self._tasks.is_gone(job.portal_task_id) and self._tasks.profile().is_admin

    # --- looking ---

    def _looked(self, job: _Job) -> Step:
        """How far the act is, now that no call of it can be running."""
        try:
            seen = job.kind.look(job.portal_task_id, job.payload, job.progress, self._read)
        except CannotTell:
            if job.act.state is not ActState.BEGUN:
                return job.act
            return self._given_up(job, self._failures.named_text(job.hand, "act_unknown"), job.act.last_cause)
        except Removed as removed:
            return self._removed(job, removed.left)
        except (PortalError, Unusable) as error:
            return self._not_looked(job, error)
        if seen != job.progress:
            return self._moved(job, seen)
        if job.act.state is ActState.DUE:
            return job.act
        if not job.hand.absent:
            return self._look_again(job)
        if job.act.begun >= ATTEMPTS:
            return self._failed(job, job.act.last_error or self._failures.named_text(job.hand, "no_words"), final=True)
        return self._ledger.acts.absent(job.row, job.act)

    def _look_again(self, job: _Job) -> ActDoubt:
        hand = replace(job.hand, absent=True, fresh=False)
        return ActDoubt(hand, clock.boottime() + SECOND_LOOK_SECONDS)

    def _removed(self, job: _Job, left: Progress | None) -> Step:
        if not job.hand.absent:
            return self._look_again(job)
        if left is None:  # a retry could only add it twice, or nowhere
            return self._given_up(job, self._failures.named_text(job.hand, "act_removed"), job.act.last_cause)
        return self._moved(job, left)

    def _not_looked(self, job: _Job, error: PortalError | Unusable) -> Step:
        """Try again once the portal is well; if only this look fails, it is the fault of the act."""
        try:
            if isinstance(error, Rejected | ChannelFault) and self._is_gone(job):
                return None
        except PortalError as trouble:
            error = trouble
        return held_unread(job.hand, error, self._tasks) or self._failed(job, error)

    def _read(self, method: str, params: Any = None) -> Any:
        return self._client.call(method, params, kind=CallKind.BACKGROUND).result

    # --- the end without success ---

    def _failed(self, job: _Job, error: object, *, final: bool = False) -> Step:
        """Go on without it, or ask a person, as the topic says. `final`: a retry alone cannot help."""
        said, cause = self._telemetry.words(error), name_of(error)
        if job.kind.optional or self._failures.go_on(job.hand.task):
            return self._given_up(job, error, cause)
        self._record(partial(self._ledger.acts.failed, job.row, job.act, said, cause=cause))
        words = one_line(getattr(error, "detail", "") or said, LONGEST_WORDS)
        title = job.kind.title(job.payload)
        text = self._failures.named_text(job.hand, "act_failed", portal_task=job.portal_task_id, act=title, words=words)
        failed = self._failures.of(job.hand, text, f"{text}\n\n{said}", final=final)
        return Settle(job.hand, job.portal_task_id, "known", failed.failure)

    def _given_up(self, job: _Job, why: object, cause: str | None) -> OwedAct:
        words = self._telemetry.words(why)
        given_up = self._record(partial(self._ledger.acts.given_up, job.row, job.act, words, cause=cause))
        task, portal_task, title = self._about(job)
        self._telemetry.emit("act.given_up", task=task, portal_task=portal_task, act=title, reason=why)
        return given_up

    def _about(self, job: _Job) -> tuple[str, int, Phrase]:
        return job.hand.task.id, job.portal_task_id, job.kind.title(job.payload)

    def _record(self, write: Callable[[], T]) -> T:
        return self._recording.until_taken(write)
