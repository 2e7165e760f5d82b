"""Models that would lose an answer, or go on with an old one, without a word: on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.engines import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.engine_admin import Admin, sequence, wait_until
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.engines import CHOSEN

REAL = [kind for kind in CHOSEN if kind != "builtin"]
PARAMETERS = "<camunda:inputOutput>{}</camunda:inputOutput>"
INPUT = '<camunda:inputParameter name="{}">{}</camunda:inputParameter>'
LOOP = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
                  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="tests">
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_approve" sourceRef="start" targetRef="approve"/>
    <bpmn:serviceTask id="approve" camunda:type="external" camunda:topic="{key}" camunda:asyncAfter="true">
      <bpmn:extensionElements>{properties}</bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_way" sourceRef="approve" targetRef="way"/>
    <bpmn:serviceTask id="way" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:sequenceFlow id="to_gate" sourceRef="way" targetRef="gate"/>
    <bpmn:exclusiveGateway id="gate" default="passed"/>
    <bpmn:sequenceFlow id="again" sourceRef="gate" targetRef="approve">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{again}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="passed" sourceRef="gate" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
</bpmn:definitions>
"""


def value(admin: Admin, instance: str, name: str) -> Any:
    return admin.get(f"/process-instance/{instance}/variables")[name]["value"]


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_an_old_answer_never_stands_for_a_declined_one(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(LOOP.format(key=key, properties=properties(**ASKS)))
    config = f"topics: {{{key}: {{wait: {{declined: complete}}}}}}"
    worker_for(engine.base_url, key, config=config, **QUICK).start()
    instance = admin.start(key, {"again": True})

    def at(step: str, tasks: int) -> bool:
        here = {one["activityId"] for one in admin.tasks(instance)}
        return here == {step} and len(portal.tasks()) == tasks

    wait_until(lambda: at("approve", 1), "the first round")
    portal.complete(portal.tasks()[0].id, answer="ДА")
    wait_until(lambda: at("way", 1), "answered")
    assert value(admin, instance, "approve") == "ok"
    body = {"workerId": "theirs", "maxTasks": 1, "topics": [{"topicName": f"{key}_theirs", "lockDuration": 60_000}]}
    [theirs] = admin.call("POST", "/external-task/fetchAndLock", body).json()
    assert admin.call("POST", f"/external-task/{theirs['id']}/complete", {"workerId": "theirs"}).status_code == 204

    wait_until(lambda: at("approve", 2), "the second round")
    portal.store.decline(max(task.id for task in portal.tasks()))
    wait_until(lambda: at("way", 2), "declined")
    assert value(admin, instance, "approve") is None


@pytest.mark.parametrize(
    ("extensions", "words"),
    [
        (properties(**ASKS) + PARAMETERS.format(INPUT.format("ours", "x")), "inputParameters.ours"),
        (PARAMETERS.format(INPUT.format("UF_RESULT_EXPECED", "true")), "UF_RESULT_EXPECTED"),
        (PARAMETERS.format(INPUT.format("UF_RESULT_QUESTION", "Да?")), "UF_RESULT_EXPECTED"),
        (properties(UF_RESULT_EXPECTED="true", UF_RESULT_QUESTION="Сумма ${amount}?"), "properties.UF_RESULT_QUESTION"),
        (PARAMETERS.format(INPUT.format("title", "Сумма {{ amount }}")), "inputParameters.title"),
    ],
)
def test_a_step_that_would_go_wrong_is_an_incident_and_makes_no_task(
    engine: RunningEngine,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    extensions: str,
    words: str,
) -> None:
    admin.deploy(sequence(key, {"ours": key}, extensions=extensions))
    worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}", **QUICK).start()
    instance = admin.start(key)
    [incident] = wait_until(lambda: admin.incidents(instance), "the incident")
    assert words in incident["incidentMessage"]
    assert portal.tasks() == []
