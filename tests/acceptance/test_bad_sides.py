"""An engine or a portal that answers badly, each way: one task in the end, a clear line, no retries burnt."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator

import pytest

from sandbox.engine.builtin import NOT_FOUND, BuiltinEngine
from sandbox.engine.start import Kind
from sandbox.faults import Fault
from sandbox.httpd import Reply
from sandbox.portal import Portal
from sandbox.portal.faults import KINDS, error, fault
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import LOGIN, EngineOf
from tests.support.worker_process import WorkerProcess, run_command
from worker.words.look_names import ENGINE, PORTAL
from worker.words.phrase import Language

ADD = "tasks.task.add"
SHORT = {
    "BITRIX_SERVER_MAX_SECONDS": "1",
    "BITRIX_MARGIN_SECONDS": "0.3",
    "CAMUNDA_LOCK_SECONDS": "8",
    "CAMUNDA_CLOCK_SKEW_SECONDS": "0.1",
}
HTML = Reply(404, text=NOT_FOUND, content_type="text/html")


@pytest.fixture
def builtin() -> Iterator[BuiltinEngine]:
    with BuiltinEngine() as engine:
        yield engine


@pytest.fixture
def admin(builtin: BuiltinEngine, key: str) -> Admin:
    admin = Admin(builtin.base_url)
    admin.deploy(sequence(key, {"ours": key}))
    return admin


@pytest.fixture
def worker(builtin: BuiltinEngine, worker_for: WorkerFor, key: str) -> WorkerProcess:
    return worker_for(builtin.base_url, key, **SHORT)


# --- the portal ---


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_whatever_the_portal_answers_to_a_create_there_is_one_task(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str, kind: str
) -> None:
    portal.faults.add(fault(kind, ADD))
    instance = admin.start(key)
    worker.start()
    if kind == "rejected":
        worker.wait_for("task.failed", retries=2)
        assert admin.task(instance)["retries"] == 2
        assert portal.tasks() == []
        return
    wait_until(lambda: admin.ended(instance), "completed")
    assert len(portal.tasks()) == 1
    assert worker.status()["tasks_failed"] == 0


SENTENCE = "Поле «Номер договора» обязательно"
PAGE = "<html><head><title>{}</title></head><body><h1>no</h1></body></html>"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, text=PAGE.format("Вход в портал"), content_type="text/html"), ["200", "Вход в портал"]),
        (Reply(413, text=PAGE.format("Too large"), content_type="text/html"), ["413", "Too large"]),
        (error("ERROR_SOMETHING_NEW", 500, SENTENCE + "<br>"), [SENTENCE]),
    ],
    ids=["200 html", "413 html", "500 with a sentence"],
)
def test_after_three_unclear_answers_the_incident_names_the_last(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str, reply: Reply, words: list[str]
) -> None:
    """Also where another process has heard it than the one that gives up."""
    portal.faults.add(Fault(ADD, execute=False, reply=reply, times=None))
    instance = admin.start(key)
    worker.start()
    worker.wait_for("task.doubtful", 3)
    worker.kill()
    worker.start()
    (incident,) = wait_until(lambda: admin.incidents(instance), "the incident", 60)
    details = admin.call("GET", f"/external-task/{admin.task(instance)['id']}/errorDetails").text
    for text in (incident["incidentMessage"], details):
        assert [word for word in words if word not in text] == []
        assert "<" not in text
        assert portal.secret not in text
    assert len(portal.requests(ADD)) == 3
    assert reply.status != 413 or re.search(r"запрос \d{3,} байт слишком велик", details), "how much was too much"


@pytest.mark.parametrize("kind", ["expired", "no_scope", "overload", "html_502", "empty_result", "unknown_400"])
def test_a_portal_that_is_not_well_for_long_burns_no_retries(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str, kind: str
) -> None:
    for method in (ADD, "tasks.task.list", "profile", "scope"):
        portal.faults.add(fault(kind, method, times=None))
    instance = admin.start(key)
    worker.start()
    worker.wait_for("fetch.probed", 2, side="portal")
    assert admin.task(instance)["retries"] is None
    portal.faults.clear()
    wait_until(lambda: admin.ended(instance), "completed")
    assert len(portal.tasks()) == 1


def test_a_webhook_of_somebody_who_is_no_administrator_starts_nothing(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    portal.store.admin = False
    instance = admin.start(key)
    worker.start()
    (paused, *_) = worker.wait_for("fetch.paused", side="portal")
    assert "администратор" in paused["reason"]
    assert admin.task(instance)["workerId"] is None
    portal.store.admin = True
    wait_until(lambda: admin.ended(instance), "completed")


def test_an_engine_that_gives_no_properties_is_not_served_until_it_is_upgraded(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str, builtin: BuiltinEngine
) -> None:
    builtin.state.version = "7.13.0"
    instance = admin.start(key)
    worker.start()
    (paused, *_) = worker.wait_for("fetch.probed", 2, side="engine")
    assert "7.13.0" in paused["reason"]
    assert "7.14" in paused["reason"]
    assert admin.task(instance)["workerId"] is None
    assert portal.tasks() == []
    builtin.state.version = "7.14.0"
    wait_until(lambda: admin.ended(instance), "completed")


def test_a_webhook_without_the_scope_starts_nothing(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    portal.scopes = ["user_brief"]
    instance = admin.start(key)
    worker.start()
    (paused, *_) = worker.wait_for("fetch.paused", side="portal")
    assert "не хватает права: task" in paused["reason"]
    assert admin.task(instance)["workerId"] is None


# --- the engine ---


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(401, headers={"WWW-Authenticate": "Basic"}), "401"),
        (Reply(403, {"type": "AuthorizationException", "message": "no permission"}), "no permission"),
        (HTML, "нет REST движка"),
        (Reply(200, text="<html>login</html>", content_type="text/html"), "вместо JSON"),
        (Reply(500, {"type": "InvalidRequestException", "message": "too many requests"}), "too many requests"),
        (Reply(502, text="bad gateway", content_type="text/html"), "502"),
        (Reply(drop=True), "fetchAndLock"),
    ],
    ids=["401", "403", "404 html", "200 html", "500", "502", "dropped"],
)
def test_an_engine_that_answers_badly_pauses_fetching_until_it_is_well(
    worker: WorkerProcess, builtin: BuiltinEngine, admin: Admin, key: str, reply: Reply, words: str
) -> None:
    for call in ("fetchAndLock", "version"):
        builtin.faults.add(Fault(call, execute=False, reply=reply, times=None))
    worker.start()
    (paused, *_) = worker.wait_for("fetch.paused", side="engine")
    assert words in paused["reason"]
    instance = admin.start(key)
    builtin.faults.clear()
    worker.wait_for("fetch.resumed", side="engine", seconds=60)
    wait_until(lambda: admin.ended(instance), "completed")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(drop=True),
        Reply(500, {"type": "OptimisticLockingException", "message": "changed meanwhile", "code": 1}),
        Reply(400, {"type": "RestException", "message": "ENGINE-03043 ProcessInstance is suspended", "code": 0}),
        HTML,
    ],
    ids=["dropped", "optimistic", "suspended", "404 html"],
)
@pytest.mark.parametrize("executed", [True, False])
def test_a_complete_that_is_answered_badly_is_told_again(
    worker: WorkerProcess, builtin: BuiltinEngine, admin: Admin, portal: Portal, key: str, reply: Reply, executed: bool
) -> None:
    builtin.faults.add(Fault("complete", execute=executed, reply=reply))
    instance = admin.start(key)
    worker.start()
    wait_until(lambda: admin.ended(instance), "completed")
    wait_until(portal.syncs, "synchronised")
    assert len(portal.tasks()) == 1
    assert worker.status()["tasks_failed"] == 0


def test_a_wrong_address_of_the_engine_is_named_by_check(
    builtin: BuiltinEngine, portal: Portal, worker_for: WorkerFor
) -> None:
    address = builtin.base_url.removesuffix("engine-rest") + "rest"
    settings = {"CAMUNDA_BASE_URL": address, "BITRIX_WEBHOOK_URL": portal.webhook_url, "LOG_LANGUAGE": "en"}
    folder = worker_for(address, "any").folder
    done = run_command("check", cwd=folder, **settings)
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    [told] = [line for line in lines if line.startswith("FAIL")]
    assert told.startswith("FAIL engine: ")
    assert "/engine-rest" in told
    assert address.split("/")[2] in told, "host and port"
    assert "<" not in done.stdout + done.stderr
    assert [line for line in lines if line.startswith("–")], "what hangs on it is not looked at"
    assert portal.secret not in done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["builtin", "camunda"])
def test_a_password_is_used_and_a_wrong_one_is_told(
    kind: Kind, engine_of: EngineOf, worker_for: WorkerFor, key: str
) -> None:
    engine = engine_of(kind, guarded=True)
    user, password = LOGIN
    admin = Admin(engine.base_url, LOGIN)
    admin.deploy(sequence(key, {"ours": key}))
    login = {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": user}
    # Not this user's wrong password: the engine would lock that account for a while.
    wrong = login | {"CAMUNDA_AUTH_USERNAME": "nobody", "CAMUNDA_AUTH_PASSWORD": "wrong-7"}
    bad = worker_for(engine.base_url, key, name="bad", **wrong).start()
    (paused, *_) = bad.wait_for("fetch.paused", side="engine")
    assert "401" in paused["reason"]
    bad.kill()
    good = worker_for(engine.base_url, key, CAMUNDA_AUTH_PASSWORD=password, **login).start()
    instance = admin.start(key)
    wait_until(lambda: admin.ended(instance), "completed", 60)
    assert "wrong-7" not in bad.log_path.read_text(encoding="utf-8")
    assert password not in good.log_path.read_text(encoding="utf-8")
    admin.clean()


# --- the ledger ---


def test_a_full_disk_stops_creating_and_a_freed_one_goes_on(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str
) -> None:
    """The limit on the size of files says what a full disk says: the ledger can no longer grow."""
    worker.log_through_a_pipe = True
    worker.start()
    worker.wait_for("worker.ready")
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    instances = [admin.start(key) for _ in range(3)]
    worker.wait_for("fetch.paused", side="ledger")
    assert portal.requests(ADD) == []
    assert worker.process.poll() is None
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    for instance in instances:
        wait_until(lambda instance=instance: admin.ended(instance), "completed", 60)  # type: ignore[misc]
    assert len(portal.tasks()) == 3


@pytest.mark.parametrize("language", ["ru", "en"])
def test_sides_that_nobody_reaches_are_told_once_each_by_check_and_log(
    worker_for: WorkerFor, key: str, language: Language
) -> None:
    closed = f"127.0.0.1:{free_port()}"
    worker = worker_for(
        f"http://{closed}/engine-rest",
        key,
        BITRIX_WEBHOOK_URL="https://portal.invalid/rest/1/s3cr3ts3cr3t/",
        LOG_LANGUAGE=language,
    )
    done = worker.command("check")
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAIL", "WARN"))]
    assert [line.split(":")[0] for line in failed] == ["FAIL " + one.in_(language) for one in (PORTAL, ENGINE)]
    worker.start()
    told = [worker.wait_for("fetch.paused", side=side)[0]["message"] for side in ("portal", "engine")]
    for words in (failed, told):
        assert "portal.invalid:443" in words[0]
        assert closed in words[1]
    text = done.stdout + done.stderr + worker.log_path.read_text("utf-8")
    assert not re.search(r"[a-z](Error|Exception|Timeout)\b|urllib3|Errno|<", text), text
    assert bool(re.search("не проверено", done.stdout)) is (language == "ru")
    assert "s3cr3t" not in text
