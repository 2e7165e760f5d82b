"""Answers of questionnaires become process variables, and no step is completed without them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.faults import Fault
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from sandbox.portal.state import StoredTask
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.takeover_scene import a_scene
from tests.acceptance.test_multi_instance import loop
from tests.acceptance.test_silent_models import INPUT, PARAMETERS, REAL
from tests.acceptance.test_waiting import QUICK
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.models import definitions
from tests.support.portal_templates import question, questionnaire, template
from tests.support.worker_process import WorkerProcess

LIST = "imena.camunda.task.questionnaire.list"
PLAIN = {**QUICK, "LOG_LANGUAGE": "en"}
ON = {**PLAIN, "BITRIX_QUESTIONNAIRES": "true"}
ORDER = questionnaire(
    "ORDER",
    question("APPROVED", "boolean"),
    question("COUNT", "integer"),
    question("WHY", "string"),
    question("WHEN", "date"),
    question("WHO", "user"),
    question(None, "string", "Without a code"),
)
GATE = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_step" sourceRef="start" targetRef="Activity_x"/>
    <bpmn:serviceTask id="Activity_x" camunda:type="external" camunda:topic="{key}">{loop}</bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_gate" sourceRef="Activity_x" targetRef="gate"/>
    <bpmn:exclusiveGateway id="gate" default="refused"/>
    <bpmn:sequenceFlow id="granted" sourceRef="gate" targetRef="signed">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="refused" sourceRef="gate" targetRef="filed"/>
    <bpmn:serviceTask id="signed" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:serviceTask id="filed" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")
APPROVED = "${Activity_x_ORDER_APPROVED == true}"
Started = Callable[..., tuple[WorkerProcess, str]]


WITH_TEMPLATES = {**PLAIN, "BITRIX_PORTAL_TEMPLATES": "true"}
ADD = "imena.camunda.task.questionnaire.add"


@pytest.fixture
def started(engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str) -> Started:
    """A worker, and an instance of a model; the portal has the module."""

    def start(model: str, environ: Mapping[str, str] = ON) -> tuple[WorkerProcess, str]:
        portal.content.set_up({})
        admin.deploy(model)
        config = f"topics: {{{key}: {{wait_for_close: true}}}}"
        return worker_for(engine.base_url, key, config=config, **environ).start(), admin.start(key)

    return start


def gate(key: str, condition: str = APPROVED, loop: str = "") -> str:
    return GATE.format(key=key, condition=condition, loop=loop)


def asked(portal: Portal, task: StoredTask | None = None) -> int:
    """The number of the task, once it has the questionnaire."""
    wait_until(portal.tasks, "the task")
    number = (task or portal.tasks()[0]).id
    portal.content.questionnaires.add({"taskId": number, "questionnaires": [ORDER]})
    return number


def from_the_template(portal: Portal, key: str, *more: Any) -> None:
    """The step's template adds the questionnaire to its task; the portal shows earlier answers below it."""
    portal.content.diagrams.step(
        key, "Activity_x", template(3348, questionnaires=[ORDER, *more], in_description=[ORDER])
    )


def filled(portal: Portal, answer: str = "true") -> int:
    """The number of the task, once its questionnaire is there, filled in and closed."""
    wait_until(
        lambda: portal.tasks() and portal.content.questionnaires.of(portal.tasks()[0].id), "the questionnaire", 60
    )
    [task] = portal.tasks()
    portal.fill_in(task.id, {"ORDER.APPROVED": answer})
    portal.complete(task.id)
    return task.id


def goes_on_to(admin: Admin, instance: str, step: str) -> dict[str, Any]:
    """The variables of the instance, once it is at this step."""
    wait_until(lambda: [one["activityId"] for one in admin.tasks(instance)] == [step], f"at {step}", 60)
    return admin.variables(instance)


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize(("answer", "step"), [("true", "signed"), ("false", "filed"), (None, "filed")])
def test_a_gateway_reads_what_a_person_has_filled_in(
    started: Started, admin: Admin, portal: Portal, key: str, answer: str | None, step: str
) -> None:
    _, instance = started(gate(key))
    task = asked(portal)
    portal.fill_in(task, {"ORDER.APPROVED": answer})
    portal.complete(task)
    variables = goes_on_to(admin, instance, step)
    assert variables["Activity_x_ORDER_APPROVED"]["value"] is (answer == "true")
    assert variables["bitrixTaskId"]["value"] == task


