"""What is known of a worker that does not answer: it works elsewhere, who answers instead, why a start would fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.commands.check.ledger import start_fault
from worker.commands.running.page import place_of
from worker.commands.running.state import in_its_place
from worker.config.settings import Settings
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.leases import Beat, dead_after
from worker.ledger.reader import LedgerReader
from worker.words.health import NOTED, NOTED_MORE, WORKS_ELSEWHERE
from worker.words.phrase import NOTHING, Phrase, joined
from worker.words.printable import printable

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Silent:
    """At most one is known. `elsewhere`: the ledger has heartbeats of a worker; `in_its_place`: who answers here.

    `no_start`: why a start would fail.
    """

    elsewhere: Phrase = NOTHING
    in_its_place: Phrase = NOTHING
    no_start: Phrase = NOTHING


def silent(settings: Settings, opened: LedgerReader | LedgerError) -> Silent:
    """`opened`: the ledger, or why it could not be opened."""
    if found := elsewhere(settings, opened):
        return Silent(elsewhere=found)
    if another := in_its_place(settings):
        return Silent(in_its_place=another)
    return Silent(no_start=start_fault(settings, opened))


def elsewhere(settings: Settings, opened: LedgerReader | LedgerError) -> Phrase:
    """That workers of a shared ledger send heartbeats, though none answers at the address of these settings."""
    if isinstance(opened, LedgerError):
        return NOTHING
    try:
        beating, now = opened.beating(), opened.now()
    except LedgerUnavailable:  # whoever reads the rest of it says why
        return NOTHING
    if not beating:
        return NOTHING
    seconds = round(dead_after(settings.ledger.heartbeat_seconds))
    return WORKS_ELSEWHERE.format(workers=_named(beating, now), where=place_of(settings.http), seconds=seconds)


def _named(beating: Sequence[Beat], now: float) -> Phrase:
    some = [NOTED.format(worker=printable(one.worker), age=max(round(now - one.at), 0)) for one in beating[:MOST_NAMED]]
    left = len(beating) - MOST_NAMED
    return joined("; ", [*some, *([NOTED_MORE.format(count=left)] if left > 0 else [])])
