"""Incidents as the engine lists them."""

from __future__ import annotations

from typing import Any

import pytest
import requests_mock

from tests.unit.engine.test_engine import BASE, RAW, engine, http, last  # noqa: F401 - the fixture
from worker.engine.errors import EngineUnreachable
from worker.engine.incidents import Incident, incident
from worker.engine.looks import PAGE

Http = requests_mock.Mocker
FAILED: dict[str, Any] = RAW | {"retries": 0, "workerId": None, "errorMessage": "no such person", "tenantId": None}


def test_a_list_gives_what_a_person_needs(http: Http) -> None:  # noqa: F811
    http.get(f"{BASE}/external-task?topicName=slow&noRetriesLeft=true", json=[FAILED])
    assert engine().incidents_of("slow") == (
        [
            Incident(
                external_task_id="task-1",
                topic="slow",
                tenant=None,
                activity_id=RAW["activityId"],
                process_instance_id=RAW["processInstanceId"],
                process_definition_id=RAW["processDefinitionId"],
                process_definition_key=RAW["processDefinitionKey"],
                business_key=RAW["businessKey"],
                reason="no such person",
            )
        ],
        1,
    )


def test_only_a_full_page_is_counted_by_the_engine(http: Http) -> None:  # noqa: F811
    http.get(f"{BASE}/external-task", json=[FAILED] * PAGE)
    http.get(f"{BASE}/external-task/count?topicName=slow&noRetriesLeft=true", json={"count": 7000})
    found, count = engine().incidents_of("slow")
    assert (len(found), count) == (PAGE, 7000)


@pytest.mark.parametrize("value", [7, None, ["a"], "x" * 100_000])
@pytest.mark.parametrize("name", ["activityId", "businessKey", "errorMessage", "processInstanceId"])
def test_a_field_that_cannot_be_read_is_missing_and_the_incident_stays(name: str, value: object) -> None:
    assert incident("slow", FAILED | {name: value}).external_task_id == "task-1"


def test_the_times_are_asked_by_the_external_task(http: Http) -> None:  # noqa: F811
    told = {
        "incidentType": "failedExternalTask",
        "configuration": "task-1",
        "incidentTimestamp": "2026-03-01T13:01:30.412+0300",
    }
    odd = told | {"configuration": "task-2", "incidentTimestamp": "yesterday"}
    http.get(f"{BASE}/incident", json=[told, odd, {"incidentType": "failedJob"}])
    assert engine().incident_times("task-1") == {"task-1": 1772359290.412}
    assert last(http).qs["configuration"] == ["task-1"]
    engine().incident_times()
    assert "configuration" not in last(http).qs


@pytest.mark.parametrize("answer", [{}, "none", [{"id": "x"}], [None]])
def test_another_answer_comes_from_no_engine(http: Http, answer: object) -> None:  # noqa: F811
    http.get(f"{BASE}/incident", json=answer)
    with pytest.raises(EngineUnreachable):
        engine().incident_times()
