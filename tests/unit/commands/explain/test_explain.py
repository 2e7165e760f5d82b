"""`explain` says first what is the matter and what to do, invents no date, and changes nothing."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock
import sqlalchemy as sa

from bitrix.causes import Cause, Trouble
from bitrix.errors import Doubtful
from bitrix.methods import ADD
from tests.support.bare_environment import without_settings
from tests.support.builders import DONE, FAILED, draft, fetched, open_ledger, owed_for
from tests.support.ledger_history import make_ledger_of
from tests.support.page_facts import ABOUT, facts
from tests.support.still_clock import still_clock
from worker.cli import EXIT_FOUND, EXIT_OK, EXIT_UNABLE, main
from worker.commands.explain.shown import moment
from worker.commands.explain.silence import silence_of
from worker.commands.running import state as running
from worker.commands.running.page import Answer
from worker.commands.status import status_of
from worker.engine.incidents import Stuck
from worker.ledger import Ledger, LedgerUnavailable, Person
from worker.ledger.leases import Absent, WorkerLeases
from worker.ledger.life import Life
from worker.ledger.peers import Silent
from worker.ledger.schema import meta
from worker.ledger.view import Views
from worker.mapping.faults import MappingFault, reason_of
from worker.model import Failure, Stage, SyncRequest
from worker.monitoring.incidents import Incidents
from worker.monitoring.page_incidents import INCIDENTS, as_data as of_incidents
from worker.monitoring.page_view import view_of
from worker.monitoring.page_warnings import as_data
from worker.runtime.recent_warnings import RecentWarnings
from worker.tasks.begun_creates import BegunCreate
from worker.words.absent import said_of_absent
from worker.words.begun_creates import NOT_IN_HAND, looked_up_at
from worker.words.causes import in_words
from worker.words.explain_cures import CURES
from worker.words.health import OF_ANOTHER_LEDGER

SECRET = "verysecretcode"
PORTAL = f"https://portal.example/rest/1/{SECRET}"
ENGINE = "http://engine/engine-rest"
AT = 1_772_359_200.0  # 2026-03-01T10:00:00Z
TASK = {
    "id": "task-1",
    "topicName": "bitrix_create_task",
    "activityId": "Task_Create",
    "activityInstanceId": "Task_Create:7c1d",
    "processInstanceId": "instance-of-task-1",
    "processDefinitionKey": "order",
    "businessKey": "ORDER-7",
    "tenantId": None,
    "retries": None,
    "errorMessage": None,
    "workerId": "w",
    "lockExpirationTime": "2036-03-01T10:01:30.412+0000",
    "suspended": False,
}
LOG = {
    "timestamp": "2026-03-01T09:59:58.000+0000",
    "externalTaskId": "task-1",
    "creationLog": True,
    "failureLog": False,
    "successLog": False,
    "deletionLog": False,
    "activityInstanceId": "Task_Create:7c1d",
}
FAILED_LOG = LOG | {
    "timestamp": "2026-03-01T10:00:03.000+0000",
    "creationLog": False,
    "failureLog": True,
    "workerId": "w",
    "retries": 1,
    "errorMessage": "nobody is responsible",
}
RUN = {"id": "Task_Create:7c1d", "activityName": "Approve it", "startTime": "2026-03-01T09:59:58.000+0000"}
ROW = {"id": "42", "status": "3", "responsibleId": "7", "createdDate": "2026-03-01T13:00:01+03:00"}
GONE = {"type": "RestException", "message": "External task with id task-1 does not exist"}
STEP = {"id": "Task_Create:7c1d", "activityId": "Task_Create"}
BODY = {"id": "Task_Create#multiInstanceBody:5", "activityId": "Task_Create#multiInstanceBody"}
TREE = {"id": "instance-of-task-1", "childActivityInstances": [BODY | {"childActivityInstances": [STEP]}]}
NOW = {"id": "instance-of-task-1", "definitionId": "order:1:x"}
Capture = pytest.CaptureFixture[str]


class Site:
    """An engine and a portal that know the step `task-1` and its task 42; a test makes one thing different."""

    def __init__(self, http: requests_mock.Mocker) -> None:
        self.http = http
        http.get(re.compile(f"^{ENGINE}/(external-task|process-instance)/"), status_code=404, json=GONE)
        self.task()
        http.get(f"{ENGINE}/history/external-task-log", json=[LOG])
        http.get(f"{ENGINE}/history/activity-instance/Task_Create%3A7c1d", json=RUN)
        http.get(f"{ENGINE}/incident", json=[])
        http.get(f"{ENGINE}/external-task", json=[TASK])
        http.post(
            f"{ENGINE}/external-task",
            json=lambda asked, _: [TASK | {"id": id_} for id_ in asked.json()["externalTaskIdIn"]],
        )
        http.get(f"{ENGINE}/process-instance", json=[])
        http.get(f"{ENGINE}/history/process-instance", json=[])
        http.get(f"{ENGINE}/process-instance/instance-of-task-1", json=NOW)
        http.get(f"{ENGINE}/process-instance/instance-of-task-1/activity-instances", json=TREE)
        self.portal(ROW)
        http.post(f"{PORTAL}/profile", json={"result": {"ID": "1", "ADMIN": True}})
        http.post(f"{PORTAL}/scope", json={"result": ["task", "user"]})
        http.post(f"{PORTAL}/user.get", json={"result": [{"ID": "7", "ACTIVE": True}]})

    def task(self, **changes: Any) -> None:
        self.http.get(f"{ENGINE}/external-task/task-1", json=TASK | changes)

    def failed(self) -> None:
        self.task(retries=0, errorMessage="nobody is responsible")
        told = {"incidentType": "failedExternalTask", "configuration": "task-1"}
        self.http.get(f"{ENGINE}/incident", json=[told | {"incidentTimestamp": "2026-03-01T13:00:03.000+0300"}])
        self.http.get(f"{ENGINE}/history/external-task-log", json=[LOG, FAILED_LOG])

    def gone(self) -> None:
        self.http.get(f"{ENGINE}/external-task/task-1", status_code=404, json=GONE)

    def knows_nothing(self) -> None:
        self.http.get(requests_mock.ANY, json=[])
        self.http.get(re.compile(f"{ENGINE}/external-task/.+"), status_code=404, json=GONE)

    def portal(self, *rows: dict[str, Any]) -> None:
        self.http.post(f"{PORTAL}/tasks.task.list", json={"result": {"tasks": list(rows)}})


@pytest.fixture
def site() -> Iterator[Site]:
    with requests_mock.Mocker() as http:
        yield Site(http)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)
    settings = {"CAMUNDA_BASE_URL": ENGINE, "BITRIX_WEBHOOK_URL": PORTAL, "LOG_LANGUAGE": "en", "HTTP_PORT": "0"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, engine=ENGINE, now=lambda: AT)
    yield ledger
    ledger.close()


def told(capsys: Capture, *asked: str, code: int = EXIT_OK) -> list[str]:
    assert main(["explain", *asked]) == code
    return capsys.readouterr().out.splitlines()


def data(capsys: Capture, asked: str = "task-1", *, code: int = EXIT_OK) -> dict[str, Any]:
    assert main(["explain", asked, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def first(capsys: Capture, asked: str = "task-1") -> tuple[str, str]:
    """The kind and the name of what comes first."""
    matter = data(capsys, asked)["matters"][0]
    return matter["kind"], matter["name"]


def said(capsys: Capture) -> str:
    return capsys.readouterr().out


def wait_for_people(ledger: Ledger, name: str = "task-1", number: int = 42, **changes: Any) -> None:
    task = fetched(name, **({"business_key": "ORDER-7", "activity_name": "Approve it"} | changes))
    row = ledger.begin_create(task, draft(task), None)
    ledger.waiting.begin(task, row, number, origin="created")


def settle(ledger: Ledger, name: str = "task-1") -> None:
    ledger.created(fetched(name), None, 42, DONE, adopted=False)
    ledger.settlements.settled(owed_for(ledger, name))


def park(ledger: Ledger, cause: str | None = "method_missing") -> int:
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "ERROR_METHOD_NOT_FOUND", retry_in=None, cause=cause)
    return sync.id


# --- what is the matter comes first ---


def test_a_step_that_waits_for_people_says_for_whom_and_since_when(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    lines = told(capsys, "task-1")
    assert lines[0] == "Waits for a person: task 42 on the portal is not closed yet"
    assert lines[1].startswith("Since ")
    assert lines[2].startswith("What to do: Nothing while somebody works on it")
    assert "Bitrix24 task: 42 https://portal.example/company/personal/user/1/tasks/task/view/42/" in lines
    assert "Step: Approve it (Task_Create)" in lines
    events = [(event["where"], event["event"]) for event in data(capsys)["events"]]
    assert events[:4] == [
        ("engine", "activity_started"),
        ("engine", "engine_created"),
        ("ledger", "recorded"),
        ("ledger", "sync_owed"),
    ]
    assert ("portal", "portal_created") in events
    assert ("engine", "locked_until") in events


def test_a_task_of_a_dismissed_person_needs_somebody(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    site.http.post(f"{PORTAL}/user.get", json={"result": [{"ID": "7", "ACTIVE": False}]})
    lines = told(capsys, "task-1")
    assert lines[0] == "Needs you: the responsible person 7 of task 42 is dismissed, and nobody will close it"
    assert "What to do: Give the task to somebody else on the portal" in lines
    assert not any("Nothing while" in line for line in lines)


def test_within_a_second_causes_come_before_what_they_bring_about(ledger: Ledger, site: Site, capsys: Capture) -> None:
    settle(ledger)
    closed = {"status": "5", "createdDate": "2026-03-01T12:59:58+03:00", "closedDate": "2026-03-01T12:59:58+03:00"}
    site.portal(ROW | closed)
    at = "2026-03-01T09:59:58.{}+0000"
    ended = LOG | {"timestamp": at.format(900), "creationLog": False, "successLog": True}
    site.http.get(f"{ENGINE}/history/external-task-log", json=[LOG | {"timestamp": at.format(400)}, ended])
    run = RUN | {"startTime": at.format(400), "endTime": at.format(900)}
    site.http.get(f"{ENGINE}/history/activity-instance/Task_Create%3A7c1d", json=run)
    names = [event["event"] for event in data(capsys)["events"]]
    order = ["activity_started", "engine_created", "portal_created", "portal_closed", "engine_completed"]
    assert [name for name in names if name in order] == order


def test_an_incident_comes_first_with_its_message_and_the_cure(ledger: Ledger, site: Site, capsys: Capture) -> None:
    ledger.rejected(fetched(), None, Failure("nobody is responsible", "", 0, 0.0))
    ledger.settlements.settled(owed_for(ledger))
    site.failed()
    site.portal()
    lines = told(capsys, "task-1")
    assert lines[0].startswith("Needs you: an incident")
    assert lines[1].startswith("Since ")
    assert lines[2] == "Reason: nobody is responsible"
    assert lines[3] == f"What to do: {CURES['incident'].en}"
    assert any("failure from w (retries before it: 1): nobody is responsible" in line for line in lines)
    (shell,) = [
        line for line in lines if line.startswith("For the commands of camunda-bitrix-worker docs model-faults: ")
    ]
    assert "TASK=task-1 INSTANCE=instance-of-task-1" in shell
    assert shell.endswith(
        "STEP='Task_Create#multiInstanceBody' RUN='Task_Create#multiInstanceBody:5' AROUND=instance-of-task-1"
    )


def test_the_reason_of_an_incident_is_told_to_its_end(ledger: Ledger, site: Site, capsys: Capture) -> None:
    ledger.rejected(fetched(), None, FAILED)
    site.task(retries=0, errorMessage=f"the reason {'and so on ' * 60}, migrate the instance b6d")
    assert any(
        line.startswith("Reason: ") and line.endswith(", migrate the instance b6d") for line in told(capsys, "task-1")
    )


def test_the_commands_migrate_the_caller_whose_model_is_wrong(ledger: Ledger, site: Site, capsys: Capture) -> None:
    ledger.rejected(fetched(), None, FAILED)
    site.task(
        retries=0, processDefinitionId="order:1:x", errorMessage="Unknown property used in expression: ${A == 'ok'}"
    )
    caller = {"id": "caller-7", "definitionId": "k4:3:y"}
    site.http.get(f"{ENGINE}/process-instance?subProcessInstance=instance-of-task-1", json=[caller])
    for definition, model in (("order%3A1%3Ax", ""), ("k4%3A3%3Ay", "${A == 'ok'}")):
        site.http.get(f"{ENGINE}/process-definition/{definition}/xml", json={"bpmn20Xml": f"<a>{model}</a>"})
    shell = data(capsys)["shell"]
    assert shell == "TASK=task-1 INSTANCE=caller-7 OLD=k4:3:y KEY=k4"


def test_who_may_read_no_instances_is_told_the_rest(ledger: Ledger, site: Site, capsys: Capture) -> None:
    site.failed()
    site.http.get(f"{ENGINE}/process-instance/instance-of-task-1/activity-instances", status_code=403, json={})
    lines = told(capsys, "task-1")
    assert lines[0].startswith("Needs you: an incident")
    assert any("TASK=task-1" in line and "RUN=" not in line for line in lines)


def test_a_parked_sync_says_which_to_replay_after_the_cure_of_its_cause(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    settle(ledger)
    site.gone()
    id_ = park(ledger)
    found = data(capsys)
    [matter, over] = found["matters"]
    assert (matter["kind"], matter["name"], matter["cause"]) == ("needs", "sync_parked", "method_missing")
    assert matter["cure"].startswith("Switch on the module of this method")
    assert f"replay {id_}" in matter["cure"]
    assert over["name"] == "settled"


def test_who_replayed_it_and_why_is_part_of_the_life(ledger: Ledger, site: Site, capsys: Capture) -> None:
    settle(ledger)
    site.gone()
    ledger.syncs.replay([park(ledger)], Person("anna@host", "the module is repaired"))
    ledger.syncs.forget(park(ledger), Person("boris@host", "not needed"))
    lines = told(capsys, "task-1")
    assert lines[0].startswith("The step is over")
    parked = " (it was parked for: ERROR_METHOD_NOT_FOUND)"
    decided = [line.partition("ledger  ")[2] for line in lines if "@host" in line]
    assert sorted(decided) == [
        f"anna@host replayed synchronisation 1, because: the module is repaired{parked}",
        f"boris@host deleted synchronisation 1, because: not needed{parked}",
    ]


def test_who_took_it_over_and_who_wanted_its_synchronisation_is_part_of_the_life(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    wait_for_people(ledger)
    wait_for_people(ledger, "task-2", 43, process_instance_id="instance-of-task-1")
    site.http.get(f"{ENGINE}/external-task/task-2", json=TASK | {"id": "task-2"})
    ledger.waiting.taken_over([fetched()], "bitrix-old", Person("anna@host", "the old installation ends"))
    ledger.syncs.queue([SyncRequest("instance-of-task-1", "order")], Person("boris@host"))
    lives = ["\n".join(told(capsys, name)) for name in ("task-1", "task-2")]
    took = "anna@host took the step over from the worker bitrix-old with takeover, because: the old installation ends"
    wanted = "boris@host queued a synchronisation of the instance with audit --resync without a reason"
    assert [took in life for life in lives] == [True, False], "each step has its own"
    assert [wanted in life for life in lives] == [True, True]


def test_a_doubt_tells_its_cause_and_that_there_will_be_no_second_task(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    row = ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.doubtful(row, "the connection broke", counts=True, cause="no_answer")
    site.portal({"id": "42", "status": "3", "xmlId": "camunda:task-1"})
    found = data(capsys)
    matter = found["matters"][0]
    assert (matter["kind"], matter["name"], matter["reason"]) == ("goes_on", "doubt", "the connection broke")
    assert found["portalTask"] == 42, "found by its marker"


@pytest.mark.parametrize("in_hand", [True, False])
def test_a_doubtful_create_says_when_it_is_looked_up_and_nothing_of_an_outage_that_is_over(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch, in_hand: bool
) -> None:
    row = ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.doubtful(row, "http_502", counts=True, cause="gateway")
    site.task()
    create = BegunCreate(looked_up_at(AT), doubtful=True)
    running_with(RecentWarnings(), monkeypatch, {"task-1": create} if in_hand else {})
    site.portal()
    [matter] = data(capsys)["matters"]
    assert (matter["name"], matter["kind"], matter["cure"]) == ("doubt", "goes_on", None)
    assert matter["text"].endswith(f"no second one; {(create.said if in_hand else NOT_IN_HAND).en}")


def test_a_cause_that_does_not_pass_needs_a_person(ledger: Ledger, site: Site, capsys: Capture) -> None:
    row = ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.doubtful(row, "insufficient_scope", counts=True, cause="scope_missing")
    site.portal({"id": "42", "status": "3", "xmlId": "camunda:task-1"})
    matter = data(capsys)["matters"][0]
    assert (matter["kind"], matter["name"]) == ("needs", "doubt")
    assert matter["cure"].startswith("Grant the scope on the webhook's page")


def test_an_outcome_that_the_engine_refuses_says_why_and_when_it_is_told_again(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    later = time.time() - AT + 3600.0
    for seconds, next_ in ((later, "the next try: 20"), (60.0, "the next try: any moment")):
        ledger.settlements.postpone(owed_for(ledger), seconds, "engine away", cause="refused")
        found = data(capsys)
        matter = found["matters"][0]
        assert (matter["name"], matter["reason"]) == ("outcome_refused", "engine away")
        assert next_ in matter["cure"]
        assert ("outcome_next" in {event["event"] for event in found["events"]}) is (seconds == later)


def test_an_outcome_that_a_working_engine_refuses_will_need_a_person(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    ledger.settlements.postpone(owed_for(ledger), 60.0, "no such property", cause=Cause.OUTCOME_REFUSED.value)
    matter = data(capsys)["matters"][0]
    assert (matter["name"], matter["kind"]) == ("outcome_refused", "needs")
    assert "(tries: 1)" in matter["text"]
    assert "After the third refusal the step fails" in matter["cure"]


def test_an_outcome_that_is_told_later_says_when_and_why(ledger: Ledger, site: Site, capsys: Capture) -> None:
    """P7: "is being told to the engine" stood there for 44 s while it was held back after a start."""
    ledger.rejected(fetched(), None, FAILED)
    ledger.settlements.due(10, failures_in=time.time() - AT + 3600.0)
    matter = data(capsys)["matters"][0]
    assert (matter["name"], matter["kind"]) == ("outcome_later", "goes_on")
    assert re.search(r"told to the engine from 20\d\d-.+ on", matter["text"])
    assert "right after its start" in matter["cure"]


def test_a_closed_task_tells_who_closed_it_with_which_answer(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    closed = {"status": "5", "closedBy": "7", "closedDate": "2026-03-02T13:00:00+03:00", "ufResultAnswer": "12"}
    site.portal(ROW | closed)
    options = [{"ID": "12", "VALUE": "Approved"}]
    field = {"FIELD_NAME": "UF_RESULT_ANSWER", "USER_TYPE_ID": "enumeration", "ENUM_VALUES": options}
    site.http.post(f"{PORTAL}/imena.camunda.userfield.list", json={"result": {"userFields": [field]}})
    assert first(capsys) == ("goes_on", "closed_unseen")
    assert any("task closed (completed), closed by user 7, answer: Approved" in line for line in told(capsys, "task-1"))


@pytest.mark.parametrize("done_in_control", [False, True])
def test_a_done_task_that_awaits_control_is_told_as_such_unless_that_counts_as_closed(
    ledger: Ledger, site: Site, capsys: Capture, tmp_path: Path, done_in_control: bool
) -> None:
    """`explain` said that the worker has not noticed it yet, and to do nothing: for ever."""
    if done_in_control:
        (tmp_path / "config.yaml").write_text(
            "topics:\n  bitrix_create_task:\n    wait:\n      done_in_control: true\n"
        )
    wait_for_people(ledger)
    site.portal(ROW | {"status": "4", "closedBy": "7", "closedDate": "2026-03-02T13:00:00+03:00"})
    [matter] = [one for one in data(capsys)["matters"] if one["kind"] in ("waits", "goes_on")][:1]
    told = matter["name"], "must accept it" in (matter["cure"] or "")
    assert told == (("closed_unseen", False) if done_in_control else ("awaits_control", True))


def test_people_whom_the_portal_does_not_show_are_named(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    site.portal(ROW | {"auditors": ["7", "9876"], "accomplices": []})
    lines = told(capsys, "task-1")
    (line,) = [line for line in lines if "the portal does not show user" in line]
    assert "does not show user 9876, whom the task names" in line
    site.http.post(f"{PORTAL}/scope", json={"result": ["task"]})
    assert "9876" not in "".join(told(capsys, "task-1")), "nobody was asked for"


def test_a_task_that_the_portal_does_not_show_is_said_to_be_gone(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    site.portal()
    assert first(capsys) == ("held", "task_gone")
    cure = next(line for line in told(capsys, "task-1") if line.startswith("What to do"))
    assert "does not show the task the second time either, it counts as deleted, and the step becomes an inc" in cure


def test_a_step_that_the_engine_no_longer_has(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    site.gone()
    assert first(capsys) == ("goes_on", "step_gone")


def test_a_suspended_instance_and_a_topic_that_is_no_longer_served(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger, topic="former")
    site.task(suspended=True)
    names = {matter["name"]: matter["kind"] for matter in data(capsys)["matters"]}
    assert names["suspended"] == names["not_served"] == "needs"


def test_since_when_a_person_is_needed_is_told_or_said_to_be_unknown(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page and `status` knew since when it was suspended; `explain` of the same step did not tell."""
    wait_for_people(ledger, topic="former")
    site.task(suspended=True)
    site.http.post(f"{PORTAL}/user.get", json={"result": [{"ID": "7", "ACTIVE": False}]})

    def needed() -> dict[str, Any]:
        found = data(capsys)
        needs = {one["name"]: one for one in found["matters"] if one["kind"] == "needs"}
        for one in needs.values():
            unknown = any(f"since when {one['text']}" in said for said in found["not_known"])
            assert unknown is (one["since"] is None), one
        return {name: one["since"] for name, one in needs.items()}

    assert needed() == {"suspended": None, "dismissed": None, "not_served": None}
    seen = Stuck("task-1", "task-1", "suspended", None, "instance-of-task-1", None, "open", AT, portal_task_id=42)
    others = Stuck("x", "x", "suspended", None, "another", None, "open", AT - 100.0, portal_task_id=43)
    incidents = Incidents(suspended=[others, seen], dismissed=[others, replace(seen, reason="7", since=AT + 10.0)])
    running_with(RecentWarnings(), monkeypatch, incidents=incidents)
    told = {name: since and datetime.fromisoformat(since).timestamp() for name, since in needed().items()}
    assert told == {"suspended": AT, "dismissed": AT + 10.0, "not_served": None}


