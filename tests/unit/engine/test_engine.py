from __future__ import annotations

import base64
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock
from pydantic import SecretStr
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ReadTimeoutError

from bitrix.causes import Cause
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable, LockLost, TaskGone
from worker.engine.line import PAGE
from worker.model import BpmnError, Complete, Failure
from worker.runtime import clock
from worker.words.causes import with_cure

BASE = "http://engine:8080/engine-rest"
TASK = f"{BASE}/external-task/task-1"
LOCKS = {"slow": 300.0, "quick": 0.5}
RAW: dict[str, Any] = {
    "id": "task-1",
    "topicName": "slow",
    "workerId": "w",
    "activityId": "Task_Create",
    "processInstanceId": "instance-1",
    "processDefinitionId": "order:7:61f0",
    "processDefinitionKey": "order",
    "businessKey": "A-1007",
    "tenantId": "prod",
    "retries": None,
    "priority": 5,
    "createTime": "2026-03-01T10:00:00.100+0000",
    "lockExpirationTime": "2026-03-01T13:01:30.412+0300",
    "variables": {"title": {"type": "String", "value": "Call", "valueInfo": {}}},
    "extensionProperties": {"kind": "call"},
}


def engine(**changes: Any) -> Engine:
    return Engine(CamundaSettings(base_url=BASE, **changes), "w", LOCKS, connections=2)


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mock:
        yield mock


def last(http: requests_mock.Mocker) -> Any:
    """The newest request, as it was sent."""
    return http.last_request


def body(http: requests_mock.Mocker) -> Any:
    return last(http).json()


def fetched(http: requests_mock.Mocker, *raw: dict[str, Any]) -> Any:
    http.post(f"{BASE}/external-task/fetchAndLock", json=list(raw))
    return engine().fetch(list(LOCKS), 7)


# --- fetching ---


def test_a_fetch_is_one_long_poll_for_all_topics_with_the_lock_of_each(http: requests_mock.Mocker) -> None:
    fetched(http)
    sent = body(http)
    assert http.call_count == 1
    assert sent | {"topics": ...} == {
        "workerId": "w",
        "maxTasks": 7,
        "usePriority": False,
        "sorting": [{"sortBy": "createTime", "sortOrder": "asc"}],
        "asyncResponseTimeout": 8000,
        "topics": ...,
    }
    assert {topic["topicName"]: topic["lockDuration"] for topic in sent["topics"]} == {"slow": 310000, "quick": 10500}


@pytest.mark.parametrize("skew", [0.0, 0.25, 30.0])
def test_a_lock_is_asked_for_longer_than_counted_on_by_what_the_nodes_may_be_apart(
    http: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch, skew: float
) -> None:
    """A node that is ahead takes it for expired that much earlier, and hands the task to another worker."""
    monkeypatch.setattr(clock, "boottime", lambda: 1000.0)
    http.post(f"{BASE}/external-task/fetchAndLock", json=[])
    one = engine(clock_skew_seconds=skew)
    one.fetch(["slow"], 1)
    assert body(http)["topics"][0]["lockDuration"] == 300_000 + skew * 1000
    http.post(f"{TASK}/extendLock", status_code=204)
    assert one.extend_lock("task-1", 70.0) == 1070.0
    assert body(http)["newDuration"] == 70_000 + skew * 1000


def test_a_fetch_asks_for_raw_values_all_variables_and_extension_properties(http: requests_mock.Mocker) -> None:
    fetched(http)
    for topic in body(http)["topics"]:
        assert topic["deserializeValues"] is False
        assert topic["variables"] is None
        assert topic["includeExtensionProperties"] is True


def test_a_bare_fetch_locks_one_without_variables_for_nobody_to_work_on(http: requests_mock.Mocker) -> None:
    http.post(f"{BASE}/external-task/fetchAndLock", json=[RAW | {"variables": {}}])
    one = engine()
    found = one.fetch_bare(["slow"], "Java heap space")
    assert body(http)["maxTasks"] == 1
    assert body(http)["topics"][0]["variables"] == ["loopCounter"]
    assert body(http)["topics"][0]["includeExtensionProperties"] is False
    assert found.tasks == ()
    assert [(odd.what.en, odd.task.id) for odd in found.odd if odd.task] == [("Java heap space", "task-1")]
    one.fetch(["slow"], 1)
    assert body(http)["topics"][0]["variables"] is None


