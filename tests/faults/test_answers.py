"""Doubtful, false and missing answers of the portal: one task; and a portal that is never clear ends at a person."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.engine.start import RunningEngine
from sandbox.faults import Fault
from sandbox.httpd import Reply, Request
from sandbox.portal.faults import KINDS, fault
from tests.faults.conftest import SideBySide
from tests.support.engine_admin import wait_until
from tests.support.proxy import AFTER, NEVER, Harm
from tests.support.scene import Scene

ADD, LIST = "tasks.task.add", "tasks.task.list"
FOREIGN = [{"id": str(number), "title": "foreign", "xmlId": f"camunda:foreign-{number}"} for number in range(1, 51)]


def _found(rows: list[dict[str, Any]]) -> Reply:
    return Reply(200, {"result": {"tasks": rows}, "time": {}})


LOOK_UPS: Mapping[str, Harm] = {
    "filter dropped": Harm(reply=_found(FOREIGN[:3])),
    "cut short": Harm(reply=_found(FOREIGN)),
    "without its witness": Harm(reply=_found([])),
    "result []": Harm(reply=Reply(200, {"result": [], "time": {}})),
    "rows of no known form": Harm(reply=_found([{"ID": None}])),
    **AFTER,
    **NEVER,
}
"""Each of them says nothing about whether the task exists."""


def answered(engine_url: str, folder: Path, prepare: Callable[[Scene], None], **environ: str) -> None:
    with Scene(engine_url, folder) as scene:
        scene.start_instances()
        prepare(scene)
        scene.worker(**environ).start()
        scene.verdict()


def first(scene: Scene, call: str, harm: Harm, times: int = 1) -> None:
    """Do this to the first exchanges of one call."""
    left = [harm] * times
    scene.portal_proxy.meddle = lambda name, _: left.pop() if name == call and left else None


def with_fault(scene: Scene, kind: str, times: int) -> None:
    scene.portal.faults.add(fault(kind, ADD, times=times))


def late(scene: Scene, seconds: float) -> None:
    """Executed at once, answered long after the worker has given up."""
    scene.portal.faults.add(Fault(ADD, seconds=seconds))


def slow(scene: Scene, seconds: float) -> None:
    """Executed long after the worker has given up, within the server's maximum."""
    first(scene, ADD, Harm(before=lambda: time.sleep(seconds)))


def doubtful_with_false_look_ups(scene: Scene, harm: Harm) -> None:
    """The create was executed, its answer is lost; and then the look-up is answered falsely, several times."""
    adds = [AFTER["dropped"]]
    looks = [harm] * 3

    def meddle(name: str, _: Request) -> Harm | None:
        waiting = {ADD: adds, LIST: looks}.get(name)
        return waiting.pop() if waiting else None

    scene.portal_proxy.meddle = meddle


def test_one_task_whatever_is_answered_to_a_create(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    cases: dict[str, Callable[[Scene], None]] = {
        f"{kind} x{times}": partial(with_fault, kind=kind, times=times)
        for kind in KINDS
        if kind != "rejected"
        for times in (1, 2)
    }
    cases |= {f"proxy {name}": partial(first, call=ADD, harm=harm) for name, harm in {**AFTER, **NEVER}.items()}
    cases |= {f"late {seconds}": partial(late, seconds=seconds) for seconds in (1.6, 3.0)}
    side_by_side(
        {name: partial(answered, camunda.base_url, tmp_path / name, prepare) for name, prepare in cases.items()}
    )


def test_one_task_on_a_portal_that_is_slower_than_our_patience(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    side_by_side(
        {
            f"slow {seconds}": partial(
                answered,
                camunda.base_url,
                tmp_path / str(seconds),
                partial(slow, seconds=seconds),
                BITRIX_REQUEST_TIMEOUT="0.3",
            )
            for seconds in (0.4, 0.7, 1.0)
        }
    )


def test_a_look_up_that_says_nothing_is_never_absent(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    side_by_side(
        {
            name: partial(answered, camunda.base_url, tmp_path / name, partial(doubtful_with_false_look_ups, harm=harm))
            for name, harm in LOOK_UPS.items()
        }
    )


def test_a_portal_that_is_never_clear_ends_at_a_person(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        (instance,) = scene.start_instances()
        scene.portal.faults.add(Fault(ADD, execute=False, reply=Reply(drop=True), times=None))
        worker = scene.worker().start()
        (incident,) = wait_until(lambda: scene.admin.incidents(instance), "the incident", 90)
        assert scene.key in incident["incidentMessage"]
        assert len(scene.portal.requests(ADD)) == 3
        assert scene.portal.tasks() == []

        scene.portal.faults.clear()
        scene.admin.raise_retries(scene.admin.task(instance)["id"])
        scene.verdict()
        assert worker.status()["tasks_failed"] == 1
