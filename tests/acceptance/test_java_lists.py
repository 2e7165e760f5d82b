"""Modeler's input types List and Map, and lists without a type over REST: Java objects, read through the engine."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until

INPUTS = """<camunda:inputOutput>
<camunda:inputParameter name="title">Договор</camunda:inputParameter>
<camunda:inputParameter name="tags"><camunda:list><camunda:value>договор</camunda:value>
<camunda:value>срочно</camunda:value></camunda:list></camunda:inputParameter>
<camunda:inputParameter name="people"><camunda:map><camunda:entry key="watch"><camunda:list>
<camunda:value>7</camunda:value>
<camunda:value>42</camunda:value></camunda:list></camunda:entry></camunda:map></camunda:inputParameter>
<camunda:inputParameter name="nobody"><camunda:list/></camunda:inputParameter>
</camunda:inputOutput>"""
CONFIG = """
topics:
  {key}:
    task:
      auditors: "{{{{ people.watch }}}}"
      accomplices: "{{{{ nobody }}}}"
      description: "{{{{ orders | join('; ') }}}}, {{{{ nothing }}}}."
"""


@pytest.mark.parametrize("everything", [False, True])
def test_a_list_and_a_map_of_modeler_reach_the_portal_as_such(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, everything: bool
) -> None:
    """The process has a variable of the same name, with another value: the step's own counts."""
    admin.deploy(sequence(key, {"step": key}, extensions=INPUTS))
    null = {"objectTypeName": "java.util.ArrayList", "serializationDataFormat": "application/json"}
    given = {
        "tags": {"value": ["чужой"]},
        "orders": {"value": ["A-1", {"n": 2}]},
        "nothing": {"type": "Object", "value": None, "valueInfo": null},
    }
    instance = admin.start(key, given)
    config = CONFIG.format(key=key) + ("    variables: all\n" if everything else "")
    worker = worker_for(engine.base_url, key, config=config).start()
    wait_until(lambda: admin.ended(instance), "the step completed")
    assert worker.stop() == 0
    [task] = portal.tasks()
    assert task.fields["TAGS"] == ["договор", "срочно"]
    assert task.fields["AUDITORS"] == [7, 42]
    assert not task.fields.get("ACCOMPLICES")
    assert task.fields["DESCRIPTION"] == 'A-1; {"n": 2}, .'
