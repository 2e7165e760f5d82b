"""`kill -9` at every boundary of the way of one task, then a restart: one task, one completion, a sync after it."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Request
from tests.faults.conftest import SideBySide
from tests.support.engine_admin import wait_until
from tests.support.proxy import Harm, Proxy
from tests.support.scene import Scene

ENGINE_CALLS = ("external-task", "fetchAndLock", "complete")
PORTAL_CALLS = ("profile", "tasks.task.add", "imena.camunda.sync")
MOMENTS = ("before", "executed", *(f"answered+{milliseconds}" for milliseconds in (0, 2, 5, 10, 20, 50)))
"""Before the other side has heard of it; executed, unanswered; so many milliseconds after the answer has left:
the last ones fall before, between and after the commits of the ledger that follow an answer."""
CASES = [(call, moment) for call in (*ENGINE_CALLS, *PORTAL_CALLS) for moment in MOMENTS]


class Killer:
    """Kills the worker at one moment of the first exchange of one call."""

    def __init__(self, scene: Scene, proxy: Proxy, call: str, moment: str) -> None:
        self._worker = scene.worker()
        self._call = call
        self._moment, _, milliseconds = moment.partition("+")
        self._seconds = float(milliseconds or 0) / 1000
        self._killed = threading.Event()
        self._armed = True
        proxy.meddle = self._meddle
        self._worker.start()

    def _meddle(self, call: str, _: Request) -> Harm | None:
        if call != self._call or not self._armed:
            return None
        self._armed = False
        match self._moment:
            case "before":
                return Harm(before=self._kill, forward=False)
            case "executed":
                return Harm(after=self._kill)
            case _:
                return Harm(delivered=self._kill)

    def _kill(self) -> None:
        time.sleep(self._seconds)
        self._worker.kill()
        self._killed.set()

    def restart(self) -> None:
        assert self._killed.wait(120), "the worker never came to this boundary"
        self._worker.start()


def killed_at(engine_url: str, folder: Path, call: str, moment: str) -> None:
    with Scene(engine_url, folder) as scene:
        scene.start_instances()
        proxy = scene.engine_proxy if call in ENGINE_CALLS else scene.portal_proxy
        Killer(scene, proxy, call, moment).restart()
        scene.verdict()


def test_one_task_wherever_it_is_killed(camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide) -> None:
    """All boundaries side by side, each on a stage of its own."""
    side_by_side(
        {
            f"{call} {moment}": partial(killed_at, camunda.base_url, tmp_path / f"{call}-{moment}", call, moment)
            for call, moment in CASES
        }
    )


def test_a_kill_of_all_in_flight_loses_nothing(camunda: RunningEngine, tmp_path: Path) -> None:
    """Thirty-two creates are on their way at once."""
    with Scene(camunda.base_url, tmp_path) as scene:
        scene.portal.latency = 0.3
        scene.start_instances(32)
        worker = scene.worker().start()
        wait_until(lambda: len(scene.portal.requests("tasks.task.add")) >= 32, "all creates on their way")
        worker.kill()
        scene.portal.latency = 0.0
        worker.start()
        scene.verdict()
