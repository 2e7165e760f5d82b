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
from worker.words.health import (
    ALIVE,
    ALIVE_LATELY,
    ENDED_JUST_NOW,
    NOTED,
    NOTED_MORE,
    NOTED_NAMELESS,
    STARTED_JUST_NOW,
    WORKS_ELSEWHERE,
    WORKS_UNASKED,
)
from worker.words.page import span
from worker.words.phrase import NOTHING, Phrase, in_sentences, joined
from worker.words.printable import printable

MOST_NAMED = 3
ALIVE_SECONDS = 60.0
"""Longer than a worker's own pause between two notes that it runs."""


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
    if not settings.http.port:
        return Silent()
    if another := in_its_place(settings):
        return Silent(in_its_place=another)
    return Silent(no_start=start_fault(settings, opened))


def elsewhere(settings: Settings, opened: LedgerReader | LedgerError) -> Phrase:
    """That workers run by the ledger, though none answers at the address of these settings, or their page is off.

    Whoever answers there in place of the worker of a file is on this machine too, and keeps the port from it.
    """
    if isinstance(opened, LedgerError):
        return NOTHING
    try:
        beating, now = opened.beating(), opened.now()
    except LedgerUnavailable:  # whoever reads the rest of it says why
        return NOTHING
    page = bool(settings.http.port)
    if not beating or (page and not opened.shared and in_its_place(settings)):
        return NOTHING
    facts = {"workers": _named(beating, now), "where": place_of(settings.http)}
    said = (WORKS_ELSEWHERE if page else WORKS_UNASKED).format(**facts)
    seconds = round(dead_after(settings.ledger.heartbeat_seconds))
    return in_sentences(said, ENDED_JUST_NOW.format(seconds=seconds) if opened.shared else STARTED_JUST_NOW)


def hanging(opened: LedgerReader | LedgerError, said: Phrase) -> Phrase:
    """What is known of the process that takes a connection and gives no answer. `said`: that it does, and what to do.

    Of the workers of a shared ledger nobody knows which of them it is.
    """
    if isinstance(opened, LedgerError) or opened.shared:
        return said
    try:
        beating, now = opened.beating(), opened.now()
    except LedgerUnavailable:
        return said
    if not beating:
        return said
    age = max(now - beating[0].at, 0.0)
    form = ALIVE if age < ALIVE_SECONDS else ALIVE_LATELY
    return in_sentences(said, form.format(span=Phrase(span(age, "ru"), span(age, "en"))))


def _named(beating: Sequence[Beat], now: float) -> Phrase:
    some = [_noted(one, max(round(now - one.at), 0)) for one in beating[:MOST_NAMED]]
    left = len(beating) - MOST_NAMED
    return joined("; ", [*some, *([NOTED_MORE.format(count=left)] if left > 0 else [])])


def _noted(one: Beat, age: int) -> Phrase:
    if one.worker is None:
        return NOTED_NAMELESS.format(age=age)
    return NOTED.format(worker=printable(one.worker), age=age)
