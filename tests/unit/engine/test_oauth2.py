"""Tokens of a token server: got once for all threads, renewed in time, and each failure under its own cause."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import SecretStr

from bitrix import secrecy
from bitrix.causes import Cause
from sandbox.httpd import Reply, Request, Server
from worker.config.engine_auth import AuthSettings, OAuth2Settings
from worker.config.settings import CamundaSettings
from worker.engine import oauth2, web_token
from worker.engine.client import Engine
from worker.engine.errors import EngineDenied, EngineUnreachable, LoginUnavailable
from worker.engine.wellbeing import EngineWellbeing
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure

CLIENT = ("worker", "of/the+token server")
PATIENCE = 30


class Both:
    """A token server and an engine that takes its tokens. `reply`: what the token server answers instead."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.seen: list[str] = []
        self.lasts: int | None = 300
        self.revoked: set[str] = set()
        self.reply: Reply | None = None
        self.hold = threading.Event()
        self.hold.set()
        self.tokens, self.engine_ = Server(self._token), Server(self._engine)
        self.tokens.start()
        self.engine_.start()

    def _token(self, request: Request) -> Reply:
        self.asked.append(request)
        self.hold.wait(PATIENCE)
        return self.reply or Reply(
            200, {"access_token": f"token-{len(self.asked)}", "expires_in": self.lasts, "token_type": "bearer"}
        )

    def _engine(self, request: Request) -> Reply:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.seen.append(token)
        if token in self.revoked or not token.startswith("token-"):
            return Reply(401, {"message": f"refused {token}"})
        return Reply(200, {"version": "7.24.0"})

    def client(self, **changes: Any) -> Engine:
        asked = {"token_url": f"http://127.0.0.1:{self.tokens.port}/token", "client_id": CLIENT[0]}
        given = OAuth2Settings(**{**asked, "client_secret": SecretStr(CLIENT[1]), **changes})
        url = f"http://127.0.0.1:{self.engine_.port}/engine-rest"
        return Engine(CamundaSettings(base_url=url, auth=AuthSettings(oauth2=given)), "w", {"t": 300.0}, connections=16)


@pytest.fixture
def both() -> Iterator[Both]:
    both = Both()
    yield both
    both.hold.set()
    both.tokens.stop()
    both.engine_.stop()
    secrecy.keep([])


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [1000.0]
    monkeypatch.setattr(clock, "boottime", lambda: time[0])
    return time


def test_the_client_logs_in_as_the_standard_says_and_asks_for_what_is_set(both: Both) -> None:
    both.client(scope="engine read", audience="camunda").version()
    [request] = both.asked
    assert base64.b64decode(request.headers["authorization"].split()[1]) == b"worker:of%2Fthe%2Btoken+server"
    assert request.form == {"grant_type": "client_credentials", "scope": "engine read", "audience": "camunda"}
    both.client().version()
    assert both.asked[1].form == {"grant_type": "client_credentials"}


def test_one_token_serves_all_calls_until_it_is_due(both: Both, now: list[float]) -> None:
    engine = both.client()
    for _ in range(3):
        engine.version()
    now[0] += 239  # a fifth of its life is left, less one second
    engine.version()
    assert both.seen == ["token-1"] * 4
    now[0] += 2
    engine.version()
    assert (both.seen[-1], len(both.asked)) == ("token-2", 2)


def test_many_threads_make_one_request_for_the_first_token(both: Both) -> None:
    engine = both.client()
    both.hold.clear()
    with ThreadPoolExecutor(12) as pool:
        calls = [pool.submit(engine.version) for _ in range(12)]
        while not both.asked:
            threading.Event().wait(0.01)
        both.hold.set()
        assert {one.result(PATIENCE) for one in calls} == {"7.24.0"}
    assert len(both.asked) == 1


def test_while_one_thread_renews_a_token_that_holds_the_others_go_on_with_it(both: Both, now: list[float]) -> None:
    engine = both.client()
    engine.version()
    now[0] += 250
    both.hold.clear()
    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(engine.version)
        while len(both.asked) < 2:
            threading.Event().wait(0.01)
        engine.version()
        assert both.seen == ["token-1"] * 2
        both.hold.set()
        renewing.result(PATIENCE)
    assert both.seen[-1] == "token-2"


