"""Decides from the results of calls whether engine, portal and ledger work. Nothing else closes their gates.

The clients of engine and portal report how each call ended, the ledger what it could not do; this module then closes
the gate of that system, or reports a success to it.
"""

from __future__ import annotations

import threading

from bitrix.causes import Cause
from bitrix.errors import (
    UNREACHABLE,
    AccessDenied,
    ChannelFault,
    Doubtful,
    LookupUnproven,
    NotExecuted,
    PortalError,
    RefusedInFront,
)
from bitrix.methods import ADD, LIST, PROFILE, READS, SCOPES
from bitrix.tasks import SCOPE, Tasks
from worker.engine.errors import AnswerTooLong, ContinuationFailed, EngineDenied, EngineError, EngineUnreachable
from worker.engine.line import FETCH
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import Preparing

ESSENTIAL = frozenset({ADD, LIST, PROFILE, SCOPES})
"""Methods that creating exactly once needs. If any other method is refused, its caller reports it and work goes on."""
NEUTRAL = frozenset({PROFILE, SCOPES})
LOOK_UP = "look-up"
"""Several calls together: each may be answered well, and yet prove nothing."""
ENGINE_ESSENTIAL = frozenset({FETCH, "external-task", "extendLock"})
"""The same for the engine. Its version is none of them: an engine that hides it serves all the same (`version_of`)."""
RIGHTS_SECONDS = 60.0
"""How often the webhook's rights are looked at while the portal answers: what it hides, no other call shows."""
GLANCE_SECONDS = 15.0
"""How long a portal that has answered nothing lately may take for a neutral call: the calls that it has may take long,
and the request timeout is made for them.

A portal each of whose calls takes longer is paused once while it is idle, until it has answered the full probe; from
then on it is known to be slow, and is asked with full patience. To wait for it at once would hide one that is silent
for a minute more, and while it is idle a pause costs nothing.
"""


class PortalWellbeing:
    """Judges the portal by how its calls end."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def on_end(self, method: str, error: PortalError | None) -> None:
        """Report the end of one call, or of a `LOOK_UP`; `error` None: it succeeded."""
        if error is None:
            self._gate.well(method)
        elif _is_trouble(method, error):
            self._gate.close(error, retry_after=error.retry_after, awaits=_awaited(method, error))

    def on_glance_end(self, method: str, error: PortalError | None) -> None:
        """The same for a call with less patience: of what was not answered in time its probe judges."""
        if error is None or error.cause is not Cause.NO_ANSWER:
            self.on_end(method, error)


def look_at_portal(tasks: Tasks) -> None:
    """Raise `PortalError` if creating exactly once is impossible. The command `check` tests more."""
    if not tasks.profile().is_admin:
        raise not_admin()
    if SCOPE not in tasks.scopes():
        raise ChannelFault(SCOPES, "insufficient_scope", SCOPE, cause=Cause.SCOPE_MISSING)


def not_admin() -> ChannelFault:
    """The error of a webhook whose owner is no administrator: the portal hides tasks from other users."""
    return ChannelFault(PROFILE, "not_admin", cause=Cause.NOT_ADMIN)


class EngineWellbeing:
    """Judges the engine by how its calls end."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def on_end(self, call: str, error: EngineError | None) -> None:
        """Report the end of one call; `error` None: it succeeded. A refusal by the engine is a sign of life too.

        An error within the engine proves nothing: the next activity of the model may have failed, or its database. So
        unless another call is answered soon, the probe asks: while the portal is away nothing is fetched, and nothing
        else would show it.
        """
        if isinstance(error, EngineUnreachable | EngineDenied):
            if _is_engine_trouble(call, error):
                self._gate.close(error, awaits=call if error.status is not None else None)
        elif isinstance(error, ContinuationFailed):
            self._gate.doubt()
        else:
            self._gate.well(call)


class LedgerWellbeing:
    """Takes the reports of the ledger."""

    def __init__(self, gate: Gate, telemetry: Telemetry) -> None:
        self._gate = gate
        self._telemetry = telemetry
        self._guard = threading.Lock()

    def unavailable(self, error: Exception) -> None:
        """A transaction was refused. Logged once, however many threads are refused at a time."""
        with self._guard:
            if self._gate.is_open:
                self._telemetry.emit("ledger.unavailable", reason=with_cure(error))
            self._gate.close(error)

    def preparing(self, what: Preparing, seconds: float, most: float | None) -> None:
        """The opening takes long; it ends with an error after `most` seconds, if there is a limit."""
        self._telemetry.emit("ledger.preparing", what=what, seconds=round(seconds), most=most)

    def created(self, trace: str = "") -> None:
        """The ledger is new: if there was one, its history is not in it. `trace`: a file that shows that there was."""
        self._telemetry.emit("ledger.created")
        if trace:
            self._telemetry.emit("ledger.lost", path=trace)

    def upgraded(self, before: int, now: int) -> None:
        """The ledger had an older version."""
        self._telemetry.emit("ledger.upgraded", before=before, now=now)

    def number_shared(self, portal_task_id: int, external_task_id: str, other: str) -> None:
        """One Bitrix24 task is recorded for two external tasks."""
        self._telemetry.emit("task.number_shared", portal_task=portal_task_id, task=external_task_id, other=other)


def _awaited(method: str, error: PortalError) -> str | None:
    """Which call must succeed before work resumes; None if none was answered, so that any success will do."""
    if isinstance(error, LookupUnproven):
        return LOOK_UP
    return method if error.status is not None else None


def _is_engine_trouble(call: str, error: EngineUnreachable | EngineDenied) -> bool:
    """Whether the engine as a whole is the cause, not this call alone.

    After an outcome refused by an answer, a neutral call decides. If fetched tasks are too large for one answer, the
    worker fetches fewer at once.
    """
    if error.status is None:
        return not (isinstance(error, AnswerTooLong) and call == FETCH)
    return call in ENGINE_ESSENTIAL


def _is_trouble(method: str, error: PortalError) -> bool:
    """Whether the portal as a whole is the cause, not this call alone.

    After a create without a clear answer, or without permission, a neutral call decides.
    """
    if error.code == UNREACHABLE:
        return True
    if method not in ESSENTIAL:
        return False
    if method in NEUTRAL:
        return True  # these calls send nothing that could be refused
    if method in READS:
        return isinstance(error, NotExecuted | ChannelFault | Doubtful | LookupUnproven)
    return isinstance(error, NotExecuted | ChannelFault) and not isinstance(error, AccessDenied | RefusedInFront)
