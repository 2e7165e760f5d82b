"""How soon an idle worker begins: from the call that starts an instance until its create arrives at the portal."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Sequence

from tests.bench.cell import Stub, running
from tests.bench.flow import Arrival
from tests.bench.machine import write_ms
from tests.bench.page import FIGURES, Findings, command
from tests.bench.peers import Peer, java_pool, javascript, ours, python_library, requests_floor
from tests.bench.tables import progress, table
from tests.support.engine_admin import Admin, sequence, wait_until
from worker.words.phrase import Phrase

PAUSE_SECONDS = 0.15
SLOW_SYNC_SECONDS = 2.0
WARM_UP = 10


def run(engine: str, findings: Findings, *, count: int) -> None:
    """Print p50 and p95 of each worker, and what one write to the disk of the ledger costs."""
    print(f"One durable write here: {write_ms(PAUSE_SECONDS):.1f} ms. Instance started → create arrives, milliseconds")
    peers = [ours(), javascript(25), requests_floor(), python_library(), java_pool()]
    rows = [[peer.name, *_percentiles(_delays(peer, engine, count, 0.0))] for peer in peers]
    (p50, p95), (best50, best95), (bare50, bare95) = (row[1:] for row in rows[:3])
    findings.add(
        FIGURES,
        "latency",
        Phrase(
            f"p50 {p50} мс, p95 {p95} мс (настроенный JavaScript {best50}, {best95};"
            f" один `requests` {bare50}, {bare95})",
            f"p50 {p50} ms, p95 {p95} ms (tuned JavaScript {best50}, {best95}; bare `requests` {bare50}, {bare95})",
        ),
        command("latency"),
    )
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
    creates: Sequence[Arrival] = wait_until(
        lambda: len(found := stub.flow().creates) > number and found, "the create of an idle worker"
    )
    return creates[number].at


def _percentiles(delays: Sequence[float]) -> list[str]:
    p95 = sorted(delays)[int(len(delays) * 0.95) - 1]
    return [f"{1000 * statistics.median(delays):.1f}", f"{1000 * p95:.1f}"]
