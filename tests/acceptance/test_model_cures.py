"""docs/model-faults.md: each kind of mistake that a row names goes on after what the row says, on a real engine."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_model_faults import ALL, PEOPLE
from tests.acceptance.test_waiting import QUICK
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import CHOSEN
from worker.steps.bpmn.activity_path import beginning_of

CLOSED = "5"
EXTERNAL = 'camunda:type="external"'
WITH_JOB = f'camunda:asyncAfter="true" {EXTERNAL}'
# The other engines take no list over REST, or migrate nothing.
CAMUNDA = pytest.mark.parametrize("engine", [kind for kind in CHOSEN if kind == "camunda"], indirect=True)
FLOW = '    <bpmn:sequenceFlow id="flow1" sourceRef="Approve" targetRef="end"/>\n'
GATEWAY = """    <bpmn:sequenceFlow id="on" sourceRef="Approve" targetRef="way"/>
    <bpmn:exclusiveGateway id="way" default="no"/>
    <bpmn:sequenceFlow id="yes" sourceRef="way" targetRef="end">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" sourceRef="way" targetRef="end"/>
"""
LOOP = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="${{people}}" camunda:elementVariable="{}"/>'


@dataclass(frozen=True)
class Model:
    """A process of one step: its properties and parameters, its loop's element, and the condition behind it."""

    properties: str = ""
    parameters: str = ""
    element: str = ""
    condition: str = ""

    def of(self, process: str, topic: str) -> str:
        said = f"<camunda:properties>{self.properties}</camunda:properties>" if self.properties else ""
        said += f"<camunda:inputOutput>{self.parameters}</camunda:inputOutput>" if self.parameters else ""
        bpmn = sequence(process, {"Approve": topic}, extensions=said)
        bpmn = bpmn.replace(FLOW, GATEWAY.format(self.condition)) if self.condition else bpmn
        loop = LOOP.format(self.element) if self.element else ""
        return bpmn.replace("    </bpmn:serviceTask>", f"    {loop}</bpmn:serviceTask>")


def says(**values: str) -> str:
    return "".join(f'<camunda:property name="{name}" value="{value}"/>' for name, value in values.items())


