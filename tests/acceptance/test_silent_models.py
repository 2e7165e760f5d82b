"""Models that would lose an answer, or go on with an old one, without a word: on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from worker.steps.bpmn.refused import refused_in

REAL = [kind for kind in CHOSEN if kind != "builtin"]
PARAMETERS = "<camunda:inputOutput>{}</camunda:inputOutput>"
INPUT = '<camunda:inputParameter name="{}">{}</camunda:inputParameter>'
LOOP = definitions("""
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
""")

AROUND = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_around" sourceRef="start" targetRef="Around"/>
    <bpmn:subProcess id="Around">
      <bpmn:extensionElements>{around}</bpmn:extensionElements>{loop}
      <bpmn:startEvent id="inner_start"/>
      <bpmn:sequenceFlow id="to_approve" sourceRef="inner_start" targetRef="Approve"/>
      <bpmn:serviceTask id="Approve" camunda:type="external" camunda:topic="{key}">
        <bpmn:extensionElements>{properties}</bpmn:extensionElements>
      </bpmn:serviceTask>
      {behind}
    </bpmn:subProcess>
    <bpmn:sequenceFlow id="to_way" sourceRef="Around" targetRef="way"/>
    <bpmn:exclusiveGateway id="way" default="refused"/>
    <bpmn:sequenceFlow id="granted" sourceRef="way" targetRef="signed">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{{asked} == 'ok'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="refused" sourceRef="way" targetRef="filed"/>
    <bpmn:serviceTask id="signed" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:serviceTask id="filed" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")
BEHIND = """<bpmn:sequenceFlow id="inner" sourceRef="Approve" targetRef="inner_way"/>
<bpmn:exclusiveGateway id="inner_way" default="no"/>
<bpmn:sequenceFlow id="no" sourceRef="inner_way" targetRef="inner_end"/>
<bpmn:sequenceFlow id="yes" sourceRef="inner_way" targetRef="agreed">
  <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{Approve == 'ok'}}</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:serviceTask id="agreed" camunda:type="external" camunda:topic="{key}_theirs"/>
