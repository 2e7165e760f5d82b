"""Real work with a login: a real token server over TLS with an authority of its own, an engine that takes its tokens.

Before the engine (the real one with its Basic filter) stands a gateway, as in companies: it asks the token server
whether a token holds, and logs in to the engine itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from sandbox.httpd import Reply, Request
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import LOGIN, EngineOf
from tests.support.listeners import make_certificate
from tests.support.proxy import Harm, Proxy
from tests.support.token_server import TokenServer
from tests.support.worker_page import shown_at
from tests.support.worker_process import WorkerProcess

CLIENT, SECRET = "worker", "of/the+client 7"
SECONDS = 4
"""How long a token lasts: renewed several times while a test runs."""
BASIC = "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()
WORD = "КАПИБАРА"
"""Beside each echo of a secret: where it is found, the echo has arrived."""
PAGES = ("/", "/?lang=en", "/metrics", "/readyz")


class Gateway:
    """Lets in who bears a token that `takes` knows; a refusal echoes the token. Remembers all tokens."""

    def __init__(self, admin: Admin, takes: Callable[[str], bool]) -> None:
        self._takes = takes
        self.tokens: list[str] = []
        self.closed = False
        self.proxy = Proxy(admin.base_url, self._look)

    def _look(self, _: str, request: Request) -> Harm | None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            self.tokens.append(token)
        if self.closed or not self._takes(token):
            said = {"message": f"{WORD}: {token} of {SECRET} ({quote_plus(SECRET)})"}
            return Harm(forward=False, reply=Reply(401, said))
        request.headers["authorization"] = BASIC
        return None


@pytest.fixture
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def token_server(certificate: Path) -> Iterator[TokenServer]:
    server = TokenServer(certificate, client=CLIENT, secret=SECRET, seconds=SECONDS)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["builtin", "camunda"])
def admin(request: pytest.FixtureRequest, engine_of: EngineOf, key: str) -> Iterator[Admin]:
    admin = Admin(engine_of(request.param, guarded=True).base_url, LOGIN)
    admin.deploy(sequence(key, {"ours": key}))
    yield admin
    admin.clean()


def shown(port: int) -> dict[str, str]:
    return {path: shown_at(port, path).content.decode() for path in PAGES}


def reasons_of_pauses(worker: WorkerProcess) -> list[str]:
    """A busy machine may bring a pause for a time-out too, whose cause then becomes another."""
    return [line["reason"] for name in ("fetch.paused", "fetch.still_paused") for line in worker.events(name)]


def forms(secret: str) -> set[str]:
    return {
        *(secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]),
        base64.b64encode(f"{CLIENT}:{quote_plus(secret)}".encode()).decode().rstrip("="),
    }


def test_work_goes_on_with_tokens_that_are_renewed_and_none_gets_out(
    admin: Admin, token_server: TokenServer, certificate: Path, worker_for: WorkerFor, key: str
) -> None:
    gateway, port = Gateway(admin, token_server.takes), free_port()
    with gateway.proxy:
        worker = worker_for(
            gateway.proxy.url(admin.base_url),
            key,
            CAMUNDA_AUTH_OAUTH2_TOKEN_URL=token_server.token_url,
            CAMUNDA_AUTH_OAUTH2_CLIENT_ID=CLIENT,
            CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET=SECRET,
            CAMUNDA_AUTH_OAUTH2_SCOPE="engine",
            CAMUNDA_CA_FILE=str(certificate),
            HTTP_PORT=str(port),
        ).start()
        first = admin.start(key)
        wait_until(lambda: admin.ended(first), "a worker that works")
        wait_until(lambda: len(gateway.tokens) >= 3, "tokens that were renewed")
        assert [reason for reason in reasons_of_pauses(worker) if WORD in reason or "токен" in reason] == []
        token_server.stop()
        wait_until(lambda: "сервер токенов" in shown(port)["/readyz"], "an outage with its cause")
        outputs = {f"away {path}": text for path, text in shown(port).items()}
        outputs["check away"] = worker.command("check").stdout
        assert "CAMUNDA_AUTH_OAUTH2_TOKEN_URL" in outputs["away /readyz"]
        waiting = admin.start(key)
        token_server.start()
        wait_until(lambda: admin.ended(waiting), "work that went on by itself")
        gateway.closed = True
        wait_until(lambda: WORD in shown(port)["/readyz"], "a refused token")
        outputs |= {f"refused {path}": text for path, text in shown(port).items()}
        done = worker.command("check")
        outputs["check refused"] = done.stdout + done.stderr
        gateway.closed = False
        last = admin.start(key)
        wait_until(lambda: admin.ended(last), "work that went on by itself")
        worker.stop()
    outputs |= {
        path.name: path.read_bytes().decode(errors="replace") for path in worker.folder.iterdir() if path.is_file()
    }
    secrets = {*forms(SECRET), *gateway.tokens} - {""}
    assert len(gateway.tokens) > 5
    assert [(place, form) for place, text in outputs.items() for form in secrets if form in text] == []
    for place in ("check refused", "worker.log"):
        assert WORD in outputs[place] or json.dumps(WORD)[1:-1] in outputs[place], place


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_refused_client_is_told_by_check(
    token_server: TokenServer, certificate: Path, worker_for: WorkerFor, key: str, language: str
) -> None:
    done = worker_for(
        "http://127.0.0.1:9/engine-rest",
        key,
        CAMUNDA_AUTH_OAUTH2_TOKEN_URL=token_server.token_url,
        CAMUNDA_AUTH_OAUTH2_CLIENT_ID=CLIENT,
        CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET="not-its-secret",
        CAMUNDA_CA_FILE=str(certificate),
        LOG_LANGUAGE=language,
    ).command("check")
    words = {"ru": "сервер токенов не выдал токен", "en": "the token server issued no token"}
    assert done.returncode == 3
    assert words[language] in done.stdout
    assert "invalid_client" in done.stdout


def test_a_token_file_is_renewed_while_the_worker_runs(
    admin: Admin, worker_for: WorkerFor, key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    good, file = {"first-token-of-a-file"}, tmp_path_factory.mktemp("secrets") / "token"
    file.write_text("first-token-of-a-file\n", encoding="utf-8")
    gateway = Gateway(admin, lambda token: token in good)
    with gateway.proxy:
        worker = worker_for(gateway.proxy.url(admin.base_url), key, CAMUNDA_AUTH_TOKEN_FILE=str(file)).start()
        first = admin.start(key)
        wait_until(lambda: admin.ended(first), "a worker that works")
        good.symmetric_difference_update({"first-token-of-a-file", "second-token-of-a-file"})
        wait_until(lambda: any(WORD in reason for reason in reasons_of_pauses(worker)), "a pause for a refused token")
        file.write_text("second-token-of-a-file\n", encoding="utf-8")
        second = admin.start(key)
        wait_until(lambda: admin.ended(second), "work that went on by itself")
        worker.stop()
    content = b"".join(path.read_bytes() for path in worker.folder.iterdir() if path.is_file())
    assert WORD.encode() in content or json.dumps(WORD)[1:-1].encode() in content
    assert not [token for token in gateway.tokens if token and token.encode() in content]
