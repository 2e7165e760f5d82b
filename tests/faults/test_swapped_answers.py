"""Answers that speak of another step's task: each step gets its own task, and its own person's answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply, Request
from tests.faults.conftest import SideBySide
from tests.support.engine_admin import wait_until
from tests.support.proxy import Harm
from tests.support.waiting_scene import WaitingScene

ADD = "tasks.task.add"
Said = Callable[[int, str], dict[str, Any]]
ANSWERS: dict[str, Said] = {
    "with its marker": lambda id_, marker: {"id": str(id_), "xmlId": marker},
    "without a marker": lambda id_, _: {"id": str(id_)},
    "with an empty marker": lambda id_, _: {"id": str(id_), "xmlId": ""},
}


def answered_with_another(engine_url: str, folder: Path, said: Said) -> None:
    """The create of the second step is executed, and answered with what was said of the first one's."""
    with WaitingScene(engine_url, folder) as scene:
        scene.worker().start()
        (lunch,) = scene.start_instances()
        scene.made()
        first = scene.task_of(lunch)
        assert first is not None
        left = [Harm(reply=Reply(200, {"result": {"task": said(first.id, first.xml_id)}, "time": {}}))]
        scene.portal_proxy.meddle = lambda call, _: left.pop() if call == ADD and left else None
        scene.start_instances()
        wait_until(lambda: not left, "the answers are swapped")
        scene.made()
        scene.answer(lunch)
        scene.verdict()


def test_an_answer_that_names_another_steps_task_is_doubt(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    side_by_side(
        {
            name: partial(answered_with_another, camunda.base_url, tmp_path / name, said)
            for name, said in ANSWERS.items()
        }
    )


def test_what_is_listed_of_another_step_decides_nothing(camunda: RunningEngine, tmp_path: Path) -> None:
    """The list shows the task of a number with another step's marker, closed with an answer."""
    with WaitingScene(camunda.base_url, tmp_path) as scene:
        worker = scene.worker().start()
        (instance,) = scene.start_instances()
        scene.made()
        task = scene.task_of(instance)
        assert task is not None
        wrong = "НЕТ" if scene.meant(instance) == "ДА" else "ДА"
        option = next(id_ for id_, text in scene.portal.store.answers.items() if text == wrong)
        row = {"id": str(task.id), "xmlId": "camunda:lunch", "status": "5", "ufResultAnswer": option}

        def swapped(call: str, request: Request) -> Harm | None:
            asked = (request.body or {}).get("filter", {}) if call == "tasks.task.list" else {}
            if "REAL_STATUS" not in asked:
                return None
            return Harm(reply=Reply(200, {"result": {"tasks": [row]}, "time": {}}))

        scene.portal_proxy.meddle = swapped
        worker.wait_for("waiting.anothers_task")
        scene.portal_proxy.meddle = lambda call, request: None
        scene.verdict()