def test_the_read_time_out_of_a_fetch_outlasts_its_long_poll(http: requests_mock.Mocker) -> None:
    http.post(f"{BASE}/external-task/fetchAndLock", json=[])
    engine(long_poll_seconds=8).fetch(["slow"], 1)
    connect, read = last(http).timeout
    assert connect <= 5
    assert 8 < read <= 16


def test_a_fetched_task_keeps_all_that_the_engine_said(http: requests_mock.Mocker) -> None:
    [task] = fetched(http, RAW).tasks
    assert (task.id, task.topic, task.worker_id, task.activity_id) == ("task-1", "slow", "w", "Task_Create")
    assert (task.process_instance_id, task.process_definition_id) == ("instance-1", "order:7:61f0")
    assert (task.process_definition_key, task.business_key, task.tenant_id) == ("order", "A-1007", "prod")
    assert (task.retries, task.priority) == (None, 5)
    assert task.variables == {"title": "Call"}
    assert task.extension_properties == {"kind": "call"}


def test_times_are_read_with_their_offsets(http: requests_mock.Mocker) -> None:
    [task] = fetched(http, RAW).tasks
    assert task.create_time == datetime(2026, 3, 1, 10, 0, 0, 100000, tzinfo=UTC)
    assert task.lock_expiration == datetime(2026, 3, 1, 13, 1, 30, 412000, tzinfo=timezone(timedelta(hours=3)))


def test_an_old_engine_may_leave_fields_out(http: requests_mock.Mocker) -> None:
    old = {name: RAW[name] for name in ("id", "topicName", "workerId", "activityId")}
    [task] = fetched(http, old | {"createTime": None}).tasks
    assert (task.create_time, task.lock_expiration, task.retries, task.priority) == (None, None, None, 0)
    assert (task.process_definition_key, task.variables, task.extension_properties) == (None, {}, {})


def test_a_time_that_cannot_be_read_is_unknown_and_loses_no_task(http: requests_mock.Mocker) -> None:
    own_format = {"createTime": "2026-03-01 10:00", "lockExpirationTime": "2026-03-01 10:05"}
    [task] = fetched(http, RAW | own_format).tasks
    assert (task.id, task.create_time, task.lock_expiration) == ("task-1", None, None)


