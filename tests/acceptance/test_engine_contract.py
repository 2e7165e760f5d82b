"""What the worker relies on about an engine, each line seen on a real one and held against every engine."""

from __future__ import annotations

import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from sandbox.engine.cache import tool
from sandbox.engine.start import QUICK_START, RunningEngine, default_cache
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import LOGIN, EngineOf
from tests.support.processes import cpu_seconds
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine

JOB_EXECUTOR = "JobExecutor["
"""How the engine names the thread that looks for due timers."""

MINE, OTHER = "contract-1", "contract-2"


class Topic:
    """One process with one external task, and a worker's calls at it."""

    def __init__(self, admin: Admin, key: str) -> None:
        self.admin = admin
        self.key = key
        extensions = (
            '<camunda:properties><camunda:property name="waitForCompletion" value="true"/></camunda:properties>'
            '<camunda:inputOutput><camunda:inputParameter name="local">here</camunda:inputParameter>'
            "</camunda:inputOutput>"
        )
        admin.deploy(sequence(key, {"first": key, "second": f"{key}_second"}, extensions=extensions))

    def start(self, **variables: Any) -> str:
        return self.admin.start(self.key, variables, "business-1")

    def fetch(self, worker: str = MINE, *, limit: int = 10, lock: int = 60_000, poll: int = 0) -> list[dict[str, Any]]:
        topic = {
            "topicName": self.key,
            "lockDuration": lock,
            "deserializeValues": False,
            "includeExtensionProperties": True,
        }
        body = {
            "workerId": worker,
            "maxTasks": limit,
            "usePriority": True,
            "sorting": [{"sortBy": "createTime", "sortOrder": "asc"}],
            "asyncResponseTimeout": poll,
            "topics": [topic],
        }
        answer = self.admin.call("POST", "/external-task/fetchAndLock", body)
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def one(self, worker: str = MINE, **options: Any) -> dict[str, Any]:
        (task,) = self.fetch(worker, **options)
        return task

    def tell(self, verb: str, task: dict[str, Any], worker: str = MINE, **body: Any) -> requests.Response:
        return self.admin.call("POST", f"/external-task/{task['id']}/{verb}", {"workerId": worker, **body})


@pytest.fixture
def topic(admin: Admin, key: str) -> Topic:
    return Topic(admin, key)


def refused(answer: requests.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["message"])


def test_an_instance_is_found_by_its_business_key(topic: Topic) -> None:
    topic.start()
    admin, key = topic.admin, f"{topic.key} № 7"
    instance = admin.start(topic.key, business_key=key)
    now = admin.call("GET", f"/process-instance?businessKey={quote(key)}&firstResult=0&maxResults=10")
    kept = admin.call("GET", f"/history/process-instance?processInstanceBusinessKey={quote(key)}")
    assert [one["id"] for one in now.json()] == [instance]
    assert [one["id"] for one in kept.json()] in ([instance], []), "the stand-in keeps no history"


def test_a_fetched_task_carries_what_we_read(topic: Topic) -> None:
    instance = topic.start(title="Договор")
    task = topic.one()
    assert task["processDefinitionKey"] == topic.key
    assert task["processDefinitionId"].startswith(f"{topic.key}:1:")
    assert (task["processInstanceId"], task["activityId"], task["topicName"]) == (instance, "first", topic.key)
    assert (task["workerId"], task["businessKey"], task["tenantId"]) == (MINE, "business-1", None)
    assert task["retries"] is None
    assert task["extensionProperties"] == {"waitForCompletion": "true"}
    assert task["variables"]["title"]["value"] == "Договор"
    assert task["variables"]["local"]["value"] == "here"


def test_the_lock_tells_how_old_the_task_was(topic: Topic) -> None:
    """P1 is built on these two times alone."""
    began = time.monotonic()
    topic.start()
    task = topic.one(lock=60_000)
    seconds = time.monotonic() - began
    created, expires = (
        datetime.strptime(task[name], "%Y-%m-%dT%H:%M:%S.%f%z") for name in ("createTime", "lockExpirationTime")
    )
    assert 0 <= (expires - created).total_seconds() - 60 < seconds + 1


