"""How many tasks wait at the engine, for a worker or for a person, in a time that a scrape can spare."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection
from dataclasses import dataclass, field

from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry

SECONDS = 2.5
"""For all topics together: Prometheus waits ten seconds for a scrape, and a late one is lost with all that is in it."""


@dataclass(frozen=True, slots=True)
class EngineLoad:
    """By topic, as far as the engine has told: how many wait for a worker, and how many are incidents."""

    backlog: dict[str, int] = field(default_factory=dict)
    incidents: dict[str, int] = field(default_factory=dict)


class LoadReader:
    """Asks the engine anew at each `read`: no figure is older than its scrape. `gate`: the engine's.

    What the engine refuses to tell is told once for each reason, because the figures are only missing then.
    """

    def __init__(self, engine: Engine, topics: Collection[str], gate: Gate, telemetry: Telemetry) -> None:
        self._engine = engine
        self._topics = topics
        self._gate = gate
        self._telemetry = telemetry
        self._failure = ""

    def read(self) -> EngineLoad:
        """Left out: what the engine does not tell in time, and everything while it is not well."""
        found = EngineLoad()
        if self._gate.is_open:
            # In a thread, since no time-out of a call bounds all of it: names, connecting twice, answers in pieces.
            asking = threading.Thread(target=self._ask, args=(found,), name="backlog", daemon=True)
            asking.start()
            asking.join(SECONDS)
        return EngineLoad(dict(found.backlog), dict(found.incidents))

    def _ask(self, found: EngineLoad) -> None:
        until = clock.boottime() + SECONDS
        topics = random.sample(list(self._topics), len(self._topics))  # a slow engine costs no topic every time
        for count, told in ((self._engine.backlog, found.backlog), (self._engine.incidents, found.incidents)):
            for topic in topics:
                left = until - clock.boottime()
                if left <= 0:
                    return
                try:
                    told[topic] = count(topic, timeout=left)
                except EngineError as error:
                    self._refused(error)
                    return
        self._failure = ""

    def _refused(self, error: EngineError) -> None:
        if str(error) != self._failure:
            self._telemetry.emit("backlog.not_seen", reason=self._telemetry.words(error))
        self._failure = str(error)
