"""The change-over: weeks-old open tasks are taken along, each once, with the answer that a person has given."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.engines import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.engine_admin import Admin, sequence, wait_until
from tests.acceptance.old_installation import WORKER, OldInstallation
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.acceptance.worker_process import WorkerProcess

VALUES = {"ДА": "ok", "НЕТ": "no"}


@dataclass(frozen=True)
class Left:
    """One step that the old installation has left: its instance and task (None: it was not made any more)."""

    instance: str
    external_task: str
    portal_task: int | None
    answer: str
    closed: bool


class Scene:
    """Steps at every stage of the old installation's way, and a new worker that is not started yet."""

    def __init__(self, admin: Admin, portal: Portal, worker: WorkerProcess, key: str) -> None:
        self.admin, self.portal, self.worker, self.key = admin, portal, worker, key
        self.left: list[Left] = []

    def leave(self, count: int) -> None:
        """A third is closed with ДА or НЕТ, a third is open, of the rest every second one was never made."""
        instances = {self.admin.start(self.key) for _ in range(count)}
        old = OldInstallation(self.admin, self.portal, self.key)
        for number, task in enumerate(old.lock(count)):
            made = old.make(task) if number % 6 != 5 else None
            answer = "ДА" if number % 2 else "НЕТ"
            closed = made is not None and number % 3 == 0
            if made and closed:
                self.portal.store.complete(made, by=7, answer=answer)
            self.left.append(Left(task["processInstanceId"], task["id"], made, answer, closed))
        assert {one.instance for one in self.left} == instances

    def takeover(self, *more: str) -> tuple[int, str]:
        done = self.worker.command("takeover", "--from-worker", WORKER, *more)
        return done.returncode, done.stdout + done.stderr

    def recorded(self) -> int:
        """Rows that the command has written so far."""
        path = self.worker.folder / "worker.db"
        if not path.exists():
            return 0
        with sqlite3.connect(path) as ledger, suppress(sqlite3.OperationalError):  # being made just now
            return int(ledger.execute("SELECT count(*) FROM tasks").fetchone()[0])
        return 0

    def close_the_rest(self) -> None:
        """A person closes what is open, with the answer that was meant."""
        tasks = {str(task.fields["UF_PROCESS_INSTANCE_ID"]): task for task in self.portal.tasks()}
        for one in self.left:
            task = tasks[one.instance]
            if str(task.fields["STATUS"]) != "5":
                self.portal.store.complete(task.id, by=7, answer=one.answer)

    def verdict(self) -> None:
        """Each instance went on once, with its own answer; no task was made twice."""
        wait_until(lambda: all(self._at(one) == "theirs" for one in self.left), "every step completed", 60)
        for one in self.left:
            variables = self.admin.get(f"/process-instance/{one.instance}/variables")
            assert variables["ours"]["value"] == VALUES[one.answer], one
        counts = Counter(str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]) for task in self.portal.tasks())
        assert counts == Counter({one.external_task: 1 for one in self.left})

    def _at(self, one: Left) -> Any:
        return self.admin.task(one.instance)["activityId"]


@pytest.fixture
def scene(engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str) -> Scene:
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=properties(**ASKS)))
    return a_scene(engine, admin, portal, worker_for, key)


def a_scene(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, **environ: str
) -> Scene:
    config = f"topics: {{{key}: {{wait_for_close: true}}}}"
    worker = worker_for(engine.base_url, key, config=config, **{**QUICK, **environ})
    return Scene(admin, portal, worker, key)


def test_two_hundred_steps_of_the_old_installation(scene: Scene, engine: RunningEngine) -> None:
    scene.leave(200 if engine.kind == "camunda" else 24)
    code, shown = scene.takeover("--dry-run")
    assert code == 0
    for one in scene.left:
        assert one.external_task in shown
    code, shown = scene.takeover()
    assert code == 0, shown
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


def test_open_tasks_of_a_topic_that_does_not_wait_are_refused(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}))
    scene = Scene(admin, portal, worker_for(engine.base_url, key), key)
    scene.leave(6)
    code, shown = scene.takeover()
    assert code == 3
    assert f"topics.{key}.wait_for_close" in shown
    locked = admin.get("/external-task", topicName=key, workerId=WORKER, locked="true")
    assert len(locked) == 6


def test_an_old_worker_that_still_runs_is_told(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    """It locks one more while the command waits until nothing can be under way any more."""
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=properties(**ASKS)))
    long = {"BITRIX_SERVER_MAX_SECONDS": "8", "CAMUNDA_LOCK_SECONDS": "20"}
    scene = a_scene(engine, admin, portal, worker_for, key, **long)
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
    assert done.returncode == 0
    assert WORKER in done.stdout
    assert not (scene.worker.folder / "worker.db").exists() or scene.recorded() == 0