def test_no_task_goes_to_two_workers(topic: Topic) -> None:
    topic.start()
    topic.one(MINE)
    assert topic.fetch(OTHER) == []


def test_no_more_than_asked_for_and_the_oldest_first(topic: Topic) -> None:
    instances = []
    for _ in range(3):
        instances.append(topic.start())
        time.sleep(0.02)
    assert [task["processInstanceId"] for task in topic.fetch(limit=2)] == instances[:2]


def test_a_parked_poll_is_woken_by_a_new_task(topic: Topic) -> None:
    found: list[dict[str, Any]] = []
    poll = threading.Thread(target=lambda: found.extend(topic.fetch(poll=20_000)))
    poll.start()
    time.sleep(0.3)
    topic.start()
    poll.join(10)
    assert not poll.is_alive()
    assert len(found) == 1


def test_complete_passes_the_variables_on(topic: Topic) -> None:
    instance = topic.start()
    task = topic.one()
    assert topic.tell("complete", task, variables={"n": {"type": "Long", "value": 7}}).status_code == 204
    assert topic.admin.task(instance)["activityId"] == "second"
    assert topic.admin.variables(instance)["n"]["value"] == 7


def test_a_second_complete_finds_nothing(topic: Topic) -> None:
    topic.start()
    task = topic.one()
    topic.tell("complete", task)
    assert "does not exist" in refused(topic.tell("complete", task), 404)


@pytest.mark.parametrize("verb", ["complete", "failure", "bpmnError", "extendLock"])
def test_anothers_task_is_refused_by_the_holders_name(topic: Topic, verb: str) -> None:
    topic.start()
    task = topic.one()
    body: dict[str, Any] = {"newDuration": 1000} if verb == "extendLock" else {"errorCode": "x", "retries": 1}
    assert f"It is locked by worker '{MINE}'" in refused(topic.tell(verb, task, OTHER, **body), 400)


def test_after_an_operators_unlock_the_holder_is_null(topic: Topic) -> None:
    topic.start()
    task = topic.one()
    assert topic.admin.call("POST", f"/external-task/{task['id']}/unlock").status_code == 204
    assert "It is locked by worker 'null'" in refused(topic.tell("complete", task), 400)


def test_complete_passes_after_the_lock_has_run_out(topic: Topic) -> None:
    topic.start()
    task = topic.one(lock=50)
    time.sleep(0.2)
    assert topic.tell("complete", task).status_code == 204


def test_an_expired_lock_cannot_be_extended(topic: Topic) -> None:
    topic.start()
    task = topic.one(lock=50)
    time.sleep(0.2)
    assert "lock that expired" in refused(topic.tell("extendLock", task, newDuration=1000), 400)


def test_a_lock_extended_by_one_millisecond_is_given_back(topic: Topic) -> None:
    topic.start()
    task = topic.one()
    assert topic.tell("extendLock", task, newDuration=1).status_code == 204
    wait_until(lambda: topic.fetch(OTHER), "the task for another worker", 5)


def test_a_failure_waits_for_its_time_and_carries_its_words(topic: Topic) -> None:
    topic.start()
    task = topic.one()
    said: dict[str, Any] = {
        "errorMessage": "кончилось" + "!" * 700,
        "errorDetails": "why",
        "retries": 2,
    }
    assert topic.tell("failure", task, **said, retryTimeout=60_000).status_code == 204
    assert topic.fetch() == []
    assert topic.tell("failure", task, **said, retryTimeout=400).status_code == 204
    (again,) = wait_until(topic.fetch, "the task again", 5)
    assert again["id"] == task["id"]
    assert again["retries"] == 2
    assert again["errorMessage"] == ("кончилось" + "!" * 700)[:666]
    assert topic.admin.call("GET", f"/external-task/{task['id']}/errorDetails").text == "why"


def test_retries_at_nought_are_an_incident_until_they_are_raised(topic: Topic) -> None:
    instance = topic.start()
    task = topic.one()
    topic.tell("failure", task, errorMessage="words", retries=0, retryTimeout=0)
    (incident,) = topic.admin.incidents(instance)
    assert (incident["incidentMessage"], incident["configuration"]) == ("words", task["id"])
    assert topic.fetch() == []
    topic.admin.raise_retries(task["id"], 1)
    assert topic.admin.incidents(instance) == []
    assert (topic.one()["id"], topic.admin.task(instance)["retries"]) == (task["id"], 1)


