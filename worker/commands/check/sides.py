"""Runs the checks of one side. If the side is down, that is reported once, with cause and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bitrix.causes import Cause
from bitrix.errors import PortalError
from worker.commands.check.finding import Finding, not_checked, of_error
from worker.engine.errors import EngineError
from worker.words.phrase import Phrase

CALLS_OWN = frozenset(
    {
        Cause.SCOPE_MISSING,
        Cause.METHOD_MISSING,
        Cause.DENIED,
        Cause.OPERATION_LIMIT,
        Cause.REJECTED,
        Cause.MODULE_SAYS,
        Cause.NO_WITNESS,
        Cause.LIST_BEHIND,
        Cause.CUT_SHORT,
        Cause.FILTER_IGNORED,
        Cause.MALFORMED,
        Cause.ENGINE_RIGHTS,
        Cause.ENGINE_SAYS,
    }
)
"""Causes that concern one call only, not the whole side."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `now` may raise `PortalError` or `EngineError`. `essential`: as in `Finding`."""

    what: Phrase
    now: Callable[[], Finding]
    essential: bool = False


def findings_of(side: Phrase, checks: Sequence[Check], answers: Callable[[], bool]) -> Iterator[Finding]:
    """The findings. If a check fails, `answers` makes a neutral call: True means that the side is not down."""
    for number, check in enumerate(checks):
        try:
            yield check.now()
        except (PortalError, EngineError) as error:
            if error.cause in CALLS_OWN or answers():
                yield of_error(check.what, error, essential=check.essential)
                continue
            yield of_error(side, error, essential=True)
            yield from (not_checked(it.what, essential=it.essential) for it in checks[number:] if it.what != side)
            return
