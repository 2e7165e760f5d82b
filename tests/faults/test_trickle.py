"""A peer that answers a byte a second stops nobody: each call ends at its deadline; on a real Camunda."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Request
from tests.faults.conftest import SideBySide
from tests.support.engine_admin import wait_until
from tests.support.proxy import Harm
from tests.support.scene import Scene
from tests.support.waiting_scene import WaitingScene

A_BYTE_A_SECOND = Harm(change=lambda reply: replace(reply, trickle=1.0))


class Trickling:
    """The first `times` answers to a call come a byte a second, once `begins` is set."""

    def __init__(self, call: str, times: int, *, begins: bool = True) -> None:
        self._call = call
        self._left = times
        self._guard = threading.Lock()
        self.begins = threading.Event()
        if begins:
            self.begins.set()

    def __call__(self, call: str, _: Request) -> Harm | None:
        with self._guard:
            if call != self._call or not self._left or not self.begins.is_set():
                return None
            self._left -= 1
            return A_BYTE_A_SECOND

    @property
    def is_over(self) -> bool:
        return self._left == 0


def at_the_portal(camunda: RunningEngine, folder: Path, call: str, times: int, instances: int) -> None:
    with Scene(camunda.base_url, folder) as scene:
        slow = scene.portal_proxy.meddle = Trickling(call, times)
        scene.start_instances(instances)
        scene.worker().start()
        scene.verdict(120.0)
        assert slow.is_over


def at_the_watch(camunda: RunningEngine, folder: Path) -> None:
    with WaitingScene(camunda.base_url, folder) as scene:
        slow = scene.portal_proxy.meddle = Trickling("tasks.task.list", 3, begins=False)
        scene.start_instances(3)
        scene.worker().start()
        scene.made()
        slow.begins.set()
        wait_until(lambda: slow.is_over, "the watch has met it")
        scene.verdict(120.0)


def at_the_fetch(camunda: RunningEngine, folder: Path) -> None:
    with Scene(camunda.base_url, folder) as scene:
        slow = scene.engine_proxy.meddle = Trickling("fetchAndLock", 1)
        scene.start_instances(3)
        scene.worker().start()
        scene.verdict(120.0)
        assert slow.is_over


def test_a_byte_a_second_stops_nobody(camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide) -> None:
    side_by_side(
        {
            "creates": lambda: at_the_portal(camunda, tmp_path / "creates", "tasks.task.add", 32, 34),
            "syncs": lambda: at_the_portal(camunda, tmp_path / "syncs", "imena.camunda.sync", 8, 12),
            "watch": lambda: at_the_watch(camunda, tmp_path / "watch"),
            "fetch": lambda: at_the_fetch(camunda, tmp_path / "fetch"),
        }
    )
