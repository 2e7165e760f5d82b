"""A change-over that is killed, repeated, begun too early or prepared badly: nothing doubled, and a person is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor, key, portal, worker_for
from tests.acceptance.takeover_scene import Scene, a_scene
from tests.support.engine_admin import Admin, wait_until
from tests.support.old_installation import WORKER, OldInstallation

__all__ = ["key", "portal", "worker_for"]


@pytest.fixture
def admin(camunda: RunningEngine) -> Iterator[Admin]:
    admin = Admin(camunda.base_url)
    yield admin
    admin.clean()


@pytest.fixture
def scene(camunda: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str) -> Scene:
    return a_scene(camunda.base_url, admin, portal, worker_for, key)


def test_it_may_be_killed_and_repeated_beside_a_running_worker(scene: Scene) -> None:
    scene.leave(12)
    scene.worker.start().wait_for("worker.ready")
    for seconds in (0.6, 1.2, 2.6):
        scene.worker.killed_command("takeover", "--from-worker", WORKER, after=seconds)
    code, shown = scene.takeover()
    assert code == 0, shown
    wait_until(lambda: len(scene.portal.tasks()) == len(scene.left), "the missing tasks made", 60)
    scene.close_the_rest()
    scene.verdict()


def test_an_old_worker_that_still_runs_is_told(
    camunda: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    """It locks one more while the command waits until nothing can be under way any more."""
    long = {"BITRIX_SERVER_MAX_SECONDS": "8", "CAMUNDA_LOCK_SECONDS": "20"}
    scene = a_scene(camunda.base_url, admin, portal, worker_for, key, **long)
    scene.leave(6)
    told: list[tuple[int, str]] = []
    command = threading.Thread(target=lambda: told.append(scene.takeover()))
    command.start()
    wait_until(lambda: scene.recorded() == 6, "the rows")
    admin.start(key)
    assert OldInstallation(admin, portal, key).lock(1)
    command.join()
    [(code, shown)] = told
    assert code == 3, shown


def test_a_suspended_instance_keeps_its_lock_and_nothing_else_back(scene: Scene) -> None:
    scene.leave(6)
    instance = scene.left[0].instance
    scene.admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": True})
    code, shown = scene.takeover()
    assert code == 3
    assert scene.left[0].external_task in shown.split("camunda-worker")[-1]
    locked = scene.admin.get("/external-task", topicName=scene.key, workerId=WORKER, locked="true")
    assert [task["id"] for task in locked] == [scene.left[0].external_task]
    scene.admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": False})
    assert scene.takeover()[0] == 0
    scene.worker.start()
    wait_until(lambda: len(scene.portal.tasks()) == 6, "the missing task made", 60)
    scene.close_the_rest()
    scene.verdict()


def test_an_old_worker_that_takes_everything_back_is_told(scene: Scene) -> None:
    scene.leave(6)
    old = OldInstallation(scene.admin, scene.portal, scene.key)
    stopped = threading.Event()

    def poll() -> None:
        while not stopped.wait(0.02):
            old.lock(6)

    polling = threading.Thread(target=poll)
    polling.start()
    code, shown = scene.takeover()
    stopped.set()
    polling.join()
    assert code == 3, shown


def test_a_portal_without_the_old_field_is_refused(scene: Scene) -> None:
    scene.leave(6)
    del scene.portal.store.user_fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]
    for more in ((), ("--dry-run",)):
        code, shown = scene.takeover(*more)
        assert code == 3
        assert "UF_CAMUNDA_ID_EXTERNAL_TASK" in shown
    locked = scene.admin.get("/external-task", topicName=scene.key, workerId=WORKER, locked="true")
    assert len(locked) == 6


def test_a_mistyped_id_is_answered_with_those_that_hold_locks(scene: Scene) -> None:
    scene.leave(1)
    done = scene.worker.command("takeover", "--from-worker", "camunda-wroker")
    assert done.returncode == 4
    assert WORKER in done.stdout
    assert not (scene.worker.folder / "worker.db").exists() or scene.recorded() == 0
