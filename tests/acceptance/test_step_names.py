"""A task without a title is called as its step is in the model, on every engine."""

from __future__ import annotations

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
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
