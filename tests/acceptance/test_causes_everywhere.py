"""One trouble, one sentence: log, page, `/readyz`, `status` and `check` say the same of it, and what to do."""

from __future__ import annotations

import html
import os
import re
import resource
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from bitrix.causes import Cause, Side
from sandbox.engine.builtin import NOT_FOUND, BuiltinEngine
from sandbox.faults import Fault
from sandbox.httpd import Reply
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.listeners import make_certificate, make_expired_certificate, secured, serving
from tests.support.worker_process import WorkerProcess
from worker.words.cause_words import CATALOGUE
from worker.words.causes import SETTINGS
from worker.words.codes import Outlook
from worker.words.pauses import outlook
from worker.words.phrase import LANGUAGES, Language

NOT_FOR_PEOPLE = re.compile(
    r"\b[A-Z][a-z]+[A-Za-z]*(?:Error|Exception|Timeout)\b|urllib3|Errno|HTTPConnectionPool|Max retries|</"
)
LOGIN = Reply(401, headers={"WWW-Authenticate": "Basic"})
RIGHTS = Reply(403, {"type": "AuthorizationException", "message": "no permission"})
NO_REST = Reply(404, text=NOT_FOUND, content_type="text/html")


@dataclass
class Stage:
    """Where a trouble is made. `settings`: what the worker is started with besides."""

    portal: Portal
    builtin: BuiltinEngine
    folder: Path
    ending: ExitStack
    key: str
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """`before`, `after`: what is done before the start, and once it is ready. `checked`: `check` sees it too."""

    side: Side
    cause: Cause
    before: Callable[[Stage], object] = bool
    after: Callable[[Stage, WorkerProcess], object] | None = None
    checked: bool = True


def webhook(address: str) -> Callable[[Stage], None]:
    def harm(stage: Stage) -> None:
        stage.settings["BITRIX_WEBHOOK_URL"] = f"{address}/rest/1/s3cr3ts3cr3t/"

    return harm


def revoked(stage: Stage) -> None:
    stage.settings["BITRIX_WEBHOOK_URL"] = stage.portal.webhook_url.replace(stage.portal.secret, "0123456789abcdef")


def no_administrator(stage: Stage) -> None:
    stage.portal.store.admin = False


def no_scope(stage: Stage) -> None:
    stage.portal.scopes = ["user_brief"]


def nobody_listens(stage: Stage) -> None:
    webhook(f"http://127.0.0.1:{free_port()}")(stage)


def plain_http(stage: Stage) -> None:
    stage.settings["BITRIX_WEBHOOK_URL"] = stage.portal.webhook_url.replace("http://", "https://")


def strange_certificate(stage: Stage) -> None:
    serve_with(stage, make_certificate(stage.folder, "IP:127.0.0.1"))


def ended_certificate(stage: Stage) -> None:
    serve_with(stage, made := make_expired_certificate(stage.folder, "IP:127.0.0.1"))
    stage.settings["BITRIX_CA_FILE"] = str(made.with_suffix(".crt"))


def serve_with(stage: Stage, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    port = stage.ending.enter_context(serving(lambda peer: secured(context, peer).close()))
    webhook(f"https://127.0.0.1:{port}")(stage)


def silence(stage: Stage) -> None:
    stage.settings["BITRIX_REQUEST_TIMEOUT"] = "1"
    for method in ("profile", "scope"):
        stage.portal.faults.add(Fault(method, times=None, seconds=30.0))


def wrong_login(stage: Stage) -> None:
    stage.settings |= {
        "CAMUNDA_AUTH_ENABLED": "true",
        "CAMUNDA_AUTH_USERNAME": "w",
        "CAMUNDA_AUTH_PASSWORD": "0ldpa55word",
    }
    engine(LOGIN)(stage)


def engine(reply: Reply, *calls: str) -> Callable[[Stage], None]:
    def harm(stage: Stage) -> None:
        for call in calls or ("*",):
            stage.builtin.faults.add(Fault(call, execute=False, reply=reply, times=None))

    return harm


def no_engine(stage: Stage) -> None:
    stage.settings["CAMUNDA_BASE_URL"] = f"http://127.0.0.1:{free_port()}/engine-rest"


def unknown_engine(stage: Stage) -> None:
    stage.settings["CAMUNDA_BASE_URL"] = "http://camunda.invalid:8080/engine-rest"


def small_disk(stage: Stage) -> None:
    disk = stage.folder / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, check=False)
    if made.returncode:
        if os.environ.get("REQUIRE_NAMESPACES") == "1":
            pytest.fail(f"no small file system: {made.stderr.decode()}")
        pytest.skip("a small file system takes root (REQUIRE_NAMESPACES=1: no skip)")
    stage.ending.callback(lambda: subprocess.run(["umount", "-l", disk], check=True))
    stage.settings["LEDGER_URL"] = f"sqlite:///{disk}/worker.db"


