"""Multi-instance steps: nothing that a person has answered vanishes under the answer of the next."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin, wait_until
from tests.support.models import definitions

MODEL = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_many" sourceRef="start" targetRef="{first}"/>
    {many}
    <bpmn:sequenceFlow id="to_theirs" sourceRef="{first}" targetRef="theirs"/>
    <bpmn:serviceTask id="theirs" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")
STEPS = ("lawyers", "accountants")
BOTH = """<bpmn:subProcess id="Both">
  <bpmn:startEvent id="begin"/><bpmn:parallelGateway id="fork"/>
  <bpmn:sequenceFlow id="to_fork" sourceRef="begin" targetRef="fork"/>
  <bpmn:sequenceFlow id="to_lawyers" sourceRef="fork" targetRef="lawyers"/>
  <bpmn:sequenceFlow id="to_accountants" sourceRef="fork" targetRef="accountants"/>{lawyers}{accountants}
</bpmn:subProcess>"""
STEP = """<bpmn:serviceTask id="Approve" camunda:type="external" camunda:topic="{key}" camunda:asyncAfter="true">
  <bpmn:extensionElements>{properties}<camunda:inputOutput>
    <camunda:inputParameter name="title">{title}</camunda:inputParameter>
  </camunda:inputOutput></bpmn:extensionElements>{loop}
</bpmn:serviceTask>"""
AROUND = """<bpmn:subProcess id="Department">{loop}
  <bpmn:startEvent id="begin"/><bpmn:sequenceFlow id="to_step" sourceRef="begin" targetRef="Approve"/>{step}
