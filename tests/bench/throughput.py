"""Throughput and cost of ours and of the client libraries' workers, interleaved in one run."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.bench.cell import Cell, backlog, drain
from tests.bench.peers import IN_FLIGHT, Peer, java_pool, javascript, ours, python_library
from tests.bench.tables import progress, spread, table

SECONDS_A_CELL = 8.0
"""About how long a cell may take: slow workers get fewer tasks."""
WARM_UP_SHARE = 0.2
LEAST_WAVES, COOL_DOWN_WAVES = 4, 4
EXPECTED_CPU_SECONDS = 0.006
"""Of engine, stand-in and worker for one task: bounds the backlog where no latency does."""
REQUESTS = 2
"""At the portal for one task: the create and the synchronisation."""


def run(engine: str, *, count: int, repeats: int, latencies: Sequence[float]) -> None:
    """Print one table for each latency, in seconds; `count`: the most tasks of a cell."""
    peers = [ours(), python_library(), javascript(50), javascript(25), java_pool()]
    print(f"Engine alone, fetching 50 and completing from 8 connections: {ceiling(engine, count):.0f} tasks/s\n")
    for latency in latencies:
        cells: dict[str, list[Cell]] = {peer.name: [] for peer in peers}
        for repeat in range(repeats):
            for peer in peers[repeat % len(peers) :] + peers[: repeat % len(peers)]:
                progress(f"{latency * 1000:.0f} ms, {repeat + 1} of {repeats}: {peer.name}")
                cells[peer.name].append(_cell(peer, engine, latency, count))
        progress("")
        _print(latency, peers, cells)


def _cell(peer: Peer, engine: str, latency: float, count: int) -> Cell:
    possible = SECONDS_A_CELL * peer.slots / (REQUESTS * latency + peer.slots * EXPECTED_CPU_SECONDS)
    # Requests that began together end together: a part of such a wave would count as a whole one.
    wave = max(peer.slots // REQUESTS, 1)
    waves = max(int(min(count, possible) / wave), LEAST_WAVES)
    warm_up = max(int(waves * WARM_UP_SHARE), 1)
    return drain(peer, engine, latency, warm_up=warm_up * wave, count=waves * wave, cool_down=COOL_DOWN_WAVES * wave)


def _print(latency: float, peers: Sequence[Peer], cells: dict[str, list[Cell]]) -> None:
    mine = statistics.median(cell.tasks_per_second for cell in cells[peers[0].name])
    print(f"Portal answers after {latency * 1000:.0f} ms, {IN_FLIGHT} requests at once; median (minimum–maximum)")
    rows = []
    for peer in peers:
        speeds = [cell.tasks_per_second for cell in cells[peer.name]]
        bound = f"{statistics.median(speeds) * REQUESTS * latency / peer.slots:.2f}" if latency else "–"
        rows.append(
            [
                peer.name,
                spread(speeds),
                f"{mine / statistics.median(speeds):.2f}",
                bound,
                spread([cell.cpu_ms for cell in cells[peer.name]]),
                spread([cell.portal_requests for cell in cells[peer.name]], 2),
                str(max(cell.connections for cell in cells[peer.name])),
                str(max(cell.most_in_flight for cell in cells[peer.name])),
            ]
        )
    head = ["worker", "tasks/s", "ours ÷ it", "of its slots", "CPU ms/task", "portal requests/task", "connections"]
    table([*head, "most at once"], rows)


def ceiling(engine: str, count: int, connections: int = 8) -> float:
    """Tasks per second that the engine hands out and completes when nobody does anything in between."""
    wish = {"workerId": "bare", "maxTasks": 50}
    result = {"workerId": "bare", "variables": {"bitrixTaskId": {"type": "Long", "value": 42}}}
    with backlog(engine, count) as keys, ThreadPoolExecutor(connections) as pool:
        post = _poster(engine)
        topics = [{"topicName": keys[0], "lockDuration": 150_000, "deserializeValues": False}]
        began, done = time.monotonic(), 0
        while tasks := json.loads(post("/external-task/fetchAndLock", wish | {"topics": topics})):
            list(pool.map(lambda task: post(f"/external-task/{task['id']}/complete", result), tasks))
            done += len(tasks)
        return done / (time.monotonic() - began)


def _poster(engine: str) -> Callable[[str, object], bytes]:
    """POSTs with as little of Python as possible, over one connection for each thread."""
    parts, local = urlsplit(engine), threading.local()

    def post(path: str, body: object) -> bytes:
        if not hasattr(local, "connection"):
            local.connection = HTTPConnection(parts.netloc)
        local.connection.request("POST", parts.path + path, json.dumps(body), {"Content-Type": "application/json"})
        return bytes(local.connection.getresponse().read())

    return post
