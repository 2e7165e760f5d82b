"""A token server, or a token file, that fails while the worker runs: the engine's side pauses, and says why.

The token server is a stand-in here: a real one cannot be told to fail in each of these ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.httpd import Reply, Request, Server
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_logins import CLIENT, SECRET, Gateway
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import LOGIN, EngineOf
from tests.support.worker_process import WorkerProcess

PAGE = Reply(200, text="<html><h1>Sign in</h1></html>", content_type="text/html")
TROUBLES = {
    "500": (Reply(500, {"error": "unknown_error"}), "ошибка на сервере токенов"),
    "page": (PAGE, "в ответе сервера токенов нет пригодного токена"),
    "hangs up": (Reply(drop=True), "сервер токенов или прокси перед ним закрыл соединение"),
    "trickles": (Reply(200, {"access_token": "too-late"}, trickle=5.0), "сервер токенов не ответил вовремя"),
    "wrong client": (Reply(401, {"error": "invalid_client"}), "сервер токенов не выдал токен для движка"),
    "wrong scope": (Reply(400, {"error": "invalid_scope"}), "сервер токенов не выдал токен для движка"),
}


class Tokens:
    """A token server. `reply`: what it answers instead of a token. `lasts`: seconds that a token is said to last."""

    def __init__(self) -> None:
        self.reply: Reply | None = None
        self.lasts = 1
        self.issued: list[str] = []
        self.server = Server(self._answer)
        self.server.start()

    def _answer(self, _: Request) -> Reply:
        if self.reply:
            return self.reply
        self.issued.append(f"token-number-{len(self.issued)}")
        return Reply(200, {"access_token": self.issued[-1], "token_type": "Bearer", "expires_in": self.lasts})


@pytest.fixture
def tokens() -> Iterator[Tokens]:
    made = Tokens()
    yield made
    made.server.stop()


@pytest.fixture
def admin(engine_of: EngineOf, key: str) -> Iterator[Admin]:
    admin = Admin(engine_of("builtin", guarded=True).base_url, LOGIN)
    admin.deploy(sequence(key, {"ours": key}))
    yield admin
    admin.clean()


@pytest.fixture
def gateway(admin: Admin, tokens: Tokens) -> Iterator[Gateway]:
    made = Gateway(admin, lambda token: token in tokens.issued)
    with made.proxy:
        yield made


@pytest.fixture
def worker(gateway: Gateway, admin: Admin, tokens: Tokens, worker_for: WorkerFor, key: str) -> WorkerProcess:
    return worker_for(
        gateway.proxy.url(admin.base_url),
        key,
        CAMUNDA_AUTH_OAUTH2_TOKEN_URL=f"http://127.0.0.1:{tokens.server.port}/token",
        CAMUNDA_AUTH_OAUTH2_CLIENT_ID=CLIENT,
        CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET=SECRET,
    )


def test_each_trouble_of_the_token_server_is_an_outage_with_its_cause(
    worker: WorkerProcess, admin: Admin, tokens: Tokens, portal: Portal, key: str
) -> None:
    """With tokens that last a second: work goes on with them, and each trouble is felt at once."""
    worker.start()
    worker.wait_for("worker.ready")
    for number, (trouble, words) in enumerate(TROUBLES.values(), start=1):
        before = len(worker.events("fetch.paused"))
        tokens.reply = trouble
        told = worker.wait_for("fetch.paused", before + 1, 60)[before]
        assert (told["side"], words in told["reason"]) == ("engine", True), told
        assert f"127.0.0.1:{tokens.server.port}" in told["reason"]
        instance = admin.start(key)
        tokens.reply = None
        wait_until(lambda instance=instance: admin.ended(instance), "work that resumed by itself", 60)  # type: ignore[misc]
        assert len(portal.tasks()) == number
    assert not worker.events("task.failed")


def test_an_engine_whose_clock_refuses_new_tokens_is_told_with_the_clocks(
    worker: WorkerProcess, gateway: Gateway, tokens: Tokens
) -> None:
    tokens.lasts, gateway.closed = 300, True
    told = worker.start().wait_for("fetch.paused", side="engine")[0]
    assert "движок не принимает токен" in told["reason"]
    assert "часы движка и сервера токенов" in worker.command("check").stdout


def test_a_token_file_that_is_away_for_a_while_is_told_once_and_read_again(
    gateway: Gateway,
    admin: Admin,
    tokens: Tokens,
    worker_for: WorkerFor,
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """As Kubernetes swaps it: a link to a folder of the day. It vanishes, is there but empty, and is whole again."""
    volume = tmp_path_factory.mktemp("secrets")
    file = volume / "token"

    def swap(text: str | None) -> Path:
        folder = volume / f"day-{len(list(volume.iterdir()))}"
        folder.mkdir()
        if text is not None:
            (folder / "token").write_text(text, encoding="utf-8")
        link = volume / "new"
        link.symlink_to(folder)
        return link.replace(volume / "data")

    tokens.issued = ["first-token-of-a-file", "second-token-of-a-file"]
    swap("first-token-of-a-file")
    file.symlink_to(volume / "data" / "token")
    worker = worker_for(gateway.proxy.url(admin.base_url), key, CAMUNDA_AUTH_TOKEN_FILE=str(file)).start()
    first = admin.start(key)
    wait_until(lambda: admin.ended(first), "a worker that works")
    swap(None)
    told = worker.wait_for("fetch.paused", side="engine")[0]
    assert str(file) in told["reason"]
    swap("")
    second = admin.start(key)
    swap("second-token-of-a-file\n")
    wait_until(lambda: admin.ended(second), "work that resumed by itself", 60)
    assert len(worker.wait_for("fetch.resumed", side="engine")) == 1
    assert gateway.tokens[-1] == "second-token-of-a-file"
    assert not worker.events("task.failed")


def test_a_token_that_comes_after_the_start_is_waited_for_and_the_commands_work_meanwhile(
    gateway: Gateway,
    admin: Admin,
    tokens: Tokens,
    worker_for: WorkerFor,
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """As after a reboot, where the agent that writes the file is later than the worker."""
    file = tmp_path_factory.mktemp("secrets") / "token"
    settings = {"CAMUNDA_AUTH_TOKEN_FILE": str(file), "HTTP_PORT": str(free_port())}
    worker = worker_for(gateway.proxy.url(admin.base_url), key, **settings).start()
    told = worker.wait_for("fetch.paused", side="engine")[0]
    assert str(file) in told["reason"]
    wait_until(lambda: worker.status()["pauses"], "a page that tells the pause", 60)
    assert worker.status()["pauses"][0]["cause"] == "token_file"
    for command in (("config", "show"), ("replay", "--all"), ("validate",)):
        done = worker.command(*command)
        assert done.returncode == 0, done.stderr
    explained = worker.command("explain", "nobody")
    assert (explained.returncode, "в файле нет токена для движка" in explained.stdout) == (1, True), explained.stdout
    checked = worker.command("check")
    assert checked.returncode == 3, checked.stderr
    [failed] = [line for line in checked.stdout.splitlines() if line.startswith("FAIL")]
    assert "в файле нет токена для движка" in failed
    tokens.issued = ["token-that-came-late"]
    file.write_text("token-that-came-late", encoding="utf-8")
    instance = admin.start(key)
    wait_until(lambda: admin.ended(instance), "work that began by itself", 60)
