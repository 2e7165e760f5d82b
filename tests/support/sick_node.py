"""A portal behind a balancer, of which one node is sick."""

from __future__ import annotations

import random
import threading
from collections import Counter

from sandbox.httpd import Reply, Request
from tests.support.proxy import HTML, NEVER, Harm
from tests.support.scene import Scene

ADD = "tasks.task.add"
MOST_MISSED = 2
SICK = (*NEVER.values(), Harm(forward=False, reply=Reply(500, text=HTML, content_type="text/html")))


class Forgiving(Scene):
    """Three clear misses of one create in a row are a failure, at a third of all calls for one in twenty-seven."""

    def topic(self) -> str:
        return "{retries: 4}"


class SickNode:
    """Every so manyth call, at random, reaches nobody; the same calls each time for the same order of calls.

    The same create at most twice in a row: three of them are a question for a person, however rare.
    """

    def __init__(self, one_in: int) -> None:
        self._one_in = one_in
        self._random = random.Random(7)
        self._missed: Counter[str] = Counter()
        self._guard = threading.Lock()

    def __call__(self, call: str, request: Request) -> Harm | None:
        with self._guard:
            if self._random.randrange(self._one_in) or (call == ADD and not self._may_miss(request)):
                return None
            return self._random.choice(SICK)

    def _may_miss(self, request: Request) -> bool:
        marker = request.body["fields"]["XML_ID"]
        self._missed[marker] += 1
        return self._missed[marker] <= MOST_MISSED
