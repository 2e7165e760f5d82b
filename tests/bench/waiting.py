"""What ten thousand waiting steps cost: `python -m tests.bench.waiting --count 10000`, on a real Camunda.

Prints requests per minute at each side, the worker's CPU and memory, and the delay from close to completion: found
by polling, and told by the portal's outgoing webhook.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.engine.start import start_engine
from tests.acceptance.test_observation import free_port
from tests.support.engine_admin import wait_until
from tests.support.processes import cpu_seconds, megabytes
from tests.support.waiting_scene import WaitingScene
from tests.support.worker_process import WorkerProcess

PRODUCTION = {
    "BITRIX_SERVER_MAX_SECONDS": "60",
    "BITRIX_MARGIN_SECONDS": "10",
    "BITRIX_REQUEST_TIMEOUT": "75",
    "CAMUNDA_LOCK_SECONDS": "150",
    "CAMUNDA_LONG_POLL_SECONDS": "8",
    "WAITING_POLL_SECONDS": "30",
    "WAITING_SWEEP_SECONDS": "120",
    "WAITING_LOCK_SECONDS": "600",
    "LOG_LEVEL": "info",
    "WAITING_APPLICATION_TOKEN": "token-of-the-bench",
}
"""The shipped settings: nothing is scaled here."""


class Bench:
    """One worker, and so many steps that wait."""

    def __init__(self, scene: WaitingScene, port: int) -> None:
        self._scene = scene
        self._port = port
        self.worker: WorkerProcess = scene.worker(HTTP_PORT=str(port), **PRODUCTION)

    def fill(self, count: int) -> None:
        with ThreadPoolExecutor(8) as pool:
            started = list(pool.map(lambda _: self._scene.admin.start(self._scene.key), range(count)))
        self._scene.instances += started
        self.worker.start(fresh=True)
        wait_until(lambda: self._waiting() == count, f"{count} steps wait", 1800)

    def _waiting(self) -> int:
        time.sleep(2)
        waiting = len(self.worker.events("task.waiting"))
        print(f"\r{waiting} wait", end="", file=sys.stderr, flush=True)
        return waiting

    def settle(self) -> None:
        """Until every step is synchronised, and has the long lock that it keeps."""
        wanted = len(self._scene.instances)
        wait_until(lambda: len(self._scene.portal.syncs()) >= wanted, "every instance synchronised", 1800)
        time.sleep(float(PRODUCTION["CAMUNDA_LOCK_SECONDS"]) / 2)

    def idle(self, seconds: float) -> None:
        """What it costs to wait."""
        pid = self.worker.process.pid
        scene = self._scene
        engine, portal, cpu = len(scene.engine_proxy.exchanges), len(scene.portal.requests()), cpu_seconds(pid)
        time.sleep(seconds)
        calls = {
            "portal": Counter(one.method for one in scene.portal.requests()[portal:]),
            "engine": Counter(one.call for one in scene.engine_proxy.exchanges[engine:]),
        }
        for side, counts in calls.items():
            print(f"{side} requests per minute  {counts.total() * 60 / seconds:.0f}  {dict(counts)}")
        print(f"worker CPU                  {(cpu_seconds(pid) - cpu) / seconds:.1%} of one core")
        print(f"worker memory               {megabytes(pid):.0f} MB")

    def close(self, count: int, seconds: float, how: str) -> None:
        """Close so many tasks at random moments, and see when their steps are completed."""
        some = random.Random(1).sample(self._scene.instances, count)
        closed: dict[str, float] = {}
        for instance in some:
            time.sleep(seconds / count)
            task = self._scene.task_of(instance)
            assert task
            closed[str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"])] = time.monotonic()
            self._scene.answer(instance)
        self._scene.instances = [one for one in self._scene.instances if one not in set(some)]
        wait_until(lambda: closed.keys() <= self._scene.completions().keys(), "all completed", 120)
        completed = {e.path.split("/")[-2]: e.executed for e in self._scene.engine_proxy.seen("complete")}
        delays = sorted(completed[task] - at for task, at in closed.items())
        p50, p95 = statistics.median(delays), delays[int(len(delays) * 0.95) - 1]
        print(f"close to completion, {how:<8} p50 {p50:.2f} s, p95 {p95:.2f} s, max {delays[-1]:.2f} s")

    def listen(self) -> None:
        self._scene.portal.application_token = PRODUCTION["WAITING_APPLICATION_TOKEN"]
        self._scene.portal.outgoing_url = f"http://127.0.0.1:{self._port}/bitrix24/events"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=240.0, help="how long to look at the idle worker")
    parser.add_argument("--close", type=int, default=200)
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        start_engine("camunda") as engine,
        WaitingScene(engine.base_url, Path(folder)) as scene,
    ):
        bench = Bench(scene, free_port())
        began = time.monotonic()
        bench.fill(options.count)
        print(f"\n{options.count} steps wait after {time.monotonic() - began:.0f} s")
        bench.settle()
        bench.idle(options.seconds)
        bench.close(options.close, 60.0, "polled")
        bench.listen()
        bench.close(options.close, 30.0, "told")
        began = time.monotonic()
        bench.worker.kill()
        bench.worker.start(fresh=True)
        bench.worker.wait_for("worker.ready", 2, 600)
        print(f"restart until ready         {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