</bpmn:subProcess>"""


def loop(count: int, *, sequential: bool = False, until: str = "") -> str:
    until = until and f'<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">{until}</bpmn:completionCondition>'
    return (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f'<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">{count}</bpmn:loopCardinality>{until}'
        "</bpmn:multiInstanceLoopCharacteristics>"
    )


class Scene:
    def __init__(self, engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str) -> None:
        if engine.kind == "builtin":
            pytest.skip("the built-in engine knows no multi-instance")
        self.admin, self.portal, self.key = admin, portal, key
        config = f"topics: {{{key}: {{}}, {key}_decides: {{wait: {{answer_variable: decision}}}}}}"
        self.worker = worker_for(engine.base_url, key, config=config, **QUICK).start()
        self.answered: set[int] = set()

    def start(
        self,
        *,
        inner: str,
        outer: str | None = None,
        title: str = "${loopCounter}",
        variables: dict[str, Any] | None = None,
    ) -> str:
        step = STEP.format(key=self.key, properties=properties(**ASKS), title=title, loop=inner)
        many = step if outer is None else AROUND.format(loop=outer, step=step)
        first = "Approve" if outer is None else "Department"
        self.admin.deploy(MODEL.format(key=self.key, first=first, many=many))
        return self.admin.start(self.key, variables)

    def start_both(self) -> str:
        """Two parallel multi-instance steps of one topic, whose answers go into one variable."""

        def step(name: str) -> str:
            title = f"{name} ${{loopCounter}}"
            made = STEP.format(key=f"{self.key}_decides", properties=properties(**ASKS), title=title, loop=loop(2))
            return made.replace('id="Approve"', f'id="{name}"')

        both = BOTH.format(lawyers=step("lawyers"), accountants=step("accountants"))
        self.admin.deploy(MODEL.format(key=self.key, first="Both", many=both))
        return self.admin.start(self.key)

    def answer(self, answers: dict[str, str]) -> None:
        """Each to the open task with this title, in this order."""
        for title, answer in answers.items():
            wait_until(lambda title=title: self.open(title) is not None, f"the task {title}")  # type: ignore[misc]
            task = self.open(title)
            assert task is not None
            self.answered.add(task)
            self.portal.complete(task, answer=answer)

    def open(self, title: str) -> int | None:
        found = (task for task in self.portal.tasks() if task.fields["TITLE"] == title and task.id not in self.answered)
        return next((task.id for task in found), None)

    def variables(self, instance: str) -> dict[str, Any]:
        def through() -> bool:
            waiting = self.admin.get("/external-task", processInstanceId=instance)
            return [one["activityId"] for one in waiting] == ["theirs"]

        wait_until(through, "all answered")
        told = self.admin.get(f"/process-instance/{instance}/variables")
        return {name: raw["value"] for name, raw in told.items() if "bitrixTaskUrl" not in name}


@pytest.fixture
def scene(engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str) -> Scene:
    return Scene(engine, admin, portal, worker_for, key)


@pytest.mark.parametrize("sequential", [False, True])
def test_every_answer_of_a_multi_instance_is_kept(scene: Scene, sequential: bool) -> None:
    instance = scene.start(inner=loop(3, sequential=sequential))
    scene.answer({"0": "НЕТ", "1": "ДА", "2": "ДА"})
    variables = scene.variables(instance)
    assert {name: variables[name] for name in ("Approve_0", "Approve_1", "Approve_2")} == {
        "Approve_0": "no",
        "Approve_1": "ok",
        "Approve_2": "ok",
    }
    assert len({variables[f"bitrixTaskId_{number}"] for number in range(3)}) == 3


LIST = "java.util.ArrayList<java.lang.Integer>"
PEOPLE: dict[str, Any] = {
    "people": {
        "type": "Object",
        "value": "[1, 42]",
        "valueInfo": {"objectTypeName": LIST, "serializationDataFormat": "application/json"},
    },
    "${people.elements()}": {"type": "Json", "value": "[1, 42]"},
}
"""As docs/step-examples.md says: the collection, and the variable that it needs."""


@pytest.mark.parametrize("collection", PEOPLE)
def test_everyone_of_a_list_is_asked(scene: Scene, engine: RunningEngine, collection: str) -> None:
    if engine.kind == "operaton" or (engine.kind == "builtin" and "elements" in collection):
        pytest.skip("only the Camunda of the tests brings the JSON data format")
    inner = f'<bpmn:multiInstanceLoopCharacteristics camunda:collection="{collection}" '
    inner += 'camunda:elementVariable="responsibleId"/>'
    instance = scene.start(inner=inner, variables={"people": PEOPLE[collection]})
    scene.answer({"0": "НЕТ", "1": "ДА"})
    variables = scene.variables(instance)
    assert (variables["Approve_0"], variables["Approve_1"]) == ("no", "ok")
    made = {task.fields["TITLE"]: str(task.fields["RESPONSIBLE_ID"]) for task in scene.portal.tasks()}
    assert made == {"0": "1", "1": "42"}


def test_the_first_no_ends_it_by_the_plain_variable(scene: Scene) -> None:
    instance = scene.start(inner=loop(3, sequential=True, until="${Approve == 'no'}"))
    scene.answer({"0": "ДА", "1": "НЕТ"})
    variables = scene.variables(instance)
    assert (variables["Approve"], variables["Approve_0"], variables["Approve_1"]) == ("no", "ok", "no")
    assert "Approve_2" not in variables


@pytest.mark.parametrize("outer_sequential", [False, True])
@pytest.mark.parametrize("inner_sequential", [False, True])
def test_nested_loops_keep_every_answer(scene: Scene, *, outer_sequential: bool, inner_sequential: bool) -> None:
    inner = loop(2, sequential=inner_sequential)
    instance = scene.start(inner=inner, outer=loop(2, sequential=outer_sequential))
    for number, answer in enumerate(("НЕТ", "ДА")):
        scene.answer({"0": answer, "1": "ДА"})
        assert number < 2
    variables = scene.variables(instance)
    answers = {name: value for name, value in variables.items() if re.fullmatch(r"Approve_\d_\d", name)}
    assert set(answers) == {"Approve_0_0", "Approve_0_1", "Approve_1_0", "Approve_1_1"}
    assert sorted(answers.values()) == ["no", "ok", "ok", "ok"]


def test_a_step_in_a_loop_of_a_sub_process_keeps_every_answer(scene: Scene) -> None:
    instance = scene.start(inner="", outer=loop(2))
    scene.answer({"0": "НЕТ", "1": "ДА"})
    variables = scene.variables(instance)
    assert (variables["Approve_0"], variables["Approve_1"]) == ("no", "ok")


def test_steps_that_share_an_answer_variable_keep_every_answer(scene: Scene) -> None:
    instance = scene.start_both()
    scene.answer({"lawyers 0": "НЕТ", "lawyers 1": "НЕТ", "accountants 0": "ДА", "accountants 1": "ДА"})
    variables = scene.variables(instance)
    answers = {name: [variables.get(f"{name}_decision_{number}") for number in (0, 1)] for name in STEPS}
    assert answers == {"lawyers": ["no", "no"], "accountants": ["ok", "ok"]}
    assert "decision_0" in variables
    tasks = {variables.get(f"{name}_bitrixTaskId_{number}") for name in STEPS for number in (0, 1)}
    assert tasks == scene.answered
