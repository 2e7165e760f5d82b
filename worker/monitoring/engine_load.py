"""Counts the external tasks that wait at the engine for a worker or a person, within the time of a scrape."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry

SECONDS = 2.5
"""The time for all topics together.

Prometheus waits ten seconds for a scrape. If an answer is later, all its metrics are lost.
"""
SOON_SECONDS = 1.0
EVERY_SECONDS = 10.0
LATE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class EngineLoad:
    """By topic, as far as the engine has answered: tasks that wait for a worker, and incidents (no retries left)."""

    backlog: dict[str, int] = field(default_factory=dict)
    incidents: dict[str, int] = field(default_factory=dict)


class LoadReader:
    """Asks the engine at each `read`, so that no figure is older than its scrape. `gate`: the engine's.

    If the engine refuses, each new reason is logged once. The figures are then missing.
    """

    def __init__(self, engine: Engine, topics: Collection[str], gate: Gate, telemetry: Telemetry) -> None:
        self._engine = engine
        self._topics = topics
        self._gate = gate
        self._telemetry = telemetry
        self._failure = ""

    def read(self) -> EngineLoad:
        """The current figures, without those not answered in time; empty while the engine's gate is closed."""
        found = EngineLoad()
        if self._gate.is_open:
            # In a thread, since no time-out bounds a whole call: name look-up, second connection, answer in pieces.
            asking = threading.Thread(target=self._ask, args=(found,), name="backlog", daemon=True)
            asking.start()
            asking.join(SECONDS)
        return EngineLoad(dict(found.backlog), dict(found.incidents))

    def _ask(self, found: EngineLoad) -> None:
        until = clock.boottime() + SECONDS
        topics = random.sample(list(self._topics), len(self._topics))  # a slow engine omits other topics each time
        for count, counts in ((self._engine.backlog, found.backlog), (self._engine.incidents, found.incidents)):
            for topic in topics:
                left = until - clock.boottime()
                if left <= 0:
                    return
                try:
                    counts[topic] = count(topic, timeout=left)
                except EngineError as error:
                    self._refused(error)
                    return
        self._failure = ""

    def _refused(self, error: EngineError) -> None:
        if str(error) != self._failure:
            self._telemetry.emit("backlog.not_seen", reason=error)
        self._failure = str(error)


class BacklogWatch:
    """Keeps how many steps waited for a worker when the engine was last asked, so that no page waits for the engine."""

    def __init__(self, engine: Engine, topics: Collection[str], gate: Gate) -> None:
        self._engine = engine
        self._topics = topics
        self._gate = gate
        self._told: tuple[int, float] | None = None

    def one_round(self) -> float:
        """Ask if the engine's gate is open; returns the seconds to wait before the next round."""
        if not self._gate.is_open:
            return EVERY_SECONDS
        at = clock.boottime()
        with suppress(EngineError):  # the figure grows old; `LoadReader` and the gate say why
            self._told = (sum(self._engine.backlog(topic, timeout=SECONDS) for topic in self._topics), at)
        return EVERY_SECONDS

    def seen(self) -> int | None:
        """The steps that wait, of all topics; None if that is not known now. Makes no call."""
        if self._told is None or not self._gate.is_open or clock.boottime() - self._told[1] > LATE_SECONDS:
            return None
        return self._told[0]
