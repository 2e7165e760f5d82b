"""Whether a side is well, told from how its calls end: decided here and nowhere else.

The clients of engine and portal tell how each call has ended; the gate of their side closes, or hears that all is well.
"""

from __future__ import annotations

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
from worker.engine.errors import AnswerTooLong, EngineDenied, EngineError, EngineUnreachable
from worker.engine.line import FETCH
from worker.runtime.gate import Gate

ESSENTIAL = frozenset({ADD, LIST, PROFILE, SCOPES})
"""What creating exactly once cannot do without. Whatever else is refused pauses nothing: its caller says so."""
NEUTRAL = frozenset({PROFILE, SCOPES})
ENGINE_ESSENTIAL = frozenset({FETCH, "external-task", "extendLock", "version"})
"""The same of the engine."""


class PortalWellbeing:
    """Hears how the calls to the portal end."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def heard(self, method: str, error: PortalError | None) -> None:
        """One call has ended; `error` None: as it should."""
        if error is None:
            self._gate.well()
        elif _is_trouble(method, error):
            self._gate.close(error, retry_after=error.retry_after)


def look_at_portal(tasks: Tasks) -> None:
    """Raises `PortalError` where creating exactly once is not possible; `check` looks at more."""
    if not tasks.profile().is_admin:
        raise not_admin()
    if SCOPE not in tasks.scopes():
        raise ChannelFault(SCOPES, "insufficient_scope", SCOPE, cause=Cause.SCOPE_MISSING)


def not_admin() -> ChannelFault:
    """From other users the portal hides tasks: what is not shown may be there all the same."""
    return ChannelFault(PROFILE, "not_admin", cause=Cause.NOT_ADMIN)


class EngineWellbeing:
    """Hears how the calls to the engine end."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def heard(self, call: str, error: EngineError | None) -> None:
        """One call has ended; `error` None: as it should. Any other answer of an engine is an answer too."""
        if not isinstance(error, EngineUnreachable | EngineDenied):
            self._gate.well()
        elif _is_engine_trouble(call, error):
            self._gate.close(error)


def _is_engine_trouble(call: str, error: EngineUnreachable | EngineDenied) -> bool:
    """Whether this is no single call's fault.

    An outcome that was refused by an answer is told by the neutral call that follows it. Of tasks too large for one
    answer fewer are fetched.
    """
    if error.status is None:
        return not (isinstance(error, AnswerTooLong) and call == FETCH)
    return call in ENGINE_ESSENTIAL


def _is_trouble(method: str, error: PortalError) -> bool:
    """Whether this is no single call's fault.

    A create that the portal has not clearly answered, or not allowed, is told by the neutral call that follows it.
    """
    if error.code == UNREACHABLE:
        return True
    if method not in ESSENTIAL:
        return False
    if method in NEUTRAL:
        return True  # it sends nothing that could be refused
    if method in READS:
        return isinstance(error, NotExecuted | ChannelFault | Doubtful | LookupUnproven)
    return isinstance(error, NotExecuted | ChannelFault) and not isinstance(error, AccessDenied | RefusedInFront)
