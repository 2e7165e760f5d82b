"""Files end to end: variables of a process and objects on Disk are in the task that is made, each once."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.portal_templates import template

UPLOAD = "disk.folder.uploadfile"
CONFIG = "topics: {{{key}: {{retries: {retries}, bad_files: {bad}, task: {{responsible_id: 7, files: {files}}}}}}}"
CONTENT = bytes(range(256)) * 8000


def file(content: bytes = CONTENT, name: str = "договор 😀/1.pdf") -> Mapping[str, Any]:
    about = {"filename": name, "mimeType": "application/pdf"}
    return {"type": "File", "value": base64.b64encode(content).decode(), "valueInfo": about}


def config(key: str, files: str, *, bad: str = "incident", retries: int = 1) -> str:
    return CONFIG.format(key=key, files=files, bad=bad, retries=retries)


def contents(portal: Portal) -> list[bytes | None]:
    """The contents of the only task's files."""
    [task] = portal.tasks()
    there = {one.id: one.content for one in portal.store.disk.files()}
    return [there[one.object_id] for one in portal.store.disk.attached_to("task", task.id)]


def test_files_of_the_process_and_of_disk_are_in_the_task(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    one = portal.store.disk.write("a.pdf", b"on disk")
    properties = '<camunda:properties><camunda:property name="files" value="own"/></camunda:properties>'
    admin.deploy(sequence(key, {"step": key}, extensions=properties))
    files = {"scan": file(), "contract": file(b"short"), "own": file(b"own", "own.txt")}
    instance = admin.start(key, {**files, "ids": one})
    said = config(key, '["{{ scan }}", contract, "{{ ids }}"]')
    worker = worker_for(engine.base_url, key, config=said).start()
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    assert contents(portal) == [CONTENT, b"short", b"on disk", b"own"]
    [task] = portal.tasks()
    assert portal.store.disk.names_in(task.id)[0].startswith("1 (")
    assert portal.store.disk.names_in(task.id)[3].endswith(").txt")


@pytest.mark.parametrize("kind", ["drop", "html_502", "never_502"])
def test_a_lost_answer_to_an_upload_leaves_one_file_in_one_task(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, kind: str
) -> None:
    portal.faults.add(fault(kind, UPLOAD))
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"scan": file()})
    worker = worker_for(engine.base_url, key, config=config(key, '"{{ scan }}"', retries=3)).start()
    wait_until(lambda: admin.ended(instance), "completed", 60)
    assert worker.stop() == 0
    assert contents(portal) == [CONTENT]
    assert len(portal.store.disk.files()) == 1


def test_a_file_that_is_gone_is_an_incident_that_names_it_and_left_out_by_the_setting(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"title": "Approve"})
    worker = worker_for(engine.base_url, key, config=config(key, "[contract, n4711]")).start()
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident")
    assert worker.stop() == 0
    assert "n4711" in incident["incidentMessage"]
    assert portal.tasks() == []
    [task] = admin.tasks(instance)
    admin.raise_retries(task["id"])
    lenient = worker_for(engine.base_url, key, config=config(key, "[contract, n4711]", bad="leave_out")).start()
    wait_until(lambda: admin.ended(instance), "completed", 60)
    assert lenient.stop() == 0
    assert contents(portal) == []
    assert "n4711" in lenient.log_path.read_text(encoding="utf-8")


def test_a_webhook_without_its_scope_is_told_by_check_and_by_the_incident(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    portal.scopes = ["task", "user_brief", "imena.camunda"]
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, {"scan": file()})
    worker = worker_for(engine.base_url, key, config=config(key, '"{{ scan }}"'))
    assert "disk" in worker.command("check").stdout
    worker.start()
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident")
    assert worker.stop() == 0
    assert "право disk" in incident["incidentMessage"]
    assert portal.tasks() == []


def test_files_of_the_template_and_of_the_task_before_are_in_the_task(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    disk = portal.store.disk
    drawn, form = disk.write("drawing.pdf", b"drawn"), disk.write("form.pdf", b"form")
    portal.content.set_up({})
    portal.content.diagrams.step(key, "draw", template(TITLE="Draw"))
    rows = [{"ID": 1, "OBJECT_ID": form, "NAME": "form.pdf", "URL": "/secret-token"}]
    portal.content.diagrams.step(key, "check", template(3349, TITLE="Check", files=rows), predecessors=["draw"])
    admin.deploy(sequence(key, {"draw": key, "check": f"{key}_check"}))
    said = f"bitrix: {{portal_templates: on}}\ntopics: {{{key}: {{wait_for_close: true}}, {key}_check: {{retries: 1}}}}"
    worker = worker_for(engine.base_url, key, config=said + "\nwaiting: {poll_seconds: 0.2}").start()
    instance = admin.start(key, {"startedBy": 7})
    [before] = wait_until(portal.tasks, "the first task")
    portal.store.add_result(before.id, "Drawn as agreed", 7, files=[drawn])
    portal.complete(before.id)
    wait_until(lambda: admin.ended(instance), "completed", 60)
    assert worker.stop() == 0
    [_, after] = portal.tasks()
    assert [one.object_id for one in disk.attached_to("task", after.id)] == [form, drawn]
    assert f"[B]Задача №{before.id}:[/B]\n  Drawn as agreed\n     Файлы: drawing.pdf" in after.fields["DESCRIPTION"]
    assert "secret-token" not in worker.log_path.read_text(encoding="utf-8")
