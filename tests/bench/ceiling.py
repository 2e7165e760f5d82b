"""What the engine does when nobody does anything in between."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.bench.cell import backlog
from tests.bench.machine import Load, Moment


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Tasks per second of the engine alone, and what the machine did meanwhile."""

    speed: float
    load: Load


def ceiling(engine: str, count: int, connections: int = 8) -> Ceiling:
    """Tasks per second that the engine hands out and completes when nobody does anything in between."""
    wish = {"workerId": "bare", "maxTasks": 50}
    result = {"workerId": "bare", "variables": {"bitrixTaskId": {"type": "Long", "value": 42}}}
    with backlog(engine, count) as keys, ThreadPoolExecutor(connections) as pool:
        post = _poster(engine)
        topics = [{"topicName": keys[0], "lockDuration": 150_000, "deserializeValues": False}]
        began, done, moment = time.monotonic(), 0, Moment.now()
        while tasks := json.loads(post("/external-task/fetchAndLock", wish | {"topics": topics})):
            list(pool.map(lambda task: post(f"/external-task/{task['id']}/complete", result), tasks))
            done += len(tasks)
        return Ceiling(done / (time.monotonic() - began), moment.until(Moment.now()))


def _poster(engine: str) -> Callable[[str, object], bytes]:
    """POSTs with as little of Python as possible, over one connection for each thread."""
    parts, local = urlsplit(engine), threading.local()

    def post(path: str, body: object) -> bytes:
        if not hasattr(local, "connection"):
            local.connection = HTTPConnection(parts.netloc)
        local.connection.request("POST", parts.path + path, json.dumps(body), {"Content-Type": "application/json"})
        return bytes(local.connection.getresponse().read())

    return post
