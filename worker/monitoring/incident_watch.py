"""Knows which steps are incidents and which processes are stuck: asks the engine in the background."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from bitrix.causes import Cause, Trouble
from worker.engine.errors import EngineError
from worker.engine.incidents import Incident, incident
from worker.ledger import LedgerUnavailable
from worker.ledger.life import Life
from worker.monitoring.alike import spread
from worker.monitoring.incident_reader import IncidentReader
from worker.monitoring.incidents import MOST_SHOWN, Incidents, reason_of
from worker.monitoring.stuck import StuckLog
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.sight import Sight
from worker.runtime.telemetry import Telemetry
from worker.words.causes import in_words, with_cure
from worker.words.phrase import NOTHING, Phrase

MOST_RAISED = 1000
EVERY_SECONDS = 15.0
SOON_SECONDS = 3.0
LATE_SECONDS = 4 * EVERY_SECONDS
"""If the last answer is older, it counts no longer as what is known now, whatever held up the next one."""
NO_ANSWER = in_words(Trouble("engine", Cause.NO_ANSWER))


class Lives(Protocol):
    """The ledger, which knows the steps. Raises `LedgerUnavailable`."""

    def life(self, external_task_id: str) -> Life | None: ...


@dataclass(frozen=True, slots=True)
class _Told:
    """What the engine told, and when it was asked for that, by both clocks. `lost`: it was asked again, in vain.

    `why`: why it did not answer then.
    """

    incidents: Incidents
    wall: float
    boottime: float
    lost: bool = False
    why: Phrase = NOTHING


class IncidentWatch:
    """Keeps what the engine told last, and what this worker has raised since. Thread-safe.

    `gate`: the engine's. Each new reason of a failure is logged once, and so is the end of each incident that this
    worker has raised.
    """

    def __init__(
        self,
        reader: IncidentReader,
        lives: Lives,
        gate: Gate,
        telemetry: Telemetry,
        *,
        stuck_log: StuckLog,
        hanging_log: StuckLog,
    ) -> None:
        self._reader = reader
        self.link_of = reader.link_of
        self._lives = lives
        self._gate = gate
        self._told = _Told(Incidents(asked=False), clock.wall(), clock.boottime(), lost=True)
        self._telemetry = telemetry
        self._sight = Sight(telemetry, "incidents.not_seen", "incidents.seen")
        self._stuck_log, self._hanging_log = stuck_log, hanging_log
        self._guard = threading.Lock()
        self._raised: dict[str, tuple[float, Incident]] = {}
        self._ours: dict[str, str] = {}
        """The topics of those raised before the engine was asked last, until it lists them no more."""

    def raised(self, task_id: str, reason: str) -> None:
        """The engine has just accepted this worker's last failure of a step: it counts before the engine is asked."""
        at, one = clock.boottime(), self._of_ledger(task_id, reason)
        with self._guard:
            self._raised[task_id] = (at, one)
            if len(self._raised) > MOST_RAISED:
                del self._raised[next(iter(self._raised))]

    def _of_ledger(self, task_id: str, reason: str) -> Incident:
        """One that the engine has not listed yet; without the ledger it has no names."""
        life = None
        with suppress(LedgerUnavailable):
            life = self._lives.life(task_id)
        task = life.task if life else None
        one = replace(
            incident(task.topic if task else "?", {"id": task_id, "errorMessage": reason}), since=clock.wall()
        )
        if task is None:
            return one
        one = replace(
            one,
            tenant=task.tenant or None,
            activity_id=task.activity_id,
            process_instance_id=task.process_instance_id,
            process_definition_key=task.process_definition_key,
            business_key=task.business_key,
            step_name=task.activity_name,
            portal_task_id=task.portal_task_id,
        )
        return replace(one, cockpit_url=self.link_of(one))

    def one_round(self) -> float:
        """Ask if the engine's gate is open; returns the seconds to wait before the next round."""
        if not self._gate.is_open:
            self._told = replace(self._told, lost=True, why=NOTHING)
            return SOON_SECONDS
        asked = (clock.wall(), clock.boottime())
        try:
            self._told = _Told(self._reader.read(), *asked)
            self._compare(asked[1])
        except EngineError as error:
            before = replace(self._told.incidents, asked=True)
            self._told = replace(self._told, incidents=before, lost=True, why=with_cure(error))
            self._sight.fails(error)
            return SOON_SECONDS
        self._sight.works()
        found = self._told.incidents
        self._stuck_log.tell(found.stuck or (), found.stuck_listed)
        self._hanging_log.tell(found.hangs, found.hanging_listed)
        return EVERY_SECONDS

    def _compare(self, asked: float) -> None:
        """Log which incidents of ours the engine, asked at this boot time, lists no more."""
        listed, topics = self._told.incidents.listed, self._told.incidents.by_topic
        with self._guard:  # an incident that is raised meanwhile is logged after the end of the one before
            ours = self._ours | {id_: one.topic for id_, (at, one) in self._raised.items() if at <= asked}
            self._raised = {id_: one for id_, one in self._raised.items() if one[0] > asked}
            self._ours = dict([(id_, topic) for id_, topic in ours.items() if topic in topics][-MOST_RAISED:])
            if listed is None:
                return
            for id_ in sorted(self._ours.keys() - listed - self._raised.keys()):
                self._telemetry.emit("task.incident_over", task=id_)
            self._ours = {id_: topic for id_, topic in self._ours.items() if id_ in listed}

    def seen(self) -> Incidents:
        """What is known; makes no call."""
        told = self._told
        lost = told.lost or not self._gate.is_open or clock.boottime() - told.boottime > LATE_SECONDS
        found = self._with_raised(told.incidents)
        return replace(found, unknown_since=told.wall, why=self._why(told), listed=None) if lost else found

    def _why(self, told: _Told) -> Phrase:
        pause = self._gate.pause
        return (pause.said if pause else self._gate.why) or told.why or NO_ANSWER

    def _with_raised(self, told: Incidents) -> Incidents:
        shown_ids = {one.external_task_id for one in told.shown}
        with self._guard:
            new = [one for id_, (_, one) in reversed(self._raised.items()) if id_ not in shown_ids]
        if not new:
            return told
        shown = spread([*new, *told.shown], reason_of, MOST_SHOWN)
        by_topic = Counter(told.by_topic) + Counter(one.topic for one in new)
        counted = Counter(told.counted) + Counter(map(reason_of, new))
        listed = told.listed if told.listed is None else {*told.listed, *(one.external_task_id for one in new)}
        return replace(told, shown=shown, by_topic={**told.by_topic, **by_topic}, counted=counted, listed=listed)