<bpmn:endEvent id="inner_end"/>"""
OWN_APPROVE = INPUT.format("Approve", "open")
OUT_APPROVE = '<camunda:outputParameter name="Approve">${Approve}</camunda:outputParameter>'


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


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_a_step_without_a_flow_to_it_never_begins_and_check_says_so(
    engine: RunningEngine, admin: Admin, key: str
) -> None:
    assert engine.base_url
    lonely = '<bpmn:serviceTask id="lonely" camunda:type="external" camunda:topic="{key}"/>'
    xml = LOOP.replace("</bpmn:process>", f"{lonely}</bpmn:process>").format(key=key, properties="")
    assert [one.of for one in refused_in(xml) if one.kind == "never_begins"] == ["lonely"]
    admin.deploy(xml)
    instance = admin.start(key, {"again": False})
    wait_until(lambda: bool(admin.tasks(instance)), "the job behind the start has run")
    assert [one["activityId"] for one in admin.tasks(instance)] == ["approve"]


@pytest.mark.parametrize(
    ("extensions", "words"),
    [
        (properties(**ASKS) + PARAMETERS.format(INPUT.format("ours", "x")), "inputParameters.ours"),
        (properties(UF_RESULT_ANSWER="ДА"), "properties.UF_RESULT_ANSWER"),
        ('<camunda:field name="UF_RESULT_EXPECTED" stringValue="true"/>', "fields.UF_RESULT_EXPECTED"),
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


def test_the_incident_of_a_task_without_a_responsible_person_names_the_near_miss(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"ours": key}, extensions=PARAMETERS.format(INPUT.format("responsibleID", "1"))))
    nobody = QUICK | {"BITRIX_DEFAULT_RESPONSIBLE_ID": ""}
    worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}", **nobody).start()
    instance = admin.start(key)
    [incident] = wait_until(lambda: admin.incidents(instance), "the incident")
    assert "responsibleID → responsibleId?" in incident["incidentMessage"]
    assert portal.tasks() == []


def test_what_goes_wrong_without_a_word_is_told_before_deployment_and_again_when_the_step_is_first_served(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    cycle = "<camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle>"
    model = sequence(key, {"ours": key}, extensions=properties(**ASKS) + cycle).replace(
        'id="ours"', 'id="ours" name="{x}"'
    )
    worker = worker_for(engine.base_url, key, **QUICK)
    (file := worker.folder / "order.bpmn").write_text(model, encoding="utf-8")
    before = worker.command("check", "--model", str(file)).stdout
    admin.deploy(model)
    worker.start()
    for _ in range(2):
        admin.start(key)
    wait_until(lambda: len(portal.tasks()) == 2, "both tasks")
    told = wait_until(lambda: len(found := worker.events("model.finding")) == 2 and found, "both findings")
    assert sorted(one["finding"] for one in told) == ["other_retries", "unfilled"]
    assert all(f"{one['seen']} → {one['cure']}" in before for one in told)


def around(key: str, *, given: str = "", loop: str = "", behind: str = "", asked: str = "Approve") -> str:
    return AROUND.format(
        key=key,
        around=PARAMETERS.format(given) if given else "",
        loop=loop,
        properties=properties(**ASKS),
        behind=behind.format(key=key),
        asked=asked,
    )


ELEMENT = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="people" '
    'camunda:elementVariable="Approve"/>'
)


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize(
    ("given", "loop", "place"),
    [
        (OWN_APPROVE, "", "Around.inputParameters.Approve"),
        ("", ELEMENT, "Around.multiInstance.Approve"),
        (OUT_APPROVE.replace("$", "").replace("{Approve}", "ok"), "", "Around.outputParameters.Approve"),
    ],
)
def test_an_answer_that_a_sub_process_would_keep_or_replace_is_an_incident_before_anybody_is_asked(
    engine: RunningEngine,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    given: str,
    loop: str,
    place: str,
) -> None:
    admin.deploy(around(key, given=given, loop=loop))
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}", **QUICK)
    said = worker.command("check", "--model", key).stdout
    assert f"модель {key}, шаг Approve: {place}" in said
    worker.start()
    instance = admin.start(key, {"Approve": "ok", "people": {"value": ["one", "two"]}})
    [incident] = wait_until(lambda: admin.incidents(instance), "the incident")
    assert place in incident["incidentMessage"]
    assert portal.tasks() == []


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize(
    ("given", "behind", "asked", "there"),
    [
        (OWN_APPROVE + OUT_APPROVE, "", "Approve", "filed"),  # handed on
        (OWN_APPROVE.replace("open", "ok"), BEHIND, "amount", "filed"),  # its own, and read in there only
    ],
)
def test_an_answer_that_a_sub_process_hands_on_or_reads_itself_is_the_one_that_was_given(
    engine: RunningEngine,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    given: str,
    behind: str,
    asked: str,
    there: str,
) -> None:
    admin.deploy(around(key, given=given, behind=behind, asked=asked))
    worker_for(engine.base_url, key, **QUICK).start()
    instance = admin.start(key, {"Approve": "ok", "amount": "1"})
    [task] = wait_until(portal.tasks, "the question")
    portal.complete(task.id, answer="НЕТ")
    wait_until(lambda: admin.task(instance)["activityId"] != "Approve", "answered")
    assert admin.task(instance)["activityId"] == there


LATER = """<bpmn:sequenceFlow id="later" sourceRef="Approve" targetRef="more"/>
<bpmn:serviceTask id="more" camunda:type="external" camunda:topic="{key}_theirs"/>
""" + BEHIND.replace('sourceRef="Approve"', 'sourceRef="more"')
TWICE = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2'
    "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
)


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize(("given", "agreed"), [("", 0), (OWN_APPROVE, 1)])
def test_instances_that_share_the_answer_are_told_and_an_input_parameter_gives_each_its_own(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, given: str, agreed: int
) -> None:
    admin.deploy(around(key, given=given, loop=TWICE, behind=LATER, asked="amount"))
    worker = worker_for(engine.base_url, key, **QUICK)
    said = worker.command("check", "--model", key).stdout
    assert ("пишут Approve в одну переменную" in said) is (given == "")
    worker.start()
    instance = admin.start(key, {"amount": "1"})
    first, second = wait_until(lambda: len(portal.tasks()) == 2 and portal.tasks(), "both questions")
    for number, (task, answer) in enumerate(((first, "ДА"), (second, "НЕТ"))):
        portal.complete(task.id, answer=answer)
        wait_until(lambda: at(admin, instance, "more") == number + 1, "answered")  # noqa: B023
    body = {"workerId": "theirs", "maxTasks": 2, "topics": [{"topicName": f"{key}_theirs", "lockDuration": 60_000}]}
    for one in admin.call("POST", "/external-task/fetchAndLock", body).json():
        assert admin.call("POST", f"/external-task/{one['id']}/complete", {"workerId": "theirs"}).status_code == 204
    assert at(admin, instance, "agreed") == agreed
    assert worker.stop() == 0
    assert bool(worker.events("step.shared_results")) is (given == "")


def at(admin: Admin, instance: str, activity: str) -> int:
    return sum(one["activityId"] == activity for one in admin.tasks(instance))


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize("loop", [False, True])
def test_what_the_step_says_wins_over_the_process_in_another_spelling(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, *, loop: bool
) -> None:
    own = "" if loop else PARAMETERS.format(INPUT.format("responsible_id", "42"))
    model = sequence(key, {"ours": key}, extensions=own)
    if loop:
        element = ELEMENT.replace('"Approve"', '"responsible_id"').replace("true", "false")
        model = model.replace("</bpmn:serviceTask>", element + "</bpmn:serviceTask>", 1)
    admin.deploy(model)
    worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}", **QUICK).start()
    instance = admin.start(key, {"responsibleId": 7, "people": {"value": [7, 42, 106]}})
    wanted = [7, 42, 106] if loop else [42]
    wait_until(lambda: len(portal.tasks()) == len(wanted) or admin.incidents(instance), "the tasks")
    assert sorted(int(task.fields["RESPONSIBLE_ID"]) for task in portal.tasks()) == wanted


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_two_spellings_of_the_process_are_an_incident(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"ours": key}))
    worker_for(engine.base_url, key, config=f"topics: {{{key}: {{retries: 1}}}}", **QUICK).start()
    instance = admin.start(key, {"responsibleId": 7, "responsible_id": 42})
    [incident] = wait_until(lambda: admin.incidents(instance), "the incident")
    assert "responsibleId = 7, responsible_id = 42" in incident["incidentMessage"]
    assert portal.tasks() == []


BRANCHES = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
                  xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="tests">
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:parallelGateway id="fork"/>
    <bpmn:sequenceFlow id="to_fork" sourceRef="start" targetRef="fork"/>
    <bpmn:sequenceFlow id="to_one" sourceRef="fork" targetRef="one"/>
    <bpmn:sequenceFlow id="to_other" sourceRef="fork" targetRef="other"/>
    <bpmn:serviceTask id="one" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements>{properties}</bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:serviceTask id="other" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements>{properties}</bpmn:extensionElements>
    </bpmn:serviceTask>
  </bpmn:process>
</bpmn:definitions>
"""


