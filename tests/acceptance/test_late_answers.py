"""An answer that the engine could not be told at once: what the task shows by then is what the process gets."""

from __future__ import annotations

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.faults import Fault
from sandbox.httpd import Reply
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin, sequence, wait_until

SUSPENDED = Reply(400, {"type": "RestException", "message": "ENGINE-03043 ProcessInstance is suspended", "code": 0})


@pytest.mark.parametrize("how", ["running", "restarted", "killed"])
@pytest.mark.parametrize("changed", [True, False])
def test_a_late_answer_is_the_one_that_the_task_shows(
    portal: Portal, worker_for: WorkerFor, key: str, how: str, changed: bool
) -> None:
    """Also where the outcome was read by an earlier run: it lies in the ledger, and nobody has looked since."""
    with BuiltinEngine() as builtin:
        admin = Admin(builtin.base_url)
        admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=properties(**ASKS)))
        instance = admin.start(key)
        worker = worker_for(builtin.base_url, key, **QUICK, CAMUNDA_LOCK_SECONDS="300").start()
        worker.wait_for("task.waiting")
        [task] = portal.tasks()
        builtin.faults.add(Fault("complete", execute=False, reply=SUSPENDED, times=None))
        portal.store.complete(task.id, by=7, answer="ДА")
        worker.wait_for("settlement.retry")
        if how == "restarted":
            assert worker.stop() == 0
        elif how == "killed":
            worker.kill()
            builtin.until_answered()
        if changed:
            portal.store.renew(task.id, by=7)
            portal.store.complete(task.id, by=7, answer="НЕТ")
            if how == "running":  # nothing that was sent before may arrive once the engine accepts it again
                worker.wait_for("waiting.read_again", seconds=60)
        builtin.faults.clear()
        if how != "running":
            worker.start()
        wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "the process goes on", 60)
        assert admin.variables(instance)["ours"]["value"] == ("no" if changed else "ok")
        assert len(portal.tasks()) == 1
        assert worker.stop() == 0
        assert bool(worker.events("waiting.read_again")) is changed