def test_locks_are_counted_from_before_the_fetch_was_sent(
    http: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(clock, "boottime", lambda: now[0])

    def slow(*_: Any) -> list[Any]:
        now[0] += 8.0
        return []

    http.post(f"{BASE}/external-task/fetchAndLock", json=slow)
    assert engine().fetch(["slow"], 1).sent_at == 1000.0


# --- outcomes ---


@pytest.mark.parametrize(
    ("settlement", "verb", "sent"),
    [
        (
            Complete({"n": {"type": "Long", "value": 42}}),
            "complete",
            {"variables": {"n": {"type": "Long", "value": 42}}, "localVariables": {}},
        ),
        (
            Failure("no such user", "details", 2, 1.5),
            "failure",
            {"errorMessage": "no such user", "errorDetails": "details", "retries": 2, "retryTimeout": 1500},
        ),
        (
            BpmnError("DECLINED", "no", {"by": {"type": "String", "value": "me"}}),
            "bpmnError",
            {"errorCode": "DECLINED", "errorMessage": "no", "variables": {"by": {"type": "String", "value": "me"}}},
        ),
    ],
)
@pytest.mark.parametrize("worker_id", ["w", "the-dead-one"])
def test_an_outcome_is_delivered_under_the_id_that_held_the_lock(
    http: requests_mock.Mocker, settlement: Any, verb: str, sent: dict[str, Any], worker_id: str
) -> None:
    http.post(f"{TASK}/{verb}", status_code=204)
    ours = engine()
    ours.deliver("task-1", worker_id, settlement)
    assert body(http) == sent | {"workerId": worker_id}
    assert ours.worker_id == "w"


def test_a_delivery_under_another_id_carries_the_credentials_too(http: requests_mock.Mocker) -> None:
    http.post(f"{TASK}/complete", status_code=204)
    secured().deliver("task-1", "the-dead-one", Complete({}))
    assert "Authorization" in last(http).headers


def test_the_message_of_a_failure_fits_the_engines_column(http: requests_mock.Mocker) -> None:
    http.post(f"{TASK}/failure", status_code=204)
    engine().deliver("task-1", "w", Failure(f"Topic t{'ы' * 5000} migrate it", "", 0, 0.0))
    message = body(http)["errorMessage"]
    assert len(message) <= 666
    assert message.startswith("Topic t"), "the place"
    assert message.endswith(" migrate it"), "the cure"
    assert body(http)["retryTimeout"] == 0


# --- locks ---


def test_an_extended_lock_is_counted_from_before_the_call(
    http: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(clock, "boottime", lambda: now[0])

    def slow(*_: Any) -> str:
        now[0] += 3.0
        return ""

    http.post(f"{TASK}/extendLock", status_code=204, text=slow)
    assert engine().extend_lock("task-1", 150.0, timeout=2.0) == 1150.0
    assert body(http) == {"workerId": "w", "newDuration": 160000}
    assert last(http).timeout == (2.0, 2.0)


def test_giving_back_ends_our_own_lock_and_never_unlocks(http: requests_mock.Mocker) -> None:
    http.post(requests_mock.ANY, status_code=204)
    engine().give_back("task-1")
    assert [request.url for request in http.request_history] == [f"{TASK}/extendLock"]
    assert body(http) == {"workerId": "w", "newDuration": 1}


NO_TASK = {"type": "RestException", "message": "External task with id task-1 does not exist", "code": None}
GONE = {"type": "NotFoundException", "message": "Cannot find external task with id task-1: does not exist", "code": 0}
RIGHTS = {"type": "AuthorizationException", "message": "The user 'w' does not have 'UPDATE' permission", "code": None}
NOT_YOURS = {"type": "RestException", "message": "cannot be extended by worker 'x'. It is locked by worker 'w'"}


@pytest.mark.parametrize(("status", "body"), [(403, RIGHTS), (400, NOT_YOURS)])
def test_a_task_that_is_hidden_is_not_gone(http: requests_mock.Mocker, status: int, body: object) -> None:
    """A user who may not read it gets the same 404 as for one that is no more; who would change it is refused."""
    http.get(TASK, status_code=404, json=NO_TASK)
    http.post(f"{TASK}/extendLock", status_code=status, json=body)
    assert engine().exists("task-1")
    assert last(http).json()["workerId"] != "w", "our own lock stays as it is"
    for look in (engine().place, engine().retries):
        with pytest.raises(EngineDenied) as denied:
            look("task-1")
        assert denied.value.cause is Cause.ENGINE_RIGHTS


def test_a_task_that_is_gone_is_gone_for_every_look(http: requests_mock.Mocker) -> None:
    http.get(TASK, status_code=404, json=NO_TASK)
    http.post(f"{TASK}/extendLock", status_code=404, json=GONE)
    assert not engine().exists("task-1")
    for look in (engine().place, engine().retries):
        with pytest.raises(TaskGone):
            look("task-1")


def test_an_outage_proves_nothing_about_a_task(http: requests_mock.Mocker) -> None:
    http.post(f"{TASK}/extendLock", status_code=503, text="<html>")
    with pytest.raises(EngineUnreachable):
        engine().exists("task-1")


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
def test_all_pages_of_what_we_have_locked_are_read(http: requests_mock.Mocker, count: int) -> None:
    rows = [{"id": f"t{number}", "topicName": "slow", "workerId": "w", "activityId": "a"} for number in range(count)]

    def page(request: Any, _: Any) -> list[Any]:
        first, most = int(request.qs["firstresult"][0]), int(request.qs["maxresults"][0])
        assert (request.qs["workerid"], request.qs["locked"]) == (["w"], ["true"])
        assert request.qs["sortby"] == ["id"], "pages of an unordered list would overlap"
        return rows[first : first + most]

    http.get(f"{BASE}/external-task", json=page)
    assert [(one.id, one.topic) for one in engine().locked_by_me()] == [(row["id"], "slow") for row in rows]


# --- questions ---


def test_questions_and_their_answers(http: requests_mock.Mocker) -> None:
    http.get(f"{BASE}/version", json={"version": "7.24.0"})
    assert engine().version() == "7.24.0"
    http.get(TASK, json=RAW | {"retries": 0})
    assert engine().retries("task-1") == ("slow", 0)
    http.get(TASK, json=RAW)
    assert engine().retries("task-1") == ("slow", None)
    http.get(f"{BASE}/external-task/count?topicName=slow&notLocked=true&withRetriesLeft=true", json={"count": 3})
    assert engine().backlog("slow") == 3
    http.get(f"{BASE}/external-task?topicName=slow&notLocked=true&withRetriesLeft=true", json=[RAW])
    assert engine().unlocked("slow") == ([RAW["id"]], 1)
    full = [RAW | {"id": f"task-{number}"} for number in range(PAGE)]
    http.get(f"{BASE}/external-task?topicName=slow&notLocked=true&withRetriesLeft=true", json=full)
    http.get(f"{BASE}/external-task/count?topicName=slow&notLocked=true&withRetriesLeft=true", json={"count": 900})
    ids, count = engine().unlocked("slow")
    assert (len(ids), count) == (PAGE, 900), "the first page, and the number of all"
    http.get(f"{BASE}/external-task/count?topicName=slow&noRetriesLeft=true", json={"count": 2})
    assert engine().incidents("slow") == 2


# --- credentials ---


def secured() -> Engine:
    return engine(auth_enabled=True, auth_username="demo", auth_password=SecretStr("pässword:1"))


def test_an_engine_without_a_history_call_knows_no_end_and_an_outage_is_no_answer(http: requests_mock.Mocker) -> None:
    """To the sweep of missing steps, and to `explain`, it is no outage of the engine."""
    log = f"{BASE}/history/external-task-log"
    http.get(log, json=[{"creationLog": False, "successLog": True, "timestamp": "2026-03-01T10:00:00.100+0000"}])
    assert engine().knows_end("task-1")
    http.get(log, status_code=404, text="<html>Not Found</html>")
    assert engine().task_log(externalTaskId="task-1") == []
    assert not engine().knows_end("task-1")
    http.get(log, status_code=503, text="<html>away</html>")
    with pytest.raises(EngineUnreachable):
        engine().knows_end("task-1")


def test_credentials_go_as_basic_auth_in_utf_8(http: requests_mock.Mocker) -> None:
    http.get(f"{BASE}/version", json={"version": "7"})
    secured().version()
    scheme, token = last(http).headers["Authorization"].split()
    assert (scheme, base64.b64decode(token).decode()) == ("Basic", "demo:pässword:1")


def test_without_auth_there_is_no_header(http: requests_mock.Mocker) -> None:
    http.get(f"{BASE}/version", json={"version": "7"})
    engine(auth_enabled=False, auth_username="demo", auth_password=SecretStr("x")).version()
    assert "Authorization" not in last(http).headers


def test_a_netrc_never_replaces_our_credentials(
    http: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine engine login other password other\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    http.get(f"{BASE}/version", json={"version": "7"})
    secured().version()
    assert base64.b64decode(last(http).headers["Authorization"].split()[1]).startswith(b"demo:")


def test_what_this_worker_holds_of_many_tasks_is_asked_by_their_ids(http: requests_mock.Mocker) -> None:
    ids = [f"t{number}" for number in range(PAGE + 1)]
    row = {"topicName": "slow", "workerId": "w", "lockExpirationTime": "2026-03-01T10:00:00.000+0000"}

    def some(request: Any, _: Any) -> list[Any]:
        others: dict[str, dict[str, Any]] = {
            "t1": {"workerId": "x"},
            "t2": {"workerId": None, "lockExpirationTime": None},
        }
        return [row | {"id": id_} | others.get(id_, {}) for id_ in request.json()["externalTaskIdIn"] if id_ != "t3"]

    http.post(f"{BASE}/external-task", json=some)
    held = engine().held_by_me(ids)
    assert held == dict.fromkeys(sorted({*ids} - {"t1", "t2", "t3"}), 1772359200.0)
    assert len(http.request_history) == 2


def test_a_filter_by_ids_that_was_ignored_is_no_answer(http: requests_mock.Mocker) -> None:
    http.post(f"{BASE}/external-task", json=[{"id": "other", "topicName": "slow", "workerId": "w"}])
    with pytest.raises(EngineUnreachable):
        engine().held_by_me(["task-1"])


def test_locks_that_end_soon_are_asked_for_by_the_engines_filter(http: requests_mock.Mocker) -> None:
    http.get(f"{BASE}/external-task", json=[])
    list(engine().locked_by_me(before=datetime(2026, 3, 1, 10, tzinfo=UTC)))
    assert last(http).qs["lockexpirationbefore"] == ["2026-03-01t10:00:00.000+0000"]


# --- what goes wrong ---

QUESTIONS: dict[str, Callable[[Engine], Any]] = {
    "fetch": lambda engine: engine.fetch(["slow"], 1),
    "locked_by_me": lambda engine: list(engine.locked_by_me()),
    "held_by_me": lambda engine: engine.held_by_me(["task-1"]),
    "retries": lambda engine: engine.retries("task-1"),
    "version": lambda engine: engine.version(),
    "backlog": lambda engine: engine.backlog("slow"),
    "incidents": lambda engine: engine.incidents("slow"),
}
ORDERS: dict[str, Callable[[Engine], Any]] = {
    "complete": lambda engine: engine.deliver("task-1", "w", Complete({})),
    "failure": lambda engine: engine.deliver("task-1", "w", Failure("m", "d", 1, 1.0)),
    "bpmnError": lambda engine: engine.deliver("task-1", "w", BpmnError("C", "m")),
    "extend_lock": lambda engine: engine.extend_lock("task-1", 1.0),
    "give_back": lambda engine: engine.give_back("task-1"),
}
CALLS = QUESTIONS | ORDERS
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
every_question = pytest.mark.parametrize("call", QUESTIONS.values(), ids=QUESTIONS)


def wrapped(reason: Exception) -> requests.ConnectionError:
    return requests.ConnectionError(MaxRetryError(None, f"{BASE}/version", reason))  # type: ignore[arg-type]


REFUSED = wrapped(NewConnectionError(None, "Connection refused"))  # type: ignore[arg-type]
NO_NAME = wrapped(NameResolutionError("engine", None, OSError("no such name")))  # type: ignore[arg-type]
READ = wrapped(ReadTimeoutError(None, "/", "Read timed out"))  # type: ignore[arg-type]


@every_call
@pytest.mark.parametrize("error", [REFUSED, NO_NAME, requests.ConnectTimeout("connect timed out")])
def test_without_a_connection_nothing_was_executed(
    http: requests_mock.Mocker, call: Callable[[Engine], Any], error: Exception
) -> None:
    http.register_uri(requests_mock.ANY, requests_mock.ANY, exc=error)
    with pytest.raises(EngineUnreachable) as caught:
        call(engine())
    assert caught.value.doubtful is False


@every_call
@pytest.mark.parametrize(
    "error",
    [
        requests.ReadTimeout("Read timed out"),
        READ,
        requests.ConnectionError("Connection aborted"),
        requests.exceptions.ChunkedEncodingError("broken"),
        requests.ConnectionError(),
    ],
)
def test_a_call_without_its_answer_is_doubtful(
    http: requests_mock.Mocker, call: Callable[[Engine], Any], error: Exception
) -> None:
    http.register_uri(requests_mock.ANY, requests_mock.ANY, exc=error)
    with pytest.raises(EngineUnreachable) as caught:
        call(engine())
    assert caught.value.doubtful is True


@every_call
@pytest.mark.parametrize(("status", "doubtful"), [(404, False), (502, True), (503, True)])
def test_a_page_for_people_is_an_outage(
    http: requests_mock.Mocker, call: Callable[[Engine], Any], status: int, doubtful: bool
) -> None:
    http.register_uri(requests_mock.ANY, requests_mock.ANY, status_code=status, text="<html>does not exist</html>")
    with pytest.raises(EngineUnreachable) as caught:
        call(engine())
    assert caught.value.doubtful is doubtful


@every_question
@pytest.mark.parametrize("text", ["<html>Welcome</html>", "", "[1, 2"])
def test_a_good_answer_that_is_not_json_is_an_outage(
    http: requests_mock.Mocker, call: Callable[[Engine], Any], text: str
) -> None:
    http.register_uri(requests_mock.ANY, requests_mock.ANY, text=text)
    with pytest.raises(EngineUnreachable):
        call(engine())


@every_question
@pytest.mark.parametrize("answer", [{"status": "ok"}, ["ok"], None])
def test_json_of_something_else_is_an_outage(
    http: requests_mock.Mocker, call: Callable[[Engine], Any], answer: Any
) -> None:
    http.register_uri(requests_mock.ANY, requests_mock.ANY, json=answer)
    with pytest.raises(EngineUnreachable):
        call(engine())


@every_call
def test_no_redirect_is_followed(http: requests_mock.Mocker, call: Callable[[Engine], Any]) -> None:
    http.register_uri(
        requests_mock.ANY, requests_mock.ANY, status_code=302, headers={"Location": "http://elsewhere/login"}
    )
    with pytest.raises(EngineUnreachable):
        call(secured())
    assert http.call_count == 1, "our credentials would go along"


@pytest.mark.parametrize(
    ("status", "message", "family"),
    [
        (404, "External task with id task-1 does not exist", TaskGone),
        (400, "It is locked by worker 'other'.", LockLost),
        (403, "no permission", EngineDenied),
    ],
)
def test_the_engines_own_words_decide_and_are_kept(
    http: requests_mock.Mocker, status: int, message: str, family: type[EngineError]
) -> None:
    http.post(f"{TASK}/extendLock", status_code=status, json={"type": "RestException", "message": message})
    with pytest.raises(family, match=message):
        engine().extend_lock("task-1", 1.0)


def test_wrong_credentials_come_with_an_empty_body(http: requests_mock.Mocker) -> None:
    http.get(f"{BASE}/version", status_code=401)
    with pytest.raises(EngineDenied, match="engine_login"):
        secured().version()


def test_who_sends_no_login_is_not_told_that_it_is_wrong(http: requests_mock.Mocker) -> None:
    http.get(f"{BASE}/version", status_code=401)
    with pytest.raises(EngineDenied) as caught:
        engine().version()
    assert caught.value.cause is Cause.ENGINE_NO_LOGIN
    assert str(caught.value) == "version: engine_no_login", "its text and its cause are one"
    assert "CAMUNDA_AUTH_ENABLED=true" in with_cure(caught.value).en


@pytest.mark.parametrize(
    "answer",
    [
        {"exc": requests.ConnectionError("http://demo:pässword:1@engine:8080/ refused")},
        {"exc": requests.ReadTimeout("http://demo:pässword:1@engine:8080/")},
        {"status_code": 401},
        {"status_code": 502, "text": "<html>bad gateway</html>"},
    ],
)
def test_no_error_shows_credentials(http: requests_mock.Mocker, answer: dict[str, Any]) -> None:
    http.get(f"{BASE}/version", **answer)
    with pytest.raises(EngineError) as caught:
        secured().version()
    shown = "".join(traceback.format_exception(caught.value))
    assert "pässword" not in shown
    assert base64.b64encode("demo:pässword:1".encode()).decode() not in shown


@pytest.mark.parametrize("call", [lambda api: api.complete("task-1", {}), lambda api: api.version()])
def test_a_redirect_to_what_is_no_address_is_an_outage(
    http: requests_mock.Mocker, call: Callable[[Engine], Any]
) -> None:
    http.register_uri(requests_mock.ANY, requests_mock.ANY, status_code=302, headers={"Location": "http://["})
    with pytest.raises(EngineUnreachable) as caught:
        call(engine())
    assert caught.value.doubtful