def test_each_type_of_question_arrives_as_the_gateways_expect_it(
    started: Started, admin: Admin, portal: Portal, key: str
) -> None:
    worker, instance = started(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}))
    task = asked(portal)
    long = "я" * 5000
    portal.fill_in(task, {"ORDER.COUNT": "42", "ORDER.WHY": long, "ORDER.WHO": "107"})
    portal.complete(task)
    variables = goes_on_to(admin, instance, "theirs")
    told = {name.removeprefix("ours_ORDER_"): raw for name, raw in variables.items() if name.startswith("ours_")}
    assert {name: raw["type"] for name, raw in told.items() if name != "WHY"} == {
        "APPROVED": "Boolean",
        "COUNT": "Long",
        "WHEN": "Null",
        "WHO": "String",
    }
    assert (told["APPROVED"]["value"], told["COUNT"]["value"], told["WHO"]["value"]) == (False, 42, "107")
    assert long in str(told["WHY"]["value"])
    assert "Without a code" in worker.wait_for("questionnaire.unnamed")[0]["questions"]


def test_an_answer_that_no_variable_holds_is_an_incident_that_names_its_task_and_the_corrected_one_goes_on(
    started: Started, admin: Admin, portal: Portal, key: str
) -> None:
    _, instance = started(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}))
    task = asked(portal)
    portal.fill_in(task, {"ORDER.WHO": ["107", "108"]})  # type: ignore[dict-item]
    portal.complete(task)
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident", 60)
    for said in ("ours_ORDER_WHO", "Question WHO", '["107", "108"]', f"closed task {task}"):
        assert said in incident["incidentMessage"]
    portal.fill_in(task, {"ORDER.WHO": "107"})
    admin.raise_retries(admin.task(instance)["id"])
    assert goes_on_to(admin, instance, "theirs")["ours_ORDER_WHO"]["value"] == "107"


@pytest.mark.parametrize("kind", ["module_error", "no_method"])
def test_a_step_waits_while_the_module_does_not_tell_its_questionnaires(
    started: Started, admin: Admin, portal: Portal, key: str, kind: str
) -> None:
    worker, instance = started(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}))
    task = asked(portal)
    portal.fill_in(task, {"ORDER.APPROVED": "true"})
    broken = portal.faults.add(fault(kind, LIST, times=None))
    portal.complete(task)
    worker.wait_for("waiting.not_concluded")
    assert admin.task(instance)["activityId"] == "ours"
    assert not admin.incidents(instance)
    portal.faults.clear()
    assert broken.times is None
    variables = goes_on_to(admin, instance, "theirs")
    assert variables["ours_ORDER_APPROVED"] == {"type": "Boolean", "value": True, "valueInfo": {}}


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize("moment", ["list held", "list lost", "complete lost"])
def test_a_kill_or_a_lost_answer_loses_no_answer_of_a_questionnaire(
    started: Started, admin: Admin, portal: Portal, key: str, moment: str
) -> None:
    worker, instance = started(gate(key))
    task = asked(portal)
    portal.fill_in(task, {"ORDER.APPROVED": "true"})
    freed = threading.Event()
    if moment == "list lost":
        portal.faults.add(fault("drop", LIST))
    else:
        portal.faults.add(Fault(LIST, until=freed))
    portal.complete(task)
    if moment != "list lost":
        wait_until(lambda: portal.requests(LIST), "the questionnaires are asked for")
        if moment == "list held":
            worker.kill()
        freed.set()
    if moment == "complete lost":
        worker.wait_for("task.closed")
        worker.kill()
    if moment != "list lost":
        worker.start()
    variables = goes_on_to(admin, instance, "signed")
    assert variables["Activity_x_ORDER_APPROVED"]["value"] is True
    assert len(portal.tasks()) == 1


def test_what_would_vanish_in_a_local_variable_is_an_incident(
    started: Started, admin: Admin, portal: Portal, key: str
) -> None:
    own = PARAMETERS.format(INPUT.format("ours_ORDER_APPROVED", "old"))
    _, instance = started(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=own))
    task = asked(portal)
    portal.fill_in(task, {"ORDER.APPROVED": "true"})
    portal.complete(task)
    [incident] = wait_until(lambda: admin.incidents(instance), "the incident")
    assert "ours has a local variable ours_ORDER_APPROVED" in incident["incidentMessage"]


