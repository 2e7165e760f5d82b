"""Waiting costs what changes, not what waits; and where the portal's list of changes is wrong, no answer is lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.engine.start import RunningEngine
from sandbox.faults import Fault
from sandbox.httpd import Reply
from sandbox.portal.faults import error
from tests.support.engine_admin import wait_until
from tests.support.proxy import Harm
from tests.support.scene import SCALED
from tests.support.waiting_scene import WaitingScene
from tests.support.worker_process import WorkerProcess
from worker.waiting.trust import ENOUGH
from worker.waits import OVERLAP_SECONDS

UNTOLD = "waiting.changes_untold"
TRIAL_SECONDS = 3.0
CHANGES, BY_NUMBER, FULL = "changes", "by number", "full"
AWAY = Harm(forward=False, reply=Reply(drop=True))


class ByChange(WaitingScene):
    """Steps wait, and the watch goes by the portal's list of changes."""

    def topic(self) -> str:
        return "{retries: 1, result: {text: '{{ task.result }}'}}"

    def proven(self, waiting: int = 4) -> WorkerProcess:
        """So many steps wait, others were closed, and the list has named them."""
        worker = self.worker(WAITING_FULL_LOOK_MINUTES=str(TRIAL_SECONDS / 60)).start()
        self.start_instances(waiting + ENOUGH)
        self.made()
        worker.wait_for_steps("task.waiting", waiting + ENOUGH)
        self.answer(*self.instances[-ENOUGH:])
        wait_until(self.cursor, "the list is relied on")
        return worker

    def cursor(self) -> str:
        """Since when the worker would ask after a restart."""
        with closing(sqlite3.connect(self.folder / "worker" / "worker.db")) as ledger:
            rows = ledger.execute("SELECT value FROM meta WHERE key LIKE 'changes_since:%'").fetchall()
        return str(rows[0][0]) if rows else ""

    def looks(self) -> Counter[str]:
        """How often the portal was asked for changes, for closed tasks by their numbers, and for tasks in any state."""
        filters = [call.body["filter"] for call in self.portal.requests("tasks.task.list")]
        waits = [one for one in filters if "ID" in one or ">=CHANGED_DATE" in one]
        return Counter(
            CHANGES if ">=CHANGED_DATE" in one else BY_NUMBER if "REAL_STATUS" in one else FULL for one in waits
        )

    def polls(self, count: int) -> Counter[str]:
        """The looks of so many whole polls: each ends at the latest when the next one asks for changes."""
        before = self.looks()
        wait_until(lambda: self.looks()[CHANGES] > before[CHANGES] + count, f"{count} polls")
        return self.looks() - before

    def completed(self, instance: str) -> bool:
        task = self.task_of(instance)
        assert task
        return str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]) in self.completions()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[ByChange]:
    with BuiltinEngine() as engine, ByChange(engine.base_url, tmp_path) as there:
        yield there


def test_while_nothing_changes_no_task_is_looked_at(engine: RunningEngine, tmp_path: Path) -> None:
    with ByChange(engine.base_url, tmp_path) as scene:
        scene.proven()
        clocks = len(scene.portal.requests("server.time"))
        looks = scene.polls(8)
        assert looks[BY_NUMBER] == 0
        assert len(scene.portal.requests("server.time")) - clocks <= looks[CHANGES] + 1, "two calls for each poll"
        scene.answer(scene.instances[0])
        wait_until(lambda: scene.completed(scene.instances[0]), "completed")
        assert (scene.looks() - looks)[BY_NUMBER] >= 1
        scene.verdict()
        assert not scene.workers[0].events(UNTOLD)


