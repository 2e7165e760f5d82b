"""What ours costs besides time: disk writes and requests for one task, memory over a long run, idle CPU."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
import uuid

import requests

from sandbox.ports import free_port
from tests.bench.cell import Stub, backlog, reached, running
from tests.bench.page import FIGURES, LONG, Findings, command, same
from tests.bench.peers import ours
from tests.bench.portal_stub import ADD, SYNC
from tests.bench.tables import progress, table
from tests.support.engine_admin import Admin, sequence
from tests.support.processes import cpu_seconds, most_megabytes
from worker.words.phrase import Phrase

ENGINE_CALLS = re.compile(r"bitrix_worker_engine_call_duration_seconds_count\{call=\"(\w+)\"\} ([\d.e+]+)")


def run(engine: str, findings: Findings, *, count: int, idle_seconds: float) -> None:
    """Print one table; `count`: tasks of the long run, of which memory is told for the first tenth and for all."""
    rows = [
        *_long_run(engine, findings, count),
        *_disk(engine, findings, min(count, 500)),
        *_idle(engine, findings, idle_seconds),
    ]
    progress("")
    table(["ours, a portal that answers at once", "figure"], rows)


def _long_run(engine: str, findings: Findings, count: int) -> list[list[str]]:
    port, tenth = free_port(), count // 10
    peer = ours(HTTP_PORT=str(port))
    with (
        backlog(engine, count) as keys,
        Stub(0.0) as stub,
        running(peer, engine, stub.webhook, keys[0]) as (pid, folder),
    ):
        reached(stub, SYNC, tenth, folder)
        early = most_megabytes(pid)
        reached(stub, SYNC, count, folder)
        late, counts = most_megabytes(pid), stub.counts()
        text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    calls = {name: float(value) for name, value in ENGINE_CALLS.findall(text)}
    portal, of_engine = (sum(some.values()) / counts["calls"][ADD] for some in (counts["calls"], calls))
    findings.add(
        FIGURES,
        "requests",
        Phrase(f"портал {portal:.2f}, движок {of_engine:.2f}", f"portal {portal:.2f}, engine {of_engine:.2f}"),
        command("cost"),
    )
    if count == LONG:
        memory = Phrase(f"{early:.0f} МБ, {late:.0f} МБ", f"{early:.0f} MB, {late:.0f} MB")
        findings.add(FIGURES, "memory", memory, command("cost"))
    return [
        [f"portal requests for one task, {count} tasks", f"{portal:.2f}"],
        [f"engine requests for one task {calls}", f"{of_engine:.2f}"],
        ["connections to the portal", str(counts["connections"])],
        [f"most memory after {tenth} tasks", f"{early:.0f} MB"],
        [f"most memory after {count} tasks", f"{late:.0f} MB"],
    ]


def _disk(engine: str, findings: Findings, count: int) -> list[list[str]]:
    """Counted by the kernel, in a run of its own: being watched is slow."""
    strace = shutil.which("strace")
    if not strace:
        return [["disk writes for one task", "not counted: no strace here"]]
    with (
        backlog(engine, count) as keys,
        Stub(0.0) as stub,
        running(ours(), engine, stub.webhook, keys[0]) as (pid, folder),
    ):
        report = folder / "strace"
        watch = [strace, "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", str(report), "-p", str(pid)]
        watching = subprocess.Popen(watch, stderr=subprocess.DEVNULL)
        began = reached(stub, SYNC, 1, folder)[1]
        ended = reached(stub, SYNC, count, folder)[1]
        watching.send_signal(signal.SIGINT)
        watching.wait(10)
        writes = sum(int(line.split()[3]) for line in report.read_text().splitlines() if line.endswith("sync"))
    for_one = f"{writes / (ended - began):.2f}"
    findings.add(FIGURES, "writes", same(for_one), command("cost"))
    return [[f"disk writes for one task, {count} tasks under load", for_one]]


def _idle(engine: str, findings: Findings, seconds: float) -> list[list[str]]:
    admin, topic = Admin(engine), f"b_{uuid.uuid4().hex[:10]}"
    admin.deploy(sequence(topic, {"ours": topic}))
    with Stub(0.0) as stub, running(ours(), engine, stub.webhook, topic) as (pid, folder):
        admin.start(topic)
        reached(stub, SYNC, 1, folder)
        before = cpu_seconds(pid)
        progress(f"idle for {seconds:.0f} s")
        time.sleep(seconds)
        used = cpu_seconds(pid) - before
    admin.clean()
    findings.add(
        FIGURES,
        "idle",
        Phrase(f"{used / seconds:.2%} одного ядра", f"{used / seconds:.2%} of one core"),
        command("cost"),
    )
    return [[f"CPU of a core when idle, over {seconds:.0f} s", f"{used / seconds:.2%}"]]
