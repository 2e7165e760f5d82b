"""What an engine makes of a long constant of a step: a text variable ends at 4000 characters, as `check` says."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.test_condition_contract import MODEL, REAL, fetched
from tests.support.engine_admin import Admin

pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
LONGEST, TOO_LONG = "ж" * 4000, "ж" * 4001
INPUT = '<camunda:inputParameter name="description">{}</camunda:inputParameter>'
LIST = "<camunda:list><camunda:value>{}</camunda:value></camunda:list>"
MAP = '<camunda:map><camunda:entry key="a">{}</camunda:entry></camunda:map>'
PROPERTY = '<camunda:properties><camunda:property name="description" value="{}"/></camunda:properties>'


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        (LONGEST, True),
        (f"\n  {LONGEST}\n ", True),
        (TOO_LONG, False),
        (LIST.format(TOO_LONG), True),
        (MAP.format(TOO_LONG), True),
        (f"${{'{TOO_LONG}'}}", False),
    ],
    ids=["longest", "blanks_around", "too_long", "list", "map", "expression"],
)
def test_an_input_parameter_of_more_than_4000_characters_is_refused(
    engine: RunningEngine, admin: Admin, key: str, value: str, taken: bool
) -> None:
    inputs = f"<camunda:inputOutput>{INPUT.format(value)}</camunda:inputOutput>"
    admin.deploy(MODEL.format(key=key, inputs=inputs, loop="", condition="${true}"))
    answer = admin.call("POST", f"/process-definition/key/{key}/start", {})
    assert (answer.status_code == 200) is taken, answer.text
    assert engine.base_url


def test_an_extension_property_may_be_longer(engine: RunningEngine, admin: Admin, key: str) -> None:
    long = TOO_LONG * 5
    admin.deploy(MODEL.format(key=key, inputs=PROPERTY.format(long), loop="", condition="${true}"))
    admin.start(key)
    [task] = admin.call(
        "POST",
        "/external-task/fetchAndLock",
        {
            "workerId": key,
            "maxTasks": 1,
            "topics": [{"topicName": key, "lockDuration": 60_000, "includeExtensionProperties": True}],
        },
    ).json()
    assert task["extensionProperties"] == {"description": long}
    assert engine.base_url
    assert fetched(admin, key) == []