def test_a_date_of_change_that_stays_is_noticed_and_no_answer_is_lost(scene: ByChange) -> None:
    worker = scene.proven(4 + ENOUGH)
    scene.portal.store.keeps_changed_date = True
    for task in scene.portal.tasks():  # they were made long ago
        scene.portal.store.update(task.id, {"CHANGED_DATE": "2026-01-01T10:00:00+03:00"})
    scene.answer(scene.instances[0])
    wait_until(lambda: scene.completed(scene.instances[0]), "the full look has found it")
    [told] = worker.wait_for(UNTOLD)
    assert "CHANGED_DATE" in told["message"]
    assert scene.polls(3)[BY_NUMBER] >= 3, "at all tasks, in each poll"
    assert scene.cursor() == ""
    scene.answer(scene.instances[1])
    wait_until(lambda: scene.completed(scene.instances[1]), "found by the next poll")
    assert len(worker.events(UNTOLD)) == 1

    scene.portal.store.keeps_changed_date = False

    def named() -> bool:
        if not worker.events("part.resumed", part="changes"):
            scene.start_instances()
            scene.made()
            scene.answer(scene.instances[-1])
        return bool(worker.events("part.resumed", part="changes"))

    wait_until(named, "after its trial, the list is relied on again")
    scene.verdict()


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_of_the_portal_that_is_set_loses_nothing(scene: ByChange, seconds: int) -> None:
    worker = scene.proven()
    scene.portal.store.ahead = float(seconds)
    scene.answer(scene.instances[0])
    wait_until(lambda: scene.completed(scene.instances[0]), "completed")
    [told] = worker.wait_for(UNTOLD)
    assert "1:00:00" in told["message"]
    scene.verdict()


def test_dates_without_offset_are_not_relied_on(scene: ByChange) -> None:
    worker = scene.proven()
    scene.portal.store.offsets = False
    scene.answer(scene.instances[0])
    worker.wait_for(UNTOLD)
    scene.verdict()


def test_a_list_that_is_behind_is_waited_for(scene: ByChange) -> None:
    worker = scene.proven()
    scene.portal.store.list_lag = 3.0
    scene.answer(scene.instances[0])
    wait_until(lambda: scene.completed(scene.instances[0]), "completed")
    assert not worker.events(UNTOLD)
    scene.portal.store.list_lag = 0.0
    scene.verdict()


def test_a_change_seen_while_the_engine_is_away_is_concluded_later(scene: ByChange) -> None:
    worker = scene.proven()
    scene.engine_proxy.meddle = lambda *_: AWAY
    worker.wait_for("fetch.paused", side="engine")
    scene.answer(scene.instances[0])
    scene.polls(3)
    assert not scene.completed(scene.instances[0])
    scene.engine_proxy.meddle = lambda *_: None
    wait_until(lambda: scene.completed(scene.instances[0]), "completed")
    scene.verdict()


def test_an_answer_that_cannot_be_read_is_asked_for_again(scene: ByChange) -> None:
    worker = scene.proven()
    unread = Fault("tasks.task.result.list", execute=False, reply=error("ERROR_SOMETHING_NEW", 400), times=None)
    scene.portal.faults.add(unread)
    scene.answer(scene.instances[0])
    worker.wait_for("waiting.not_concluded")
    scene.polls(3)
    scene.portal.faults.clear()
    wait_until(lambda: scene.completed(scene.instances[0]), "completed")
    scene.verdict()


def test_a_restart_asks_for_what_has_changed_since(scene: ByChange) -> None:
    worker = scene.proven()
    worker.kill()
    scene.portal_proxy.until_answered()
    cursor, asked = datetime.fromisoformat(scene.cursor()), scene.looks()[CHANGES]
    scene.answer(scene.instances[0])
    worker.start()
    wait_until(lambda: scene.completed(scene.instances[0]), "completed")
    filters = [call.body["filter"] for call in scene.portal.requests("tasks.task.list")]
    first = [one[">=CHANGED_DATE"] for one in filters if ">=CHANGED_DATE" in one][asked]
    overlap = OVERLAP_SECONDS + float(SCALED["BITRIX_SERVER_MAX_SECONDS"])
    assert datetime.fromisoformat(first) == cursor - timedelta(seconds=overlap)
    scene.verdict()


def test_a_deleted_task_is_found_by_the_full_look_alone(scene: ByChange) -> None:
    worker = scene.proven()
    task = scene.task_of(scene.instances[0])
    assert task
    scene.portal.store.delete(task.id)
    wait_until(lambda: scene.admin.incidents(scene.instances[0]), "the incident")
    scene.portal.store.restore(task.id)
    scene.admin.raise_retries(scene.admin.task(scene.instances[0])["id"])
    scene.verdict()
    assert not worker.events(UNTOLD)