def test_a_refused_token_is_renewed_once_and_the_request_repeated(both: Both) -> None:
    engine = both.client()
    engine.version()
    both.revoked = {"token-1"}
    assert engine.version() == "7.24.0"
    assert both.seen == ["token-1", "token-1", "token-2"]
    both.revoked = {"token-2", "token-3"}
    with pytest.raises(EngineDenied) as caught:
        engine.version()
    assert (caught.value.cause, both.seen[3:]) == (Cause.ENGINE_TOKEN, ["token-2", "token-3"])
    assert "token-3" not in str(caught.value)


def test_a_token_refused_to_many_threads_is_renewed_once(both: Both) -> None:
    engine = both.client()
    engine.version()
    both.revoked = {"token-1"}
    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(lambda _: engine.version(), range(12))) == {"7.24.0"}
    assert len(both.asked) == 2


def test_a_token_that_holds_outlives_a_token_server_that_is_away(both: Both, now: list[float]) -> None:
    engine = both.client()
    engine.version()
    both.reply = Reply(503, {"error": "server_error"})
    now[0] += 250
    engine.version()
    engine.version()
    assert len(both.asked) == 2, "not asked again at each call"
    now[0] += 60
    with pytest.raises(LoginUnavailable):
        engine.version()
    both.reply = None
    assert engine.version() == "7.24.0"


def test_a_failure_counts_for_all_who_waited_for_it(both: Both) -> None:
    engine = both.client()
    both.hold.clear()
    both.reply = Reply(401, {"error": "invalid_client"})
    entered = threading.Barrier(9)

    def call() -> Exception | None:
        entered.wait(PATIENCE)
        try:
            engine.version()
        except LoginUnavailable as error:
            return error
        return None

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(call) for _ in range(8)]
        entered.wait(PATIENCE)
        while not both.asked:
            threading.Event().wait(0.01)
        threading.Event().wait(0.5)
        both.hold.set()
        found = [one.result(PATIENCE) for one in calls]
    assert all(isinstance(one, LoginUnavailable) for one in found)
    assert len({id(one) for one in found}) == 8
    assert len(both.asked) < 8


@pytest.mark.parametrize("expires_in", [None, "300", 300, 300.0, 300.7])
def test_the_life_of_a_token_may_be_told_in_several_ways(both: Both, now: list[float], expires_in: object) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"iat": 5000, "exp": 5300}).encode()).decode().rstrip("=")
    told = {"access_token": f"token-1.{claims}.signature", "expires_in": expires_in}
    both.reply = Reply(200, told)
    engine = both.client()
    engine.version()
    now[0] += 239
    engine.version()
    assert len(both.asked) == 1
    now[0] += 2
    engine.version()
    assert len(both.asked) == 2


def test_a_token_of_unknown_life_is_used_until_it_is_refused(both: Both, now: list[float]) -> None:
    both.lasts = None
    engine = both.client()
    engine.version()
    now[0] += 10**6
    engine.version()
    assert both.seen == ["token-1"] * 2


