"""The ledger is deleted, restored, or was another program's: tasks on the portal are adopted, not made again."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sandbox.engine.start import RunningEngine
from tests.faults.conftest import SideBySide
from tests.support.engine_admin import wait_until
from tests.support.scene import SCALED, Scene
from tests.support.worker_process import WorkerProcess

ADD = "tasks.task.add"


def drop_ledger(worker: WorkerProcess) -> None:
    for path in worker.folder.glob("worker.db*"):
        path.unlink()


def lost_in_mid_create(scene: Scene, *, seconds: float, **environ: str) -> None:
    """Killed while creates are on their way; the ledger is gone, and the restart comes at once."""
    scene.portal.latency = seconds
    scene.start_instances(8)
    with scene.nothing_completed():
        worker = scene.worker(**environ).start()
        wait_until(lambda: len(scene.portal.requests(ADD)) >= 8, "creates on their way")
        worker.kill()
    drop_ledger(worker)
    scene.portal.latency = 0.0
    worker.start()
    scene.verdict()


def lost_before_completion(scene: Scene) -> None:
    """The tasks are made, the engine has not heard of it."""
    scene.start_instances(5)
    with scene.nothing_completed():
        worker = scene.worker().start()
        wait_until(lambda: len(scene.portal.tasks()) == 5, "created")
        worker.kill()
    drop_ledger(worker)
    worker.start()
    scene.verdict()
    assert len(scene.portal.requests(ADD)) == 5


def restored_from_yesterday(scene: Scene) -> None:
    worker = scene.worker().start()
    worker.wait_for("worker.ready")
    worker.stop()
    backup = scene.folder / "backup"
    shutil.copytree(worker.folder, backup)
    scene.start_instances(5)
    with scene.nothing_completed():
        worker.start()
        wait_until(lambda: len(scene.portal.tasks()) == 5, "created")
        worker.kill()
    drop_ledger(worker)
    for path in backup.glob("worker.db*"):
        shutil.copy(path, worker.folder / path.name)
    worker.start()
    scene.verdict()
    assert len(scene.portal.requests(ADD)) == 5


def moved_over(scene: Scene) -> None:
    """The old installation has made the tasks: they carry its field, and no marker; its lock has run out."""
    (instance,) = scene.start_instances()
    task = str(scene.admin.task(instance)["id"])
    old = {"TITLE": "old", "RESPONSIBLE_ID": 1, "UF_CAMUNDA_ID_EXTERNAL_TASK": task, "UF_PROCESS_INSTANCE_ID": instance}
    made = scene.portal.store.add(old)
    body = {"workerId": "old", "maxTasks": 1, "topics": [{"topicName": scene.key, "lockDuration": 1500}]}
    assert len(scene.admin.call("POST", "/external-task/fetchAndLock", body).json()) == 1
    worker = scene.worker().start()
    scene.until_ended()
    wait_until(lambda: scene.synced(0.0) == {instance}, "synchronised")
    assert [one.id for one in scene.portal.tasks()] == [int(made["id"])]
    done = worker.command("audit", "--resync", "1h")
    assert done.returncode == 0, done.stdout + done.stderr
    wait_until(lambda: len(scene.portal.syncs()) == 2, "synchronised anew")


def deleted_by_people(scene: Scene) -> None:
    """Tidied up after a first try: no task is left to prove a search by, and the next steps are not young."""
    worker = scene.worker().start()
    scene.start_instances(4)
    scene.verdict()
    worker.stop()
    for task in scene.portal.tasks():
        scene.portal.delete(task.id)
    scene.instances.clear()
    scene.start_instances(4)
    time.sleep(float(SCALED["BITRIX_SERVER_MAX_SECONDS"]) + 0.5)
    worker.start()
    scene.verdict()


def test_tasks_on_the_portal_are_adopted(camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide) -> None:
    cases: dict[str, Callable[[Scene], None]] = {
        "gone in mid-create": partial(lost_in_mid_create, seconds=0.3),
        "gone, slow creates": partial(lost_in_mid_create, seconds=0.9),
        "gone, same worker id": partial(lost_in_mid_create, seconds=0.6, CAMUNDA_WORKER_ID="fixed"),
        "gone before completion": lost_before_completion,
        "restored": restored_from_yesterday,
        "moved over": moved_over,
        "deleted by people": deleted_by_people,
    }

    def play(name: str) -> None:
        with Scene(camunda.base_url, tmp_path / name) as scene:
            cases[name](scene)

    side_by_side({name: partial(play, name) for name in cases})


def test_audit_finds_what_no_rule_could_prevent(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        scene.start_instances(2)
        worker = scene.worker(LOG_LANGUAGE="en").start()
        scene.verdict()
        clean = worker.command("audit")
        assert (clean.returncode, "0" in clean.stdout) == (0, True), clean.stdout + clean.stderr
        first = scene.portal.tasks()[0]
        copy = scene.portal.store.add({"TITLE": "copy", "RESPONSIBLE_ID": 1, "XML_ID": first.xml_id})
        found = worker.command("audit")
        assert found.returncode == 3
        assert f"{first.xml_id}: {first.id}, {copy['id']}" in found.stdout


def test_parked_syncs_are_listed_sent_again_and_forgotten(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        scene.portal.sync_refusal = "not today"
        scene.start_instances(3)
        worker = scene.worker(SYNC_GIVE_UP_AFTER_HOURS="0.0001", LOG_LANGUAGE="en").start()
        for times in (1, 2):
            worker.wait_for("sync.retry_later", 3 * times, 60)
            with sqlite3.connect(worker.folder / "worker.db", timeout=10) as ledger:
                ledger.execute("UPDATE syncs SET due_at = 0")  # minutes later
        worker.wait_for("sync.parked", 3, 60)
        wait_until(lambda: len(worker.status()["parked"]) == 3, "all parked", 60)
        parked = worker.status()["parked"]
        assert all(row["error"].endswith(": not today") for row in parked)

        assert worker.command("forget", str(parked[0]["id"]), "--reason", "known").returncode == 0
        assert worker.command("forget", str(parked[0]["id"]), "--reason", "known").returncode == 3
        assert worker.command("replay", "999").returncode == 3
        scene.portal.sync_refusal = None
        done = worker.command("replay", "--all")
        assert (done.returncode, "2" in done.stdout) == (0, True)
        instances = {row["processInstanceId"] for row in parked[1:]}
        wait_until(lambda: scene.synced(0.0) == instances, "sent again", 30)
        assert worker.status()["parked"] == []
