"""Asks the engine which steps are incidents and which processes are stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from worker.config.cockpit import instance_in
from worker.engine.errors import EngineError
from worker.engine.incidents import Incident, Stuck
from worker.ledger import LedgerUnavailable
from worker.monitoring.alike import spread
from worker.monitoring.hanging import HangingProcesses, HangingReader
from worker.monitoring.incidents import MOST_SHOWN, Incidents, reason_of
from worker.monitoring.ledger_look import Numbers
from worker.monitoring.stuck import StuckReader, StuckSource
from worker.monitoring.stuck_places import StuckPlaces
from worker.words.phrase import in_sentences

MOST_ASKED = 20
"""Incidents whose times are asked one by one in one round: those older than the newest page of all incidents."""
CALL_SECONDS = 4.0
"""So short that a failed call says nothing about the engine."""
NameOf = Callable[[str, str], str | None]
"""The name of a step, by the ids of its definition and activity; None if unknown."""


class Source(StuckSource, Protocol):
    """The engine, as far as incidents need it."""

    def incidents_of(self, topic: str, *, timeout: float) -> tuple[list[Incident], int]: ...
    def incident_times(self, task_id: str | None = None, *, timeout: float) -> dict[str, float]: ...


class IncidentReader:
    """Reads the incidents of these topics at once.

    `name_of`: the steps' names. `cockpit`: Cockpit's address; None: the incidents have no links. `hanging`: reads the
    processes that wait for ever; None: nobody does. `places`: names the process in which one is stuck; None: its own.
    """

    def __init__(
        self,
        engine: Source,
        topics: Collection[str],
        numbers: Numbers,
        name_of: NameOf,
        *,
        cockpit: str | None = None,
        hanging: HangingReader | None = None,
        places: StuckPlaces | None = None,
    ) -> None:
        self._engine = engine
        self._topics = tuple(topics)
        self._numbers = numbers
        self._name_of = name_of
        self._cockpit = cockpit
        self._times: dict[str, float] = {}
        self._stuck = StuckReader(engine, numbers)
        self._hanging = hanging
        self._places = places

    def read(self) -> Incidents:
        """The incidents now. Raises `EngineError`.

        Without the ledger they have no numbers of Bitrix24 tasks, and nobody knows which processes are ours.
        """
        found: list[Incident] = []
        by_topic: dict[str, int] = {}
        for topic in self._topics:
            some, by_topic[topic] = self._engine.incidents_of(topic, timeout=CALL_SECONDS)
            found += some
        ids = [one.external_task_id for one in found]
        listed = frozenset(ids) if len(ids) == sum(by_topic.values()) else None
        since = self._since(ids)
        dated = [replace(one, since=since.get(one.external_task_id)) for one in found]
        dated.sort(key=lambda one: (-(one.since or 0.0), one.external_task_id))
        stuck = self._stuck.read()
        shown = self._described(spread(dated, reason_of, MOST_SHOWN))
        counted = Counter(map(reason_of, dated))
        found_stuck = None if stuck.found is None else [self._with_names(one) for one in stuck.found]
        hanging = self._hanging.read() if self._hanging else HangingProcesses()
        hangs = [self._with_names(one) for one in hanging.found]
        unknown = in_sentences(stuck.callers_unknown, hanging.unknown)
        known = Incidents(shown, by_topic, found_stuck, counted, why=stuck.why, callers_unknown=unknown, hangs=hangs)
        return replace(known, stuck_listed=stuck.listed, hanging_listed=hanging.listed, listed=listed)

    def _with_names(self, one: Stuck) -> Stuck:
        one = self._places.of(one) if self._places else one
        return replace(one, step_name=self._named(one) or one.step_name, cockpit_url=self.link_of(one))

    def _since(self, ids: Sequence[str]) -> dict[str, float]:
        """When they began, as far as it is known; the others are asked in later rounds."""
        if ids:
            with suppress(EngineError):  # who may read tasks, but no incidents, sees them without their times
                told = self._engine.incident_times(timeout=CALL_SECONDS)
                for id_ in [one for one in ids if one not in told and one not in self._times][:MOST_ASKED]:
                    told |= self._engine.incident_times(id_, timeout=CALL_SECONDS)
                self._times |= told
        self._times = {id_: self._times[id_] for id_ in ids if id_ in self._times}
        return self._times

    def _described(self, found: Sequence[Incident]) -> list[Incident]:
        numbers: dict[str, int] = {}
        with suppress(LedgerUnavailable):
            numbers = self._numbers.portal_tasks([one.external_task_id for one in found])
        return [
            replace(
                one,
                step_name=self._named(one),
                portal_task_id=numbers.get(one.external_task_id),
                cockpit_url=self.link_of(one),
            )
            for one in found
        ]

    def link_of(self, one: Incident | Stuck) -> str | None:
        """Its address in Cockpit; None if there is none."""
        if self._cockpit is None or one.process_instance_id is None:
            return None
        return instance_in(self._cockpit, one.process_instance_id)

    def _named(self, one: Incident | Stuck) -> str | None:
        if one.process_definition_id is None or one.activity_id is None:
            return None
        return self._name_of(one.process_definition_id, one.activity_id)
