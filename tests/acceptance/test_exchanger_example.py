"""examples/exchanger.yaml as it ships, from the engine to the portal and back: an old model goes on as before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import QUICK
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.portal_templates import question, questionnaire, template

SHIPPED = (Path(__file__).parents[2] / "examples" / "exchanger.yaml").read_text(encoding="utf-8")
ORDER = questionnaire("ORDER", question("APPROVED", "boolean"))


def config(key: str) -> str:
    """The shipped file with topics of this test: others share the engine."""
    return re.sub(r"^  (bitrix\w+)(?=: [&*]old)", rf"  {key}_\1", SHIPPED, flags=re.MULTILINE)


def test_an_old_model_goes_on_as_before(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    """The first step has a template and a questionnaire, the second, of another of the old topics, has neither."""
    portal.content.set_up({})
    words = template(people=[("R", 42)], TITLE="Approve the request", questionnaires=[ORDER])
    portal.content.diagrams.step(key, "first", words)
    portal.content.diagrams.step(key, "second", name="File it")
    first, second = f"{key}_bitrix_create_task", f"{key}_bitrix_update_deal"
    admin.deploy(sequence(key, {"first": first, "second": second, "theirs": f"{key}_theirs"}))
    parent = portal.store.add({"TITLE": "The whole", "RESPONSIBLE_ID": 1})["id"]
    variables = {"startedBy": "7", "groupId": "0", "parentTaskId": int(parent), "diagramOwner": 106}
    instance = admin.start(key, variables)
    worker_for(engine.base_url, key, config=config(key), **QUICK).start()

    wait_until(lambda: len(portal.tasks()) == 2, "the first task")
    task = portal.tasks()[1]
    wait_until(lambda: portal.content.questionnaires.of(task.id), "its questionnaire")
    fields = task.fields
    assert (fields["TITLE"], fields["RESPONSIBLE_ID"], fields["CREATED_BY"]) == ("Approve the request", "42", "7")
    assert (str(fields["PARENT_ID"]), fields["SUBORDINATE"], fields["AUDITORS"]) == (str(parent), "Y", [106])
    assert fields["SE_PARAMETER"] == [{"CODE": 3, "VALUE": "Y"}]
    portal.fill_in(task.id, {"ORDER.APPROVED": "true"})
    portal.complete(task.id)

    wait_until(lambda: len(portal.tasks()) == 3, "the second task")
    told = admin.variables(instance)
    assert told["first_ORDER_APPROVED"]["value"] is True
    old = {name: (told[name]["type"], told[name]["value"]) for name in told if name.startswith("bitrix_task_")}
    assert old == {
        "bitrix_task_id": ("String", str(task.id)),
        "bitrix_task_title": ("String", "Approve the request"),
        "bitrix_task_status": ("String", "5"),
    }
    last = portal.tasks()[2]
    assert (last.fields["TITLE"], last.fields["RESPONSIBLE_ID"]) == ("File it", "7")
    portal.complete(last.id)
    wait_until(lambda: [one["activityId"] for one in admin.tasks(instance)] == ["theirs"], "both steps completed")


@pytest.mark.parametrize("said", ["-", "abc"])
def test_a_parent_and_a_group_that_are_no_numbers_are_left_out(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, said: str
) -> None:
    """As the file says: `| int` makes 0 of such a text, and `or ''` leaves the field out. The log names the parent."""
    portal.content.set_up({})
    portal.content.diagrams.step(key, "step", template())
    admin.deploy(sequence(key, {"step": f"{key}_bitrix_create_task"}))
    worker = worker_for(engine.base_url, key, config=config(key), **QUICK).start()
    instance = admin.start(key, {"startedBy": 7, "parentTaskId": said, "groupId": said, "diagramOwner": said})
    wait_until(lambda: portal.tasks() or admin.incidents(instance), "a task, or an incident", 60)
    assert admin.incidents(instance) == []
    [task] = portal.tasks()
    stored = {name: task.fields.get(name) for name in ("PARENT_ID", "SUBORDINATE", "GROUP_ID", "AUDITORS")}
    assert {name: value for name, value in stored.items() if value not in (None, "", 0, "0", [], "N")} == {}
    portal.complete(task.id)
    wait_until(lambda: admin.ended(instance), "completed", 60)
    assert worker.stop() == 0
    assert [one["variable"] for one in worker.events() if one["event"] == "template.no_parent"] == ["parentTaskId"]
