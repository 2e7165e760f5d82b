"""Approvals that were begun are waited for through restarts with other settings: on every engine."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import QUICK, made, through
from tests.support.engine_admin import Admin, sequence, wait_until

WAYS = {"answer": ("{task: {UF_RESULT_EXPECTED: true}}", "ДА"), "close": ("{wait_for_close: true}", None)}


@pytest.mark.parametrize(
    ("way", "lost"), [("answer", "setting"), ("answer", "setting and ledger"), ("close", "setting")]
)
def test_a_step_that_was_begun_as_waiting_is_not_passed_by_other_settings(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str, way: str, lost: str
) -> None:
    topic, answer = WAYS[way]
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}))
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {topic}}}", **QUICK).start()
    instance = admin.start(key)
    task = made(portal)
    worker.wait_for("task.waiting")
    assert worker.stop() == 0
    (worker.folder / "config.yaml").write_text(f"topics: {{{key}: {{}}}}", encoding="utf-8")
    if "ledger" in lost:
        for file in worker.folder.glob("worker.db*"):
            file.unlink()
    worker.start()
    worker.wait_for("task.waiting", 2)
    assert worker.wait_for("waiting.promise_kept")[0]["portal_task"] == task.id
    assert admin.task(instance)["activityId"] == "ours"
    assert portal.store.comments(task.id) == []

    portal.store.complete(task.id, by=7, answer=answer)
    variables = through(admin, instance)
    assert variables.get("ours") == ("ok" if answer else None)
    assert len(portal.requests("tasks.task.add")) == 1
    wait_until(portal.syncs, "synchronised")
