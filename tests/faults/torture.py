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
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.engine.start import start_engine
from sandbox.postgres import Postgres, available
from tests.support.proxy import AFTER, NEVER, Harm
from tests.support.scene import Scene
from tests.support.whole_scene import WholeScene
from tests.support.worker_process import WorkerProcess

LIMIT_SECONDS = 840.0
PORTAL_CALLS = ("tasks.task.add", "tasks.task.list", "imena.camunda.sync", "profile")
ENGINE_CALLS = ("fetchAndLock", "complete", "extendLock", "failure")
LATE_SECONDS = (0.2, 0.9, 1.8)
MORE = 20
"""Tasks to start while there are kills left."""
SHOWN = 20
"""Of each kind of wrong."""
QUIET_SECONDS = (0.5, 4.0)
"""Between two kills."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`faulty`: the share of exchanges that go wrong; `copies`: workers.

    `rich`: the tasks need every part there is (`WholeScene`), and every method of both sides is faulty.
    `ledger`: the address of one that all workers share; empty: each has its own.
    """

    tasks: int
    kills: int
    seed: int
    faulty: float = 0.22
    copies: int = 2
    rich: bool = False
    ledger: str = ""


@dataclass(slots=True)
class Report:
    """What was done, and what came of it."""

    plan: Plan
    kills: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    exchanges: int = 0
    incidents: Counter[str] = field(default_factory=Counter)
    """By what the engine was told."""
    duplicates: int = 0
    lost: int = 0
    twice_completed: int = 0
    unsynchronised: int = 0
    unfinished: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)
    """By what is wrong: one line for each case."""
    slowest_recovery: float = 0.0
    slowest_way: Sequence[str] = ()
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        wrong = self.duplicates + self.lost + self.twice_completed + self.unsynchronised + self.unfinished
        return wrong == 0 and not any(self.wrong.values()) and self.kills >= self.plan.kills

    def table(self) -> str:
        """For people; the way of the slowest one tells what it waited for."""
        rows: list[tuple[str, object]] = [
            ("seed", self.plan.seed),
            ("tasks", self.plan.tasks),
            ("workers", f"{self.plan.copies}, {'one ledger' if self.plan.ledger else 'a ledger each'}"),
            ("kills", self.kills),
            ("exchanges", self.exchanges),
            ("faulty", f"{sum(self.faults.values())} ({sum(self.faults.values()) / max(self.exchanges, 1):.0%})"),
            *((f"  {kind}", count) for kind, count in sorted(self.faults.items())),
            ("incidents, retries raised", self.incidents.total()),
            ("duplicates", self.duplicates),
            ("lost", self.lost),
            ("completed twice", self.twice_completed),
            ("unsynchronised", self.unsynchronised),
            ("unfinished", self.unfinished),
            *((what, len(cases)) for what, cases in self.wrong.items()),
            ("slowest recovery after a kill", f"{self.slowest_recovery:.1f} s"),
            ("duration", f"{self.seconds:.0f} s"),
        ]
        shown = [f"{what}: {case}" for what, cases in self.wrong.items() for case in cases[:SHOWN]]
        return "\n".join([*(f"{name:<32}{value}" for name, value in rows), *shown, *self.slowest_way])


class Torture:
    """One run on a stage that is set."""

    def __init__(self, scene: Scene, plan: Plan) -> None:
        self._scene = scene
        self._random = random.Random(plan.seed)
        self.report = Report(plan)
        self._harmed: set[str] = set()
        self._in_flight: list[tuple[float, frozenset[str]]] = []

    def run(self) -> Report:
        began = time.monotonic()
        scene, plan = self._scene, self.report.plan
        scene.portal.latency = 0.05
        for proxy, calls in ((scene.portal_proxy, PORTAL_CALLS), (scene.engine_proxy, ENGINE_CALLS)):
            faulty = None if plan.rich else calls
            proxy.meddle = lambda call, _, faulty=faulty: self._meddle(call, faulty)  # type: ignore[misc]
        scene.start_instances(plan.tasks // scene.steps)
        workers = [scene.worker(f"worker-{number}").start() for number in range(plan.copies)]
        until = began + LIMIT_SECONDS
        with scene.people():
            while time.monotonic() < until and (self.report.kills < plan.kills or not scene.ended()):
                time.sleep(self._random.uniform(*QUIET_SECONDS) if self.report.kills < plan.kills else 0.5)
                if self.report.kills < plan.kills:
                    self._kill(self._random.choice(workers))
                self._raise_retries()
                if scene.ended() and self.report.kills < plan.kills:
                    scene.start_instances(MORE // scene.steps)  # something must be on its way for the next kill
                self._progress()
        while time.monotonic() < until and (scene.unsynchronised() or scene.open_intents()):
            time.sleep(0.5)
        return self._judged(time.monotonic() - began)

    def _meddle(self, call: str, calls: tuple[str, ...] | None) -> Harm | None:
        """`calls`: those that may go wrong; None: all."""
        if calls is not None and call not in calls:
            return None
        self.report.exchanges += 1
        if self._random.random() >= self.report.plan.faulty:
            return None
        kinds = {**NEVER, **AFTER, "late": Harm(seconds=self._random.choice(LATE_SECONDS))}
        kind = self._random.choice(sorted(kinds))
        self.report.faults[kind] += 1
        self._harmed.add(call)
        return kinds[kind]

    def _kill(self, worker: WorkerProcess) -> None:
        locked = self._scene.external_tasks(locked="true", maxResults="200")
        self._in_flight.append((time.monotonic(), frozenset(task["id"] for task in locked)))
        worker.kill()
        self.report.kills += 1
        worker.start()

    def _raise_retries(self) -> None:
        """The person on call: whatever was given up is looked at, and begun again."""
        for task in self._scene.external_tasks(noRetriesLeft="true"):
            self.report.incidents[str(task["errorMessage"])] += 1
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
        report.unfinished = scene.unfinished()
        report.wrong = scene.findings()
        report.wrong["incidents that name no harmed call"] = [
            told for told in report.incidents if not any(call in told for call in self._harmed)
        ]
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
    with WholeScene(engine_url, folder, plan.ledger) if plan.rich else Scene(engine_url, folder) as scene:
        return Torture(scene, plan).run()


def main() -> int:
    """Print the table of each seed; 1 when anything was doubled, lost or left."""
    parser = argparse.ArgumentParser(description="Many tasks under random kills and faulty answers")
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rich", action="store_true", help="tasks with every part there is, every method faulty")
    parser.add_argument("--apart", action="store_true", help="a ledger for each worker, also where --rich shares one")
    parser.add_argument("--seed", type=int, action="append", help="may be given several times; default 1")
    options = parser.parse_args()
    good = True
    with start_engine("camunda") as engine, ExitStack() as ending:
        ledgers = ending.enter_context(Postgres()) if options.rich and not options.apart and not available() else None
        for seed in options.seed or [1]:
            ledger = _ledger(ledgers, seed) if ledgers else ""
            with tempfile.TemporaryDirectory(prefix="torture-") as folder:
                plan = Plan(options.tasks, options.kills, seed, rich=options.rich, ledger=ledger)
                report = torture(engine.base_url, Path(folder), plan)
            print(f"\n{report.table()}\n", flush=True)
            good = good and report.good
    return 0 if good else 1


def _ledger(server: Postgres, seed: int) -> str:
    """The address of a database of this run's own."""
    server.make_database(f"seed_{seed}")
    return server.url.removesuffix("/postgres") + f"/seed_{seed}"


if __name__ == "__main__":
    sys.exit(main())
