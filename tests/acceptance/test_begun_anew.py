"""An incident whose step a person begins anew: the former step is none any more, wherever one looks."""

from __future__ import annotations

import re

import pytest
import requests

from sandbox.engine.start import RunningEngine
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_explain import WAITING
from tests.support.engine_admin import Admin, sequence
from tests.support.engines import CHOSEN
from worker.words.page import WORDS

# The others cannot modify an instance, or do not end the task of a cancelled step.
CAMUNDA = pytest.mark.parametrize("engine", [kind for kind in CHOSEN if kind == "camunda"], indirect=True)
TOO_LATE = (
    '<camunda:inputOutput><camunda:inputParameter name="deadline">soon</camunda:inputParameter></camunda:inputOutput>'
)
INCIDENT = WORDS["incident"].en


@CAMUNDA
@pytest.mark.parametrize("sweep", ["1", "600"])
def test_a_former_step_is_no_incident_on_page_in_explain_and_among_the_warnings(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, sweep: str
) -> None:
    """Whether or not the ledger has heard of its end yet."""
    admin.deploy(sequence(key, {"Approve": key}, extensions=TOO_LATE))
    port, settings = free_port(), WAITING | {"WAITING_SWEEP_SECONDS": sweep, "LOG_LANGUAGE": "en"}
    config = f"topics: {{{key}: {{retries: 1}}}}"
    worker = worker_for(engine.base_url, key, config=config, **settings, HTTP_PORT=str(port)).start()
    instance = admin.start(key, business_key="B-33")
    worker.wait_for("task.incident", seconds=60)
    [old] = admin.tasks(instance)
    tree = admin.get(f"/process-instance/{instance}/activity-instances")
    anew = [
        {"type": "startBeforeActivity", "activityId": "Approve", "ancestorActivityInstanceId": tree["id"]},
        {"type": "cancel", "activityInstanceId": old["activityInstanceId"]},
    ]
    assert admin.call("POST", f"/process-instance/{instance}/modification", {"instructions": anew}).status_code == 204

    def list_of_explain() -> dict[str, str]:
        text = worker.command("explain", "B-33").stdout
        return {line.split()[0]: line for line in text.splitlines() if line.strip()}

    worker.wait_for("task.incident", 2, seconds=60)
    [new] = admin.tasks(instance)
    listed = list_of_explain()
    assert INCIDENT in listed[new["id"]]
    assert INCIDENT not in listed[old["id"]]
    worker.wait_for("task.incident_over", seconds=60, task=old["id"])
    shown = requests.get(f"http://127.0.0.1:{port}/?q=B-33&lang=en", timeout=60).text
    assert len(re.findall(INCIDENT, shown.partition('id="tasks"')[2])) == 1
    status = worker.status()
    assert status["headline"] == "Working, but 1 step needs a decision"
    [told] = [one for one in status["warnings"] if one["event"] == "task.incident"]
    assert {one["task"]: one["passed"] for one in told["occurrences"]} == {old["id"]: True, new["id"]: False}
    if sweep == "1":
        worker.wait_for("task.abandoned", seconds=60, task=old["id"])
        assert WORDS["settled"].en in list_of_explain()[old["id"]]
