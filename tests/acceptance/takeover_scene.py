"""Steps at every stage of the old installation's way, and a new worker that takes them over."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.old_installation import WORKER, OldInstallation
from tests.support.worker_process import WorkerProcess

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


def a_scene(
    base_url: str,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    *,
    asks: str = "true",
    **environ: str,
) -> Scene:
    """A scene whose process asks unless `asks` says no, and a worker whose topic waits; `environ`: more settings."""
    said = properties(**{**ASKS, "UF_RESULT_EXPECTED": asks})
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=said))
    config = f"topics: {{{key}: {{wait_for_close: true}}}}"
    worker = worker_for(base_url, key, config=config, **{**QUICK, **environ})
    return Scene(admin, portal, worker, key)
