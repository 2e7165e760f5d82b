"""Knows which steps are incidents and which processes are stuck: asks the engine in the background."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from bitrix.causes import Cause, Trouble
from worker.config.cockpit import instance_in
from worker.engine.errors import EngineError
from worker.engine.incidents import Incident, Stuck, incident
from worker.ledger import LedgerUnavailable
from worker.ledger.life import Life
from worker.monitoring.alike import Reason, reason_in, spread
from worker.monitoring.ledger_look import Numbers
from worker.monitoring.misspelt import Misspelt
from worker.monitoring.stuck import StuckLog, StuckReader, StuckSource
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.sight import Sight
from worker.runtime.telemetry import Telemetry
from worker.words.causes import in_words, with_cure
from worker.words.phrase import NOTHING, Phrase

MOST_SHOWN = 500
MOST_ASKED = 20
"""Incidents whose times are asked one by one in one round: those older than the newest page of all incidents."""
MOST_RAISED = 1000
EVERY_SECONDS = 15.0
SOON_SECONDS = 3.0
LATE_SECONDS = 4 * EVERY_SECONDS
"""If the last answer is older, it counts no longer as what is known now, whatever held up the next one."""
CALL_SECONDS = 4.0
"""So short that a failed call says nothing about the engine."""
NO_ANSWER = in_words(Trouble("engine", Cause.NO_ANSWER))
NameOf = Callable[[str, str], str | None]
"""The name of a step, by the ids of its definition and activity; None if unknown."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """The steps that need a person's decision, as the engine told last.

    `count`: all of them; `by_topic`: the same for each topic. `shown`: at most `MOST_SHOWN`, some for each reason;
    `counted`: how many were read for each. `stuck`: processes with steps of ours that the engine itself could not go on
    with, the newest first; None: not known. `unknown_since`: since when the engine has not told, in seconds since the
    epoch; the other fields are then what it told before. None: they are what is known now. `why`: what keeps the worker
    from knowing them, or what is stuck.
    """

    shown: Sequence[Incident] = ()
    by_topic: Mapping[str, int] = field(default_factory=dict)
    stuck: Sequence[Stuck] | None = ()
    counted: Mapping[Reason, int] = field(default_factory=dict)
    unknown_since: float | None = None
    why: Phrase = NOTHING
    callers_unknown: Phrase = NOTHING
    """Of how many stuck processes nobody knows whether they called one with a step of ours, and why."""
    suspended: Sequence[Stuck] = ()
    """Processes that are suspended while a step of ours waits in them; `reason` None: the task is closed already."""
    dismissed: Sequence[Stuck] = ()
    """Steps whose task is open and whose responsible person, named by number in `reason`, was dismissed."""
    taken: Sequence[Stuck] = ()
    """Steps that another worker took and that are over, while their tasks are open."""
    elsewhere: Sequence[Stuck] = ()
    """Steps that another worker, named in `reason`, has while their tasks are open. It may wait for the same task."""
    misspelt: Misspelt | None = None
    """Steps under topics that are probably misspelt, which nobody takes; None: not known."""
    missing: Sequence[int] = ()
    """The Bitrix24 tasks that the portal has not shown once, and that the worker looks for again."""
    stuck_listed: Collection[str] | None = None
    """All process instances that the engine lists as stuck, ours or not; None: not all are known."""
    listed: Collection[str] | None = None
    """All steps that are incidents now, by external task; None: not all are known."""
    asked: bool = True
    """False just after a start: nobody has asked the engine yet, so nothing is wrong with it."""

    @property
    def count(self) -> int:
        return sum(self.by_topic.values())

    @property
    def unread(self) -> int:
        """Of how many nobody knows the reason: a topic's first page is read."""
        return self.count - max(sum(self.counted.values()), len(self.shown))

    @property
    def known(self) -> bool:
        return self.unknown_since is None


def reason_of(one: Incident | Stuck) -> Reason:
    """Why it needs a person, whatever the values."""
    return reason_in(one.reason or "", one.process_definition_key, one.activity_id)


class Source(StuckSource, Protocol):
    """The engine, as far as incidents need it."""

    def incidents_of(self, topic: str, *, timeout: float) -> tuple[list[Incident], int]: ...
    def incident_times(self, task_id: str | None = None, *, timeout: float) -> dict[str, float]: ...


class Lives(Protocol):
    """The ledger, which knows the steps. Raises `LedgerUnavailable`."""

    def life(self, external_task_id: str) -> Life | None: ...


class IncidentReader:
    """Reads the incidents of these topics at once.

    `name_of`: the steps' names. `cockpit`: Cockpit's address; None: the incidents have no links.
    """

    def __init__(
        self,
        engine: Source,
        topics: Collection[str],
        numbers: Numbers,
        name_of: NameOf,
        *,
        cockpit: str | None = None,
    ) -> None:
        self._engine = engine
        self._topics = tuple(topics)
        self._numbers = numbers
        self._name_of = name_of
        self._cockpit = cockpit
        self._times: dict[str, float] = {}
        self._stuck = StuckReader(engine, numbers)

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
        known = Incidents(shown, by_topic, found_stuck, counted, why=stuck.why, callers_unknown=stuck.callers_unknown)
        return replace(known, stuck_listed=stuck.listed, listed=listed)

    def _with_names(self, one: Stuck) -> Stuck:
        return replace(one, step_name=self._named(one), cockpit_url=self.link_of(one))

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
        self, reader: IncidentReader, lives: Lives, gate: Gate, telemetry: Telemetry, stuck_log: StuckLog
    ) -> None:
        self._reader = reader
        self.link_of = reader.link_of
        self._lives = lives
        self._gate = gate
        self._told = _Told(Incidents(asked=False), clock.wall(), clock.boottime(), lost=True)
        self._telemetry = telemetry
        self._sight = Sight(telemetry, "incidents.not_seen", "incidents.seen")
        self._stuck_log = stuck_log
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
        self._stuck_log.tell(self._told.incidents.stuck, self._told.incidents.stuck_listed)
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
