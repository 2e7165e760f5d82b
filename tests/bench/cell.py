"""One cell of a table: one worker, one backlog, one latency."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from sandbox.ports import free_port
from tests.bench.flow import Arrival, Flow, p95
from tests.bench.machine import Load, Moment
from tests.bench.peers import Peer, Place
from tests.bench.portal_stub import ADD, SYNC
from tests.support.engine_admin import Admin, sequence
from tests.support.processes import cpu_seconds, most_megabytes

STARTERS = 6
TICK_SECONDS = 0.05
END_SECONDS = 15
STALLED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of it between warm-up and cool-down. Rates per second, CPU in milliseconds for one task."""

    creates: float
    syncs: float
    lag: float
    """Seconds from the answer to a create until its synchronisation arrived, p95."""
    behind: int
    """Synchronisations that had not arrived yet when the last create did."""
    cpu_ms: float
    portal_requests: float
    """For one task, warm-up and cool-down included."""
    connections: int
    most_in_flight: int
    megabytes: float
    load: Load

    @property
    def tasks_per_second(self) -> float:
        """A task is done when both of its calls are."""
        return (self.creates + self.syncs) / 2

    def of_slots(self, slots: int, latency: float) -> float:
        """The share of what so many requests at once can do at this latency."""
        return (self.creates + self.syncs) * latency / slots


class Stub:
    """The portal stand-in in a process of its own."""

    def __init__(self, latency: float, sync_latency: float | None = None) -> None:
        port, self._latency = free_port(), latency
        self.webhook = f"http://127.0.0.1:{port}/rest/1/benchbenchbench/"
        delays = [str(latency), str(latency if sync_latency is None else sync_latency)]
        self._session = requests.Session()
        self._process = subprocess.Popen([sys.executable, "-m", "tests.bench.portal_stub", str(port), *delays])
        deadline = time.monotonic() + END_SECONDS
        while True:
            try:
                self.counts(reset=True)
            except requests.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(TICK_SECONDS)
            else:
                return

    def counts(self, **asked: bool) -> dict[str, Any]:
        """What was counted since it was last asked with `reset`; the arrivals with `arrivals`."""
        return dict(self._session.post(f"{self.webhook}counts", data=json.dumps(asked), timeout=10).json())

    def flow(self) -> Flow:
        arrivals = self.counts(arrivals=True)["arrivals"]
        creates, syncs = ([Arrival(*one) for one in arrivals[method]] for method in (ADD, SYNC))
        return Flow(creates, syncs, self._latency)

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._process.kill()
        self._process.wait()


@contextmanager
def backlog(engine: str, count: int, topics: int = 1) -> Iterator[list[str]]:
    """So many instances that wait, spread over new topics; a topic of its own keeps older parked polls away."""
    admin = Admin(engine)
    keys = [f"b_{uuid.uuid4().hex[:10]}" for _ in range(topics)]
    for key in keys:
        admin.deploy(sequence(key, {"ours": key}))
    with ThreadPoolExecutor(STARTERS) as pool:
        list(pool.map(lambda number: admin.start(keys[number % topics], {"title": "Approve"}), range(count)))
    try:
        yield keys
    finally:
        admin.clean()


@contextmanager
def running(peer: Peer, engine: str, webhook: str, topic: str, config: str = "") -> Iterator[tuple[int, Path]]:
    """Its process number and its folder; ended with SIGTERM, so that no lock and no poll is left."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if config:
            Path(folder, "config.yaml").write_text(config, encoding="utf-8")
        process = peer.start(Place(engine, webhook, topic, Path(folder)))
        try:
            yield process.pid, Path(folder)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def drain(
    peer: Peer, engine: str, latency: float, *, warm_up: int, count: int, cool_down: int = 0, topics: int = 1
) -> Cell:
    """Let `peer` work off a backlog of all three; raises `SystemExit` where it stands still.

    With a `cool_down` the slots are full for as long as is measured: what is left at its end counts for nobody.
    """
    everything = warm_up + count + cool_down
    with backlog(engine, everything, topics) as keys, Stub(latency) as stub:
        config = "topics:\n" + "".join(f"  {key}: {{}}\n" for key in keys) if topics > 1 else ""
        with running(peer, engine, stub.webhook, keys[0], config) as (pid, folder):
            since, _ = reached(stub, ADD, warm_up, folder)
            cpu, moment = cpu_seconds(pid), Moment.now()
            until, _ = reached(stub, ADD, warm_up + count, folder)
            cpu, load = cpu_seconds(pid) - cpu, moment.until(Moment.now())
            reached(stub, SYNC, everything, folder)
            counts, flow, most = stub.counts(), stub.flow(), most_megabytes(pid)
        creates, syncs = flow.rates(since, until)
        return Cell(
            creates=creates,
            syncs=syncs,
            lag=p95(flow.lags(since, until)),
            behind=flow.behind(),
            cpu_ms=1000 * cpu / ((creates + syncs) / 2 * (until - since)),
            portal_requests=sum(counts["calls"].values()) / counts["calls"][ADD],
            connections=counts["connections"],
            most_in_flight=counts["most_in_flight"],
            megabytes=most,
            load=load,
        )


def reached(stub: Stub, method: str, wanted: int, folder: Path) -> tuple[float, int]:
    """When the stand-in had that many calls, and how many it had by then."""
    seen, since = -1, time.monotonic()
    while True:
        counts = stub.counts()
        now = int(counts["calls"].get(method, 0))
        if now >= wanted:
            return float(counts["at"]), now
        if now > seen:
            seen, since = now, time.monotonic()
        elif time.monotonic() - since > STALLED_SECONDS:
            sys.exit(f"it stands still at {now} of {wanted} {method}:\n{(folder / 'log').read_text()[-2000:]}")
        time.sleep(TICK_SECONDS)
