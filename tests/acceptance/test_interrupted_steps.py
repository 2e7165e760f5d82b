"""Boundary timers interrupt many waiting steps at once: the engine's history tells that it has no other database."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin, sequence
from tests.support.engines import EngineOf

TIMER = """    <bpmn:boundaryEvent id="late" attachedToRef="ours">
      <bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="away" sourceRef="late" targetRef="theirs"/>
"""
MANY = 6


@pytest.fixture(scope="session")
def engine(engine_of: EngineOf) -> RunningEngine:
    """One that keeps a history."""
    return engine_of("camunda")


def test_many_steps_that_timers_interrupt_are_concluded_at_once(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    model = sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=properties(**ASKS))
    admin.deploy(model.replace('    <bpmn:endEvent id="end"/>', TIMER + '    <bpmn:endEvent id="end"/>'))
    instances = [admin.start(key) for _ in range(MANY)]
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    worker.wait_for("task.waiting", MANY, 60)
    for instance in instances:
        [timer] = admin.get("/job", processInstanceId=instance)
        assert admin.call("POST", f"/job/{timer['id']}/execute").status_code == 204
    worker.wait_for("waiting.step_gone", MANY, 60)
    assert worker.events("waiting.many_steps_gone") == []
    assert all(len(portal.store.comments(task.id)) == 1 for task in portal.tasks())
