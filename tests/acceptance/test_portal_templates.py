"""Steps whose task is described by a template of the portal's module, from the engine to the portal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.portal_templates import template

CONFIG = """
bitrix: {{portal_templates: on, default_responsible_id: 42}}
topics: {{{key}: {{retries: 1, task: {{title: "of the topic", deadline: "{{{{ deadline | default('') }}}}"}}}}}}
"""
ROWS = "imena.camunda.diagram.responsible.list"
GET = "imena.camunda.tasktemplate.get"


def begun(
    admin: Admin, worker_for: WorkerFor, key: str, variables: dict[str, Any], config: str = CONFIG
) -> tuple[Any, str]:
    """A worker that serves a process of one step, and the instance that was started with these variables."""
    admin.deploy(sequence(key, {"step": key}))
    instance = admin.start(key, variables)
    return worker_for(admin.base_url, key, config=config.format(key=key)).start(), instance


def item(id_: int, parent: int, title: str) -> dict[str, Any]:
    return {"item": {"ID": id_, "TITLE": title}, "tree": {"parent_id": parent, "level": int(id_ != parent)}}


CHECKLISTS = [
    item(11, 11, "Papers"),
    item(12, 11, "Invoice"),
    item(13, 11, "Act"),
    item(20, 20, "Money"),
    item(21, 20, "Pay"),
]


def test_a_step_with_a_template_a_supervisor_a_relative_deadline_and_two_checklists(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    assert engine.base_url == admin.base_url
    portal.content.set_up({"supervisors": {7: 42}})
    flags: dict[str, Any] = {"RESPONSIBLE_USE_SUPERVISOR": "Y", "DEADLINE_AFTER": "86400", "PRIORITY": "2"}
    said = template(
        people=[("A", 7), ("U", 42)], tags=["contract"], checklists=CHECKLISTS, TITLE="Approve the request", **flags
    )
    portal.content.diagrams.step(key, "step", said)
    before = datetime.now(UTC).replace(microsecond=0)
    worker, instance = begun(admin, worker_for, key, {"startedBy": 7, "deadline": "2999-01-01"})
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    [task] = portal.tasks()
    fields = task.fields
    assert (fields["TITLE"], fields["DESCRIPTION"]) == ("Approve the request", "What to do")
    assert (str(fields["RESPONSIBLE_ID"]), str(fields["CREATED_BY"])) == ("42", "7")
    assert ([str(one) for one in fields["ACCOMPLICES"]], [str(one) for one in fields["AUDITORS"]]) == (["7"], ["42"])
    assert (str(fields["PRIORITY"]), fields["TAGS"]) == ("2", ["contract"])
    items = portal.store.checklists.of(task.id)
    titles = {item.id: item.title for item in items}
    assert [(item.title, titles.get(item.parent_id)) for item in sorted(items, key=lambda one: one.id)] == [
        ("Papers", None),
        ("Invoice", "Papers"),
        ("Act", "Papers"),
        ("Money", None),
        ("Pay", "Money"),
    ]
    assert before <= datetime.fromisoformat(fields["DEADLINE"]) - timedelta(days=1) <= datetime.now(UTC)


def test_without_a_template_the_step_names_its_task(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    assert engine.base_url == admin.base_url
    portal.content.set_up({})
    portal.content.diagrams.step(key, "step", name="Approve the request")
    config = "bitrix: {{portal_templates: on}}\ntopics: {{{key}: {{}}}}"
    worker, instance = begun(admin, worker_for, key, {"startedBy": "7", "diagramOwner": 42}, config)
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    [task] = portal.tasks()
    assert task.fields["TITLE"] == "Approve the request"
    assert (str(task.fields["RESPONSIBLE_ID"]), task.fields["AUDITORS"]) == ("7", [42])


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        (method, kind)
        for method in (ROWS, GET)
        for kind in ("module_error", "module_parameter", "module_no_data", "never_500", "never_html_200", "no_method")
    ],
)
def test_no_failure_of_the_module_makes_an_empty_task(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, method: str, kind: str
) -> None:
    """An incident that names the call; when the module answers again, raised retries make the whole task."""
    assert engine.base_url == admin.base_url
    portal.content.set_up({})
    portal.content.diagrams.step(key, "step", template(TITLE="Approve the request"))
    broken = fault(kind, method, times=None)
    portal.faults.add(broken)
    worker, instance = begun(admin, worker_for, key, {"startedBy": 7})
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident")
    assert method in incident["incidentMessage"]
    assert portal.tasks() == []
    portal.faults.clear()
    admin.raise_retries(admin.task(instance)["id"])
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    assert [one.fields["TITLE"] for one in portal.tasks()] == ["Approve the request"]


def test_a_process_whose_diagram_the_module_does_not_know_is_told_with_its_cure_and_can_be_excepted(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    assert engine.base_url == admin.base_url
    portal.content.set_up({"unknown_diagram": "Diagram not found"})
    worker, instance = begun(admin, worker_for, key, {"startedBy": 7})
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident")
    assert worker.stop() == 0
    for said in (f"bitrix.portal_templates_except: [{key}]", ROWS, "Diagram not found"):
        assert said in incident["incidentMessage"]
    admin.raise_retries(admin.task(instance)["id"])
    excepted = worker_for(
        admin.base_url, key, config=CONFIG.format(key=key), BITRIX_PORTAL_TEMPLATES_EXCEPT=f"other, {key[:-1]}*"
    ).start()
    wait_until(lambda: admin.ended(instance), "completed")
    assert excepted.stop() == 0
    [task] = portal.tasks()
    assert task.fields["TITLE"] == "of the topic"


def test_a_template_that_is_gone_or_malformed_is_an_incident_that_names_it_and_its_step(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    """Once the step of the diagram names another one, raised retries make the task."""
    assert engine.base_url == admin.base_url
    portal.content.set_up({})
    diagrams = portal.content.diagrams
    diagrams.step(key, "step", template(8812))
    diagrams.remove_template(8812)
    worker, instance = begun(admin, worker_for, key, {"startedBy": 7})
    [gone] = wait_until(lambda: admin.incidents(instance), "an incident", 60)
    diagrams.step(key, "step", template(8813, files=[{"NAME": "a.pdf"}]))
    admin.raise_retries(admin.task(instance)["id"])
    [malformed] = wait_until(lambda: [one for one in admin.incidents(instance) if one != gone], "another incident", 60)
    for incident, number in ((gone, 8812), (malformed, 8813)):
        said = incident["incidentMessage"]
        for part in (str(number), "step", key, f"bitrix.portal_templates_except: [{key}]"):
            assert part in said
        assert said.count(GET) == 1
    diagrams.step(key, "step", template(8814, TITLE="Approve the request"))
    admin.raise_retries(admin.task(instance)["id"])
    wait_until(lambda: admin.ended(instance), "completed", 60)
    assert worker.stop() == 0
    assert [one.fields["TITLE"] for one in portal.tasks()] == ["Approve the request"]


def test_a_task_depends_on_those_of_its_predecessors(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    portal.content.set_up({"predecessors": "json"})
    portal.content.diagrams.step(key, "first", template(1))
    portal.content.diagrams.step(key, "second", predecessors=["first", "nobody"])
    portal.content.diagrams.step(key, "third", template(3), predecessors=["first", "second"])
    admin.deploy(sequence(key, dict.fromkeys(("first", "second", "third"), key)))
    instance = admin.start(key, {"startedBy": 7})
    worker = worker_for(engine.base_url, key, config=CONFIG.format(key=key)).start()
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    first, second, third = sorted(task.id for task in portal.tasks())
    assert sorted(portal.content.links) == [(second, first), (third, first), (third, second)]


def test_an_arrow_that_the_module_refuses_keeps_no_step(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    portal.content.set_up({})
    portal.content.diagrams.step(key, "first")
    portal.content.diagrams.step(key, "second", predecessors=["first"])
    refused = fault("module_parameter", "imena.camunda.task.dependency.add", times=None)
    portal.faults.add(refused)
    admin.deploy(sequence(key, dict.fromkeys(("first", "second"), key)))
    instance = admin.start(key, {"startedBy": 7})
    worker = worker_for(engine.base_url, key, config=CONFIG.format(key=key)).start()
    wait_until(lambda: admin.ended(instance), "completed")
    assert worker.stop() == 0
    assert len(portal.tasks()) == 2
    assert portal.content.links == []
