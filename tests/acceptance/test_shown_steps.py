"""The steps of docs/step-examples.md: each does what the page says, as it is shown, on Camunda."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.staff import Group
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import QUICK
from tests.support.engine_admin import Admin, wait_until
from tests.support.models import definitions
from tests.support.shown_blocks import DOCS, shown

PAGES = ("step-examples.md", "step-examples.ru.md")
MODEL = """<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
  <bpmn:startEvent id="start"/><bpmn:sequenceFlow id="in" sourceRef="start" targetRef="{id}"/>
  {step}
  <bpmn:sequenceFlow id="out" sourceRef="{id}" targetRef="theirs"/>
  <bpmn:serviceTask id="theirs" camunda:type="external" camunda:topic="{key}_theirs"/>
</bpmn:process>"""
TOPIC = "bitrix_create_task"
LISTS: dict[str, Any] = {
    "${JSON(people).elements()}": {"type": "String", "value": "[1, 42]"},
    "${people.elements()}": {"type": "Json", "value": "[1, 42]"},
    "${JSON('[1, 42]').elements()}": None,
    "people": {
        "type": "Object",
        "value": "[1, 42]",
        "valueInfo": {
            "objectTypeName": "java.util.ArrayList<java.lang.Integer>",
            "serializationDataFormat": "application/json",
        },
    },
}
"""Each *Collection* of the page, with the variable `people` that it is for."""


def step_of(page: str, id_: str) -> str:
    [step] = [block for block in shown(page, "xml") if f'id="{id_}"' in block]
    return step


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_deadline_group_checklist_and_comment_in_one_step(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, page: str
) -> None:
    portal.staff.groups[12] = Group("Sales")
    [config] = shown(page, "yaml")
    step = step_of(page, "Prepare").replace(TOPIC, key)
    admin.deploy(definitions(MODEL.format(key=key, id="Prepare", step=step)))
    instance = admin.start(key)
    worker_for(engine.base_url, key, config=config.replace(TOPIC, key)).start()
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "the step is completed")
    [task] = portal.tasks()
    assert str(task.fields["RESPONSIBLE_ID"]) == "42"
    assert task.fields["DEADLINE"]
    assert portal.staff.groups[int(task.fields["GROUP_ID"])].name in step
    listed = [item.title for _, item in portal.store.checklists.shown(task.id)]
    assert len(listed) == 3
    assert all(title in step for title in listed)
    [comment] = portal.comments(task.id)
    assert comment.text in step


@pytest.mark.parametrize("collection", LISTS)
def test_everyone_of_a_list_is_asked(
    engine: RunningEngine,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    page: str,
    collection: str,
) -> None:
    """The step as it stood on the page had no question, so it asked nobody."""
    if engine.kind != "camunda":
        pytest.skip("only the Camunda of the tests brings the JSON data format")
    [text] = [block for block in shown(page, "xml") if 'id="Approve"' in block]
    step = text.replace(TOPIC, key).replace('collection="people"', f'collection="{collection}"')
    admin.deploy(definitions(MODEL.format(key=key, id="Approve", step=step)))
    instance = admin.start(key, {"people": given} if (given := LISTS[collection]) else {})
    worker_for(engine.base_url, key, **QUICK).start()
    wait_until(lambda: len(portal.tasks()) == 2, "everyone is asked")
    for task in portal.tasks():
        assert task.fields["UF_RESULT_QUESTION"] in step
        portal.complete(task.id, answer="НЕТ" if str(task.fields["RESPONSIBLE_ID"]) == "1" else "ДА")
    wait_until(lambda: [one["activityId"] for one in admin.tasks(instance)] == ["theirs"], "all have answered")
    told = admin.variables(instance)
    assert (told["Approve_0"]["value"], told["Approve_1"]["value"]) == ("no", "ok")


def test_the_page_shows_each_collection(page: str) -> None:
    rows = [line.split("|")[2].strip() for line in _table(page)]
    assert [row.strip("`") for row in rows] == list(LISTS)


def _table(page: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8").partition("*Collection* |\n|---|---|\n")[2]
    return text.partition("\n\n")[0].splitlines()


def test_its_checklist_is_json(page: str) -> None:
    text = step_of(page, "Prepare").partition('name="checklists">')[2].partition("<")[0]
    assert json.loads(text)[0]["items"]
