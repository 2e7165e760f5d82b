"""Which processes wait at a gateway for ever, by what real engines tell of them: no other one may be called so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from tests.support.builders import DONE, fetched, open_ledger
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.monitoring import hanging
from worker.monitoring.hanging import MOST_ASKED, HangingReader
from worker.runtime import clock

REAL = [kind for kind in CHOSEN if kind != "builtin"]
NEVER = "${false}"
FLOW = '<bpmn:sequenceFlow id="{source}_{to}" sourceRef="{source}" targetRef="{to}">{condition}</bpmn:sequenceFlow>'
CONDITION = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{}</bpmn:conditionExpression>'
HOUR = "<bpmn:timeDuration>PT1H</bpmn:timeDuration>"
TIMER = f"<bpmn:timerEventDefinition>{HOUR}</bpmn:timerEventDefinition>"
BOUNDARY = f'<bpmn:boundaryEvent id="late" attachedToRef="{{}}">{TIMER}</bpmn:boundaryEvent>'
PARALLEL, INCLUSIVE = "parallelGateway", "inclusiveGateway"
USER = '<bpmn:userTask id="other"/>'
TWICE = """<bpmn:multiInstanceLoopCharacteristics>
  <bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2</bpmn:loopCardinality>{enough}
</bpmn:multiInstanceLoopCharacteristics>"""
ENOUGH = f'<bpmn:completionCondition xsi:type="bpmn:tFormalExpression">{NEVER}</bpmn:completionCondition>'
OPEN = {
    "step": '<bpmn:serviceTask id="other" camunda:type="external" camunda:topic="{key}_theirs"/>',
    "person": USER,
    "timer": f'<bpmn:intermediateCatchEvent id="other">{TIMER}</bpmn:intermediateCatchEvent>',
    "message": '<bpmn:receiveTask id="other" messageRef="told"/>',
    "signal": '<bpmn:intermediateCatchEvent id="other"><bpmn:signalEventDefinition signalRef="sign"/>'
    "</bpmn:intermediateCatchEvent>",
    "call": '<bpmn:callActivity id="other" calledElement="{key}_person"/>',
    "job_before": '<bpmn:serviceTask id="other" camunda:expression="x" camunda:asyncBefore="true"/>',
    "job_after": '<bpmn:serviceTask id="other" camunda:expression="x" camunda:asyncAfter="true"/>',
    "job_at_gateway": '<bpmn:parallelGateway id="other" camunda:asyncBefore="true"/>',
    "many": f'<bpmn:userTask id="other">{TWICE.format(enough="")}</bpmn:userTask>',
    "inside": '<bpmn:subProcess id="other"><bpmn:startEvent id="s"/><bpmn:userTask id="u"/>'
    f"{FLOW.format(source='s', to='u', condition='')}</bpmn:subProcess>",
}
"""What the other branch waits for, so that it may come yet."""
GONE = '<bpmn:exclusiveGateway id="other" default="other_gone"/><bpmn:endEvent id="gone"/>'
"""The other branch ends elsewhere."""
AT_JOIN = 'camunda:asyncBefore="true"'


def forked(other: str, *, gateway: str = PARALLEL, at_join: str = "") -> str:
    """Two branches: one goes to the join at once, the other by way of `other`."""
    flows = ["start fork", "fork join", "fork other", "join end"]
    told = [FLOW.format(source=source, to=to, condition="") for source, to in map(str.split, flows)]
    ends = 'id="gone"' in other
    told.append(FLOW.format(source="other", to="join", condition=CONDITION.format(NEVER) if ends else ""))
    told += [FLOW.format(source="other", to="gone", condition="")] if ends else []
    return (
        f'<bpmn:startEvent id="start"/><bpmn:{gateway} id="fork"/><bpmn:{gateway} id="join" {at_join}/>'
        f'<bpmn:endEvent id="end"/>{other}{"".join(told)}'
    )


def within(more: str = "", loop: str = "", beside: str = "") -> str:
    """A sub-process in which a branch waits for ever."""
    flow = FLOW.format(source="begin", to="sub", condition="")
    inner = f'<bpmn:subProcess id="sub">{loop}{forked(GONE)}</bpmn:subProcess>'
    return f'<bpmn:startEvent id="begin"/>{flow}{inner}{more}{beside}'


def calling(more: str = "") -> str:
    flow = FLOW.format(source="begin", to="call", condition="")
    return f'<bpmn:startEvent id="begin"/>{flow}<bpmn:callActivity id="call" calledElement="{{key}}_gone"/>{more}'


EVENT_SUB = (
    f'<bpmn:subProcess id="events" triggeredByEvent="true"><bpmn:startEvent id="after">{TIMER}</bpmn:startEvent>'
    f'<bpmn:endEvent id="over"/>{FLOW.format(source="after", to="over", condition="")}</bpmn:subProcess>'
)
BESIDE = '<bpmn:userTask id="person"/>' + FLOW.format(source="begin", to="person", condition="")
AFTER_A_PERSON = (
    '<bpmn:userTask id="ask"/><bpmn:exclusiveGateway id="other" default="other_gone"/><bpmn:endEvent id="gone"/>'
    + FLOW.format(source="ask", to="other", condition="")
)
PROCESSES = {
    **{name: forked(other) for name, other in OPEN.items()},
    "job_at_join": forked(USER, at_join=AT_JOIN),
    "inclusive_open": forked(USER, gateway=INCLUSIVE),
    "gone": forked(GONE),
    "inclusive_gone": forked(AFTER_A_PERSON, gateway=INCLUSIVE).replace(
        'sourceRef="fork" targetRef="other"', 'sourceRef="fork" targetRef="ask"'
    ),
    "sub": within(),
    "sub_beside_a_person": within(beside=BESIDE),
    "sub_each": within(loop=TWICE.format(enough="")),
    "sub_until_enough": within(loop=TWICE.format(enough=ENOUGH)),
    "sub_until_late": within(BOUNDARY.format("sub")),
    "until_late": forked(GONE) + EVENT_SUB,
    "calls": calling(),
    "calls_until_late": calling(BOUNDARY.format("call")),
}
FOR_EVER = {"gone", "inclusive_gone", "sub", "sub_beside_a_person", "sub_each", "called by calls"}
HELD_JOBS = ("job_before", "job_after", "job_at_gateway", "job_at_join")


@pytest.fixture
def started(admin: Admin, key: str) -> Iterator[dict[str, str]]:
    """The processes, each with an instance; by id, what it is. Jobs that a branch waits for are not executed."""
    events = f'<bpmn:message id="told" name="{key}_told"/><bpmn:signal id="sign" name="{key}_sign"/>'
    for name, content in PROCESSES.items():  # each in a document of its own: all have the same ids
        head = f'<bpmn:process id="{key}_{name}" isExecutable="true" camunda:historyTimeToLive="P1D">'
        admin.deploy(definitions("{}").format(f"{events}{head}{content.replace('{key}', key)}</bpmn:process>"))
    for name in HELD_JOBS:
        body = {"processDefinitionKey": f"{key}_{name}", "includeJobs": True, "suspended": True}
        assert admin.call("PUT", "/job-definition/suspended", body).status_code == 204
    found = {admin.start(f"{key}_{name}", {"x": "1"}): name for name in PROCESSES}
    for caller, name in list(found.items()):
        for called in admin.get("/process-instance", superProcessInstance=caller):
            found[called["id"]] = f"called by {name}"
    instance = next(id_ for id_, name in found.items() if name == "inclusive_gone")
    [task] = admin.get("/task", processInstanceId=instance)
    assert admin.call("POST", f"/task/{task['id']}/complete", {}).status_code == 204
    yield found
    for name in HELD_JOBS:
        admin.call("PUT", "/job-definition/suspended", {"processDefinitionKey": f"{key}_{name}", "suspended": False})


@pytest.mark.parametrize("engine", REAL, indirect=True)  # the stand-in forks no process
def test_only_those_that_wait_for_ever_are_told(
    engine: RunningEngine,
    admin: Admin,
    started: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not while a branch waits for a person, a step, a timer, an event, a job or a called process."""
    monkeypatch.setattr(hanging, "YOUNG_SECONDS", -60.0)
    ledger = open_ledger(tmp_path)
    for number, instance in enumerate(started):
        ledger.created(fetched(f"t-{number}", process_instance_id=instance), None, 42, DONE, adopted=False)
    calls: list[str] = []
    settings = CamundaSettings(base_url=engine.base_url)
    with closing(Engine(settings, "hanging", {}, connections=1, comes_by=calls.append)) as client:
        now = [clock.boottime()]
        monkeypatch.setattr(clock, "boottime", lambda: now[0])
        reader = HangingReader(client, ledger.views)
        found = reader.read()
        while found.unknown:
            assert calls.count("activity-instances") <= MOST_ASKED
            calls.clear()
            now[0] += hanging.SOON_SECONDS
            found = reader.read()
    told = {started[one.process_instance_id or ""]: one for one in found.found}
    assert set(told) == FOR_EVER
    assert all(one.since and one.activity_id == "join" for one in found.found)
    assert {started[id_] for id_ in found.listed or ()} == FOR_EVER
    gone = told["gone"].process_instance_id or ""
    tree = admin.get(f"/process-instance/{gone}/activity-instances")
    [waits] = tree["childActivityInstances"]
    body = {
        "instructions": [
            {"type": "cancel", "activityInstanceId": waits["id"]},
            {"type": "startBeforeActivity", "activityId": "end"},
        ]
    }
    assert admin.call("POST", f"/process-instance/{gone}/modification", body).status_code == 204
    wait_until(lambda: admin.ended(gone), "it is led past the gateway")
    ledger.close()
