"""What the engine tells of a step's model, on every engine."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from tests.support.engine_admin import Admin, sequence
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import TaskGone
from worker.steps.bpmn.definition import steps_in

EXTENSIONS = """<camunda:properties><camunda:property name="UF_RESULT_EXPECTED" value="1"/></camunda:properties>
<camunda:inputOutput><camunda:inputParameter name="title">Договор</camunda:inputParameter></camunda:inputOutput>"""


def test_the_definition_of_a_fetched_task_tells_what_its_step_says(
    engine: RunningEngine, admin: Admin, key: str
) -> None:
    admin.deploy(sequence(key, {"one": key, "two": f"{key}_two"}, extensions=EXTENSIONS))
    admin.start(key, {"process": "variable"})
    client = Engine(CamundaSettings(base_url=engine.base_url), "definition-contract", {key: 10.0}, connections=1)
    (task,) = client.fetch([key], 1).tasks
    assert task.process_definition_id is not None
    steps = steps_in(client.definition_xml(task.process_definition_id))
    assert steps[task.activity_id].inputs == ("title",)
    assert steps[task.activity_id].properties == {"UF_RESULT_EXPECTED": "1"} == dict(task.extension_properties)
    assert steps["two"].inputs == ()


def test_a_definition_that_is_not_there_is_no_outage(engine: RunningEngine) -> None:
    client = Engine(CamundaSettings(base_url=engine.base_url), "definition-contract", {}, connections=1)
    with pytest.raises(TaskGone):
        client.definition_xml("order:1:no-such")