def test_a_closed_task_of_a_suspended_instance_does_not_go_on_by_itself(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    wait_for_people(ledger)
    site.task(suspended=True)
    site.portal(ROW | {"status": "5", "closedDate": "2026-03-02T13:00:00+03:00"})
    names = {matter["name"]: matter["kind"] for matter in data(capsys)["matters"]}
    assert names == {"suspended": "needs", "closed_suspended": "held", "sync_owed": "goes_on"}


def test_a_process_that_is_stuck_behind_its_step_needs_somebody(ledger: Ledger, site: Site, capsys: Capture) -> None:
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    ledger.settlements.settled(owed_for(ledger))
    site.gone()
    site.http.get(f"{ENGINE}/external-task", json=[])
    stuck = {
        "incidentType": "failedJob",
        "activityId": "Task_Create",
        "failedActivityId": "decide",
        "incidentMessage": "Unknown property used in expression: ${A == 'ok'}",
        "incidentTimestamp": "2026-03-01T13:00:03.000+0300",
    }
    site.http.get(f"{ENGINE}/incident", json=[stuck])
    assert first(capsys) == ("needs", "stuck")
    assert "settled" not in [one["name"] for one in data(capsys)["matters"]], "what matters is the process"
    lines = told(capsys, "task-1")
    assert (
        lines[0] == "Needs you: the process instance is stuck: an incident of the engine itself (failedJob) at decide"
    )
    assert lines[1].startswith("Since ")
    assert lines[2] == "Reason: Unknown property used in expression: ${A == 'ok'}"
    assert "What to do: Fix the cause (usually a condition" in lines[3]
    asked = [call.qs for call in site.http.request_history if call.path.endswith("/incident")]
    assert {"processinstanceid": ["instance-of-task-1"]}.items() <= asked[-1].items()


AT_JOIN = {"id": "both:9", "activityId": "both", "activityName": "Both agreed", "activityType": "parallelGateway"}
AT_PAY = {"id": "pay:8", "activityId": "pay", "activityType": "userTask"}
FORKED = """<definitions><process id="order"><startEvent id="s"/><exclusiveGateway id="way"/>
<parallelGateway id="both"/>
<sequenceFlow id="1" sourceRef="s" targetRef="way"/><sequenceFlow id="2" sourceRef="way" targetRef="both"/>
<sequenceFlow id="3" sourceRef="way" targetRef="both"/></process></definitions>"""


def at_join(site: Site, *beside: dict[str, Any]) -> None:
    """The step is over, and a branch of its process waits at a gateway since 10:00."""
    site.gone()
    site.http.get(f"{ENGINE}/external-task", json=[])
    tree = {
        "id": "instance-of-task-1",
        "processDefinitionId": "order:1:x",
        "childActivityInstances": [AT_JOIN, *beside],
    }
    site.http.get(f"{ENGINE}/process-instance/instance-of-task-1/activity-instances", json=tree)
    run = {"id": "both:9", "startTime": "2026-03-01T10:00:00.000+0000"}
    site.http.get(f"{ENGINE}/history/activity-instance/both%3A9", json=run)
    site.http.get(f"{ENGINE}/process-definition/order%3A1%3Ax/xml", json={"bpmn20Xml": FORKED})


def test_a_process_that_waits_in_vain_at_a_gateway_needs_somebody(ledger: Ledger, site: Site, capsys: Capture) -> None:
    settle(ledger)
    at_join(site)
    matter = data(capsys)["matters"][0]
    assert (matter["name"], matter["kind"]) == ("hangs", "needs")
    assert datetime.fromisoformat(matter["since"]).timestamp() == AT
    assert matter["text"] == (
        "the process instance waits at the gateway Both agreed (both) for other branches, and nothing else of it runs: "
        "they do not come. In the model the parallel gateway waits for all its branches (2), and no more than 1 come; "
        "of the ways behind way only one is taken: the process stops here for ever"
    )
    assert "lead this instance past the gateway" in matter["cure"]
    assert data(capsys)["shell"] == "INSTANCE=instance-of-task-1 GATEWAY=both"
    site.http.get(f"{ENGINE}/history/activity-instance/both%3A9", status_code=403, json={"message": "no"})
    site.http.get(f"{ENGINE}/process-definition/order%3A1%3Ax/xml", status_code=403, json={"message": "no"})
    matter = data(capsys)["matters"][0]
    assert (matter["since"], matter["text"].endswith("they do not come")) == (None, True)


def test_a_process_that_waits_at_a_gateway_for_what_still_runs_needs_nobody(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    settle(ledger)
    at_join(site, AT_PAY)
    matters = [(one["name"], one["kind"]) for one in data(capsys)["matters"]]
    assert ("at_join", "over") in matters
    assert "needs" not in {kind for _, kind in matters}


def test_a_wait_at_a_gateway_that_an_event_may_end_needs_nobody(ledger: Ledger, site: Site, capsys: Capture) -> None:
    """Page and `status` do not count it; `explain` said that it needs somebody."""
    settle(ledger)
    at_join(site)
    timed = FORKED.replace("<parallelGateway", '<subProcess id="in"><parallelGateway', 1)
    timed = timed.replace('<parallelGateway id="both"/>', '<parallelGateway id="both"/></subProcess>')
    timer = '<boundaryEvent id="late" attachedToRef="in"><timerEventDefinition/></boundaryEvent>'
    timed = timed.replace("<sequenceFlow", f"{timer}<sequenceFlow", 1)
    site.http.get(f"{ENGINE}/process-definition/order%3A1%3Ax/xml", json={"bpmn20Xml": timed})
    matters = [(one["name"], one["kind"]) for one in data(capsys)["matters"]]
    assert ("ends_otherwise", "over") in matters
    assert "needs" not in {kind for _, kind in matters}


def test_a_step_that_began_to_wait_late_has_waited_since_then(ledger: Ledger, site: Site, capsys: Capture) -> None:
    ledger.rejected(fetched(), None, Failure("nobody is responsible", "", 1, 0.0))
    ledger.settlements.settled(owed_for(ledger))
    ledger.waiting.begin(fetched(), ledger.known(["task-1"])["task-1"], 42, origin="created")
    with ledger._store.transaction() as tx:
        tx.exec_driver_sql("UPDATE tasks SET created_at = created_at - 86400")
    site.task()
    found = data(capsys)
    begun = {event["event"]: event["at"] for event in found["events"]}
    assert [matter["since"] for matter in found["matters"] if matter["name"] == "waiting"] == [begun["wait_begun"]]
    assert "handed_out" not in begun


def test_what_is_over_needs_nothing(ledger: Ledger, site: Site, capsys: Capture) -> None:
    settle(ledger)
    site.gone()
    [sync] = ledger.syncs.take(1)
    ledger.syncs.sent(sync)
    lines = told(capsys, "task-1")
    assert lines[0].startswith("The step is over: the engine accepted its outcome")
    assert lines[2] == "What to do: Nothing"
    assert any("when the synchronisation was sent: the ledger deletes what was sent" in line for line in lines)


@pytest.mark.parametrize("waited", [True, False])
@pytest.mark.parametrize(
    ("canceled", "name"), [(True, "cancelled"), (False, "gone"), (None, "gone")], ids=["cancelled", "ended", "unknown"]
)
def test_a_step_that_ended_without_its_outcome_is_not_said_to_be_accepted(
    ledger: Ledger, site: Site, capsys: Capture, canceled: bool | None, name: str, waited: bool
) -> None:
    """Whoever asked whether the contract was approved read that the engine had accepted the outcome."""
    if waited:
        wait_for_people(ledger)
        ledger.waiting.ended(ledger.known(["task-1"])["task-1"])
    else:
        ledger.created(fetched(), None, 42, DONE, adopted=False)
        ledger.settlements.settled(owed_for(ledger), gone=True)
    site.gone()
    site.portal(ROW)
    if canceled is not None:
        run = RUN | {"endTime": "2026-03-01T10:09:58.000+0000", "canceled": canceled}
        site.http.get(f"{ENGINE}/history/activity-instance/Task_Create%3A7c1d", json=run)
        ended = LOG | {"timestamp": "2026-03-01T10:09:58.000+0000", "creationLog": False, "deletionLog": True}
        site.http.get(f"{ENGINE}/history/external-task-log", json=[LOG, ended])
    [shown] = [one for one in data(capsys)["matters"] if one["name"] == name]
    assert (shown["kind"], "Task 42 stays open on the portal" in (shown["cure"] or "")) == ("over", True)


def test_a_step_that_is_accepted_after_it_was_gone_is_accepted(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    ledger.waiting.ended(ledger.known(["task-1"])["task-1"])
    ledger.created(fetched(), ledger.known(["task-1"])["task-1"], 42, DONE, adopted=False)
    ledger.settlements.settled(owed_for(ledger))
    site.gone()
    site.portal(ROW)
    assert "settled" in [one["name"] for one in data(capsys)["matters"]]


def test_a_step_that_is_over_leads_to_where_its_process_is_now(ledger: Ledger, site: Site, capsys: Capture) -> None:
    settle(ledger)
    [sync] = ledger.syncs.take(1)
    ledger.syncs.sent(sync)
    site.gone()
    other = TASK | {"id": "task-2", "activityId": "Task_Pay", "topicName": "payments"}
    site.http.get(f"{ENGINE}/external-task", json=[other])
    matter = data(capsys)["matters"][0]
    assert (matter["kind"], matter["name"]) == ("over", "elsewhere")
    assert matter["text"] == "its process is now at another step: Task_Pay (topic payments)"
    assert matter["cure"] == "camunda-bitrix-worker explain task-2"
    ours = other | {"topicName": "bitrix_create_task", "retries": 0, "errorMessage": "no money"}
    site.http.get(f"{ENGINE}/external-task", json=[ours])
    matter = data(capsys)["matters"][0]
    assert (matter["kind"], matter["name"], matter["reason"]) == ("needs", "elsewhere_failed", "no money")
    assert matter["since"] is None
    since = {
        "incidentType": "failedExternalTask",
        "configuration": "task-2",
        "incidentTimestamp": FAILED_LOG["timestamp"],
    }
    site.http.get(f"{ENGINE}/incident", json=[since])
    assert data(capsys)["matters"][0]["since"] is not None
    assert told(capsys, "task-1")[0] == (
        "Needs you: the process is now at another step, which has no retries left: Task_Pay (topic bitrix_create_task)"
    )


ERP = {"topicName": "payments", "activityId": "pay", "workerId": "erp", "retries": 0, "errorMessage": "no budget"}


def test_an_incident_of_another_workers_step_is_left_to_those_who_run_it(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    """The page is silent about it; `explain` asked to raise its retries, or to add its topic."""
    site.portal()
    site.failed()
    site.task(**ERP)
    lines = told(capsys, "task-1")
    assert lines[0] == (
        "Not at this worker: the step pay belongs to another worker (topic payments, worker erp) and is an incident: "
        "it has no retries left"
    )
    assert lines[1].startswith("Since ")
    assert lines[2] == "Reason: no budget"
    assert lines[3] == "What to do: Report it to those who run that worker: there is nothing to do with this one"
    found = data(capsys)
    assert [(one["kind"], one["name"]) for one in found["matters"]] == [("others", "of_others")]
    assert found["shell"] is None, "no model of ours is to be corrected"
    site.task(**ERP | {"retries": 2})
    assert first(capsys) == ("others", "of_others")
    assert "What to do: Nothing" in told(capsys, "task-1")


def test_where_its_process_waits_for_another_worker_now_is_left_to_that_one(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    settle(ledger)
    [sync] = ledger.syncs.take(1)
    ledger.syncs.sent(sync)
    site.gone()
    site.http.get(f"{ENGINE}/external-task", json=[TASK | ERP | {"id": "task-2"}])
    lines = told(capsys, "task-1")
    assert lines[0] == (
        "Not at this worker: the process is now at the step pay of another worker (topic payments, worker erp) and is "
        "an incident: it has no retries left"
    )
    assert lines[1] == "Reason: no budget"
    assert lines[2].startswith("What to do: Report it to those who run that worker")
    assert [one["kind"] for one in data(capsys)["matters"]] == ["others", "over"]


def test_a_topic_that_is_probably_misspelt_is_said_to_be(ledger: Ledger, site: Site, capsys: Capture) -> None:
    """The log and the page knew; `explain` asked to serve the misspelt topic."""
    site.portal()
    site.task(topicName="bitrix_create_tsk", workerId=None)
    lines = told(capsys, "task-1")
    assert lines[0] == (
        "Needs you: a worker with these settings does not take the step: the topic bitrix_create_tsk is probably a "
        "typo in the model. Is bitrix_create_task meant?"
    )
    assert lines[1].startswith("Since 2026-03-01")
    assert lines[2].startswith("What to do: Correct the topic in the model")
    site.task(topicName="bitrix_create_tsk", workerId="erp")
    assert first(capsys) == ("others", "of_others"), "somebody serves it"


def test_the_engine_has_the_last_word_about_the_end(ledger: Ledger, site: Site, capsys: Capture) -> None:
    settle(ledger)
    [sync] = ledger.syncs.take(1)
    ledger.syncs.sent(sync)
    assert first(capsys) == ("goes_on", "settled_in_vain")


def test_a_step_that_another_worker_has_names_it(ledger: Ledger, site: Site, capsys: Capture) -> None:
    """Nobody said whose worker had fetched it, after somebody had unlocked it."""
    wait_for_people(ledger)
    with ledger._store.transaction() as tx:
        tx.exec_driver_sql("UPDATE tasks SET stage = 'superseded'")
    site.task(workerId="thief")
    texts = {one["name"]: one["text"] for one in data(capsys)["matters"]}
    assert texts["superseded"] == "the engine handed the step out to another worker (thief), which completes it"


def test_a_task_that_was_left_open_when_another_worker_got_its_step_may_be_waited_for_there(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    """A worker of the same portal with a ledger of its own waits for it; once the step is over, nobody does."""
    wait_for_people(ledger)
    ledger.waiting.ended(ledger.known(["task-1"])["task-1"], stage=Stage.SUPERSEDED)
    site.task(workerId="thief")
    site.portal(ROW)
    matter = next(one for one in data(capsys)["matters"] if one["name"] == "superseded")
    assert matter["kind"] == "others"
    assert matter["cure"].startswith("Task 42 is open on the portal. If that worker makes tasks on this portal too")
    site.gone()
    matter = next(one for one in data(capsys)["matters"] if one["name"] == "superseded")
    assert (matter["kind"], "Task 42 stays open on the portal" in matter["cure"]) == ("needs", True)
    site.portal(ROW | {"status": "5", "closedDate": "2026-03-02T13:00:00+03:00"})
    matter = next(one for one in data(capsys)["matters"] if one["name"] == "superseded")
    assert (matter["kind"], matter["cure"]) == ("over", None)


def test_a_step_that_failed_with_tries_left_tells_what_to_do_and_the_ids_of_the_commands(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    """Its reason names a scope that only a person can grant: "nothing" sent them away until it was an incident."""
    ledger.rejected(fetched(), None, Failure("grant the scope", "", 2, 60.0))
    ledger.settlements.settled(owed_for(ledger))
    site.task(retries=2, errorMessage="grant the scope")
    site.portal()
    found = data(capsys)
    assert (found["matters"][0]["name"], found["matters"][0]["cure"]) == ("retry", CURES["may_repeat"].en)
    assert found["shell"].startswith("TASK=task-1 INSTANCE=instance-of-task-1")
    site.task(retries=2, errorMessage=None)
    found = data(capsys)
    assert (found["matters"][0]["cure"], found["shell"]) == (None, None), "nobody told why it failed"


def test_a_failed_step_that_was_cancelled_is_not_said_to_come_again(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    ledger.rejected(fetched(), None, FAILED)
    ledger.settlements.settled(owed_for(ledger))
    site.portal()
    assert first(capsys) == ("goes_on", "retry")
    site.gone()
    assert first(capsys) == ("goes_on", "step_gone")


@pytest.mark.parametrize(("hours", "kind"), [(23, "needs"), (25, "goes_on")])
def test_an_act_that_was_given_up_is_told(ledger: Ledger, site: Site, capsys: Capture, hours: int, kind: str) -> None:
    """For a day it is among what needs somebody on the page: `explain` of the same step went on by itself."""
    wait_for_people(ledger)
    with sqlite3.connect("worker.db") as beside:
        beside.execute(
            "INSERT INTO acts (external_task_id, position, kind, state, begun, begun_at, last_error, updated_at)"
            " VALUES ('task-1', 0, 'comment', 'given_up', 1, ?, 'no rights', ?)",
            (AT + 1, time.time() - hours * 3600),
        )
    found = data(capsys)
    assert {matter["name"]: matter["kind"] for matter in found["matters"]}["act_given_up"] == kind
    assert {"act_begun", "act_given_up"} <= {event["event"] for event in found["events"]}


# --- systems that cannot be asked ---


def test_without_webhook_and_engine_the_ledger_is_still_shown(
    ledger: Ledger, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_people(ledger)
    for name in ("CAMUNDA_BASE_URL", "BITRIX_WEBHOOK_URL"):
        monkeypatch.delenv(name)
    lines = told(capsys, "task-1")
    assert "  engine: not known: CAMUNDA_BASE_URL is not set" in lines
    assert "  portal: not known: BITRIX_WEBHOOK_URL is not set" in lines
    assert lines[0].startswith("Not everything is known")
    assert any("the worker first recorded the step" in line for line in lines)


def test_a_portal_and_an_engine_that_are_away_say_why(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    site.http.get(f"{ENGINE}/external-task/task-1", exc=requests.exceptions.ConnectTimeout)
    site.http.post(f"{PORTAL}/tasks.task.list", status_code=401, json={"error": "NO_AUTH_FOUND"})
    found = data(capsys)
    assert {"engine_not_known", "portal_not_known", "waiting"} <= {matter["name"] for matter in found["matters"]}
    assert any("the portal does not know this webhook" in reason for reason in found["not_known"])


def test_an_engine_without_a_log_is_not_said_to_have_another_address(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    """It answered the calls before that one."""
    wait_for_people(ledger)
    site.http.get(f"{ENGINE}/history/external-task-log", status_code=404, text="<html>Not Found</html>")
    found = data(capsys)
    assert found["matters"][0]["name"] == "waiting"
    assert not any("CAMUNDA_BASE_URL" in reason for reason in found["not_known"])
    assert any("external task's log" in reason for reason in found["not_known"])
    for kind in ("external-task", "process-instance"):
        site.http.get(f"{ENGINE}/{kind}/nothing", status_code=404, json=GONE)
    site.http.get(f"{ENGINE}/external-task", json=[])
    site.http.get(f"{ENGINE}/process-instance", json=[])
    site.http.get(f"{ENGINE}/history/process-instance", json=[])
    assert told(capsys, "nothing", code=EXIT_FOUND)[0].startswith("Nothing found for")


@pytest.mark.parametrize(
    ("until", "words"), [("2036", "until then the step is locked by w"), ("2025", "the lock of w ended")]
)
def test_a_lock_that_has_ended_is_not_said_to_last(
    ledger: Ledger, site: Site, capsys: Capture, until: str, words: str
) -> None:
    wait_for_people(ledger)
    site.task(lockExpirationTime=f"{until}-03-01T10:01:30.412+0000")
    assert any(words in line for line in told(capsys, "task-1"))


def test_a_history_that_is_kept_from_us_costs_only_the_history(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    denied = {"type": "AuthorizationException", "message": "no permission on history"}
    site.http.get(f"{ENGINE}/history/external-task-log", status_code=403, json=denied)
    found = data(capsys)
    assert found["matters"][0]["name"] == "waiting"
    assert any("no permission on history" in reason for reason in found["not_known"])


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_worker_that_does_not_answer_and_one_that_is_held_up(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_people(ledger)
    monkeypatch.setenv("HTTP_PORT", "8090")

    def refused(*_: object) -> Answer:
        raise ConnectionRefusedError

    def paused(**changes: Any) -> Any:
        pause = {"side": "portal", "text": "in full", "since": "2026-03-01T10:00:00+00:00", "passes": False} | changes
        return lambda *_: Answer(503, json.dumps({"good": False, "pauses": [pause]}).encode())

    monkeypatch.setattr(running, "asked", refused)
    assert first(capsys) == ("unsure", "no_worker")
    with monkeypatch.context() as full:
        full.setattr(os, "posix_fallocate", no_room)
        cure = next(line for line in told(capsys, "task-1") if line.startswith("What to do"))
    assert cure.startswith("What to do: A start would fail now. ledger.url: the disk of the ledger is full")
    assert "Free space on this disk" in cure
    another = OF_ANOTHER_LEDGER.format(where="127.0.0.1:8090", theirs="/data/theirs.db", ours="/data/ours.db")
    monkeypatch.setattr(running, "asked", lambda *_: Answer(200, b'{"good": true}', another))
    assert first(capsys) == ("unsure", "other_worker")
    said = "\n".join(told(capsys, "task-1"))
    assert "another ledger answers: /data/theirs.db; the ledger of these settings is /data/ours.db" in said
    assert "run the command with its settings" in said
    monkeypatch.setattr(
        running, "asked", paused(reason="webhook revoked", cause="webhook_unknown", cure="Make a new one")
    )
    [held, *_] = data(capsys)["matters"]
    assert (held["kind"], held["name"], held["reason"]) == ("needs", "held_up", "webhook revoked")
    assert (held["cause"], held["cure"]) == ("webhook_unknown", "Make a new one")
    monkeypatch.setattr(running, "asked", paused(passes=True, side="\x1b[3", since=7))
    assert first(capsys) == ("waits", "waiting"), "a pause that passes comes later"
    assert "\x1b" not in "".join(told(capsys, "task-1"))


@pytest.mark.parametrize("places", [(0, 1, 2), (2, 1, 0)])
def test_of_sides_that_are_paused_the_ledger_is_told_first_as_on_the_page(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch, places: tuple[int, ...]
) -> None:
    """The webhook's cure came first, because it needs a person: a restart for it fails without the ledger."""
    ledger.waiting.begin(fetched("task-1"), None, 42, origin="created")
    site.portal(ROW | {"status": "5"})
    monkeypatch.setenv("HTTP_PORT", "8090")
    pauses = [
        {"side": side, "text": side, "since": "2026-03-01T10:00:00+00:00", "passes": passes}
        for side, passes in (("ledger", True), ("engine", False), ("portal", False))
    ]
    body = json.dumps({"good": False, "pauses": [pauses[place] for place in places]}).encode()
    monkeypatch.setattr(running, "asked", lambda *_: Answer(503, body))
    told = data(capsys)
    assert [(one["kind"], one["reason"]) for one in told["matters"] if one["name"] == "held_up"] == [
        ("held", "ledger"),
        ("needs", "engine"),
        ("needs", "portal"),
    ]
    assert told["matters"][0]["reason"] == "ledger"
    assert told["kind"] == "needs", "what is most pressing, for programs"


SIDE_AWAY: dict[str, Callable[[Site], object]] = {
    "engine": lambda site: site.http.get(f"{ENGINE}/external-task/task-1", exc=requests.exceptions.ConnectTimeout),
    "portal": lambda site: site.http.post(f"{PORTAL}/tasks.task.list", exc=requests.exceptions.ConnectTimeout),
    "ledger": lambda _: Path("worker.db").write_bytes(b"not a database" * 100),
}
NO_NEED = ("What to do: Nothing", "Nothing while", "Nothing: the worker")


@pytest.mark.parametrize("passes", [True, False])
@pytest.mark.parametrize(
    ("side", "row"),
    [(side, row) for side in (*SIDE_AWAY, None) for row in ("none", "waiting") if (side, row) != ("engine", "none")],
)
def test_a_pause_that_holds_the_step_up_comes_first_with_its_cause_and_cure(
    ledger: Ledger,
    site: Site,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    side: str | None,
    row: str,
    passes: bool,
) -> None:
    """A revoked webhook, and `explain` of a step that waited for it sent whoever read it to the topics."""
    if row == "waiting":
        wait_for_people(ledger)
    site.portal(*([] if row == "none" else [ROW | {"status": "5", "xmlId": "camunda:task-1"}]))
    ledger.close()
    if side:
        SIDE_AWAY[side](site)
    pause = {"side": side or "portal", "text": "in full", "since": "2026-03-01T10:00:00+00:00", "passes": passes}
    said = json.dumps({"good": False, "pauses": [pause | {"reason": "it hangs", "cure": "Start the server"}]})
    monkeypatch.setenv("HTTP_PORT", "8090")
    monkeypatch.setattr(running, "asked", lambda *_: Answer(503, said.encode()))
    code = EXIT_UNABLE if side == "ledger" else EXIT_OK
    lines = told(capsys, "task-1", code=code)
    assert lines[0] == ("Held up for now: " if passes else "Needs you: ") + f"the worker is paused: {side or 'portal'}"
    assert lines[1].startswith("Since 2026-03-01")
    assert lines[2] == "Reason: it hangs"
    assert lines[3].startswith("What to do: Start the server")
    matters = {matter["name"]: matter for matter in data(capsys, code=code)["matters"]}
    assert [matter["kind"] for matter in matters.values()].count("needs") == (0 if passes else 1)
    assert [line for quiet in NO_NEED for line in lines if quiet in line] == []


@pytest.mark.parametrize("side", SIDE_AWAY)
def test_what_could_not_be_asked_everywhere_is_not_said_to_be_nowhere(
    ledger: Ledger, site: Site, capsys: Capture, side: str
) -> None:
    ledger.close()
    site.knows_nothing()
    site.portal()
    SIDE_AWAY[side](site)
    lines = told(capsys, "task-1" if side != "portal" else "42", code=EXIT_UNABLE)
    assert lines[0].startswith("Not everything is known: nothing was found for")
    assert any(line.startswith(f"{side}: not known: ") for line in lines)


def running_with(
    warnings: RecentWarnings,
    monkeypatch: pytest.MonkeyPatch,
    creates: Mapping[str, BegunCreate] | None = None,
    incidents: Incidents | None = None,
) -> None:
    """A worker answers, all is well with it, and it tells these warnings, incidents, and creates in hand."""
    monkeypatch.setenv("HTTP_PORT", "8090")
    answers = {
        "/warnings": as_data(warnings.all(), "en"),
        INCIDENTS: of_incidents(incidents or Incidents(), "en", creates or {}),
    }
    well = {"good": True, "pauses": []}
    monkeypatch.setattr(
        running, "asked", lambda _, path: Answer(200, json.dumps(answers.get(path.partition("?")[0], well)).encode())
    )


@pytest.mark.parametrize("passed", [False, True])
def test_a_step_that_the_worker_holds_in_vain_needs_a_person(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch, *, passed: bool
) -> None:
    """It was asked for twice a second, and told as one that nobody has taken yet."""
    site.portal()
    facts = {"task": "task-1", "since": "10:33:20", "held": 60.0, "reason": "the list is odd", "seconds": 30.0}
    warnings = RecentWarnings(lambda: AT)
    for id_ in ("another", "task-1"):
        warnings.note("task.held", "warning", facts | {"task": id_})
    if passed:
        warnings.heard("task.went_on", {"task": "task-1"})
    running_with(warnings, monkeypatch)
    [first, *_] = found = data(capsys)["matters"]
    if passed:
        assert (first["name"], first["kind"]) == ("not_taken", "goes_on")
        return
    assert [(one["name"], one["kind"]) for one in found] == [("held", "needs")]
    assert "task-1 has been held since 10:33:20 although the portal answers: the list is odd" in first["reason"]
    assert first["cure"] == CURES["held"].en
    assert datetime.fromisoformat(first["since"]).timestamp() == AT - 60.0


@pytest.mark.parametrize("passed", [False, True])
def test_a_closed_task_whose_outcome_cannot_be_determined_is_not_unnoticed(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch, *, passed: bool
) -> None:
    """It went on by itself, and nothing was to be done, while the log told the reason again and again."""
    wait_for_people(ledger)
    site.portal(ROW | {"status": "5", "closedDate": "2026-03-01T13:00:10+03:00"})
    warnings = RecentWarnings()
    warnings.note("waiting.not_concluded", "warning", {"task": "task-1", "reason": "no such option"})
    if passed:
        warnings.heard("task.closed", {"task": "task-1"})
    running_with(warnings, monkeypatch)
    [told] = [one for one in data(capsys)["matters"] if one["name"] in ("closed_unseen", "unconcluded")]
    assert (told["name"], told["kind"]) == (("closed_unseen", "goes_on") if passed else ("unconcluded", "held"))
    assert ("no such option" in (told["reason"] or "")) is not passed


def test_a_step_that_no_worker_took_yet_is_the_fault_of_whoever_does_not_run(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.portal()
    monkeypatch.setenv("HTTP_PORT", "8090")
    monkeypatch.setattr(running, "asked", lambda *_: Answer(200, b'{"good": true, "pauses": []}'))
    found = data(capsys)["matters"]
    assert [(matter["name"], matter["kind"]) for matter in found] == [("not_taken", "goes_on")]
    assert "locked by w until 2036-03-01" in found[0]["text"]
    site.task(topicName="another", workerId=None)
    [matter] = data(capsys)["matters"]
    assert (matter["name"], matter["kind"]) == ("never_served", "needs")
    assert "the topic another" in matter["cure"]


def test_who_was_not_heard_leaves_nothing_that_could_be_done_unsaid(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    wait_for_people(ledger)
    SIDE_AWAY["portal"](site)
    lines = told(capsys, "task-1")
    assert lines[0].startswith("Not everything is known: portal: not known: the portal")
    assert lines[1].startswith("What to do: Check")
    assert [line for quiet in NO_NEED for line in lines if quiet in line] == []


def test_what_is_said_to_be_since_a_time_was_so_since_that_time(ledger: Ledger, site: Site, capsys: Capture) -> None:
    """A task that was deleted just now was said to be gone since its step had begun to wait."""
    wait_for_people(ledger)
    site.portal()
    assert data(capsys)["matters"][0]["since"] is None, "nobody recorded when it was deleted"
    site.portal(ROW | {"status": "5", "closedDate": "2026-03-02T13:00:00+03:00"})
    matter = data(capsys)["matters"][0]
    assert matter["name"] == "closed_unseen"
    assert datetime.fromisoformat(matter["since"]) == datetime(2026, 3, 2, 10, tzinfo=UTC)
    site.gone()
    assert data(capsys)["matters"][0]["since"] is None
    ended = RUN | {"endTime": "2026-03-01T11:00:00.000+0000", "canceled": True}
    site.http.get(f"{ENGINE}/history/activity-instance/Task_Create%3A7c1d", json=ended)
    matter = data(capsys)["matters"][0]
    assert matter["name"] == "step_gone"
    assert datetime.fromisoformat(matter["since"]) == datetime(2026, 3, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("part", "change", "held"),
    [
        ("", {}, True),
        ("fetch", {}, True),
        ("syncs", {}, True),
        ("syncs", {"sent": True}, False),
        ("gone_tasks", {}, False),
        ("gone_tasks", {"gone": True}, True),
        ("gone_steps", {}, False),
        ("answers", {}, False),
        ("answers", {"status": "5"}, True),
        ("clock", {}, False),
        ("new_ledger", {}, False),
        ("left_locked", {}, False),
        ("stranger_locked", {}, False),
        ("slow_portal", {}, False),
        ("slow_ledger", {}, False),
        ("machine", {}, False),
    ],
)
def test_a_pause_of_a_part_is_told_only_to_the_steps_that_it_holds_up(
    ledger: Ledger,
    site: Site,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    change: dict[str, Any],
    held: bool,
) -> None:
    """Who asked for a step that waits for a person read first that it needs a decision: a synchronisation was away."""
    wait_for_people(ledger)
    if "sent" in change:
        [sync] = ledger.syncs.take(1)
        ledger.syncs.sent(sync)
    row = ROW | {"xmlId": "camunda:task-1"} | change
    site.portal(*([] if "gone" in change else [row]))
    monkeypatch.setenv("HTTP_PORT", "8090")
    pause = {"side": "portal", "part": part, "reason": "no", "since": "2026-03-01T10:00:00+00:00", "passes": False}
    told_by_worker = json.dumps({"good": False, "pauses": [pause | {"text": "no", "cure": "Set LEDGER_URL"}]}).encode()
    monkeypatch.setattr(running, "asked", lambda *_: Answer(503, told_by_worker))
    matters = [matter for matter in data(capsys)["matters"] if matter["name"].startswith("held_up")]
    assert [(matter["name"], matter["cure"].partition(". ")[0]) for matter in matters] == (
        [("held_up_part" if part else "held_up", "Set LEDGER_URL")] if held else []
    )
    assert all("after a restart" in matter["cure"] for matter in matters)


@pytest.mark.parametrize(("status", "told"), [("3", []), ("5", [("slow", "goes_on")])])
def test_a_slow_side_is_told_to_a_step_that_waits_for_it(
    ledger: Ledger,
    site: Site,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    told: list[tuple[str, str]],
) -> None:
    wait_for_people(ledger)
    site.portal(ROW | {"xmlId": "camunda:task-1", "status": status})
    monkeypatch.setenv("HTTP_PORT", "8090")
    pause = {"side": "portal", "part": "slow_portal", "reason": "25 s", "since": "2026-03-01T10:00:00+00:00"}
    more = {"passes": True, "text": "25 s", "cause": "portal_slow", "cure": "Check the load"}
    told_by_worker = json.dumps({"good": True, "pauses": [pause | more]}).encode()
    monkeypatch.setattr(running, "asked", lambda *_: Answer(200, told_by_worker))
    slow = [matter for matter in data(capsys)["matters"] if matter["name"] == "slow"]
    assert [(matter["name"], matter["kind"]) for matter in slow] == told
    assert ["the portal answers slowly" in matter["text"] for matter in slow] == [True] * len(told)


@pytest.mark.parametrize(("deleted", "matters"), [(True, ["instance_deleted"]), (False, ["step_gone"])])
def test_of_a_step_that_is_gone_a_slow_portal_is_not_told_as_a_matter(
    ledger: Ledger,
    site: Site,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    deleted: bool,
    matters: list[str],
) -> None:
    """That this command had waited in vain came first, that the step takes longer second, that it is over fourth."""
    wait_for_people(ledger)
    [sync] = ledger.syncs.take(1)
    ledger.syncs.sent(sync)
    site.gone()
    history = f"{ENGINE}/history/process-instance?processInstanceIds=instance-of-task-1"
    ended = {"endTime": "2026-03-01T11:00:00.000+0000", "state": "EXTERNALLY_TERMINATED"}
    site.http.get(history, json=[KEPT | {"id": "instance-of-task-1"} | ended] if deleted else [])
    _slow_portal(site, monkeypatch)
    found = data(capsys)
    assert [one["name"] for one in found["matters"]] == matters
    assert any("this command waits 10 s" in said for said in found["not_known"])
    assert "What to do: Nothing" in "\n".join(told(capsys, "task-1"))


def test_that_the_instance_was_deleted_comes_before_what_is_still_sent_for_it(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    """It said that a synchronisation was queued, and below that somebody had cancelled the process."""
    wait_for_people(ledger)
    site.gone()
    history = f"{ENGINE}/history/process-instance?processInstanceIds=instance-of-task-1"
    ended = {"endTime": "2026-03-01T11:00:00.000+0000", "state": "EXTERNALLY_TERMINATED"}
    site.http.get(history, json=[KEPT | {"id": "instance-of-task-1"} | ended])
    site.portal()
    assert [(one["name"], one["kind"]) for one in data(capsys)["matters"]] == [
        ("instance_deleted", "over"),
        ("sync_owed", "goes_on"),
    ]
    lines = told(capsys, "task-1")
    assert lines[0] == "The step is over: the process instance was deleted in the engine"


def test_an_unheard_portal_is_no_matter_where_only_the_engine_is_to_be_told(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    _slow_portal(site, monkeypatch)
    assert "portal_not_known" not in [one["name"] for one in data(capsys)["matters"]]


def test_a_step_that_waits_beside_a_slow_portal_that_was_not_heard_is_not_said_to_take_longer(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_people(ledger)
    _slow_portal(site, monkeypatch)
    names = [one["name"] for one in data(capsys)["matters"]]
    assert names[:2] == ["portal_not_known", "waiting"]
    assert "slow" not in names


def _slow_portal(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not answer this command in time, and the worker says that it is slow."""
    site.http.post(f"{PORTAL}/tasks.task.list", exc=requests.exceptions.ReadTimeout)
    monkeypatch.setenv("HTTP_PORT", "8090")
    pause = {"side": "portal", "part": "slow_portal", "reason": "25 s", "since": "2026-03-01T10:00:00+00:00"}
    more = {"passes": True, "text": "25 s", "cause": "portal_slow", "cure": "Check the load"}
    answer = Answer(200, json.dumps({"good": True, "pauses": [pause | more]}).encode())
    monkeypatch.setattr(running, "asked", lambda *_: answer)


def test_a_portal_that_may_only_be_slow_is_said_to_have_kept_this_command_waiting() -> None:
    """`did not answer in time` stood beside a page that said 8 ms: it answers after 25 s, nobody waited for that."""
    late = Doubtful("tasks.task.list", "no_answer", cause=Cause.NO_ANSWER)
    assert silence_of(late).said.en.endswith("this command waits 10 s")
    assert "waits" not in silence_of(Doubtful("tasks.task.list", "http_502", cause=Cause.GATEWAY)).said.en


@pytest.mark.parametrize("asked", ["task-1", "instance-of-task-1", "ORDER-7", "#42"])
def test_without_a_ledger_engine_and_portal_are_still_asked(
    ledger: Ledger, site: Site, capsys: Capture, tmp_path: Path, asked: str
) -> None:
    wait_for_people(ledger)
    ledger.close()
    (tmp_path / "worker.db").write_bytes(b"not a database" * 100)
    site.failed()
    site.portal(ROW | {"xmlId": "camunda:task-1"})
    site.http.get(f"{ENGINE}/process-instance", json=[{"id": "instance-of-task-1"}])
    for other in ("instance-of-task-1", "ORDER-7"):
        site.http.get(f"{ENGINE}/external-task/{other}", status_code=404, json=GONE)
        site.http.get(f"{ENGINE}/history/external-task-log?externalTaskId={other}", json=[])
    site.http.get(f"{ENGINE}/external-task?processInstanceId=ORDER-7", json=[])
    found = data(capsys, asked, code=EXIT_UNABLE)
    assert (found["externalTask"], found["kind"], found["portalTask"]) == ("task-1", "needs", 42)
    assert [matter["name"] for matter in found["matters"]] == ["incident", "ledger_not_known"]
    assert found["matters"][0]["reason"] == "nobody is responsible"
    assert found["businessKey"] == "ORDER-7"
    assert any(reason.startswith("ledger: not known: ") and "damaged" in reason for reason in found["not_known"])
    assert {event["where"] for event in found["events"]} == {"engine", "portal"}


def test_a_ledger_that_fails_later_is_no_end_either(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_people(ledger)

    def fails(*_: object) -> None:
        raise LedgerUnavailable("disk I/O error")

    monkeypatch.setattr(Views, "life", fails)
    found = data(capsys, code=EXIT_UNABLE)
    assert found["matters"][0]["name"] == "ledger_not_known"
    assert any("disk I/O error" in reason for reason in found["not_known"])


def test_why_it_is_an_incident_is_known_from_whoever_was_told(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine may have dropped the message from the task, or may be away: then its log, or the running worker."""
    ledger.rejected(fetched(), None, Failure("nobody is responsible", "", 0, 0.0))
    ledger.settlements.settled(owed_for(ledger))
    site.failed()
    site.task(retries=0, errorMessage=None)
    assert data(capsys)["matters"][0]["reason"] == "nobody is responsible"
    site.http.get(f"{ENGINE}/external-task/task-1", exc=requests.exceptions.ConnectTimeout)
    site.portal()
    assert data(capsys)["matters"][0]["reason"] is None
    monkeypatch.setenv("HTTP_PORT", "8090")
    known: dict[str, Any] = {"count": None, "asked": True, "unknown_since": "2026-03-01T10:00:00+00:00", "topics": {}}
    known |= {
        "stuck": {"count": None, "shown": []},
        "hangs": {},
        "suspended": {},
        "dismissed": {},
        "taken": {},
        "elsewhere": {},
        "in_control": {},
        "misspelt": {},
        "missing": {},
        "creates": {},
        "groups": [],
        "unread": 0,
        "reason": "away",
    }
    shown = [{"externalTask": "another", "reason": "x"}, {"externalTask": "task-1", "reason": "nobody is responsible"}]
    all_of_it = known | {"shown": shown, "good": True, "pauses": []}
    monkeypatch.setattr(running, "asked", lambda *_: Answer(200, json.dumps(all_of_it).encode()))
    found = data(capsys)["matters"][0]
    assert (found["name"], found["reason"]) == ("incident", "nobody is responsible")


def test_a_step_that_comes_again_says_why_and_leaves_out_what_is_not_known(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    ledger.rejected(fetched(), None, FAILED)
    ledger.settlements.settled(owed_for(ledger))
    site.portal()
    site.http.get(f"{ENGINE}/history/external-task-log", json=[LOG, FAILED_LOG | {"retries": None}])
    lines = told(capsys, "task-1")
    assert lines[0].endswith("the engine hands the step out again")
    assert "Reason: nobody is responsible" in lines
    assert "?" not in "".join(lines)
    site.task(retries=2)
    assert told(capsys, "task-1")[0].endswith("the engine hands the step out again (retries left: 2)")


def test_a_mistake_in_the_model_need_not_become_an_incident_first(ledger: Ledger, site: Site, capsys: Capture) -> None:
    ledger.rejected(fetched(), None, FAILED)
    ledger.settlements.settled(owed_for(ledger))
    site.portal()
    site.task(retries=1, errorMessage=str(MappingFault("t", "properties.x", None, reason_of("said_twice"))))
    lines = told(capsys, "task-1")
    assert lines[0].startswith("Needs you: ")
    assert any("Correct the mistake now" in line and "docs model-faults" in line for line in lines)
    assert not any("Nothing" in line for line in lines)
    assert any("TASK=task-1" in line for line in lines)


def test_a_migrated_step_has_its_new_name(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    site.task(activityId="Approve_it", processDefinitionKey="order2")
    found = data(capsys)
    assert (found["step"], found["activity"], found["processDefinitionKey"]) == ("Approve it", "Approve_it", "order2")


def test_a_calling_instance_leads_to_the_steps_of_those_that_it_called(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    """Its own, those of the called, and those that they called."""
    called = {"caller": ["one", "two"], "two": ["three"]}
    steps = {"one": "task-1", "three": "task-2"}
    for id_ in ("caller", "one", "two", "three"):
        some = [{"id": one} for one in called.get(id_, ())]
        site.http.get(f"{ENGINE}/process-instance?superProcessInstance={id_}", json=some)
        there = [TASK | {"id": steps[id_]}] if id_ in steps else []
        site.http.get(f"{ENGINE}/external-task?processInstanceId={id_}", json=there)
    site.http.get(f"{ENGINE}/external-task/caller", status_code=404, json=GONE)
    site.http.get(f"{ENGINE}/history/external-task-log?externalTaskId=caller", json=[])
    both = data(capsys, "caller", code=EXIT_FOUND)
    assert [one["externalTask"] for one in both["candidates"]] == ["task-1", "task-2"]


STUCK_JOB = {
    "id": "incident-1",
    "incidentType": "failedJob",
    "activityId": "load",
    "failedActivityId": "load",
    "processInstanceId": "before",
    "processDefinitionId": "order:1:x",
    "incidentMessage": "no such order",
    "incidentTimestamp": "2026-03-01T13:00:03.000+0300",
}
KEPT = {"id": "before", "processDefinitionKey": "order", "businessKey": "before-1", "state": "ACTIVE"}
WAITS_AT = {"id": "job", "activityId": "load", "activityName": "Load order"}
AT_LOAD = {"id": "before", "childActivityInstances": [], "childTransitionInstances": [WAITS_AT]}


def without_steps(site: Site, *, kept: list[dict[str, Any]], tree: dict[str, Any] | None = None) -> None:
    """An instance in which no external task has ever been; `kept`: what the history has of it."""
    site.knows_nothing()
    site.portal()
    gone = {"status_code": 404, "json": GONE}
    site.http.get(f"{ENGINE}/process-instance?businessKey=before-1", json=[{"id": "before"}])
    site.http.get(f"{ENGINE}/history/process-instance?processInstanceIds=before", json=kept)
    site.http.get(f"{ENGINE}/process-instance/before", **gone)  # type: ignore[arg-type]
    there: dict[str, Any] = gone if tree is None else {"json": tree}
    site.http.get(f"{ENGINE}/process-instance/before/activity-instances", **there)
    for other in ("before-1", "nothing"):
        site.http.get(f"{ENGINE}/process-instance/{other}", **gone)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["before", "before-1"])
def test_an_instance_that_is_stuck_before_its_first_step_is_found(
    ledger: Ledger, site: Site, capsys: Capture, asked: str
) -> None:
    """`Nothing found`, although the engine had it under this business key."""
    without_steps(site, kept=[KEPT], tree=AT_LOAD)
    site.http.get(f"{ENGINE}/incident?processInstanceId=before", json=[STUCK_JOB])
    lines = told(capsys, asked)
    assert lines[0] == (
        "Needs you: the process instance is stuck: an incident of the engine itself (failedJob) at Load order (load)"
    )
    assert lines[2] == "Reason: no such order"
    assert (
        "- Not at this worker: the engine has the process instance, now at Load order (load), but no step for a worker "
        "has begun in it yet"
    ) in lines
    assert {"Process: order", "Business key: before-1", "Instance: before"} <= set(lines)
    found = data(capsys, asked)
    assert (found["found"], found["kind"], found["externalTask"]) == (True, "needs", None)


def test_an_instance_without_steps_and_without_a_history_is_found(ledger: Ledger, site: Site, capsys: Capture) -> None:
    without_steps(site, kept=[], tree=AT_LOAD)
    now = {"id": "before", "definitionId": "order:1:x", "businessKey": "before-1"}
    site.http.get(f"{ENGINE}/process-instance/before", json=now)
    found = data(capsys, "before-1")
    assert [(one["kind"], one["name"]) for one in found["matters"]] == [("others", "no_step_yet")]
    assert (found["processDefinitionKey"], found["businessKey"]) == ("order", "before-1")


def test_an_instance_that_ended_before_its_first_step(ledger: Ledger, site: Site, capsys: Capture) -> None:
    over = {"endTime": "2026-03-01T11:00:00.000+0000", "state": "EXTERNALLY_TERMINATED", "deleteReason": "a test"}
    without_steps(site, kept=[KEPT | over])
    found = data(capsys, "before")
    assert [one["name"] for one in found["matters"]] == ["no_step_ended", "instance_deleted"]
    assert [one["event"] for one in found["events"]] == ["instance_deleted"]


def test_several_instances_without_steps_are_listed(ledger: Ledger, site: Site, capsys: Capture) -> None:
    without_steps(site, kept=[KEPT])
    both = [{"id": "before"}, {"id": "later"}]
    site.http.get(f"{ENGINE}/process-instance?businessKey=before-1", json=both)
    site.http.get(f"{ENGINE}/history/process-instance?processInstanceIds=later", json=[KEPT | {"id": "later"}])
    assert "  process instance later" in told(capsys, "before-1", code=EXIT_FOUND)
    candidates = data(capsys, "before-1", code=EXIT_FOUND)["candidates"]
    assert [one["processInstanceId"] for one in candidates] == ["before", "later"]
    assert {one["externalTask"] for one in candidates} == {None}


def test_an_instance_is_found_although_the_engine_does_not_tell_why_it_is_stuck(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    without_steps(site, kept=[KEPT])
    denied = {"type": "AuthorizationException", "message": "no permission on incidents"}
    site.http.get(f"{ENGINE}/incident", status_code=403, json=denied)
    found = data(capsys, "before")
    assert found["matters"][0]["name"] == "engine_not_known"
    assert any("no permission on incidents" in reason for reason in found["not_known"])


def test_a_process_that_is_stuck_in_one_that_it_called_names_that_place_and_its_reason(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    """The engine's incident of the caller has no message: neither place nor reason was told."""
    settle(ledger)
    site.gone()
    root = STUCK_JOB | {"id": "root", "failedActivityId": "calc", "processInstanceId": "child-7"}
    root |= {"processDefinitionId": "child:2:y", "incidentMessage": "division by zero"}
    upper = {"id": "upper", "failedActivityId": "call", "rootCauseIncidentId": "root", "incidentMessage": None}
    site.http.get(f"{ENGINE}/external-task", json=[])
    site.http.get(f"{ENGINE}/incident?processInstanceId=instance-of-task-1", json=[STUCK_JOB | upper])
    site.http.get(f"{ENGINE}/incident?incidentId=root", json=[root])
    site.http.get(f"{ENGINE}/process-definition/child%3A2%3Ay/xml", json={"id": "x", "bpmn20Xml": '<a id="calc"/>'})
    lines = told(capsys, "task-1")
    assert lines[0] == (
        "Needs you: the process instance is stuck: an incident of the engine itself (failedJob) at call: it called the "
        "process child (instance child-7), which is stuck at calc"
    )
    assert lines[2] == "Reason: division by zero"


def test_a_process_instance_that_was_deleted_is_said_to_be(ledger: Ledger, site: Site, capsys: Capture) -> None:
    """Its step was over, and nothing was said of what had become of its process."""
    settle(ledger)
    [sync] = ledger.syncs.take(1)
    ledger.syncs.sent(sync)
    site.gone()
    site.http.get(f"{ENGINE}/external-task", json=[])
    kept = KEPT | {"id": "instance-of-task-1", "endTime": "2026-03-01T11:00:00.000+0000"}
    deleted = {"state": "EXTERNALLY_TERMINATED", "deleteReason": "started by mistake"}
    history = f"{ENGINE}/history/process-instance?processInstanceIds=instance-of-task-1"
    site.http.get(history, json=[kept | deleted])
    lines = told(capsys, "task-1")
    assert lines[0] == "The step is over: the process instance was deleted in the engine"
    assert lines[1].startswith(f"Since {moment(datetime(2026, 3, 1, 11, tzinfo=UTC).timestamp())}")
    assert lines[2] == "Reason: started by mistake"
    assert any("engine  the process instance was deleted: started by mistake" in line for line in lines)
    site.http.get(history, json=[kept | {"state": "COMPLETED"}])
    found = data(capsys)
    assert [one["name"] for one in found["matters"]] == ["settled"]
    assert "instance_ended" in [one["event"] for one in found["events"]]


def test_where_there_is_no_history_its_process_is_said_to_be_no_longer_there(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    settle(ledger)
    site.gone()
    site.http.get(f"{ENGINE}/external-task", json=[])
    site.http.get(f"{ENGINE}/process-instance/instance-of-task-1", status_code=404, json=GONE)
    assert [one["name"] for one in data(capsys)["matters"]] == ["sync_owed", "settled", "instance_gone"]
    site.http.get(f"{ENGINE}/process-instance/instance-of-task-1", json=NOW)
    assert "instance_gone" not in [one["name"] for one in data(capsys)["matters"]]


# --- what names a step ---


@pytest.mark.parametrize(
    "asked", ["task-1", "instance-of-task-1", "ORDER-7", "42", "#42", "№ 42", "instance-of", " task-1 "]
)
def test_a_step_is_found_by_each_of_its_names(ledger: Ledger, site: Site, capsys: Capture, asked: str) -> None:
    wait_for_people(ledger)
    if asked != "task-1":
        site.http.get(f"{ENGINE}/history/external-task-log?externalTaskId={asked}", json=[])
    assert data(capsys, asked)["externalTask"] == "task-1"


def test_a_number_that_is_also_a_business_key_is_ambiguous_and_a_hash_decides(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    wait_for_people(ledger)
    ledger.created(fetched("task-2", business_key="42"), None, 43, DONE, adopted=False)
    lines = told(capsys, "42", code=EXIT_FOUND)
    assert lines[0].startswith("Several steps match “42” (2). Repeat with the id of the external task")
    assert {line.split()[0] for line in lines[1:]} == {"task-1", "task-2"}
    assert data(capsys, "#42")["externalTask"] == "task-1"
    assert {one["externalTask"] for one in data(capsys, "42", code=EXIT_FOUND)["candidates"]} == {"task-1", "task-2"}


@pytest.mark.parametrize("asked", ["nothing", "x" * 100_000, "🦄", "%", "-", "99999999999999999999999"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_names_nothing_is_said_briefly(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch, asked: str, language: str
) -> None:
    wait_for_people(ledger)
    monkeypatch.setenv("LOG_LANGUAGE", language)
    site.knows_nothing()
    site.portal()
    assert main(["explain", "--", asked]) == EXIT_FOUND
    out = capsys.readouterr().out
    assert out.startswith("Nothing found for" if language == "en" else "Ничего не найдено")
    assert len(out) < 1000


@pytest.mark.parametrize(("days", "is_told"), [(13, True), (15, False)])
def test_a_ledger_younger_than_what_it_keeps_says_so_where_nothing_is_found(
    ledger: Ledger, site: Site, capsys: Capture, *, days: int, is_told: bool
) -> None:
    """After a lost ledger a step that had ended minutes before was said to be older than 14 days."""
    made = time.time() - days * 86_400
    with ledger._store.transaction() as tx:
        tx.execute(sa.update(meta).where(meta.c.key == "created_at").values(value=repr(made)))
    site.knows_nothing()
    site.portal()
    lines = told(capsys, "nothing", code=EXIT_FOUND)
    assert lines[0].startswith("Nothing found for")
    assert any("ledger was made at" in line and moment(made) in line for line in lines) is is_told
    assert any("ledger was made at" in why for why in data(capsys, "nothing", code=EXIT_FOUND)["not_known"]) is is_told


def test_a_worker_that_has_fallen_silent_is_named_where_its_step_is_explained(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its steps were late, and nothing said why."""
    wait_for_people(ledger)
    site.portal()
    assert "worker_silent" not in [one["event"] for one in data(capsys)["events"]]
    life = Views.life
    absent = Absent("w", AT + 60, AT + 280)

    def left(*given: Any) -> Life | None:
        found = life(*given)
        return found and replace(found, task=replace(found.task, absent=absent))

    monkeypatch.setattr(Views, "life", left)
    [silent] = [one for one in data(capsys)["events"] if one["event"] == "worker_silent"]
    assert silent["at"] == moment(AT + 60, between="T")
    assert "the worker w, which has the step, sent its last heartbeat" in silent["text"]


def test_a_create_whose_worker_has_fallen_silent_does_not_wait_for_the_portal(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headline said that there is nothing to do, and not that nobody was waiting for the answer any more."""
    ledger.begin_create(fetched(), draft(fetched()), None)
    site.portal()
    site.task()
    monkeypatch.setattr(WorkerLeases, "absent", lambda *_: {ledger.owner: Absent("w", AT, AT + 220)})
    lines = told(capsys, "task-1")
    assert lines[0] == f"Held up for now: {said_of_absent('w', AT, AT + 220).en}"
    assert "the worker w, which sent the request, has sent no heartbeat since 01.03 " in lines[0]
    assert "another worker may take the step" in lines[0], "its locks ended long ago"
    assert any("Start w, unless it has been started again" in line for line in lines)
    assert data(capsys)["matters"][0]["name"] == "creating_left"
    until = time.time() + 100
    monkeypatch.setattr(WorkerLeases, "absent", lambda *_: {ledger.owner: Absent("w", AT, until)})
    assert "another worker takes the step when its lock has ended" in told(capsys, "task-1")[0]


def test_a_step_that_a_silent_worker_has_fetched_is_its_and_no_unknown_workers(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told first that an unknown worker has it, whose steps were others."""
    pause: dict[str, Any] = {
        "side": "engine",
        "part": "stranger_locked",
        "cause": "locked_by_stranger",
        "since": "2026-03-01T10:00:00Z",
    }
    pause |= {"text": "the steps of an unknown worker", "reason": "unknown", "cure": "", "passes": True}
    monkeypatch.setenv("HTTP_PORT", "8090")
    said = json.dumps({"good": True, "pauses": [pause]}).encode()
    monkeypatch.setattr(running, "asked", lambda *_: Answer(200, said))
    site.portal()
    assert ("held", "held_up_part") in [(one["kind"], one["name"]) for one in data(capsys)["matters"]]
    monkeypatch.setattr(Views, "workers", lambda _: {"w", "w-2"})
    monkeypatch.setattr(Views, "silent", lambda _: [Silent("w", AT, 0, AT + 220)])
    [matter] = data(capsys)["matters"]
    assert (matter["name"], matter["kind"]) == ("fetched_left", "held")
    assert matter["text"].startswith("the worker w has fetched the step and not recorded it, and has sent no heartbeat")
    assert "another worker takes the step when its lock ends, at" in matter["text"]
    assert "Start w, unless it has been started again" in matter["cure"]
    monkeypatch.setattr(Views, "silent", lambda _: [])
    assert first(capsys) == ("goes_on", "not_taken"), "a worker of this ledger has it"
    site.task(workerId=None, lockExpirationTime=None)
    assert first(capsys) == ("goes_on", "not_taken"), "nobody has it"


def test_a_create_that_another_worker_has_taken_over_is_looked_up_by_that_one(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.begin_create(fetched(), draft(fetched()), None)
    site.portal()
    monkeypatch.setattr(WorkerLeases, "absent", lambda *_: {ledger.owner: Absent("w", AT, AT + 220)})
    site.task(workerId="host-2")
    assert first(capsys) == ("goes_on", "taken_over")
    assert "the worker host-2 has taken the step" in told(capsys, "task-1")[0]
    site.task(workerId="host-2", lockExpirationTime="2026-03-01T10:01:30.412+0000")
    assert first(capsys) == ("held", "creating_left"), "a lock that has ended says nothing"


def test_a_step_that_only_the_engine_knows(ledger: Ledger, site: Site, capsys: Capture) -> None:
    site.portal()
    found = data(capsys)
    assert (found["kind"], found["matters"][0]["name"]) == ("needs", "not_recorded")
    assert "bitrix_create_task" in found["matters"][0]["cure"]
    site.http.get(f"{ENGINE}/external-task/instance-of-task-1", status_code=404, json=GONE)
    site.http.get(f"{ENGINE}/history/external-task-log?externalTaskId=instance-of-task-1", json=[])
    assert data(capsys, "instance-of-task-1")["externalTask"] == "task-1"


def test_a_business_key_that_only_the_engine_knows(ledger: Ledger, site: Site, capsys: Capture) -> None:
    site.portal()
    site.http.get(f"{ENGINE}/process-instance", json=[])
    kept = site.http.get(f"{ENGINE}/history/process-instance", json=[{"id": "instance-of-task-1"}])
    assert data(capsys, "Счёт № 7")["externalTask"] == "task-1", "it may hold any letters"
    assert kept.last_request
    assert kept.last_request.qs["processinstancebusinesskey"] == ["Счёт № 7"]
    site.http.get(f"{ENGINE}/process-instance", json=[{"id": "instance-of-task-1"}, {"id": "other"}])
    site.http.get(f"{ENGINE}/external-task?processInstanceId=other", json=[TASK | {"id": "task-2"}])
    both = data(capsys, "Счёт № 7", code=EXIT_FOUND)
    assert {one["externalTask"] for one in both["candidates"]} == {"task-1", "task-2"}


def test_a_step_that_was_begun_anew_is_no_incident_in_the_list_either(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list said that it needs a decision, and the explanation of the same step that it has ended."""
    for name in ("task-0", "task-1"):
        ledger.rejected(fetched(name, business_key="f33"), None, Failure("nobody is responsible", "", 0, 0.0))
        ledger.settlements.settled(owed_for(ledger, name))
    asked = site.http.post(f"{ENGINE}/external-task", json=[TASK])

    def lines_of(name: str) -> str:
        [line] = [line for line in told(capsys, "f33", code=EXIT_FOUND) if line.startswith(f"  {name}")]
        return line

    assert "the engine no longer has it" in lines_of("task-0")
    assert "incident: needs a decision" in lines_of("task-1")
    assert asked.last_request
    assert set(asked.last_request.json()["externalTaskIdIn"]) == {"task-0", "task-1"}
    site.http.post(f"{ENGINE}/external-task", status_code=503)
    assert "incident: needs a decision" in lines_of("task-0"), "who was not asked denies nothing"


def test_a_create_of_unknown_outcome_is_one_in_the_list_too(ledger: Ledger, site: Site, capsys: Capture) -> None:
    for name in ("task-0", "task-1"):
        ledger.begin_create(fetched(name, business_key="f33"), draft(fetched(name)), None)
    site.http.post(f"{ENGINE}/external-task", json=[TASK, TASK | {"id": "task-0"}])
    lines = told(capsys, "f33", code=EXIT_FOUND)
    assert [line for line in lines if "create not confirmed yet" in line] == lines[1:]


@pytest.mark.parametrize("waits", [True, False])
def test_of_several_steps_those_that_need_a_person_come_first_with_reason_and_cure(
    ledger: Ledger, site: Site, capsys: Capture, waits: bool
) -> None:
    """Nine steps of one instance were listed, and the only incident stood among them as the others."""
    failed = fetched("task-1", process_instance_id="same", activity_name="Approve it")
    ledger.rejected(failed, None, Failure("nobody is responsible", "", 0, 0.0))
    ledger.settlements.settled(owed_for(ledger, "task-1"))
    if waits:
        wait_for_people(ledger, "wait-1", process_instance_id="same")
        site.http.get(f"{ENGINE}/external-task/wait-1", json=TASK | {"id": "wait-1"})
    for number in range(3):
        over = fetched(f"over-{number}", process_instance_id="same")
        ledger.created(over, None, number + 1, DONE, adopted=False)
        ledger.settlements.settled(owed_for(ledger, over.id))
    site.portal()
    site.failed()
    at = TASK | {"retries": 0, "errorMessage": "nobody is responsible"}
    site.http.get(f"{ENGINE}/external-task?processInstanceId=same", json=[at])
    lines = told(capsys, "same", code=EXIT_FOUND)
    needs = [line.split(": ")[1] for line in lines if line.startswith("Needs you: ")]
    assert needs == ["an incident"], "what is over repeats it"
    assert lines[0].startswith("Needs you: an incident: the step has no retries left")
    head = next(number for number, line in enumerate(lines) if line.startswith("Several steps match “same”"))
    before = "\n".join(lines[:head])
    assert "Reason: nobody is responsible" in before
    assert "What to do: Fix the cause, then raise the step's retries" in before
    assert "Step: Approve it" in before
    ids = ["task-1", *(["wait-1"] if waits else []), "over-2", "over-1", "over-0"]
    assert [line.split()[0] for line in lines[head + 1 :]] == ids
    assert "incident: needs a decision  Approve it" in lines[head + 1]
    rows = data(capsys, "same", code=EXIT_FOUND)["candidates"]
    firsts = [row["matters"][0]["name"] for row in rows if row["matters"]]
    assert firsts == ["incident"]


@pytest.mark.parametrize("known", [["task-2", "task-3"], ["task-2"], []])
def test_what_the_engine_has_by_its_whole_name_wins_over_what_the_ledger_has_by_a_beginning(
    ledger: Ledger, site: Site, capsys: Capture, known: list[str]
) -> None:
    """With a new ledger `explain ORD-1` listed ORD-11 and ORD-12, or explained the only one of them."""
    for number, name in enumerate(known):
        wait_for_people(ledger, name, business_key=f"ORDER-7{number}")
    site.http.get(f"{ENGINE}/external-task/ORDER-7", status_code=404, json=GONE)
    site.http.get(f"{ENGINE}/history/external-task-log?externalTaskId=ORDER-7", json=[])
    site.http.get(f"{ENGINE}/external-task?processInstanceId=ORDER-7", json=[])
    site.http.get(f"{ENGINE}/history/external-task-log?processInstanceId=ORDER-7", json=[])
    site.http.get(f"{ENGINE}/process-instance?businessKey=ORDER-7", json=[NOW])
    site.portal()
    assert data(capsys, "ORDER-7")["externalTask"] == "task-1"


def test_of_several_steps_that_need_nobody_only_the_list_is_told(ledger: Ledger, site: Site, capsys: Capture) -> None:
    for name in ("task-1", "task-2"):
        wait_for_people(ledger, name, process_instance_id="same")
    assert told(capsys, "same", code=EXIT_FOUND)[0].startswith("Several steps match “same” (2)")


def test_of_several_steps_that_only_the_engine_knows_incidents_come_first_and_each_has_its_name(
    ledger: Ledger, site: Site, capsys: Capture
) -> None:
    failed = {"id": "task-2", "activityId": "Pay", "retries": 0, "errorMessage": "nobody is responsible"}
    site.http.get(f"{ENGINE}/external-task/task-2", json=TASK | failed)
    site.http.get(f"{ENGINE}/external-task/same", status_code=404, json=GONE)
    site.http.get(f"{ENGINE}/history/external-task-log?externalTaskId=same", json=[])
    site.http.get(f"{ENGINE}/external-task?processInstanceId=same", json=[TASK, TASK | failed])
    site.portal()
    lines = told(capsys, "same", code=EXIT_FOUND)
    assert lines[0].startswith("Needs you: an incident")
    several = next(number for number, line in enumerate(lines) if line.startswith("Several steps match"))
    assert [line.split("(")[0].split(maxsplit=1) for line in lines[several + 1 : several + 3]] == [
        ["task-2", "incident: needs a decision  Pay  "],
        ["task-1", "at the engine, not taken yet  Task_Create  "],
    ]


def test_of_several_steps_no_more_is_asked_once_a_system_is_silent(ledger: Ledger, site: Site, capsys: Capture) -> None:
    for name in ("task-1", "task-2", "task-3"):
        wait_for_people(ledger, name, process_instance_id="same")
    asked = site.http.get(re.compile(f"{ENGINE}/external-task/task-"), status_code=503)
    assert told(capsys, "same", code=EXIT_FOUND)[0].startswith("Several steps match “same” (3)")
    assert len({one.path for one in asked.request_history}) == 1


def test_many_candidates_are_cut(ledger: Ledger, site: Site, capsys: Capture) -> None:
    for number in range(150):
        ledger.created(fetched(f"many-{number}", process_instance_id="same"), None, number + 1, DONE, adopted=False)
    lines = told(capsys, "same", code=EXIT_FOUND)
    assert len(lines) == 22
    assert lines[-1] == "  there are more: be more precise"


# --- it only reads ---


def test_the_file_stays_as_it_is_and_may_be_read_only(
    ledger: Ledger, site: Site, capsys: Capture, tmp_path: Path
) -> None:
    wait_for_people(ledger)
    ledger.close()
    before = (tmp_path / "worker.db").read_bytes()
    (tmp_path / "worker.db").chmod(0o400)
    assert first(capsys)[1] == "waiting"
    assert (tmp_path / "worker.db").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} <= {"worker.db", "worker.db.lock"}, "and nothing beside it"


def test_a_ledger_that_a_killed_worker_left_is_read_with_its_newest_rows(
    ledger: Ledger, site: Site, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_people(ledger)
    (tmp_path / "left").mkdir()
    for name in ("worker.db", "worker.db-wal"):
        shutil.copy(tmp_path / name, tmp_path / "left" / name)
    monkeypatch.chdir(tmp_path / "left")
    assert first(capsys) == ("waits", "waiting")


def test_a_ledger_of_an_earlier_version_is_not_upgraded(capsys: Capture, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "worker.db") as old:
        make_ledger_of(6, old.execute, serial="INTEGER", portal="https://portal.example", engine=ENGINE)
    before = (tmp_path / "worker.db").read_bytes()
    assert main(["explain", "task-of-old"]) == EXIT_UNABLE
    assert "written by an earlier version of the program (schema 6" in said(capsys)
    assert (tmp_path / "worker.db").read_bytes() == before


def test_without_a_ledger_nothing_is_made(capsys: Capture, tmp_path: Path) -> None:
    assert main(["explain", "task-1"]) == EXIT_UNABLE
    assert "There is no ledger" in said(capsys)
    (tmp_path / "worker.db").touch()
    assert main(["explain", "task-1"]) == EXIT_UNABLE
    assert f"{tmp_path / 'worker.db'} is there and empty: it holds no ledger" in said(capsys)
    assert (tmp_path / "worker.db").read_bytes() == b""


def test_a_writer_does_not_hold_it_up(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    with sqlite3.connect("worker.db") as beside:
        beside.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert first(capsys)[1] == "waiting"
        assert time.monotonic() - began < 30.0
        beside.execute("ROLLBACK")


@pytest.mark.parametrize(("side", "kind"), [("ledger", "held"), ("engine", "waits")])
def test_a_person_may_answer_beside_a_pause_that_passes_but_for_the_ledgers(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch, side: str, kind: str
) -> None:
    """A locked ledger was told under the wait, a full disk above it: in both no answer is read."""
    wait_for_people(ledger)
    pause = {"side": side, "text": "in full", "since": "2026-03-01T10:00:00+00:00", "passes": True}
    said = json.dumps({"good": False, "pauses": [pause | {"reason": "it is locked", "cure": "End the program"}]})
    monkeypatch.setenv("HTTP_PORT", "8090")
    monkeypatch.setattr(running, "asked", lambda *_: Answer(503, said.encode()))
    assert first(capsys)[0] == kind


# --- output ---


def test_secrets_and_terminal_codes_of_others_are_not_printed(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    site.task(retries=0, errorMessage=f"\x1b[31m{PORTAL}/profile " + "long " * 1000)
    site.http.get(f"{ENGINE}/history/external-task-log", json=[FAILED_LOG | {"errorMessage": f"{PORTAL}/x"}] * 100)
    lines = told(capsys, "task-1")
    assert SECRET not in "".join(lines)
    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) < 500


@pytest.mark.parametrize("odd", ["9999-12-31T23:59:59.999-1400", "0001-01-01T00:00:00.000+1400", "x", 7, None, [1]])
def test_times_that_no_calendar_has_do_not_end_it(ledger: Ledger, site: Site, capsys: Capture, odd: object) -> None:
    wait_for_people(ledger)
    site.task(lockExpirationTime=odd)
    site.http.get(f"{ENGINE}/history/external-task-log", json=[LOG | {"timestamp": odd}])
    site.portal(ROW | {"createdDate": odd, "deadline": odd})
    assert first(capsys) == ("waits", "waiting")


def test_the_names_are_the_same_whatever_is_found(ledger: Ledger, site: Site, capsys: Capture) -> None:
    wait_for_people(ledger)
    found = data(capsys)
    site.knows_nothing()
    assert data(capsys, "nothing", code=EXIT_FOUND).keys() == found.keys()
    assert found["found"] is True
    zone = time.strftime("%z")
    assert all(event["at"].replace(":", "").endswith(zone) for event in found["events"] if event["at"])


def test_all_of_it_is_told_in_russian(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", "ru")
    wait_for_people(ledger)
    park(ledger)
    lines = told(capsys, "task-1")
    assert lines[0].startswith("Нужно ваше решение: синхронизация 1 этого экземпляра отложена")
    assert "- Ждёт человека: задача 42 на портале ещё не закрыта" in lines


def test_a_reason_that_was_written_down_in_another_language_is_told_in_the_readers(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page and `status` told it in the reader's language; `explain` quoted what the ledger keeps, and so of an act."""
    gateway = in_words(Trouble("portal", Cause.GATEWAY, ADD, "b24.example:443", "502 Bad Gateway", status=502, size=50))
    engine = in_words(Trouble("engine", Cause.INSTANCE_SUSPENDED, "complete", "camunda:8080", "ENGINE-03043"))
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    ledger.settlements.postpone(owed_for(ledger), 30.0, engine.en, cause="instance_suspended")
    with sqlite3.connect("worker.db") as beside:
        beside.execute(
            "INSERT INTO acts (external_task_id, position, kind, state, begun, begun_at, last_error, last_cause,"
            " updated_at) VALUES ('task-1', 0, 'comment', 'given_up', 1, ?, ?, 'gateway', ?)",
            (AT + 1, gateway.en, time.time()),
        )
    doubted = fetched("task-2")
    ledger.doubtful(ledger.begin_create(doubted, draft(doubted), None), gateway.en, counts=True, cause="gateway")
    site.http.get(f"{ENGINE}/external-task/task-2", json=TASK | {"id": "task-2"})
    monkeypatch.setenv("LOG_LANGUAGE", "ru")
    found = [data(capsys, name) for name in ("task-1", "task-2")]
    reasons = {matter["reason"] for one in found for matter in one["matters"]}
    assert reasons >= {gateway.ru, engine.ru}
    assert reasons.isdisjoint({gateway.en, engine.en})
    events = "\n".join(event["text"] for one in found for event in one["events"])
    assert events.count(gateway.ru) == 2
    assert engine.ru in events
    assert "502 Bad Gateway" in events
    assert not any(one.en in events for one in (gateway, engine))
    assert f"Причина: {engine.ru}" in told(capsys, "task-1")
    given_up = [row["reason"] for row in status_of(ledger, language="ru")["given_up"]]
    on_page = [
        item.reason
        for group in view_of(facts(view=ledger.views.read()), ABOUT, "ru").groups
        for item in group.items
        if group.name == "given_up"
    ]
    assert given_up == on_page == [gateway.ru]


# --- no side keeps a person from what the others know ---


def slow(site: Site, now: list[float], **seconds: float) -> list[str]:
    """Each call to a side takes so many seconds of a clock that stands still otherwise; what was called."""
    calls: list[str] = []

    def took(request: Any, _: object = None) -> None:
        side = "engine" if request.url.startswith(ENGINE) else "portal"
        calls.append(side)
        now[0] += seconds.get(side, 0.0)

    site.http.add_matcher(took)
    return calls


def test_an_engine_that_answers_slowly_leaves_time_for_the_portal_and_what_it_told_counts(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifteen calls, each within its time-out, took a minute."""
    wait_for_people(ledger)
    site.failed()
    now = still_clock(monkeypatch)
    calls = slow(site, now, engine=3.9)
    began, found = now[0], data(capsys)
    assert now[0] - began < 20
    assert calls.count("engine") == 4
    assert calls.count("portal") >= 1
    names = {one["name"] for one in found["matters"]}
    assert {"incident", "waiting", "engine_not_known"} <= names
    assert found["kind"] == "needs"
    [late] = [one for one in found["not_known"] if one.startswith("engine: ")]
    assert late.startswith("engine: not all is known, not asked: ")
    assert "for 20 s together (engine: 15 s)" in late
    assert "Find out why the engine answers slowly" in late


def test_what_was_not_asked_for_lack_of_time_is_named_with_the_side_that_took_it(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_people(ledger)
    now, search = still_clock(monkeypatch), Views.search

    def slowly(views: Views, *asked: Any) -> Any:
        now[0] += 30
        return search(views, *asked)

    monkeypatch.setattr(Views, "search", slowly)
    calls = slow(site, now)
    lines = told(capsys, "task-1", code=EXIT_UNABLE)
    assert calls == []
    for side, call in (("ledger", "step"), ("engine", "external-task"), ("portal", "tasks.task.list")):
        assert any(line.strip().startswith(f"{side}: not all is known, not asked: {call}") for line in lines)
    assert any("for 20 s together (ledger: 30 s). Find out why the ledger answers slowly" in line for line in lines)


def test_of_several_steps_no_more_is_asked_once_the_time_is_up(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        wait_for_people(ledger, f"task-{number}", 42 + number, process_instance_id="instance-of-task-1")
    now = still_clock(monkeypatch)
    calls = slow(site, now, engine=10.0)
    lines = told(capsys, "ORDER-7", code=EXIT_UNABLE)
    assert calls.count("engine") == 2
    assert sum("ORDER-7" in line for line in lines) >= 3, "the rows of the ledger"
    assert any(line.startswith("engine: not all is known, not asked: ") for line in lines)


def test_a_side_that_answers_in_time_is_asked_all(
    ledger: Ledger, site: Site, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_for_people(ledger)
    now = still_clock(monkeypatch)
    slow(site, now, engine=0.5, portal=1.0)
    found = data(capsys)
    assert first(capsys) == ("waits", "waiting")
    assert not any("the time of this command" in one for one in found["not_known"])
