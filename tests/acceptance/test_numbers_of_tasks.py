"""What a step reads as the number of another step's task, and how it gets the right one: on the real engines."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import QUICK
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions

REAL = [kind for kind in CHOSEN if kind != "builtin"]
STEP = """<bpmn:serviceTask id="{id}" name="{id}" camunda:type="external" camunda:topic="KEY" {more}>
<bpmn:extensionElements><camunda:inputOutput>{parameters}</camunda:inputOutput></bpmn:extensionElements>{loop}
</bpmn:serviceTask>"""
KEPT = '<camunda:outputParameter name="task{id}">${{bitrixTaskId}}</camunda:outputParameter>'
READS = """<camunda:inputParameter name="parentId">${{{meant}}}</camunda:inputParameter>
<camunda:inputParameter name="description">${{bitrixTaskId}}</camunda:inputParameter>"""
LOOP = """<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>
</bpmn:multiInstanceLoopCharacteristics>"""
UNDO = '<bpmn:{0} id="{1}" {2}><bpmn:compensateEventDefinition/></bpmn:{0}>'
FORK = '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'


def step(id_: str, parameters: str = "", loop: str = "", more: str = "") -> str:
    return STEP.format(id=id_, parameters=parameters, loop=loop, more=more)


def kept(id_: str) -> str:
    return step(id_, KEPT.format(id=id_))


def reads(meant: str, more: str = "") -> str:
    return step("R", READS.format(meant=meant), more=more)


COMPENSATED = (
    kept("A")
    + step("B")
    + reads("taskA", 'isForCompensation="true"')
    + UNDO.format("boundaryEvent", "undo", 'attachedToRef="A"')
    + UNDO.format("intermediateThrowEvent", "back", "")
)
OF = '<bpmn:association id="of" sourceRef="undo" targetRef="R" associationDirection="One"/>'
MODELS: Mapping[str, tuple[str, str, str]] = {
    "compensation": (COMPENSATED, "start A B back end", "A"),
    "join": (kept("A") + kept("B") + reads("taskA") + FORK, "start fork A join R end, fork B join", "A"),
    "instances": (step("A", loop=LOOP) + reads("A_bitrixTaskId_0"), "start A R end", "A"),
}


def drawn(elements: str, ways: str, behind: str = "") -> str:
    """A process with the key KEY. `behind`: what follows the flows."""
    pairs = [pair for way in ways.split(", ") for pair in pairwise(way.split())]
    flows = (f'<bpmn:sequenceFlow id="{one}_{to}" sourceRef="{one}" targetRef="{to}"/>' for one, to in pairs)
    ends = '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'
    inside = "".join((ends, elements, *flows, behind))
    process = f'<bpmn:process id="KEY" isExecutable="true" camunda:historyTimeToLive="P1D">{inside}</bpmn:process>'
    return definitions(process)


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize("name", MODELS)
def test_a_number_that_is_kept_leads_to_the_task_that_is_meant(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, name: str
) -> None:
    elements, ways, meant = MODELS[name]
    admin.deploy(drawn(elements, ways, OF if name == "compensation" else "").replace("KEY", key))
    worker_for(engine.base_url, key, **QUICK).start()
    instance = admin.start(key)
    wait_until(lambda: admin.ended(instance), f"the end, {admin.incidents(instance)}")
    tasks = {str(task.fields["TITLE"]).partition(" ")[0]: task for task in portal.tasks()}
    ids = [task.id for task in portal.tasks() if str(task.fields["TITLE"]).startswith(meant)]
    assert int(tasks["R"].fields["PARENT_ID"]) in ids
    if name == "compensation":
        assert tasks["R"].fields["DESCRIPTION"] == str(tasks["B"].id), "the number of the last task"


SCRIPT = """<bpmn:serviceTask id="{id}" camunda:expression="${{execution.setVariable('title', 'of {id}')}}"/>"""
TITLE = '<camunda:inputParameter name="title">${title}</camunda:inputParameter>'


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize(("kept", "titles"), [("", {"of toB"}), (TITLE, {"of toA", "of toB"})])
def test_a_variable_that_two_branches_set_is_that_of_the_last_unless_a_parameter_keeps_it(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, kept: str, titles: set[str]
) -> None:
    elements = "".join((SCRIPT.format(id="toA"), SCRIPT.format(id="toB"), step("A", kept), step("B", kept), FORK))
    admin.deploy(drawn(elements, "start fork toA A join end, fork toB B join").replace("KEY", key))
    instance = admin.start(key)
    worker_for(engine.base_url, key, **QUICK).start()
    wait_until(lambda: admin.ended(instance), f"the end, {admin.incidents(instance)}")
    assert {task.fields["TITLE"] for task in portal.tasks()} == titles