def full_disk(stage: Stage, _: WorkerProcess) -> None:
    with (stage.folder / "disk" / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass


def file_limit(_: Stage, worker: WorkerProcess) -> None:
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def deleted(_: Stage, worker: WorkerProcess) -> None:
    for path in worker.folder.glob("worker.db*"):
        path.unlink()


CASES = {
    "revoked webhook": Case("portal", Cause.WEBHOOK_UNKNOWN, revoked),
    "lost rights": Case("portal", Cause.NOT_ADMIN, no_administrator, checked=False),
    "missing scope": Case("portal", Cause.SCOPE_MISSING, no_scope, checked=False),
    "refused connections": Case("portal", Cause.REFUSED, nobody_listens),
    "unknown name": Case("portal", Cause.UNKNOWN_NAME, webhook("https://portal.invalid")),
    "no TLS": Case("portal", Cause.PLAIN_HTTP, plain_http),
    "strange certificate": Case("portal", Cause.TLS_AUTHORITY, strange_certificate),
    "ended certificate": Case("portal", Cause.TLS_EXPIRED, ended_certificate),
    "silent portal": Case("portal", Cause.NO_ANSWER, silence, checked=False),
    "unknown name of the engine": Case("engine", Cause.UNKNOWN_NAME, unknown_engine),
    "engine login": Case("engine", Cause.ENGINE_LOGIN, wrong_login),
    "no engine login": Case("engine", Cause.ENGINE_NO_LOGIN, engine(LOGIN)),
    "engine rights": Case("engine", Cause.ENGINE_RIGHTS, engine(RIGHTS, "fetchAndLock"), checked=False),
    "engine path": Case("engine", Cause.ENGINE_PATH, engine(NO_REST)),
    "no engine": Case("engine", Cause.REFUSED, no_engine),
    "full disk": Case("ledger", Cause.DISK_FULL, small_disk, full_disk, checked=False),
    "limit of file sizes": Case("ledger", Cause.DISK_FAILED, after=file_limit, checked=False),
    "deleted ledger": Case("ledger", Cause.LEDGER_REPLACED, after=deleted, checked=False),
}


@pytest.fixture
def stage(tmp_path: Path, portal: Portal, key: str) -> Iterator[Stage]:
    with BuiltinEngine() as builtin, ExitStack() as ending:
        yield Stage(portal, builtin, tmp_path, ending, key)


def cure_of(case: Case, language: Language) -> str:
    return CATALOGUE[case.cause].cure.in_(language).format(**SETTINGS[case.side])


@pytest.mark.parametrize("name", CASES)
def test_each_output_says_the_same(name: str, stage: Stage, worker_for: WorkerFor) -> None:
    case, language = CASES[name], LANGUAGES[list(CASES).index(name) % 2]
    case.before(stage)
    port = free_port()
    settings = {"HTTP_PORT": str(port), "LOG_LANGUAGE": language, **stage.settings}
    base_url = settings.pop("CAMUNDA_BASE_URL", stage.builtin.base_url)
    worker = worker_for(base_url, stage.key, **settings)
    worker.log_through_a_pipe = True
    worker.start()
    worker.wait_for("http.listening", seconds=60)
    if case.after:
        admin = Admin(stage.builtin.base_url)
        admin.deploy(sequence(stage.key, {"ours": stage.key}))
        wait_until(lambda: requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).ok, "ready", 60)
        case.after(stage, worker)
        admin.start(stage.key)
    (paused, *_) = worker.wait_for("fetch.paused", side=case.side, seconds=60)

    def pauses() -> list[dict[str, object]]:
        answer = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60)
        assert answer.status_code == 503
        return [one for one in answer.json()["pauses"] if one["side"] == case.side]

    [pause] = wait_until(pauses, "the pause", 60)
    page = requests.get(f"http://127.0.0.1:{port}/?lang={language}", timeout=60).text
    shown = html.unescape(re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
    status = worker.command("status")
    outputs = {
        "log": paused["message"],
        "readyz": str(pause["text"]),
        "page": shown,
        "status": status.stdout + status.stderr,
    }
    cure, outlook_ = cure_of(case, language), outlook(passes=CATALOGUE[case.cause].passes).in_(language)
    assert pause["cause"] == case.cause
    assert pause["cure"] == cure
    assert {where for where, text in outputs.items() if cure not in text} == set()
    sentence = paused["reason"].removesuffix(f". {cure}").partition("MB")[0].partition("МБ")[0].rpartition(",")[0]
    assert {where for where, text in outputs.items() if sentence not in text} == set()
    assert {where for where, text in outputs.items() if outlook_ not in text} == {"log"}
    assert (Outlook.PASSES if CATALOGUE[case.cause].passes else Outlook.STAYS).phrase.in_(language) in outputs["log"]
    assert pause["meanwhile"].keys() == {"backlog", "inHand", "waiting", "outcomes", "syncs"}
    if case.checked:
        outputs["check"] = worker.command("check").stdout
        assert cure in outputs["check"]
    assert {where: found for where, text in outputs.items() if (found := NOT_FOR_PEOPLE.findall(text))} == {}