def inputs(**values: str) -> str:
    given = values.items()
    return "".join(f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>' for name, value in given)


def output(name: str, value: str) -> str:
    return f'<camunda:outputParameter name="{name}">{value}</camunda:outputParameter>'


@dataclass(frozen=True)
class Mistake:
    """A mistake with its cure: the corrected model, local variables to set (None: to delete), to begin anew."""

    wrong: Model
    right: Model | None = None
    local: Mapping[str, str | None] | None = None
    anew: bool = False


ASKS = says(UF_RESULT_EXPECTED="true")
YES = {"UF_RESULT_EXPECTED": "true"}
TWICE = inputs(deadline="P2D") + inputs(deadline="P3D")
ROWS: dict[str, dict[str, Mistake]] = {
    "an input parameter in one instance": {
        "template": Mistake(Model(parameters=inputs(title="Sum ${1} {{client}}")), local={"title": "Sum 1"}),
        "deadline": Mistake(Model(parameters=inputs(deadline="soon")), local={"deadline": "P2D"}),
        "people": Mistake(Model(parameters=inputs(auditors="system")), local={"auditors": "42"}),
        "checklists": Mistake(
            Model(parameters=inputs(checklists="passport")), local={"checklists": '[{"title": "A", "items": ["b"]}]'}
        ),
        "misspelt": Mistake(Model(parameters=inputs(UF_RESULT_EXPECTD="true")), local=YES),
        "unusual": Mistake(Model(parameters=inputs(Uf_ReSULT_Expected="true")), local=YES),
        "wait": Mistake(Model(parameters=inputs(waitForComplition="true")), local={"waitForCompletion": "true"}),
        "question": Mistake(Model(ASKS, inputs(UF_RESULT_QUESTON="Pay?")), local={"UF_RESULT_QUESTION": "Pay?"}),
        "answer": Mistake(Model(parameters=inputs(UF_RESULT_ANSWER="x")), local=YES),
        "unasked": Mistake(Model(parameters=inputs(UF_RESULT_QUESTION="Pay?")), local=YES),
        "two spellings": Mistake(
            Model(parameters=inputs(responsibleId="7", responsible_id="42")), local={"responsible_id": None}
        ),
        "element": Mistake(Model(element="deadline"), local={"deadline": "P2D"}),
    },
    "a property, an output parameter, a condition, a loop": {
        "misspelt": Mistake(Model(says(UF_RESULT_EXPECTD="true")), Model(ASKS)),
        "other words": Mistake(Model(says(waitForAnswer="true")), Model(ASKS)),
        "unasked": Mistake(Model(says(UF_RESULT_QUESTION="x")), Model(ASKS + says(UF_RESULT_QUESTION="x"))),
        "answer": Mistake(Model(says(UF_RESULT_ANSWER="x")), Model(ASKS)),
        "twice": Mistake(Model(ASKS + says(UF_RESULT_EXPECTED="false")), Model(ASKS)),
        "checklists": Mistake(Model(says(checklists="x")), Model(says(checklists="[]"))),
        "files": Mistake(Model(says(files="a b")), Model()),
        "expression": Mistake(Model(says(UF_RESULT_EXPECTED="${ask}")), Model(says(UF_RESULT_EXPECTED="false"))),
        "output mark": Mistake(Model(parameters=output("UF_RESULT_EXPECTED", "true")), Model(ASKS)),
        "overwritten": Mistake(Model(ASKS, output("Approve", "x")), Model(ASKS)),
        "output value": Mistake(Model(parameters=output("x", "${gone}")), Model()),
        "condition": Mistake(Model(ASKS, condition="${Aprove == 'ok'}"), Model(ASKS, condition="${Approve == 'ok'}")),
    },
    "an input parameter that takes the answer": {
        "input": Mistake(Model(ASKS, inputs(Approve="x")), Model(ASKS), local={"Approve": None}),
    },
    "begun anew": {
        "value": Mistake(
            Model(parameters=inputs(deadline="soon")), Model(parameters=inputs(deadline="P2D")), anew=True
        ),
        "twice": Mistake(Model(parameters=TWICE), Model(parameters=inputs(deadline="P3D")), anew=True),
        "expression": Mistake(
            Model(says(UF_RESULT_EXPECTED="${true}")), Model(parameters=inputs(UF_RESULT_EXPECTED="${true}")), anew=True
        ),
        "element": Mistake(Model(ASKS, element="Approve"), Model(ASKS, element="responsibleId"), anew=True),
    },
}


class Instance:
    """A running instance with a mistake in its model, and the person who corrects it."""

    def __init__(self, admin: Admin, mistake: Mistake, process: str, topic: str) -> None:
        self._admin, self._mistake, self._process, self._topic = admin, mistake, process, topic
        admin.deploy(mistake.wrong.of(process, topic))
        self.id = admin.start(process, {"people": ALL} if mistake.wrong.element else {})

    def is_stuck(self) -> bool:
        return len(self._admin.incidents(self.id)) == (len(PEOPLE) if self._mistake.wrong.element else 1)

    def is_corrected(self) -> None:
        """All messages name the page; then what its row says is done."""
        tasks = self._admin.tasks(self.id)
        assert all("aising the retries alone repeats this: see" in task["errorMessage"] for task in tasks), tasks
        if self._mistake.right:
            self.migrates(self._mistake.right)
        for name, value in (self._mistake.local or {}).items():
            for task in tasks:
                path, body = f"/execution/{task['executionId']}/localVariables/{name}", {"value": value}
                assert self._admin.call(*(("PUT", path, body) if value else ("DELETE", path))).status_code == 204
        if self._mistake.anew:
            self.begins_anew()
        else:
            for task in tasks:
                self._admin.raise_retries(task["id"])

    def migrates(self, model: Model) -> None:
        old = self._admin.tasks(self.id)[0]["processDefinitionId"]
        self._admin.deploy(model.of(self._process, self._topic))
        [new] = self._admin.get("/process-definition", key=self._process, latestVersion="true")
        between = {"sourceProcessDefinitionId": old, "targetProcessDefinitionId": new["id"]}
        plan = self._admin.call("POST", "/migration/generate", between).json()
        body = {"migrationPlan": plan, "processInstanceIds": [self.id]}
        # An extension of the lock at the same moment is a conflict for the operator, who tries again.
        wait_until(lambda: self._admin.call("POST", "/migration/execute", body).status_code == 204, "migrated")

    def begins_anew(self) -> None:
        run = self._admin.tasks(self.id)[0]["activityInstanceId"]
        found = beginning_of(self._admin.get(f"/process-instance/{self.id}/activity-instances"), run)
        assert found
        begin = {"activityId": found.activity_id, "ancestorActivityInstanceId": found.around}
        acts = [
            {"type": "startBeforeActivity", **begin},
            {"type": "cancel", "activityInstanceId": found.activity_instance_id},
        ]
        path = f"/process-instance/{self.id}/modification"
        assert self._admin.call("POST", path, {"instructions": acts}).status_code == 204

    @property
    def said(self) -> str:
        return "; ".join({str(task["errorMessage"]) for task in self._admin.tasks(self.id)})


@CAMUNDA
@pytest.mark.parametrize("row", ROWS)
def test_the_row_of_a_mistake_helps(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str, row: str
) -> None:
    mistakes = ROWS[row].items()
    some = {name: Instance(admin, one, f"{key}_{number}", key) for number, (name, one) in enumerate(mistakes)}
    config = f"topics: {{{key}: {{retries: 1}}}}"
    worker_for(engine.base_url, key, config=config, LOG_LANGUAGE="en", **QUICK).start()

    def none(left: Iterable[str]) -> bool:
        """Whether none is left; people answer meanwhile what they are asked."""
        for task in portal.tasks():
            if task.status != CLOSED:
                portal.complete(task.id, answer="ДА")
        return not [*left]

    wait_until(lambda: none(name for name, one in some.items() if not one.is_stuck()), "all are incidents")
    for one in some.values():
        one.is_corrected()
    ended = dict.fromkeys(some, False)

    def left() -> Iterable[str]:
        ended.update({name: admin.ended(some[name].id) for name in some if not ended[name]})
        return (name for name in some if not ended[name])

    try:
        wait_until(lambda: none(left()), "all go on")
    except AssertionError:
        pytest.fail("\n".join(f"{name}: {some[name].said}" for name in left()))


@CAMUNDA
def test_a_stuck_process_goes_on_with_what_explain_shows(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str
) -> None:
    """Raising the job's retries alone repeated the fault of the model, and nothing said that the instance must move."""
    conditions = ("${amount > 5}", "${Approve == 'ok'}")
    wrong, right = (Model(ASKS, condition=one).of(key, key).replace(EXTERNAL, WITH_JOB) for one in conditions)
    admin.deploy(wrong)
    instance = admin.start(key)
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    [task] = wait_until(portal.tasks, "the task")
    portal.complete(task.id, answer="ДА")
    [incident] = wait_until(lambda: admin.incidents(instance), "stuck")
    assert incident["incidentType"] == "failedJob"

    found = json.loads(worker.command("explain", instance, "--json").stdout)
    assert "docs model-faults#go-on-with-a-stuck-process" in found["matters"][0]["cure"]
    ids = dict(one.split("=", 1) for one in shlex.split(found["shell"]))
    assert (ids["INSTANCE"], ids["KEY"]) == (instance, key)
    admin.deploy(right)
    [new] = admin.get("/process-definition", key=key, latestVersion="true")
    between = {"sourceProcessDefinitionId": ids["OLD"], "targetProcessDefinitionId": new["id"]}
    plan = admin.call("POST", "/migration/generate", between).json()
    body = {"migrationPlan": plan, "processInstanceIds": [instance]}
    assert admin.call("POST", "/migration/execute", body).status_code == 204
    assert admin.call("PUT", f"/job/{ids['JOB']}/retries", {"retries": 1}).status_code == 204
    wait_until(lambda: admin.ended(instance), "gone on")


@CAMUNDA
@pytest.mark.parametrize("deleted", [False, True])
def test_a_step_begins_anew_without_the_task_that_it_waited_for(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str, *, deleted: bool
) -> None:
    """Its task was deleted; or its task asks, and the model no longer does."""
    instance = Instance(admin, Mistake(Model(ASKS)), key, key)
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    [first] = wait_until(portal.tasks, "the task")
    worker.wait_for("task.waiting")
    if deleted:
        portal.store.add({"TITLE": "another", "RESPONSIBLE_ID": 1, "XML_ID": "camunda:witness"})
        portal.delete(first.id)
    else:
        instance.migrates(Model())
        portal.complete(first.id)
    wait_until(instance.is_stuck, "an incident")
    assert "begin the step anew: camunda-bitrix-worker docs model-faults#begin-the-step-anew" in instance.said
    instance.begins_anew()
    wait_until(lambda: deleted or admin.ended(instance.id), "nobody is asked any more")
    if deleted:
        second = wait_until(
            lambda: [task for task in portal.tasks() if task.xml_id not in (first.xml_id, "camunda:witness")],
            "another task",
        )[0]
        portal.complete(second.id, answer="ДА")
    wait_until(lambda: admin.ended(instance.id), "the step is completed")
