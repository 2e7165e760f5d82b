"""How requests to the engine log in: seen from a server that looks at the header."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bitrix import secrecy
from bitrix.causes import Cause
from sandbox.httpd import Reply, Request, Server
from worker.config.engine_auth import AuthSettings
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineDenied, EngineError, LoginUnavailable
from worker.engine.wellbeing import EngineWellbeing
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.words.causes import passes, with_cure


class Guarded:
    """An engine that lets in who bears one of `good`, and remembers with what it was asked."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.seen: list[str] = []
        self.server = Server(self.answer)
        self.server.start()

    def answer(self, request: Request) -> Reply:
        header = request.headers.get("authorization", "")
        self.seen.append(header.removeprefix("Bearer "))
        if self.seen[-1] in self.good:
            return Reply(200, {"version": "7.24.0"} if request.method == "GET" else [])
        return Reply(401, {"type": "AuthenticationException", "message": f"no such token: {header}"})

    def engine(self, **auth: Any) -> Engine:
        url = f"http://127.0.0.1:{self.server.port}/engine-rest"
        return Engine(CamundaSettings(base_url=url, auth=AuthSettings(**auth)), "w", {"t": 300.0}, connections=2)


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    engine = Guarded("first-token")
    yield engine
    engine.server.stop()
    secrecy.keep([])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("first-token\n", encoding="utf-8")
    return path


def replace(path: Path, text: str) -> None:
    """As a side-car does: another file in its place."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def test_a_token_goes_with_every_request(guarded: Guarded) -> None:
    engine = guarded.engine(token=SecretStr("first-token"))
    assert engine.version() == "7.24.0"
    engine.fetch(["t"], 1)
    assert guarded.seen == ["first-token"] * 2


def test_a_refused_token_is_told_as_such_and_asked_with_once(guarded: Guarded) -> None:
    secrecy.keep(["other-token"])
    with pytest.raises(EngineDenied) as caught:
        guarded.engine(token=SecretStr("other-token")).version()
    assert caught.value.cause is Cause.ENGINE_TOKEN
    assert guarded.seen == ["other-token"]
    for text in (str(caught.value), with_cure(caught.value).en, with_cure(caught.value).ru):
        assert "other-token" not in text
    assert "CAMUNDA_AUTH_TOKEN" in with_cure(caught.value).en


def test_a_token_file_is_read_again_when_it_has_changed(guarded: Guarded, file: Path) -> None:
    engine = guarded.engine(token_file=str(file))
    engine.version()
    guarded.good = {"second-token"}
    replace(file, "second-token")
    engine.version()
    assert guarded.seen == ["first-token", "second-token"]


def test_a_token_file_is_read_again_when_the_engine_refuses_its_token(guarded: Guarded, file: Path) -> None:
    """Although the file looks unchanged: on some volumes neither time nor size tells."""
    engine = guarded.engine(token_file=str(file))
    engine.version()
    guarded.good, before = {"other-tokens"[:11]}, file.stat()
    file.write_text("other-tokens"[:11] + "\n", encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert engine.version() == "7.24.0"
    assert guarded.seen == ["first-token", "first-token", "other-token"]


def test_a_file_whose_token_stays_refused_is_asked_with_once(guarded: Guarded, file: Path) -> None:
    guarded.good = set()
    with pytest.raises(EngineDenied) as caught:
        guarded.engine(token_file=str(file)).version()
    assert guarded.seen == ["first-token"]
    assert passes(caught.value), "whoever renews the file ends it"
    assert "CAMUNDA_AUTH_TOKEN_FILE is renewed, the worker reads the new token by itself" in with_cure(caught.value).en


@pytest.mark.parametrize("content", [None, "", "two tokens", "Bearer first-token", "жетон"])
def test_a_file_without_a_token_is_an_outage_and_nothing_is_asked(
    guarded: Guarded, file: Path, content: str | None
) -> None:
    engine = guarded.engine(token_file=str(file))
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(LoginUnavailable) as caught:
        engine.version()
    assert (caught.value.cause, caught.value.doubtful, guarded.seen) == (Cause.TOKEN_FILE, False, [])
    assert str(file) in with_cure(caught.value).en
    gate = Gate("engine", Telemetry.build("error", "en", "json"))
    EngineWellbeing(gate).on_end("complete", caught.value)
    assert not gate.is_open
    replace(file, "first-token")
    engine.version()


def test_a_token_got_while_running_is_hidden(guarded: Guarded, file: Path) -> None:
    guarded.good = set()
    with pytest.raises(EngineError) as caught:
        guarded.engine(token_file=str(file)).version()
    assert "no such token: Bearer ***" in str(caught.value)
