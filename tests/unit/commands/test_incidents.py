"""`status` tells which steps need a decision, and never "none" where nobody could be asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from tests.support.builders import DONE, fetched, open_ledger
from worker.commands import incidents as module
from worker.commands.incidents import NO_STUCK, NoNumbers, lines_of, read_incidents, told_of
from worker.commands.named_rows import since_of
from worker.config.loading import load
from worker.config.settings import Settings
from worker.ledger import Ledger
from worker.words.incident_words import STUCK_CURE, WORDS

ENGINE = "http://engine/engine-rest"
TOPIC = "bitrix_create_task"
TASK = {
    "id": "task-1",
    "topicName": TOPIC,
    "activityId": "Task_Approve",
    "processInstanceId": "instance-1",
    "processDefinitionId": "order:1:x",
    "processDefinitionKey": "order",
    "businessKey": "A-17",
    "errorMessage": "nobody is\nresponsible",
    "retries": 0,
    "tenantId": None,
}
BPMN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="order">
<serviceTask id="Task_Approve" name="Approve&#10;it"/></process></definitions>"""
SETTINGS = Settings.model_validate(
    {
        "camunda": {"base_url": ENGINE, "cockpit_url": "http://engine/camunda/app/cockpit/default"},
        "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
        "http": {"port": 0},
        "log": {"language": "en"},
    }
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    ledger.created(fetched("task-1"), None, 42, DONE, adopted=False)
    yield ledger
    ledger.close()


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mock:
        mock.get(f"{ENGINE}/external-task", json=[TASK])
        told = {"incidentType": "failedExternalTask", "configuration": "task-1"}
        mock.get(f"{ENGINE}/incident", json=[told | {"incidentTimestamp": "2026-03-01T13:00:00.000+0300"}])
        mock.get(f"{ENGINE}/process-definition/order%3A1%3Ax/xml", json={"bpmn20Xml": BPMN})
        mock.get(f"{ENGINE}/history/activity-instance", json=[])
        yield mock


def test_without_a_worker_the_engine_is_asked(ledger: Ledger, http: requests_mock.Mocker) -> None:
    found = read_incidents(SETTINGS, ledger.views)
    assert json.loads(json.dumps(found)) == found
    assert (found["count"], found["unknown_since"], found["reason"]) == (1, None, None)
    [one] = found["shown"]
    assert one["step"] == "Approve it"
    line, cure = lines_of(found, "en")
    assert cure == WORDS["cure"].en
    assert line == (
        f"needs a decision since {since_of('2026-03-01T10:00:00+00:00', 'en')}: "
        "Approve it (Task_Approve), process order, key A-17, "
        "Bitrix24 task 42, external task task-1: nobody is responsible http://engine/camunda/app/cockpit/default/#/process-instance/instance-1/runtime"
        "?tab=incidents-tab"
    )


JOB = {
    "id": "i-1",
    "incidentType": "failedJob",
    "processInstanceId": "instance-of-task-1",
    "activityId": "decide",
    "incidentMessage": "no such variable",
    "incidentTimestamp": "2026-03-01T13:00:00.000+0300",
}


def test_a_process_that_is_stuck_is_told_with_its_cure(ledger: Ledger, http: requests_mock.Mocker) -> None:
    http.get(f"{ENGINE}/external-task", json=[])
    http.get(f"{ENGINE}/incident?incidentType=failedJob", json=[JOB, JOB | {"id": "i-2", "processInstanceId": "other"}])
    http.get(f"{ENGINE}/history/process-instance?processInstanceIds=other", json=[{"id": "other"}])
    http.get(f"{ENGINE}/history/process-instance?superProcessInstanceId=other", json=[])
    found = read_incidents(SETTINGS, ledger.views)
    assert (found["count"], found["stuck"]["count"]) == (0, 1)
    line, cure = lines_of(found, "en")
    assert line.startswith(f"stuck since {since_of('2026-03-01T10:00:00+00:00', 'en')}: decide, process ")
    assert "Bitrix24 task 42, process instance instance-of-task-1: no such variable http://engine/camunda/" in line
    assert cure == STUCK_CURE.en


def test_without_a_ledger_nobody_knows_whose_processes_are_stuck(http: requests_mock.Mocker) -> None:
    http.get(f"{ENGINE}/external-task", json=[])
    http.get(f"{ENGINE}/incident?incidentType=failedJob", json=[JOB])
    found = read_incidents(SETTINGS, NoNumbers())
    assert (found["count"], found["stuck"]["count"], told_of(found)) == (0, None, "unknown")
    why = "the ledger could not be read"
    assert [*lines_of(found, "en")] == [f"Whether processes are stuck behind steps is not known: {why}"]


def test_none_is_said_only_by_the_engine(ledger: Ledger, http: requests_mock.Mocker) -> None:
    http.get(f"{ENGINE}/external-task", json=[])
    found = read_incidents(SETTINGS, ledger.views)
    assert (found["count"], [*lines_of(found, "ru")]) == (0, [])


def test_an_engine_that_does_not_answer_leaves_it_unknown_with_the_cause(
    ledger: Ledger, http: requests_mock.Mocker
) -> None:
    http.get(f"{ENGINE}/external-task", status_code=403, json={"type": "X", "message": "no permission"})
    found = read_incidents(SETTINGS, ledger.views)
    assert found["count"] is None
    [line] = lines_of(found, "en")
    assert line.startswith("How many steps need a decision is not known: the worker's user lacks ")


def test_a_model_that_is_kept_from_us_costs_only_the_name(ledger: Ledger, http: requests_mock.Mocker) -> None:
    http.get(f"{ENGINE}/process-definition/order%3A1%3Ax/xml", status_code=403)
    [one] = read_incidents(SETTINGS, ledger.views)["shown"]
    assert (one["step"], one["activity"]) == (None, "Task_Approve")


def test_the_running_worker_is_asked_first(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {"count": None, "asked": True, "topics": {}, "shown": [], "groups": [], "stuck": NO_STUCK}
    told |= {
        "hangs": NO_STUCK,
        "suspended": NO_STUCK,
        "dismissed": NO_STUCK,
        "taken": NO_STUCK,
        "elsewhere": NO_STUCK,
        "in_control": NO_STUCK,
        "misspelt": {**NO_STUCK, "unread": 0},
        "missing": {"count": 0, "tasks": []},
        "unknown_since": "2026-03-01T10:00:00+00:00",
        "reason": "the engine refuses connections",
    }
    monkeypatch.setattr(module, "incidents_of", lambda _: told)
    found = read_incidents(SETTINGS, ledger.views)
    assert found == told
    [line] = lines_of(found, "en")
    since = since_of("2026-03-01T10:00:00+00:00", "en")
    assert line.endswith(f"need a decision, since {since}: the engine refuses connections")
    assert [*lines_of(found | {"asked": False}, "en")] == [], "just started: the engine has not failed to answer"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "CAMUNDA_BASE_URL is not set"), ("ru", "не задано CAMUNDA_BASE_URL")]
)
def test_without_an_address_nobody_is_asked(
    http: requests_mock.Mocker, ledger: Ledger, language: str, words: str
) -> None:
    settings = load(None, {"LOG_LANGUAGE": language, "HTTP_PORT": "0"}, sides=False)
    found = read_incidents(settings, ledger.views)
    assert (found["count"], found["reason"]) == (None, words)
    assert not http.called


def test_whoever_has_not_let_the_shell_read_its_env_file_is_told(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("CAMUNDA_BASE_URL=http://engine/engine-rest\n", encoding="utf-8")
    settings = load(None, {"LOG_LANGUAGE": "en", "HTTP_PORT": "0"}, sides=False)
    assert str(read_incidents(settings, ledger.views)["reason"]).endswith("set -a; . ./.env; set +a")
