"""What a created task needs besides, under kills, lost answers and two workers: each part exactly once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply
from tests.faults.conftest import SideBySide
from tests.faults.test_kills import MOMENTS, Killer
from tests.support.acts_scene import ActsScene
from tests.support.engine_admin import wait_until
from tests.support.proxy import AFTER, NEVER, Harm

ITEM, LINK, COMMENT = "task.checklistitem.add", "task.dependence.add", "task.commentitem.add"
CALLS = ("tasks.task.add", ITEM, "batch", LINK, COMMENT)
REFUSED = Reply(400, {"error": "ERROR_CORE", "error_description": "TASKS_ERROR_EXCEPTION_#8; action not allowed<br>"})


def killed_at(engine_url: str, folder: Path, call: str, moment: str) -> None:
    with ActsScene(engine_url, folder) as scene:
        scene.start_instances()
        Killer(scene, scene.portal_proxy, call, moment).restart()
        scene.verdict()


def test_every_part_once_wherever_the_worker_is_killed(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    side_by_side(
        {
            f"{call} {moment}": partial(killed_at, camunda.base_url, tmp_path / f"{call}-{moment}", call, moment)
            for call in CALLS
            for moment in MOMENTS
        }
    )


def answered(engine_url: str, folder: Path, call: str, harm: Harm, times: int) -> None:
    with ActsScene(engine_url, folder) as scene:
        left = [harm] * times
        scene.portal_proxy.meddle = lambda name, _: left.pop() if name == call and left else None
        scene.start_instances()
        scene.worker().start()
        scene.verdict()
        assert not left, "the answer was never needed"


def test_every_part_once_whatever_is_answered(camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide) -> None:
    """A comment cannot be looked up: one that may have been written is not written again."""
    harms = {**AFTER, **NEVER}
    side_by_side(
        {
            f"{call} {name} x{times}": partial(
                answered, camunda.base_url, tmp_path / f"{call}-{name}-{times}", call, harm, times
            )
            for call in CALLS[1:]
            for name, harm in harms.items()
            for times in ((1,) if call == COMMENT else (1, 2))
        }
    )


def test_two_workers_with_ledgers_of_their_own_add_nothing_twice(camunda: RunningEngine, tmp_path: Path) -> None:
    """The one that made the task is killed between its acts and does not come back."""
    with ActsScene(camunda.base_url, tmp_path) as scene:
        one = scene.worker("one")
        left = [Harm(after=one.kill)]
        scene.portal_proxy.meddle = lambda name, _: left.pop() if name == "batch" and left else None
        scene.start_instances()
        one.start()
        wait_until(lambda: not left, "the first worker to come to its batch", 60.0)
        scene.worker("two").start()
        scene.verdict()


def test_a_refusal_is_an_incident_after_which_nothing_is_repeated(camunda: RunningEngine, tmp_path: Path) -> None:
    with ActsScene(camunda.base_url, tmp_path) as scene:
        refuses = [True]
        scene.portal_proxy.meddle = lambda name, _: (
            Harm(forward=False, reply=REFUSED) if name == "batch" and refuses else None
        )
        [instance] = scene.start_instances()
        worker = scene.worker().start()
        worker.wait_for("task.incident")
        [told] = worker.events("task.incident")
        [task] = [task for task in scene.portal.tasks() if task.fields["UF_PROCESS_INSTANCE_ID"] == instance]
        assert str(task.id) in told["message"]
        assert "«Papers»" in told["message"] or "“Papers”" in told["message"]
        refuses.clear()
        scene.admin.raise_retries(str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]), 1)
        scene.verdict()


def test_a_task_deleted_between_two_acts_ends_as_a_deleted_task(camunda: RunningEngine, tmp_path: Path) -> None:
    with ActsScene(camunda.base_url, tmp_path) as scene:
        deleted: list[int] = []

        def delete() -> None:
            task = next(task for task in scene.portal.tasks() if task.id != scene.earlier)
            scene.portal.delete(task.id)
            deleted.append(task.id)

        scene.portal_proxy.meddle = lambda name, _: Harm(before=delete) if name == "batch" and not deleted else None
        scene.start_instances()
        worker = scene.worker().start()
        worker.wait_for("acts.void")
        scene.until_ended(60.0)
        assert deleted
