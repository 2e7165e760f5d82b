"""Finds topics that are not served here, tenants of ours that the engine does not know, and steps locked for long.

A topic that is not ours may belong to another worker. Only one that resembles one of ours gets a louder event.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from worker.config.tenants import Tenants
from worker.engine.errors import EngineError
from worker.engine.step_life import TaskNow
from worker.mapping.nearest import nearest, with_nearest
from worker.monitoring.misspelt import Misspelt, Waiting
from worker.runtime.gate import Gate
from worker.runtime.sight import Sight
from worker.runtime.telemetry import Telemetry

ALIKE = 0.85
"""Similarity from which another topic is probably a misspelling of ours: `bitrix_update_task` stays below it."""
MOST_COUNTED = 20
"""Topics counted in one round. Later rounds count the others."""
MOST_TOLD = 1000
MOST_SLIPS = MOST_COUNTED // 2
"""Topics that are probably misspelt and counted in each round, so that their end can be told."""
LONGEST_LOCK = timedelta(days=1, hours=2)
"""No worker of ours needs a longer lock, not even for a step that waits for people: no setting allows one."""
MOST_HOLDERS = 3
SOON_SECONDS = 3.0
AGAIN_SECONDS = 30.0
"""After a failed check, as the engine may have been busy just then; and while the page shows what a person corrects."""
EVERY_SECONDS = 300.0
CALL_SECONDS = 4.0
"""So short that a failed call says nothing about the engine. These checks must not hold up other work."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """A topic that is not served here, and how many steps of our tenants wait in it.

    `meant`: the topic of ours that it resembles; None if it is probably another worker's. `steps`: of a topic that
    resembles ours, at most a page of them.
    """

    topic: str
    waiting: int
    meant: str | None
    steps: Sequence[TaskNow] = ()

    def __str__(self) -> str:
        return f"{self.topic} ({self.waiting})"


@dataclass(frozen=True, slots=True)
class LockedAway:
    """Steps of a topic of ours that `holders` have locked for longer than `LONGEST_LOCK`: no other worker gets them."""

    topic: str
    count: int
    holders: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.count} ({', '.join(self.holders)})"


class Source(Protocol):
    """The engine, as far as these checks need it."""

    tenants: Tenants
    worker_id: str

    def waiting_topics(self, *, timeout: float) -> list[str]: ...
    def backlog(self, topic: str, *, timeout: float) -> int: ...
    def steps_waiting(self, topic: str, *, timeout: float) -> tuple[list[TaskNow], int]: ...
    def locked_beyond(self, topic: str, until: datetime, *, timeout: float) -> list[TaskNow]: ...
    def knows_tenant(self, tenant_id: str, *, timeout: float) -> bool: ...
    def tenants_seen(self, *, timeout: float) -> list[str]: ...


def meant_by(topic: str, ours: Collection[str]) -> str | None:
    """The topic of ours that another one probably misspells; None: it is somebody else's."""
    return nearest(topic, sorted(ours), cutoff=ALIKE)


def unserved(
    engine: Source, ours: Collection[str], *, but: Collection[str] = (), timeout: float = CALL_SECONDS
) -> tuple[list[Unserved], int]:
    """Topics not served here with waiting steps, and how many more topics were not counted.

    At most `MOST_COUNTED` topics are counted, those that resemble ours first. `but`: topics to leave out. The engine
    names topics of all tenants, and each is counted for our tenants only. A topic of which somebody holds a step now
    is that worker's, whatever it resembles. Raises `EngineError`.
    """
    named = {topic: meant_by(topic, ours) for topic in engine.waiting_topics(timeout=timeout)}
    others = sorted(named.keys() - {*ours, *but})
    others = random.sample(others, len(others))  # if there are many, each round counts other ones
    others.sort(key=lambda topic: named[topic] is None)
    counted = [_counted(engine, topic, named[topic], timeout) for topic in others[:MOST_COUNTED]]
    return [one for one in counted if one.waiting], len(others[MOST_COUNTED:])


def _counted(engine: Source, topic: str, meant: str | None, timeout: float) -> Unserved:
    if meant is None or engine.locked_beyond(topic, datetime.now(UTC), timeout=timeout):
        return Unserved(topic, engine.backlog(topic, timeout=timeout), None)
    steps, count = engine.steps_waiting(topic, timeout=timeout)
    return Unserved(topic, count, meant, steps)


