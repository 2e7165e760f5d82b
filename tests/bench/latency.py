"""How soon an idle worker begins: from the call that starts an instance until its create arrives at the portal."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from tests.bench.cell import Stub, running
from tests.bench.peers import Peer, java_pool, javascript, ours, python_library
from tests.bench.tables import progress, table
from tests.support.engine_admin import Admin, sequence, wait_until

PAUSE_SECONDS = 0.15
SLOW_SYNC_SECONDS = 2.0
WARM_UP = 10


def run(engine: str, *, count: int) -> None:
    """Print p50 and p95 of each worker, and what one write to the disk of the ledger costs."""
    print(f"One durable write here: {_write_ms():.1f} ms. Instance started → create arrives, milliseconds")
    peers = [ours(), python_library(), javascript(50), javascript(25), java_pool()]
    rows = [[peer.name, *_percentiles(_delays(peer, engine, count, 0.0))] for peer in peers]
    slow = f"ours, each sync taking {SLOW_SYNC_SECONDS:.0f} s"
    rows.append([slow, *_percentiles(_delays(ours(), engine, count, SLOW_SYNC_SECONDS))])
    progress("")
    table(["worker", "p50", "p95"], rows)


def _delays(peer: Peer, engine: str, count: int, sync_latency: float) -> list[float]:
    admin, topic = Admin(engine), f"b_{uuid.uuid4().hex[:10]}"
    admin.deploy(sequence(topic, {"ours": topic}))
    delays = []
    with Stub(0.0, sync_latency) as stub, running(peer, engine, stub.webhook, topic):
        for number in range(WARM_UP + count):
            progress(f"{peer.name}: {number} of {WARM_UP + count}")
            before = time.monotonic()
            admin.start(topic)
            delays.append(_next_add(stub, number) - before)
            time.sleep(PAUSE_SECONDS)
    admin.clean()
    return delays[WARM_UP:]


def _next_add(stub: Stub, number: int) -> float:
    """When the create after `number` others arrived."""
    adds: list[float] = wait_until(
        lambda: len(adds := stub.counts(adds=True)["adds"]) > number and adds, "the create of an idle worker"
    )
    return adds[number]


def _percentiles(delays: Sequence[float]) -> list[str]:
    p95 = sorted(delays)[int(len(delays) * 0.95) - 1]
    return [f"{1000 * statistics.median(delays):.1f}", f"{1000 * p95:.1f}"]


def _write_ms() -> float:
    """The median of a small write that is on the disk when it returns, after a pause as long as between two tasks."""
    times = []
    with tempfile.TemporaryDirectory() as folder, Path(folder, "probe").open("wb", buffering=0) as file:
        for _ in range(50):
            time.sleep(PAUSE_SECONDS)
            before = time.monotonic()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - before)
    return 1000 * statistics.median(times)