def test_branches_that_answer_into_one_variable_are_told_when_they_ask(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(BRANCHES.format(key=key, properties=properties(**ASKS)))
    config = f"topics: {{{key}: {{wait: {{answer_variable: decision}}}}}}"
    worker = worker_for(engine.base_url, key, config=config, **QUICK).start()
    for _ in range(2):
        admin.start(key)
    wait_until(lambda: len(portal.tasks()) == 4, "all questions")
    rivals = worker.wait_for("step.rival_answers", 2)
    told = [(one["activity"], one["others"], one["variable"]) for one in rivals]
    assert sorted(told) == [("one", "other", "decision"), ("other", "one", "decision")]


ASKS_AGAIN = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:parallelGateway id="fork"/>
    <bpmn:sequenceFlow id="to_fork" sourceRef="start" targetRef="fork"/>
    <bpmn:sequenceFlow id="at_once" sourceRef="fork" targetRef="ask"/>
    <bpmn:sequenceFlow id="to_later" sourceRef="fork" targetRef="later"/>
    <bpmn:serviceTask id="later" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:sequenceFlow id="behind" sourceRef="later" targetRef="ask"/>
    <bpmn:serviceTask id="ask" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements>{properties}</bpmn:extensionElements>
    </bpmn:serviceTask>
  </bpmn:process>
""")


def test_a_step_that_asks_again_before_it_is_answered_is_told_when_it_happens(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(ASKS_AGAIN.format(key=key, properties=properties(**ASKS)))
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {{}}}}", **QUICK).start()
    instance = admin.start(key)
    worker.wait_for("task.waiting", 1)
    [first] = [one["id"] for one in admin.tasks(instance) if one["activityId"] == "ask"]
    topic = {"topicName": f"{key}_theirs", "lockDuration": 60_000}
    body = {"workerId": key, "maxTasks": 1, "topics": [topic]}
    [theirs] = admin.call("POST", "/external-task/fetchAndLock", body).json()
    admin.call("POST", f"/external-task/{theirs['id']}/complete", {"workerId": key})
    [told] = worker.wait_for("step.asked_twice", 1)
    assert (told["activity"], told["others"], told["variable"]) == ("ask", first, "ask")
    wait_until(lambda: len(portal.tasks()) == 2, "both questions")
