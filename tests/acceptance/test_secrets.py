"""Portal and engine echo every secret in what they refuse: nothing that the worker writes, shows or sends holds one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from sandbox.httpd import Reply, Request
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import LOGIN, EngineOf
from tests.support.proxy import Harm, Proxy
from tests.support.worker_page import shown_at
from tests.support.worker_process import WorkerProcess

USER, PASSWORD = LOGIN
PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
WORD = "КАПИБАРА"
"""Harmless, and beside each echo: where it is found, the echo has arrived."""
PAGES = ("/", "/?lang=en", "/metrics", "/readyz")
COMMANDS = ("status", "status --json", "check", "audit")
CALLS = ("tasks.task.add", "complete", "imena.camunda.sync")
LOOKS = ("fetchAndLock", "external-task", "version", "engine", "profile", "scope", "tasks.task.list")
"""What the commands and `/readyz` hang on."""


class Echoing:
    """Both sides by way of proxies; the calls in `refused` are answered with every secret."""

    def __init__(self, portal: Portal, admin: Admin) -> None:
        self.admin = admin
        self.refused: frozenset[str] = frozenset()
        self.to_portal = Proxy(portal.webhook_url, self._portal_refuses)
        self.to_engine = Proxy(admin.base_url, self._engine_refuses)
        self._code = portal.secret
        self._url = portal.webhook_url

    def forms(self) -> list[str]:
        """The secrets, as a peer may write them."""
        url = self.to_portal.url(self._url)
        bare = [self._code, quote(url, safe=""), PASSWORD, quote(PASSWORD, safe=""), PAIR]
        return [*bare, url, f"Authorization: Basic {PAIR}", json.dumps(PASSWORD)[1:-1].replace("/", "\\/")]

    def word(self, call: str) -> str:
        return f"{WORD}-{call}"

    def _said(self, call: str) -> str:
        return " ".join([self.word(call), *self.forms()])

    def _portal_refuses(self, call: str, _: Request) -> Harm | None:
        said = {"error": "ERROR_CORE", "error_description": self._said(call)}
        return Harm(forward=False, reply=Reply(400, said)) if call in self.refused else None

    def _engine_refuses(self, call: str, _: Request) -> Harm | None:
        said = {"type": "ProcessEngineException", "message": self._said(call)}
        status = 503 if call in (*LOOKS, "complete") else 500  # 503: as often as it takes, without an end as a failure
        return Harm(forward=False, reply=Reply(status, said)) if call in self.refused else None


@pytest.fixture(params=["builtin", "camunda"])
def echoing(request: pytest.FixtureRequest, engine_of: EngineOf, portal: Portal, key: str) -> Iterator[Echoing]:
    engine = engine_of(request.param, guarded=True)
    sides = Echoing(portal, Admin(engine.base_url, LOGIN))
    sides.admin.deploy(sequence(key, {"ours": key}))
    with sides.to_portal, sides.to_engine:
        yield sides
    sides.admin.clean()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_that_a_side_echoes_gets_out_anywhere(
    echoing: Echoing, portal: Portal, worker_for: WorkerFor, key: str, log_format: str
) -> None:
    port = free_port()
    worker = worker_for(
        echoing.to_engine.url(echoing.admin.base_url),
        key,
        config=f"topics: {{{key}: {{retries: 1}}}}",
        BITRIX_WEBHOOK_URL=echoing.to_portal.url(portal.webhook_url),
        CAMUNDA_AUTH_ENABLED="true",
        CAMUNDA_AUTH_USERNAME=USER,
        CAMUNDA_AUTH_PASSWORD=PASSWORD,
        HTTP_PORT=str(port),
        LOG_FORMAT=log_format,
    ).start()
    well = echoing.admin.start(key)
    wait_until(lambda: echoing.admin.ended(well), "a worker that works")
    shown = a_refused_create(echoing, key)
    shown |= a_refused_completion_and_sync(echoing, worker, key)
    shown |= pages(port)
    echoing.refused |= frozenset(LOOKS)
    refused = wait_until(lambda: WORD in (seen := pages(port))["/readyz"] and seen, "not ready, and why")
    shown |= {f"refused {path}": text for path, text in refused.items()}
    for command in COMMANDS:
        done = worker.command(*command.split())
        shown[command] = done.stdout + done.stderr
    shown |= {f"running {name}": text for name, text in files(worker).items()}
    worker.stop()
    shown |= files(worker)
    for call in CALLS:
        assert echoing.word(call) in shown["worker.log"]
    for place in ("incident", "details"):
        assert echoing.word("tasks.task.add") in shown[place], place
    for place in ("/", "/?lang=en", "refused /readyz", *COMMANDS, "worker.db"):
        assert WORD in shown[place] or json.dumps(WORD)[1:-1] in shown[place], (place, shown[place])
    assert [(place, form) for place, text in shown.items() for form in echoing.forms() if form in text] == []


def a_refused_create(echoing: Echoing, key: str) -> dict[str, str]:
    """Returns what the engine has been told of it."""
    echoing.refused = frozenset({"tasks.task.add"})
    instance = echoing.admin.start(key)
    (incident,) = wait_until(lambda: echoing.admin.incidents(instance), "an incident")
    task = echoing.admin.task(instance)
    details = echoing.admin.call("GET", f"/external-task/{task['id']}/errorDetails").content.decode()
    return {"incident": json.dumps([incident, task], ensure_ascii=False), "details": details}


def a_refused_completion_and_sync(echoing: Echoing, worker: WorkerProcess, key: str) -> dict[str, str]:
    """Leaves the portal refusing to synchronise. Returns what was shown while the completion was refused."""
    echoing.refused = frozenset({"complete", "imena.camunda.sync"})
    instance = echoing.admin.start(key)
    wait_until(lambda: echoing.word("complete") in worker.log_path.read_text(), "a refused completion")
    shown = {"status meanwhile": worker.command("status").stdout}
    echoing.refused = frozenset({"imena.camunda.sync"})
    wait_until(lambda: echoing.admin.ended(instance), "completed")
    wait_until(lambda: echoing.word("imena.camunda.sync") in worker.log_path.read_text(), "a refused synchronisation")
    return shown


def pages(port: int) -> dict[str, str]:
    """What the worker's port shows."""
    return {path: shown_at(port, path).content.decode() for path in PAGES}


def files(worker: WorkerProcess) -> dict[str, str]:
    """Its log, its ledger and whatever else lies in its folder."""
    return {path.name: path.read_bytes().decode(errors="replace") for path in worker.folder.iterdir() if path.is_file()}
