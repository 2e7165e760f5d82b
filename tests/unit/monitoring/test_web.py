"""Who gets the status page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from prometheus_client import CollectorRegistry

from tests.support.fakes import Events, FakeFetching
from tests.support.page_facts import ABOUT, AT, Idle, Shown, facts
from worker.config.ledger_mark import HEADER
from worker.monitoring.health import Health
from worker.monitoring.page import Page
from worker.monitoring.pauses import Pauses
from worker.monitoring.web import Web
from worker.runtime.gate import Gate
from worker.runtime.recent_warnings import RecentWarning, Telling
from worker.runtime.threads import Threads
from worker.words.health import NO_POLL_YET

WARNED = RecentWarning("task.not_sent", "warning", 2, AT, (Telling(AT, {"task": "t-1", "reason": "https://s3cr3t/"}),))
Ask = Callable[..., requests.Response]


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])  # noqa: S104 - what an operator may set
def host(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ask(host: str) -> Iterator[Ask]:
    threads = Threads(Events(), pool_size=1, step_seconds=60.0)
    gate = Gate("portal", Events())
    for _ in range(2):
        gate.close("s3cr3t")
        gate.open()
    health = Health(threads, [gate], FakeFetching())

    def hear(body: bytes) -> bool:
        return body == b"token"

    web = Web(
        host,
        0,
        page=Page(ABOUT, Shown(facts(warnings=[WARNED])), lambda text: text.replace("s3cr3t", "HIDDEN"), "ru"),
        health=health,
        pauses=Pauses(Idle(), lambda text: text.replace("s3cr3t", "HIDDEN"), "ru"),
        registry=CollectorRegistry(),
        on_event=hear,
        telemetry=Events(),
        marks=lambda: [(HEADER, "0123")],
    )
    threads.start("http", web.loop)

    def asked(path: str = "/", method: str = "GET", data: Any = None, **headers: str) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, f"http://127.0.0.1:{web.port}{path}", headers=headers, data=data, timeout=10)

    yield asked
    web.close()
    threads.join("http", 5)
    threads.drain()


def test_the_page_speaks_the_language_that_is_asked_for(ask: Ask) -> None:
    assert "Работает" in ask().text
    assert "Working" in ask("/?lang=en").text
    assert "Working" in ask(**{"Accept-Language": "en"}).text


def test_the_reasons_for_programs_are_in_the_language_of_the_log_or_the_one_asked_for(ask: Ask) -> None:
    """`/readyz` spoke English whatever the log spoke."""
    said, english = ask("/readyz").json(), ask("/readyz?lang=en").json()
    assert (said["poll"], english["poll"]) == (NO_POLL_YET.ru, NO_POLL_YET.en)
    assert said["notYet"] == english["notYet"] == ["poll"]
    assert [said["pausedLately"][0]["side"], english["pausedLately"][0]["count"]] == ["portal", 2]
    assert said["pausedLately"][0]["text"].startswith("портал: пауз за последний час: 2")
    assert english["pausedLately"][0]["text"].startswith("the portal: paused 2 times in the last hour")


def test_it_only_shows(ask: Ask) -> None:
    assert ask(method="POST").status_code == 405
    head = ask(method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) > 1000


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/metrics", "/warnings", "/incidents", "/none"])
def test_each_answer_tells_of_which_ledger_it_is(ask: Ask, path: str) -> None:
    assert ask(path).headers[HEADER] == "0123"


@pytest.mark.parametrize("name", ["localhost:80", "127.0.0.1", "[::1]:8090"])
def test_on_loopback_the_usual_names_lead_to_it(ask: Ask, name: str) -> None:
    assert ask(Host=name).status_code == 200


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example:8090", "[", "10.0.0.1"])
def test_on_loopback_no_other_name_does(ask: Ask, host: str, name: str) -> None:
    """Else any page on the web could have its own name lead here, and read along."""
    assert ask(Host=name).status_code == (403 if host == "127.0.0.1" else 200)


def test_what_is_not_there_is_told(ask: Ask) -> None:
    assert ask("/favicon.ico").status_code == 404
    assert ask("/?lang=%3Cscript%3E").status_code == 200


def test_the_last_warnings_are_there_for_status(ask: Ask) -> None:
    [one] = ask("/warnings?lang=en").json()
    assert (one["event"], one["level"], one["count"]) == ("task.not_sent", "warning", 2)
    [newest] = one["occurrences"]
    assert newest["message"] == "The portal did not create the task for t-1: https://HIDDEN/"
    assert "не создал задачу" in ask("/warnings?lang=ru").json()[0]["occurrences"][0]["message"]


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/readyz", "/warnings", "/incidents"])
def test_nothing_is_read_by_another_name_on_loopback(ask: Ask, host: str, path: str) -> None:
    """`/readyz` tells about the engine, `/metrics` about the work: as little for strangers as the page."""
    status = ask(path).status_code
    assert ask(path, Host="evil.example").status_code == (403 if host == "127.0.0.1" else status)
    assert ask(path, Host="localhost").status_code == status


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/healthz", "/readyz", "/warnings", "/incidents", "/nothing", "/bitrix24/events"]
)
def test_every_answer_has_a_length_no_guessed_type_and_no_version(ask: Ask, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "PUT"):
        answer = ask(path, method)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Server"] == "camunda-bitrix-worker"
        assert int(answer.headers["Content-Length"]) == len(answer.content) or method == "HEAD"
        assert method != "HEAD" or answer.content == b""
    assert ask(path, "HEAD").headers["Content-Length"] == str(len(ask(path).content)) or path == "/"


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/?lang=en"])
def test_a_slash_at_the_end_changes_nothing(ask: Ask, path: str) -> None:
    bare, _, query = path.partition("?")
    assert ask(f"{bare}/?{query}").status_code == ask(path).status_code == ask(path, "HEAD").status_code


def test_an_event_is_heard_whole_or_in_chunks(ask: Ask) -> None:
    assert ask("/bitrix24/events", "POST", data=b"token").status_code == 200
    assert ask("/bitrix24/events/", "POST", data=iter([b"to", b"ken"])).status_code == 200
    assert ask("/bitrix24/events", "POST", data=iter([b"to"])).status_code == 403
    assert ask("/bitrix24/events", "POST", data=b"x" * 70_000).status_code == 413
    assert ask("/bitrix24/events", "POST", data=iter([b"x" * 40_000] * 2)).status_code == 413


def test_it_shows_the_documentation_in_the_language_that_is_asked_for(ask: Ask) -> None:
    index, page = ask("/docs?lang=en"), ask("/docs/model-faults", **{"Accept-Language": "en"})
    assert "\n  model-faults " in index.text
    assert page.text.startswith("# A mistake in the model\n")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert ask("/docs/model-faults").text.startswith("# Ошибка в модели\n")
    assert ask("/docs/model-faults%23увеличить-число-попыток?lang=en").text.startswith("## Raise the retries\n")
    missing = ask("/docs/../README?lang=en"), ask("/docs/%2e%2e/worker?lang=en"), ask("/docsx")
    assert [one.status_code for one in missing] == [404, 404, 404]
