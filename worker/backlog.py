"""How many tasks wait at the engine, in a time that a scrape can spare."""

from __future__ import annotations

import random
import threading
from collections.abc import Collection, Mapping

from worker import clock
from worker.engine import Engine
from worker.engine_errors import EngineError
from worker.gate import Gate

SECONDS = 2.5
"""For all topics together: Prometheus waits ten seconds for a scrape, and a late one is lost with all that is in it."""


class Backlog:
    """Asks the engine anew at each `read`: no figure is older than its scrape. `gate`: the engine's."""

    def __init__(self, engine: Engine, topics: Collection[str], gate: Gate) -> None:
        self._engine = engine
        self._topics = topics
        self._gate = gate

    def read(self) -> Mapping[str, int]:
        """By topic. Left out: what the engine does not tell in time, and everything while it is not well."""
        found: dict[str, int] = {}
        if self._gate.is_open:
            # In a thread, since no time-out of a call bounds all of it: names, connecting twice, answers in pieces.
            asking = threading.Thread(target=self._ask, args=(found,), name="backlog", daemon=True)
            asking.start()
            asking.join(SECONDS)
        return dict(found)

    def _ask(self, found: dict[str, int]) -> None:
        until = clock.boottime() + SECONDS
        for topic in random.sample(list(self._topics), len(self._topics)):  # a slow engine costs no topic every time
            left = until - clock.boottime()
            if left <= 0:
                return
            try:
                found[topic] = self._engine.backlog(topic, timeout=left)
            except EngineError:
                return  # the calls that matter close the gate
