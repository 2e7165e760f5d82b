"""What the engine does where nobody has answered, and with a signal of what is called: as `check --model` tells it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions

REAL = [kind for kind in CHOSEN if kind != "builtin"]
TIMER = """<bpmn:boundaryEvent id="t" attachedToRef="approve"><bpmn:timerEventDefinition>
  <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P3D</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:boundaryEvent>"""
ASKING = f"<bpmn:extensionElements>{properties(**ASKS)}</bpmn:extensionElements>"
STEP = f'<bpmn:serviceTask id="{{}}" camunda:type="external" camunda:topic="{{}}">{ASKING}</bpmn:serviceTask>'
FLOW = '<bpmn:sequenceFlow id="{0}_{1}" sourceRef="{0}" targetRef="{1}">{2}</bpmn:sequenceFlow>'
IF = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{{}}}</bpmn:conditionExpression>'
CALL = """<bpmn:callActivity id="{}" calledElement="{}_kid"><bpmn:extensionElements>
  <camunda:in variables="all"/><camunda:out source="approve" target="approve"/>
</bpmn:extensionElements></bpmn:callActivity>"""
SIGNAL = '<bpmn:signalEventDefinition signalRef="sg"/>'


def model(key: str, elements: str, *flows: str) -> str:
    """A process. A flow is `from to`, with `? condition`; an exclusive gateway's other one ends with ` *`."""
    drawn, usual = "", dict[str, str]()
    for flow in flows:
        ends, _, condition = flow.partition(" ? ")
        source, target, *default = ends.split()
        usual |= {source: f"{source}_{target}"} if default else {}
        drawn += FLOW.format(source, target, IF.format(condition) if condition else "")
    for gateway, flow in usual.items():
        elements += f'<bpmn:exclusiveGateway id="{gateway}" default="{flow}"/>'
    body = f'<bpmn:startEvent id="s"/><bpmn:endEvent id="yes"/><bpmn:endEvent id="no"/>{elements}{drawn}'
    signal = f'<bpmn:signal id="sg" name="{key.removesuffix("_kid")}"/>' if SIGNAL in elements else ""
    process = f'<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">{body}</bpmn:process>'
    return definitions("{all}").format(all=signal + process)


class Scene:
    def __init__(self, admin: Admin, key: str) -> None:
        self._admin, self._key = admin, key

    def answer(self, said: str) -> None:
        topic = {"topicName": self._key, "lockDuration": 60_000}
        asked = {"workerId": "w", "maxTasks": 1, "topics": [topic]}
        [task] = self._admin.call("POST", "/external-task/fetchAndLock", asked).json()
        body: dict[str, Any] = {"workerId": "w", "variables": {task["activityId"]: {"value": said}}}
        assert self._admin.call("POST", f"/external-task/{task['id']}/complete", body).ok

    def let_time_pass(self) -> None:
        [job] = [one for one in self._admin.get("/job") if one["processDefinitionKey"].startswith(self._key)]
        assert self._admin.call("POST", f"/job/{job['id']}/execute", {}).ok

    def ended_at(self, instance: str) -> list[str]:
        ends = self._admin.get(
            "/history/activity-instance", processInstanceId=instance, activityType="noneEndEvent", finished="true"
        )
        return [one["activityId"] for one in ends]


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_an_earlier_yes_that_a_call_passes_in_counts_as_the_answer_that_nobody_gave(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    calls = CALL.format("one", key) + CALL.format("two", key)
    admin.deploy(model(f"{key}_kid", STEP.format("approve", key) + TIMER, "s approve", "approve yes", "t no"))
    decided = ("g two ? approve == 'ok'", "g no *", "two h", "h yes ? approve == 'ok'", "h no *")
    admin.deploy(model(key, calls, "s one", "one g", *decided))
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK)
    said = worker.command("check", "--model", key).stdout
    assert "call activity two: " in said
    assert "gets it back, as if it had been given now: 'ok' (one)" in said
    instance, scene = admin.start(key), Scene(admin, key)
    scene.answer("ok")
    scene.let_time_pass()
    assert scene.ended_at(instance) == ["yes"]


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_the_yes_of_the_round_before_counts_where_a_timer_ends_the_step(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    steps = STEP.format("approve", key) + TIMER + STEP.format("sign", key)
    read = "execution.getVariable('approve') == 'ok'"
    back = ("sign h", "h yes ? sign == 'ok'", "h approve *")
    admin.deploy(model(key, steps, "s approve", "approve g", "t g", f"g sign ? {read}", "g no *", *back))
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK)
    said = worker.command("check", "--model", key).stdout
    assert "the variable keeps an earlier answer then, and that decides: 'ok' (approve)" in said
    instance, scene = admin.start(key), Scene(admin, key)
    scene.answer("ok")
    scene.answer("no")
    scene.let_time_pass()
    scene.answer("ok")
    assert scene.ended_at(instance) == ["yes"]


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize(("cancel", "ends"), [("true", {"no"}), ("false", {"no", "yes"})])
def test_a_signal_that_what_is_called_throws_is_caught_at_the_call(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, cancel: str, ends: set[str]
) -> None:
    throws = f'<bpmn:intermediateThrowEvent id="up">{SIGNAL}</bpmn:intermediateThrowEvent>'
    kid = ("s approve", "approve g", "g up ? approve == 'no'", "g yes *", "up no")
    admin.deploy(model(f"{key}_kid", STEP.format("approve", key) + throws, *kid))
    catches = f'<bpmn:boundaryEvent id="c" attachedToRef="one" cancelActivity="{cancel}">{SIGNAL}</bpmn:boundaryEvent>'
    admin.deploy(model(key, CALL.format("one", key) + catches, "s one", "one yes", "c no"))
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK)
    said = " ".join(worker.command("check", "--model", key).stdout.split())
    assert f"if the called process throws the signal {key}" in said
    instance, scene = admin.start(key), Scene(admin, key)
    scene.answer("no")
    assert {*scene.ended_at(instance)} == ends
