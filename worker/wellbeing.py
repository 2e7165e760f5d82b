"""Whether a side is well, told from how its calls end: decided here and nowhere else.

The clients of engine and portal tell how each call has ended; the gate of their side closes, or hears that all is well.
"""

from __future__ import annotations

from bitrix.errors import (
    UNREACHABLE,
    AccessDenied,
    ChannelFault,
    Doubtful,
    LookupUnproven,
    NotExecuted,
    PortalError,
)
from bitrix.methods import ADD, LIST, PROFILE, READS, SCOPES
from worker.gate import Gate

ESSENTIAL = frozenset({ADD, LIST, PROFILE, SCOPES})
"""What creating exactly once cannot do without. Whatever else is refused pauses nothing: somebody told it to us."""


class PortalWellbeing:
    """Hears how the calls to the portal end."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def heard(self, method: str, error: PortalError | None) -> None:
        """One call has ended; `error` None: as it should."""
        if error is None:
            self._gate.well()
        elif _is_trouble(method, error):
            self._gate.close(str(error), retry_after=error.retry_after)


def _is_trouble(method: str, error: PortalError) -> bool:
    """Whether this is no single call's fault.

    A create without a clear answer, or without rights, is told by the neutral call that follows it, which only reads.
    """
    if error.code == UNREACHABLE:
        return True
    if method not in ESSENTIAL:
        return False
    if method in READS:
        return isinstance(error, NotExecuted | ChannelFault | Doubtful | LookupUnproven)
    return isinstance(error, NotExecuted | ChannelFault) and not isinstance(error, AccessDenied)
