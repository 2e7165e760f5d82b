"""A task without a title is called as its step is in the model, on every engine."""

from __future__ import annotations

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.engine.start import RunningEngine
from sandbox.faults import Fault
from sandbox.httpd import Reply
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until

CONFIG = """
topics:
  {key}:
    task: {{tags: ["{{{{ external_task.process_name }}}}", "{{{{ external_task.activity_name }}}}"]}}
    result: {{step: "{{{{ external_task.activity_name }}}}"}}
"""


def test_a_task_is_named_after_its_step(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    bpmn = sequence(key, {"ours": key, "again": key, "theirs": f"{key}_theirs"})
    named = bpmn.replace('id="ours"', 'id="ours" name="Approve&#10;the  request"')
    admin.deploy(named.replace(f'<bpmn:process id="{key}"', f'<bpmn:process id="{key}" name="Purchases&#10;2026"'))
    instance = admin.start(key)
    worker = worker_for(engine.base_url, key, config=CONFIG.format(key=key))
    worker.start()
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "both steps completed")
    first, second = portal.tasks()
    assert (first.fields["TITLE"], second.fields["TITLE"]) == ("Approve the request", f"{key}: again")
    assert first.fields["TAGS"] == ["Purchases 2026", "Approve the request"]
    assert second.fields["TAGS"] == ["Purchases 2026", "again"]
    assert admin.get(f"/process-instance/{instance}/variables")["step"]["value"] == "again"


@pytest.mark.parametrize("status", [401, 503])
def test_a_step_waits_for_a_model_that_the_engine_does_not_give_just_now(
    portal: Portal, worker_for: WorkerFor, key: str, status: int
) -> None:
    """For good its task had the ids for a title, nobody had looked at its model, and the page told of it for ever."""
    with BuiltinEngine() as builtin:
        admin = Admin(builtin.base_url)
        admin.deploy(sequence(key, {"ours": key}).replace('id="ours"', 'id="ours" name="Approve"'))
        builtin.faults.add(Fault("xml", execute=False, reply=Reply(status, text="not now"), times=None))
        worker = worker_for(builtin.base_url, key, HTTP_PORT=str(free_port()), LOG_LANGUAGE="en")
        worker.start()
        instance = admin.start(key)
        [unread] = worker.wait_for("definition.unread")
        assert "its steps wait for it" in unread["message"]
        assert "READ" not in unread["message"]
        assert portal.tasks() == []
        worker.wait_for("task.given_back")
        builtin.faults.clear()
        worker.wait_for("definition.read")
        assert worker.status()["unread_models"] == []
        wait_until(lambda: admin.ended(instance), "the step is completed", 60)
    assert [task.fields["TITLE"] for task in portal.tasks()] == ["Approve"]
