"""A task with content, killed and left without an answer at every call: each part of it is there exactly once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Request
from tests.faults.conftest import SideBySide
from tests.faults.test_kills import Killer
from tests.support.proxy import AFTER, NEVER, Harm
from tests.support.rich_scene import RichScene

READS = (
    "imena.camunda.diagram.responsible.list",
    "imena.camunda.tasktemplate.get",
    "imena.camunda.user.supervisor.get",
)
WRITES = ("tasks.task.add", "batch", "imena.camunda.task.questionnaire.add")
AT_THE_END = ("imena.camunda.task.questionnaire.list",)
MOMENTS = ("before", "executed", *(f"answered+{milliseconds}" for milliseconds in (0, 5, 20, 50)))
KILLS = [
    *((call, moment) for call in (*READS, *AT_THE_END) for moment in ("executed", "answered+0")),
    *((call, moment) for call in WRITES for moment in MOMENTS),
]
HARMS = {**NEVER, **AFTER, "late": Harm(seconds=1.6)}
CALLS = (*READS, *WRITES, *AT_THE_END)


def killed_at(engine_url: str, folder: Path, call: str, moment: str) -> None:
    with RichScene(engine_url, folder) as scene:
        scene.start_instances()
        killer = Killer(scene, scene.portal_proxy, call, moment)
        with scene.people():
            killer.restart()
        scene.verdict()


def test_every_part_exactly_once_wherever_it_is_killed(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    side_by_side(
        {
            f"{call} {moment}": partial(killed_at, camunda.base_url, tmp_path / f"{call}-{moment}", call, moment)
            for call, moment in KILLS
        }
    )


def harmed(engine_url: str, folder: Path, call: str, harm: Harm) -> None:
    with RichScene(engine_url, folder) as scene:
        left = [harm]
        scene.portal_proxy.meddle = lambda name, _: left.pop() if name == call and left else None
        scene.start_instances()
        scene.worker().start()
        scene.verdict()
        assert not left, f"{call} was never called"


@pytest.mark.parametrize("kind", HARMS)
def test_every_part_exactly_once_whatever_is_answered(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide, kind: str
) -> None:
    side_by_side({call: partial(harmed, camunda.base_url, tmp_path / call, call, HARMS[kind]) for call in CALLS})


def test_a_worker_with_a_ledger_of_its_own_goes_on_where_one_died(camunda: RunningEngine, tmp_path: Path) -> None:
    """It finds the task by look-up, and adds what is missing, without a row that says what was sent."""
    with RichScene(camunda.base_url, tmp_path) as scene:
        scene.start_instances()
        first = scene.worker("first")

        def kill(call: str, _: Request) -> Harm | None:
            if call != "batch":
                return None
            scene.portal_proxy.meddle = lambda *_: None
            return Harm(after=first.kill)

        scene.portal_proxy.meddle = kill
        first.start()
        first.process.wait(60)
        scene.worker("second").start()
        scene.verdict(120)
