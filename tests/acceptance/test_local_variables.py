"""A local variable of the answer's name that appears while a process runs: in no model, and the answer would vanish."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_silent_models import BEHIND, REAL, around
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin, sequence, wait_until

LISTENER = """<camunda:executionListener event="start" expression="${execution.setVariableLocal('Approve', 'old')}"/>"""


def test_an_answer_that_would_vanish_is_an_incident_and_comes_through_once_the_variable_is_removed(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=properties(**ASKS)))
    worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    instance = admin.start(key)
    wait_until(portal.tasks, "the task")
    local = f"/execution/{admin.task(instance)['executionId']}/localVariables/ours"
    assert admin.call("PUT", local, {"value": "old", "type": "String"}).status_code == 204
    portal.complete(portal.tasks()[0].id, answer="НЕТ")
    [incident] = wait_until(lambda: admin.incidents(instance), "the incident")
    assert "In the engine ours has a local variable ours" in incident["incidentMessage"]
    assert admin.call("DELETE", local).status_code == 204
    admin.raise_retries(admin.task(instance)["id"])
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "the process goes on")
    assert admin.variables(instance)["ours"]["value"] == "no"
    assert len(portal.tasks()) == 1


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize("read_inside", [False, True])
def test_a_listener_of_a_sub_process_that_hides_the_answer_is_an_incident_unless_it_is_read_in_there(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, read_inside: bool
) -> None:
    model = around(key, behind=BEHIND if read_inside else "", asked="amount" if read_inside else "Approve")
    empty = "<bpmn:extensionElements></bpmn:extensionElements>"
    admin.deploy(model.replace(empty, empty.replace("><", f">{LISTENER}<"), 1))
    worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    instance = admin.start(key, {"amount": "1"})
    if read_inside:
        wait_until(portal.tasks, "the task")
        portal.complete(portal.tasks()[0].id, answer="НЕТ")
        wait_until(lambda: admin.task(instance)["activityId"] == "filed", "the process goes on")
        return
    [incident] = wait_until(lambda: admin.incidents(instance), "the incident")
    assert "in the engine Around already has a local variable of this name" in incident["incidentMessage"]
    assert portal.tasks() == [], "nobody is asked in vain"