def test_where_it_is_off_the_module_is_not_asked(started: Started, admin: Admin, portal: Portal, key: str) -> None:
    _, instance = started(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}), PLAIN)
    portal.complete(asked(portal))
    assert "ours_ORDER_APPROVED" not in goes_on_to(admin, instance, "theirs")
    assert portal.requests(LIST) == []


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_each_instance_of_a_multi_instance_leaves_its_own_answers(
    started: Started, admin: Admin, portal: Portal, key: str
) -> None:
    _, instance = started(gate(key, "${Activity_x_ORDER_COUNT_0 + Activity_x_ORDER_COUNT_1 == 3}", loop(2)))
    wait_until(lambda: len(portal.tasks()) == 2, "two tasks")
    for number, task in enumerate(portal.tasks(), 1):
        portal.fill_in(asked(portal, task), {"ORDER.COUNT": str(number)})
        portal.complete(task.id)
    goes_on_to(admin, instance, "signed")


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize("moment", ["lost", "refused once", "killed while sent"])
def test_a_questionnaire_of_a_template_is_added_once_and_its_answer_read_by_a_gateway(
    started: Started, admin: Admin, portal: Portal, key: str, moment: str
) -> None:
    from_the_template(portal, key, questionnaire("OTHER", question("A"), title="Other"))
    freed = threading.Event()
    match moment:
        case "lost":
            portal.faults.add(fault("drop", ADD))
        case "refused once":
            portal.faults.add(fault("module_parameter", ADD))
        case "killed while sent":
            portal.faults.add(Fault(ADD, until=freed))
    worker, instance = started(gate(key), WITH_TEMPLATES)
    if moment == "killed while sent":
        wait_until(lambda: portal.requests(ADD), "the questionnaires are being added", 60)
        worker.kill()
        freed.set()
        worker.start()
    task = filled(portal)
    variables = goes_on_to(admin, instance, "signed")
    assert variables["Activity_x_ORDER_APPROVED"]["value"] is True
    assert [one["CODE"] for one in portal.content.questionnaires.of(task)] == ["ORDER", "OTHER"]
    assert len(portal.tasks()) == 1


def test_an_answer_of_one_step_is_shown_below_the_task_of_the_next(
    started: Started, admin: Admin, portal: Portal, key: str
) -> None:
    diagrams = portal.content.diagrams
    diagrams.step(key, "ours", template(1, questionnaires=[ORDER]))
    diagrams.step(key, "theirs", template(2, in_description=[ORDER]), predecessors=["ours"])
    diagrams.properties_of(key, [{"CODE": "amount", "NAME": "Amount", "TYPE": "integer"}])
    _, instance = started(sequence(key, {"ours": key, "theirs": key}), WITH_TEMPLATES)
    portal.fill_in(filled(portal), {"ORDER.APPROVED": "true"})
    wait_until(lambda: len(portal.tasks()) == 2, "the next task", 60)
    assert (
        portal.tasks()[1]
        .fields["DESCRIPTION"]
        .startswith("What to do\n\n---\n[B]Questions[/B]\n• Question APPROVED: Yes")
    )
    assert admin.task(instance)["activityId"] == "theirs"


def test_tasks_of_the_old_installation_bring_the_answers_of_their_questionnaires(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    portal.content.set_up({"silent_when_closed": True})
    scene = a_scene(engine.base_url, admin, portal, worker_for, key, **ON)
    scene.leave(6)
    for task in portal.tasks():
        portal.fill_in(asked(portal, task), {"ORDER.COUNT": str(task.id)})
    numbers = {task.fields["UF_PROCESS_INSTANCE_ID"]: task.id for task in portal.tasks()}
    assert scene.takeover()[0] == 0
    scene.worker.start()
    wait_until(lambda: len(portal.tasks()) == len(scene.left), "the missing tasks made", 60)
    scene.close_the_rest()
    scene.worker.wait_for("waiting.not_concluded", 3)
    assert all(admin.task(one.instance)["activityId"] == "ours" for one in scene.left)
    portal.content.questionnaires.silent_when_closed = False
    scene.verdict()
    for instance, number in numbers.items():
        assert admin.variables(instance)["ours_ORDER_COUNT"]["value"] == number


def test_a_questionnaire_that_people_have_deleted_is_not_answered_by_the_round_before(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    """In a loop the variable of the round before stands, and a gateway takes the way that nobody chose this time."""
    portal.content.set_up({})
    portal.content.diagrams.step(key, "Activity_x", template(questionnaires=[ORDER]))
    admin.deploy(sequence(key, {"Activity_x": key, "theirs": f"{key}_theirs"}))
    config = f"topics: {{{key}: {{wait_for_close: true, retries: 1}}}}"
    environ = {**PLAIN, "BITRIX_PORTAL_TEMPLATES": "true"}
    worker = worker_for(engine.base_url, key, config=config, **environ).start()
    instance = admin.start(key, {"Activity_x_ORDER_APPROVED": True})
    worker.wait_for("task.waiting", seconds=60)
    [task] = portal.tasks()
    [asked] = portal.content.questionnaires.of(task.id)
    portal.content.questionnaires.remove(task.id, asked["ID"])
    portal.complete(task.id)
    [incident] = wait_until(lambda: admin.incidents(instance), "an incident", 60)
    assert f"{task.id}" in incident["incidentMessage"]
    assert "ORDER" in incident["incidentMessage"]
    portal.content.questionnaires.add({"taskId": task.id, "questionnaires": [ORDER]})
    admin.raise_retries(admin.task(instance)["id"])
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "the step after", 60)
    assert admin.variables(instance)["Activity_x_ORDER_APPROVED"]["value"] is False, "as the new one says"
