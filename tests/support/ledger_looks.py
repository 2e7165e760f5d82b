"""Looks at a ledger, as a run has them."""

from __future__ import annotations

from tests.support.fakes import Events
from worker.ledger import LedgerUnavailable
from worker.monitoring.ledger_look import LedgerLook
from worker.runtime.gate import Gate


def look_at(
    gate: Gate | None = None, events: Events | None = None, silent: list[LedgerUnavailable] | None = None
) -> LedgerLook:
    """`silent` gets the errors of a ledger that does not answer at all."""
    told = [] if silent is None else silent
    events = events or Events()
    return LedgerLook(gate or Gate("ledger", events), events, on_silent=told.append, stretch=lambda: None)
