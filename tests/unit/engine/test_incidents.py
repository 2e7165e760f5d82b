"""Incidents as the engine lists them."""

from __future__ import annotations

from typing import Any

import pytest
import requests_mock

from tests.unit.engine.test_engine import BASE, RAW, engine, http, last  # noqa: F401 - the fixture
from worker.engine.errors import EngineUnreachable
from worker.engine.incident_looks import MOST_JOBS
from worker.engine.incidents import Incident, incident
from worker.engine.line import PAGE

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


JOB: dict[str, Any] = {
    "id": "called",
    "rootCauseIncidentId": "called",
    "incidentType": "failedJob",
    "processInstanceId": "instance-1",
    "processDefinitionId": "order:1:x",
    "activityId": "before",
    "failedActivityId": "decide",
    "incidentMessage": "no such variable",
    "incidentTimestamp": "2026-03-01T13:01:30.412+0300",
}


def test_a_failed_job_says_where_and_why_in_the_calling_process_too(http: Http) -> None:  # noqa: F811
    calling = JOB | {"id": "calling", "incidentMessage": None, "processInstanceId": "instance-2"}
    http.get(f"{BASE}/incident?incidentType=failedJob", json=[calling, JOB])
    two, one = engine().failed_jobs()
    assert (one.id, one.root_id, one.process_instance_id) == ("called", "called", "instance-1")
    assert (one.activity_id, one.reason, one.since) == ("decide", "no such variable", 1772359290.412)
    assert (two.id, two.root_id, two.process_instance_id, two.reason) == ("calling", "called", "instance-2", one.reason)


def test_failed_jobs_are_read_by_pages_and_not_without_end(http: Http) -> None:  # noqa: F811
    http.get(f"{BASE}/incident", [{"json": [JOB] * PAGE}, {"json": [JOB]}, {"json": [JOB] * PAGE}])
    assert len(engine().failed_jobs()) == PAGE + 1
    assert [call.qs["firstresult"] for call in http.request_history] == [["0"], [str(PAGE)]]
    assert len(engine().failed_jobs()) == MOST_JOBS


@pytest.mark.parametrize("answer", [{}, "none", [{"id": "x"}], [None]])
def test_another_answer_comes_from_no_engine(http: Http, answer: object) -> None:  # noqa: F811
    http.get(f"{BASE}/incident", json=answer)
    with pytest.raises(EngineUnreachable):
        engine().incident_times()
    with pytest.raises(EngineUnreachable):
        engine().failed_jobs()