def locked_away(engine: Source, topics: Collection[str], *, timeout: float = CALL_SECONDS) -> list[LockedAway]:
    """Steps of our topics that are locked for longer than any worker needs. Raises `EngineError`.

    If a predecessor locked them for a year and was switched off, nothing else shows it: the engine hands out nothing,
    counts nothing as waiting, and no call fails.
    """
    until = datetime.now(UTC) + LONGEST_LOCK
    held = {topic: engine.locked_beyond(topic, until, timeout=timeout) for topic in sorted(topics)}
    holders = {topic: [one.worker_id or "?" for one in steps] for topic, steps in held.items()}
    others = {topic: [one for one in some if one != engine.worker_id] for topic, some in holders.items()}
    return [LockedAway(topic, len(ids), tuple(sorted({*ids})[:MOST_HOLDERS])) for topic, ids in others.items() if ids]


def unknown_tenants(engine: Source, *, timeout: float = CALL_SECONDS) -> list[str]:
    """Our tenants without a definition or step at the engine, each with the nearest tenant that has one.

    Raises `EngineError`.
    """
    unknown = [id_ for id_ in engine.tenants.ids if not engine.knows_tenant(id_, timeout=timeout)]
    seen: Sequence[str] = engine.tenants_seen(timeout=timeout) if unknown else ()
    return [with_nearest(id_, sorted({*seen} - {*unknown}), cutoff=0.6) for id_ in unknown]


class Surroundings:
    """Checks every few minutes, more often while steps wait under a misspelt topic. `gate`: the engine's.

    Each topic is logged once, a misspelt one also when none of its steps waits any more; unknown tenants and long locks
    are logged when they have changed.
    """

    def __init__(self, engine: Source, topics: Collection[str], gate: Gate, telemetry: Telemetry) -> None:
        self._engine = engine
        self._topics = topics
        self._gate = gate
        self._telemetry = telemetry
        self._told: set[str] = set()
        self._slips: set[str] = set()
        self._tenants: list[str] = []
        self._away: dict[str, LockedAway] = {}
        self._sight = Sight(telemetry, "topics.not_seen", "topics.seen")
        self.misspelt: Misspelt | None = None
        """As the engine told last; None: it has not told yet."""

    def one_round(self) -> float:
        """Check if the engine's gate is open; returns the seconds to wait before the next round."""
        if not self._gate.is_open:
            return SOON_SECONDS
        self.look()
        return AGAIN_SECONDS if self._sight.is_lost or (self.misspelt and self.misspelt.count) else EVERY_SECONDS

    def look(self) -> None:
        """Check now and log what is new. Never raises; a failed check is logged once for each reason."""
        try:
            self._look_at_topics()
            self._look_at_tenants()
            self._look_at_locks()
        except EngineError as error:
            self._sight.fails(error)
        else:
            self._sight.works()

    def _look_at_topics(self) -> None:
        found, uncounted = unserved(self._engine, self._topics, but=self._told - self._slips)
        slips = [Waiting(one.topic, one.meant, one.waiting, one.steps) for one in found if one.meant]
        self.misspelt = Misspelt.of(slips)
        ended = set() if uncounted else self._slips - {one.topic for one in found}
        for topic in sorted(ended):
            self._slips.remove(topic)
            self._told.remove(topic)
            self._telemetry.emit("topics.not_waiting", topic=topic)
        for one in found:
            if one.topic in self._told or len(self._told) >= MOST_TOLD:
                continue
            self._told.add(one.topic)
            if one.meant and len(self._slips) < MOST_SLIPS:
                self._slips.add(one.topic)
            if one.meant:
                self._telemetry.emit("topics.unserved", topic=one.topic, waiting=one.waiting, meant=one.meant)
            else:
                self._telemetry.emit("topics.of_others", topic=one.topic, waiting=one.waiting)

    def _look_at_tenants(self) -> None:
        unknown = unknown_tenants(self._engine)
        if unknown and unknown != self._tenants:
            self._telemetry.emit("tenants.unknown", tenants=", ".join(unknown))
        elif self._tenants and not unknown:
            self._telemetry.emit("tenants.known", tenants=", ".join(self._engine.tenants.ids))
        self._tenants = unknown

    def _look_at_locks(self) -> None:
        found = {one.topic: one for one in locked_away(self._engine, self._topics)}
        for one in found.values():
            if one != self._away.get(one.topic):
                holders = ", ".join(one.holders)
                self._telemetry.emit("topics.locked_away", topic=one.topic, count=one.count, holders=holders)
        for topic in self._away.keys() - found.keys():
            self._telemetry.emit("topics.free", topic=topic)
        self._away = found
