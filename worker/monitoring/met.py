"""Adds what this worker has met or found itself to the incidents that the engine tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from worker.monitoring.incident_watch import IncidentWatch
from worker.monitoring.incidents import Incidents
from worker.monitoring.surroundings import Surroundings
from worker.monitoring.taken import TakenWatch
from worker.tasks.waiting_book import WaitingBook
from worker.waiting.sweep import Sweep


class Parts(Protocol):
    """The parts of a run that meet them."""

    incidents: IncidentWatch
    waiting: WaitingBook
    sweep: Sweep
    taken: TakenWatch
    surroundings: Surroundings


def with_met(parts: Parts) -> Incidents:
    """All of them, each with its place in Cockpit."""
    book = parts.waiting
    controlled = [one for one in book.in_control.all() if one.id in book]
    met = (book.suspended.all(), parts.sweep.tasks.dismissed, parts.taken.over, parts.taken.elsewhere, controlled)
    link = parts.incidents.link_of
    suspended, dismissed, taken, elsewhere, in_control = (
        [replace(one, cockpit_url=link(one)) for one in some] for some in met
    )
    found = replace(parts.incidents.seen(), suspended=suspended, dismissed=dismissed, taken=taken, elsewhere=elsewhere)
    misspelt = parts.surroundings.misspelt
    if misspelt:
        misspelt = replace(misspelt, shown=[replace(one, cockpit_url=link(one)) for one in misspelt.shown])
    return replace(found, in_control=in_control, missing=parts.sweep.tasks.missing, misspelt=misspelt)