def test_a_late_failure_is_accepted_and_shortens_the_new_lock(topic: Topic) -> None:
    """The reason for P9."""
    topic.start()
    task = topic.one()
    topic.tell("failure", task, retries=2, retryTimeout=0)
    wait_until(topic.fetch, "the task again", 5)
    assert topic.tell("failure", task, retries=2, retryTimeout=0).status_code == 204
    wait_until(lambda: topic.fetch(OTHER), "the task for another", 5)


def test_an_uncaught_bpmn_error_ends_the_path_silently(topic: Topic) -> None:
    instance = topic.start()
    assert topic.tell("bpmnError", topic.one(), errorCode="NOBODY").status_code == 204
    assert topic.admin.ended(instance)


def test_a_suspended_instance_takes_nothing(topic: Topic) -> None:
    instance = topic.start()
    task = topic.one()
    topic.admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": True})
    assert "suspended" in refused(topic.tell("complete", task), 400)
    topic.admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": False})
    assert topic.tell("complete", task).status_code == 204


def test_a_deleted_instance_takes_its_task_along(topic: Topic) -> None:
    instance = topic.start()
    task = topic.one()
    topic.admin.call("DELETE", f"/process-instance/{instance}")
    assert "does not exist" in refused(topic.tell("failure", task, retries=1), 404)


@pytest.mark.parametrize(
    ("variable", "status"),
    [
        ({"type": "Nonsense", "value": 1}, 400),
        ({"type": "Date", "value": "2026-03-01T10:00:00+03:00"}, 400),
        ({"type": "Integer", "value": 2**40}, 400),
        ({"type": "String", "value": "x" * 4001}, 500),
    ],
)
def test_bad_variables_are_refused_and_the_task_stays(topic: Topic, variable: dict[str, Any], status: int) -> None:
    topic.start()
    task = topic.one()
    refused(topic.tell("complete", task, variables={"v": variable}), status)
    assert topic.tell("complete", task).status_code == 204


def test_own_locks_can_be_listed_and_the_backlog_counted(topic: Topic) -> None:
    for _ in range(3):
        topic.start()
    task = topic.one(limit=1)
    mine = topic.admin.get("/external-task", workerId=MINE, locked="true", topicName=topic.key)
    assert [one["id"] for one in mine] == [task["id"]]
    query = {"topicName": topic.key, "notLocked": "true", "withRetriesLeft": "true"}
    assert topic.admin.get("/external-task/count", **query)["count"] == 2
    without = {"topicName": topic.key, "noRetriesLeft": "true"}
    assert topic.admin.get("/external-task/count", **without)["count"] == 0
    topic.tell("failure", task, errorMessage="no", retries=0, retryTimeout=0)
    assert topic.admin.get("/external-task/count", **without)["count"] == 1


def test_another_path_is_answered_in_html(engine: RunningEngine) -> None:
    answer = requests.get(engine.base_url.replace("engine-rest", "elsewhere") + "/version", timeout=30)
    assert answer.status_code == 404
    assert not answer.text.startswith('{"type"')


def test_the_engine_tells_its_version(engine: RunningEngine) -> None:
    assert requests.get(f"{engine.base_url}/version", timeout=30).json() == {"version": engine.version}


@pytest.fixture(scope="module", params=["builtin", "camunda"])
def guarded(request: pytest.FixtureRequest, engine_of: EngineOf) -> RunningEngine:
    """An engine that asks for a password."""
    return engine_of(request.param, guarded=True)


def test_a_wrong_login_is_401_without_a_body(guarded: RunningEngine) -> None:
    answer = requests.get(f"{guarded.base_url}/external-task", auth=("nobody", "wrong"), timeout=30)
    assert (answer.status_code, answer.content) == (401, b"")
    assert "www-authenticate" in answer.headers


def test_the_right_password_opens(guarded: RunningEngine, key: str) -> None:
    answer = requests.get(f"{guarded.base_url}/external-task", {"topicName": key}, auth=LOGIN, timeout=30)
    assert answer.json() == []