PAGE = "<html>no token here, only token-of-somebody</html>"
ODD: dict[str, tuple[Reply, Cause]] = {
    "invalid_client": (Reply(401, {"error": "invalid_client", "error_description": "Bad secret"}), Cause.TOKEN_REFUSED),
    "invalid_scope": (Reply(400, {"error": "invalid_scope"}), Cause.TOKEN_REFUSED),
    "401 page": (Reply(401, text=PAGE, content_type="text/html"), Cause.TOKEN_REFUSED),
    "no realm": (Reply(404, {"error": "Realm does not exist"}), Cause.TOKEN_ODD),
    "404 page": (Reply(404, text=PAGE, content_type="text/html"), Cause.TOKEN_ODD),
    "503": (Reply(503, text=PAGE, content_type="text/html"), Cause.GATEWAY),
    "500 json": (Reply(500, {"error": "unknown_error"}), Cause.TOKEN_FAILED),
    "500 page": (Reply(500, text=PAGE, content_type="text/html"), Cause.TOKEN_FAILED),
    "moved": (Reply(302, headers={"Location": "https://elsewhere/"}), Cause.MOVED),
    "200 page": (Reply(200, text=PAGE, content_type="text/html"), Cause.TOKEN_ODD),
    "no token": (Reply(200, {"token": "token-of-somebody"}), Cause.TOKEN_ODD),
    "a list": (Reply(200, ["token-of-somebody"]), Cause.TOKEN_ODD),
    "a number": (Reply(200, {"access_token": 7}), Cause.TOKEN_ODD),
    "two lines": (Reply(200, {"access_token": "token-1\r\nX-Other: 1"}), Cause.TOKEN_ODD),
    "other type": (Reply(200, {"access_token": "token-1", "token_type": "mac"}), Cause.TOKEN_ODD),
    "no life": (Reply(200, {"access_token": "token-1", "expires_in": -1}), Cause.TOKEN_ODD),
    "odd life": (Reply(200, {"access_token": "token-1", "expires_in": "soon"}), Cause.TOKEN_ODD),
    "too long": (Reply(200, {"access_token": "a" * 100_000}), Cause.ANSWER_TOO_LONG),
    "dropped": (Reply(drop=True), Cause.CLOSED),
}


@pytest.mark.parametrize("name", ODD)
def test_what_a_token_server_answers_instead_is_its_outage_with_a_cause(both: Both, name: str) -> None:
    both.reply, cause = ODD[name]
    secrecy.keep([CLIENT[1]])
    engine = both.client()
    with pytest.raises(LoginUnavailable) as caught:
        engine.version()
    error = caught.value
    assert (error.cause, error.side, error.doubtful, both.seen) == (cause, "token", False, [])
    assert error.place == f"127.0.0.1:{both.tokens.port}"
    told = with_cure(error)
    assert "token server" in told.en
    assert re.search("[Сс]ервера? токенов", told.ru)
    if both.reply.status == 200:
        assert "somebody" not in str(error) + told.en
    gate = Gate("engine", Telemetry.build("error", "en", "json"))
    EngineWellbeing(gate).on_end("version", error)
    assert not gate.is_open


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({"token": "token-of-somebody"}, "access_token is missing"),
        ({"access_token": "token-1\r\nX-Other: 1"}, "access_token is no text"),
        ({"access_token": "token-1", "token_type": "mac"}, "token_type is not Bearer"),
        ({"access_token": "token-1", "token_type": None}, "token_type is not Bearer"),
        ({"access_token": "token-1", "expires_in": 0}, "expires_in is no number"),
        ({"access_token": "token-1", "expires_in": True}, "expires_in is no number"),
        (["token-of-somebody"], "no JSON object"),
    ],
)
def test_an_odd_answer_is_told_by_its_field_and_fault(both: Both, answer: object, field: str) -> None:
    both.reply = Reply(200, answer)
    with pytest.raises(LoginUnavailable) as caught:
        both.client().version()
    told = with_cure(caught.value)
    assert field in told.en
    assert field.split(maxsplit=1)[0] in told.ru or "JSON" in told.ru


def test_a_token_server_that_is_not_there_is_named_with_its_address(both: Both) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(EngineUnreachable) as caught:
        both.client(token_url=f"http://127.0.0.1:{port}/token").version()
    assert caught.value.cause is Cause.REFUSED
    told = with_cure(caught.value)
    assert f"the token server refuses the connection (127.0.0.1:{port})" in told.en
    assert "CAMUNDA_AUTH_OAUTH2_TOKEN_URL" in told.en


def test_a_token_server_that_never_answers_is_waited_for_only_so_long(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth2, "ANSWER_SECONDS", 0.3)
    both.hold.clear()
    with pytest.raises(LoginUnavailable) as caught:
        both.client().version()
    assert caught.value.cause is Cause.NO_ANSWER


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.!!!.c", "a.bnVsbA.c", "a." + "e30" + ".c"])
def test_what_is_no_web_token_says_nothing_of_its_end(token: str) -> None:
    assert web_token.ends_at(token) is None
    assert web_token.life(token) is None


def test_what_was_got_is_hidden(both: Both) -> None:
    both.client().version()
    assert secrecy.hide("Bearer token-1 is wrong") == "Bearer *** is wrong"
