"""The looks of `check` at one side: a side that is down is told once, with its cause and its cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bitrix.causes import Cause
from bitrix.errors import PortalError
from worker.commands.finding import Finding, not_checked, of_error
from worker.engine.errors import EngineError
from worker.words.phrase import Phrase

CALLS_OWN = frozenset(
    {
        Cause.SCOPE_MISSING,
        Cause.METHOD_MISSING,
        Cause.DENIED,
        Cause.OPERATION_LIMIT,
        Cause.REJECTED,
        Cause.NO_WITNESS,
        Cause.LIST_BEHIND,
        Cause.CUT_SHORT,
        Cause.FILTER_IGNORED,
        Cause.MALFORMED,
        Cause.ENGINE_RIGHTS,
        Cause.ENGINE_SAYS,
    }
)
"""They say something of one call, whatever becomes of others."""


@dataclass(frozen=True, slots=True)
class Check:
    """One of them. `now` raises the errors of its side. `essential`: without it no task can be made exactly once."""

    what: Phrase
    now: Callable[[], Finding]
    essential: bool = False


def findings_of(side: Phrase, checks: Sequence[Check], answers: Callable[[], bool]) -> Iterator[Finding]:
    """What is seen. `answers`: whether a neutral call to the same side goes well: a fault may be one call's own."""
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
