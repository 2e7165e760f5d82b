"""The change-over: weeks-old open tasks are taken along, each once, with the answer that a person has given."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.takeover_scene import Scene, a_scene
from tests.support.engine_admin import Admin, wait_until
from tests.support.old_installation import WORKER, OldInstallation


@pytest.fixture
def scene(engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str) -> Scene:
    return a_scene(engine.base_url, admin, portal, worker_for, key)


def test_two_hundred_steps_of_the_old_installation(scene: Scene, engine: RunningEngine) -> None:
    scene.leave(200 if engine.kind == "camunda" else 24)
    code, shown = scene.takeover("--dry-run")
    assert code == 0
    for one in scene.left:
        assert one.external_task in shown
    code, shown = scene.takeover("--reason", "the old installation ends")
    assert code == 0, shown
    life = scene.worker.command("explain", scene.left[0].external_task).stdout
    assert "командой takeover, причина: the old installation ends" in life
    scene.worker.start()
    scene.worker.wait_for("worker.ready")
    wait_until(lambda: len(scene.portal.tasks()) == len(scene.left), "the missing tasks made", 60)
    scene.close_the_rest()
    scene.verdict()


def test_a_dry_run_changes_nothing(scene: Scene) -> None:
    scene.leave(6)
    before = scene.admin.get("/external-task", topicName=scene.key)
    assert scene.takeover("--dry-run")[0] == 0
    assert scene.admin.get("/external-task", topicName=scene.key) == before
    assert len(scene.portal.requests("tasks.task.add")) == 5
    assert not (scene.worker.folder / "worker.db").exists()


@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["takeover", "dry run"])
def test_an_id_that_nobody_knows_is_no_success_while_others_hold_locks(scene: Scene, more: tuple[str, ...]) -> None:
    scene.leave(1)
    misspelt = scene.worker.command("takeover", "--from-worker", f"{WORKER}x", *more)
    assert (misspelt.returncode, WORKER in misspelt.stdout) == (4, True), misspelt.stdout + misspelt.stderr
    assert scene.takeover()[0] == 0
    scene.admin.start(scene.key)
    lock = {"workerId": "another", "maxTasks": 1, "topics": [{"topicName": scene.key, "lockDuration": 60_000}]}
    assert scene.admin.call("POST", "/external-task/fetchAndLock", lock).json()
    again, shown = scene.takeover(*more)
    assert (again, "принимать нечего. Блокировки сейчас держат: another" in shown) == (0, True), shown


def test_a_step_that_says_no_needs_no_answer_although_the_portal_has_stored_a_yes(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    """The old installation sent its no as `N`, which some portals store as a yes."""
    scene = a_scene(engine.base_url, admin, portal, worker_for, key, asks="false")
    admin.start(key)
    old = OldInstallation(admin, portal, key)
    [task] = old.lock(1)
    made = old.make(task)
    portal.store.complete(made, by=7)
    code, shown = scene.takeover("--dry-run")
    assert (code, "завершить (ответ не нужен: у шага — «нет»)" in shown) == (0, True), shown
    code, shown = scene.takeover()
    assert code == 0, shown
    scene.worker.start()
    wait_until(lambda: admin.task(task["processInstanceId"])["activityId"] == "theirs", "the step completed", 60)
    scene.worker.wait_for("waiting.answer_denied")
    assert admin.incidents(task["processInstanceId"]) == []
