"""A portal of which one node is sick: calls fail at random, and nobody goes round for it; on a real Camunda."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Request
from tests.support.engine_admin import wait_until
from tests.support.proxy import NEVER, Harm
from tests.support.scene import SCALED, Scene
from tests.support.sick_node import Forgiving, SickNode

STEPS = 100
LIST = "tasks.task.list"
PATIENT = {"BITRIX_REQUEST_TIMEOUT": "20", "CAMUNDA_LOCK_SECONDS": "60"}
"""Each fault is told at once: only a slow machine needs more time, and it shall cost no round."""


@pytest.mark.parametrize("one_in", [3, 5])
def test_with_calls_failing_at_random_no_task_goes_round_for_ever(
    camunda: RunningEngine, tmp_path: Path, one_in: int
) -> None:
    with Forgiving(camunda.base_url, tmp_path) as scene:
        scene.start_instances(STEPS)
        scene.portal_proxy.meddle = SickNode(one_in)
        worker = scene.worker(**PATIENT).start()
        scene.verdict(240.0)
        rounds = Counter(event["task"] for event in worker.events("task.fetched"))
    assert len(rounds) == STEPS
    assert max(rounds.values()) <= 2, rounds.most_common(3)


OLD_SECONDS = 2 * float(SCALED["BITRIX_SERVER_MAX_SECONDS"])


def test_sixteen_look_ups_that_fail_in_a_row_hold_up_nobody_for_long(camunda: RunningEngine, tmp_path: Path) -> None:
    failed: list[str] = []

    def meddle(call: str, _: Request) -> Harm | None:
        if call == LIST and len(failed) < 16:
            failed.append(call)
            return NEVER["never_502"]
        return None

    with Scene(camunda.base_url, tmp_path) as scene:
        scene.start_instances(20)
        wait_until(lambda: scene.admin.get("/external-task/count", topicName=scene.key)["count"] == 20, "they wait")
        began = time.monotonic()
        wait_until(lambda: time.monotonic() - began > OLD_SECONDS, "none is surely first any more: each is looked up")
        scene.portal_proxy.meddle = meddle
        worker = scene.worker(**PATIENT).start()
        scene.verdict()
        rounds = Counter(event["task"] for event in worker.events("task.fetched"))
    assert len(failed) == 16
    assert max(rounds.values()) <= 2, rounds.most_common(3)
