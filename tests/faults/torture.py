"""Many tasks under random kills and faulty answers on a real engine: `python -m tests.faults.torture --seed 1`.

What is decided by chance comes from the seed; how the threads interleave does not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.engine.start import start_engine
from tests.support.acts_scene import ActsScene
from tests.support.proxy import AFTER, NEVER, Harm
from tests.support.scene import Scene
from tests.support.worker_process import WorkerProcess

LIMIT_SECONDS = 840.0
RICH_CALLS = (
    *("task.checklistitem.add", "task.checklistitem.getlist", "batch"),
    *("task.dependence.add", "task.commentitem.add", "tasks.task.get"),
)
PORTAL_CALLS = ("tasks.task.add", "tasks.task.list", "imena.camunda.sync", "profile")
ENGINE_CALLS = ("fetchAndLock", "complete", "extendLock", "failure")
LATE_SECONDS = (0.2, 0.9, 1.8)
QUIET_SECONDS = (0.5, 4.0)
"""Between two kills."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`faulty`: the share of exchanges that go wrong. `copies`: workers with ledgers of their own. `rich`: every
    task needs two checklists, a link and a comment besides.
    """

    tasks: int
    kills: int
    seed: int
    faulty: float = 0.22
    copies: int = 2
    rich: bool = False


@dataclass(slots=True)
class Report:
    """What was done, and what came of it."""

    plan: Plan
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    exchanges: int = 0
    incidents: int = 0
    duplicates: int = 0
    lost: int = 0
    twice_completed: int = 0
    unsynchronised: int = 0
    unfinished: int = 0
    wrong_parts: int = 0
    slowest_recovery: float = 0.0
    slowest_way: Sequence[str] = ()
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        wrong = self.duplicates + self.lost + self.twice_completed + self.unsynchronised + self.unfinished
        wrong += self.wrong_parts
        return wrong == 0 and self.kills >= self.plan.kills

    def table(self) -> str:
        """For people; the way of the slowest one tells what it waited for."""
        rows: list[tuple[str, object]] = [
            ("seed", self.plan.seed),
            ("tasks", self.plan.tasks),
            ("workers", self.plan.copies),
            ("kills", self.kills),
            ("exchanges", self.exchanges),
            ("faulty", f"{sum(self.faults.values())} ({sum(self.faults.values()) / max(self.exchanges, 1):.0%})"),
            *((f"  {kind}", count) for kind, count in sorted(self.faults.items())),
            ("incidents, retries raised", self.incidents),
            ("duplicates", self.duplicates),
            ("lost", self.lost),
            ("completed twice", self.twice_completed),
            ("unsynchronised", self.unsynchronised),
            ("unfinished", self.unfinished),
            *([("tasks with a part too many or missing", self.wrong_parts)] if self.plan.rich else []),
            ("slowest recovery after a kill", f"{self.slowest_recovery:.1f} s"),
            ("duration", f"{self.seconds:.0f} s"),
        ]
        return "\n".join([*(f"{name:<32}{value}" for name, value in rows), *self.slowest_way])


class Torture:
    """One run on a stage that is set."""

    def __init__(self, scene: Scene, plan: Plan) -> None:
        self._scene = scene
        self._random = random.Random(plan.seed)
        self.report = Report(plan)
        self._in_flight: list[tuple[float, frozenset[str]]] = []

    def run(self) -> Report:
        began = time.monotonic()
        scene, plan = self._scene, self.report.plan
        scene.portal.latency = 0.05
        portal_calls = (*PORTAL_CALLS, *RICH_CALLS) if plan.rich else PORTAL_CALLS
        for proxy, calls in ((scene.portal_proxy, portal_calls), (scene.engine_proxy, ENGINE_CALLS)):
            proxy.meddle = lambda call, _, calls=calls: self._meddle(call, calls)  # type: ignore[misc]
        scene.start_instances(plan.tasks)
        workers = [scene.worker(f"worker-{number}").start() for number in range(plan.copies)]
        until = began + LIMIT_SECONDS
        while time.monotonic() < until and (self.report.kills < plan.kills or not scene.ended()):
            time.sleep(self._random.uniform(*QUIET_SECONDS) if self.report.kills < plan.kills else 0.5)
            if self.report.kills < plan.kills:
                self._kill(self._random.choice(workers))
            self._raise_retries()
            if scene.ended() and self.report.kills < plan.kills:
                scene.start_instances(20)  # something must be on its way for the next kill
            self._progress()
        while time.monotonic() < until and scene.unsynchronised():
            time.sleep(0.5)
        return self._judged(time.monotonic() - began)

    def _meddle(self, call: str, calls: tuple[str, ...]) -> Harm | None:
        if call not in calls:
            return None
        self.report.exchanges += 1
        if self._random.random() >= self.report.plan.faulty:
            return None
        kinds = {**NEVER, **AFTER, "late": Harm(seconds=self._random.choice(LATE_SECONDS))}
        kind = self._random.choice(sorted(kinds))
        self.report.faults[kind] += 1
        return kinds[kind]

    def _kill(self, worker: WorkerProcess) -> None:
        locked = self._scene.admin.get("/external-task", topicName=self._scene.key, locked="true", maxResults="200")
        self._in_flight.append((time.monotonic(), frozenset(task["id"] for task in locked)))
        worker.kill()
        self.report.kills += 1
        worker.start()

    def _raise_retries(self) -> None:
        """The person on call: whatever was given up is looked at, and begun again."""
        failed = self._scene.admin.get("/external-task", topicName=self._scene.key, noRetriesLeft="true")
        for task in failed:
            self.report.incidents += 1
            self._scene.admin.raise_retries(task["id"], 3)

    def _progress(self) -> None:
        if sys.stdout.isatty():
            done = len(self._scene.completions())
            print(f"\r{done} of {len(self._scene.instances)}, {self.report.kills} kills ", end="", flush=True)

    def _judged(self, seconds: float) -> Report:
        scene, report = self._scene, self.report
        completed = {
            one.path.split("/")[-2]: one.executed for one in scene.engine_proxy.seen("complete") if one.status == 204
        }
        recoveries = [
            (completed[task] - at, task)
            for at, tasks in self._in_flight
            for task in tasks
            if completed.get(task, 0.0) > at
        ]
        report.duplicates = len(scene.duplicates())
        report.lost = len(scene.lost())
        report.twice_completed = sum(count > 1 for count in scene.completions().values())
        report.unsynchronised = len(scene.unsynchronised())
        report.unfinished = int(scene.admin.get("/external-task/count", topicName=scene.key)["count"])
        report.wrong_parts = len(scene.wrong_parts()) if isinstance(scene, ActsScene) else 0
        report.slowest_recovery, slowest = max(recoveries, default=(0.0, ""))
        report.slowest_way = self._way(slowest)
        report.seconds = seconds
        scene.no_secret()
        return report

    def _way(self, task: str) -> list[str]:
        """What the workers' logs say of one external task, in the order of time."""
        events = [
            (str(event["time"])[11:23], worker.log_path.parent.name, event["event"], event.get("reason", ""))
            for worker in self._scene.workers
            for event in worker.events()
            if event.get("task") == task
        ]
        return ["  ".join(map(str, event)) for event in sorted(events)]


def torture(engine_url: str, folder: Path, plan: Plan) -> Report:
    """Run one plan; bounded by `LIMIT_SECONDS`, ends only what it started."""
    with (ActsScene if plan.rich else Scene)(engine_url, folder) as scene:
        return Torture(scene, plan).run()


def main() -> int:
    """Print the table of each seed; 1 when anything was doubled, lost or left."""
    parser = argparse.ArgumentParser(description="Many tasks under random kills and faulty answers")
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rich", action="store_true", help="tasks with checklists, a link and a comment")
    parser.add_argument("--seed", type=int, action="append", help="may be given several times; default 1")
    options = parser.parse_args()
    good = True
    with start_engine("camunda") as engine:
        for seed in options.seed or [1]:
            with tempfile.TemporaryDirectory(prefix="torture-") as folder:
                report = torture(
                    engine.base_url,
                    Path(folder),
                    Plan(options.tasks, options.kills, seed, rich=options.rich, copies=1 if options.rich else 2),
                )
            print(f"\n{report.table()}\n", flush=True)
            good = good and report.good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