def test_a_real_engine_starts_from_its_archive(engine: RunningEngine) -> None:
    """That none could be made is told by nothing else: an engine then only takes twice the CPU to start."""
    if engine.pid is None:
        pytest.skip("it runs in this process")
    assert default_cache().absolute() / engine.kind in {Path(name).parent for name in mapped(engine.pid)}


def mapped(pid: int) -> set[str]:
    """The archives in this process's memory."""
    lines = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines()
    return {line.split(maxsplit=5)[-1] for line in lines if line.endswith(".jsa")}


def test_an_archive_that_is_none_is_ignored(engine: RunningEngine, tmp_path: Path) -> None:
    if engine.pid is None:
        pytest.skip("it runs in this process")
    (tmp_path / "broken.jsa").write_bytes(b"no archive" * 1000)
    command = [tool("java"), *QUICK_START, f"-XX:SharedArchiveFile={tmp_path}/broken.jsa", "-version"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_an_idle_engine_rests(engine: RunningEngine) -> None:
    """One whose job executor looks for timers without a pause takes a whole core from all that is measured here."""
    if engine.pid is None:
        pytest.skip("it runs in this process")
    before = cpu_seconds(engine.pid, JOB_EXECUTOR)
    time.sleep(2.0)
    assert cpu_seconds(engine.pid, JOB_EXECUTOR) - before < 1.0


def test_tenants_are_asked_for_in_one_way_at_a_time(topic: Topic, admin: Admin, key: str) -> None:
    """Both in one fetch: the ids win. An empty list is none. A query of external tasks knows ids only."""
    admin.deploy(sequence(key, {"first": key}), "tenant_a")
    own, of_none = admin.start(key, tenant_id="tenant_a"), topic.start()

    def fetched(**tenants: Any) -> list[str]:
        body = {"workerId": MINE, "maxTasks": 9, "topics": [{"topicName": key, "lockDuration": 1, **tenants}]}
        found = admin.call("POST", "/external-task/fetchAndLock", body).json()
        time.sleep(0.05)  # the locks run out
        return sorted(task["processInstanceId"] for task in found)

    assert fetched(tenantIdIn=["tenant_a"]) == [own]
    assert fetched(withoutTenantId=True) == [of_none]
    assert fetched(tenantIdIn=["tenant_a"], withoutTenantId=True) == [own]
    assert fetched(tenantIdIn=[]) == sorted([own, of_none])
    count = "/external-task/count"
    assert admin.get(count, topicName=key, tenantIdIn="tenant_a") == {"count": 1}
    assert admin.get(count, topicName=key, withoutTenantId="true") == {"count": 2}
    assert admin.get("/process-definition/count", tenantIdIn="tenant_a", key=key) == {"count": 1}


def test_names_of_topics_are_those_of_all_tenants(topic: Topic, admin: Admin, key: str) -> None:
    admin.deploy(sequence(key, {"first": f"{key}_a"}), "tenant_a")
    admin.start(key, tenant_id="tenant_a")
    topic.start()
    asked = {"withUnlockedTasks": "true", "withRetriesLeft": "true"}
    assert {key, f"{key}_a"} <= set(admin.get("/external-task/topic-names", **asked, tenantIdIn="tenant_b"))
    topic.one()
    assert key not in admin.get("/external-task/topic-names", **asked)


def test_a_call_of_a_worker_that_holds_nothing_tells_whether_a_task_is_there(topic: Topic) -> None:
    """Of a task that is there it is refused, and changes nothing; it is free, locked, out of retries, or suspended."""
    instance = topic.start()
    [waiting] = topic.admin.get("/external-task", topicName=topic.key)
    engine = Engine(CamundaSettings(base_url=topic.admin.base_url), "ours", {}, connections=1)
    try:
        assert engine.exists(waiting["id"])
        task = topic.one()
        before = topic.admin.task(instance)
        assert engine.exists(task["id"])
        assert topic.admin.task(instance) == before
        topic.admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": True})
        assert engine.exists(task["id"])
        topic.admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": False})
        assert topic.tell("complete", task).status_code == 204
        assert not engine.exists(task["id"])
    finally:
        engine.close()
