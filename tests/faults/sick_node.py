"""A portal behind a balancer, of which one node is sick."""

from __future__ import annotations

import random
import threading

from sandbox.httpd import Reply, Request
from tests.faults.proxy import HTML, NEVER, Harm
from tests.faults.scene import Scene

SICK = (*NEVER.values(), Harm(forward=False, reply=Reply(500, text=HTML, content_type="text/html")))


class Forgiving(Scene):
    """Three clear misses of one create in a row are a failure, at a third of all calls for one in twenty-seven."""

    def topic(self) -> str:
        return "{retries: 4}"


class SickNode:
    """Every so manyth call, at random, reaches nobody; the same calls each time for the same order of calls."""

    def __init__(self, one_in: int) -> None:
        self._one_in = one_in
        self._random = random.Random(7)
        self._guard = threading.Lock()

    def __call__(self, _call: str, _request: Request) -> Harm | None:
        with self._guard:
            return self._random.choice(SICK) if self._random.randrange(self._one_in) == 0 else None
