"""`health`: what a container asks instead of curl."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.ports import free_port
from tests.support.bare_environment import without_settings
from tests.support.builders import fetched, open_ledger
from tests.support.connections import count_connections
from worker.cli import EXIT_CONFIG, EXIT_OK, EXIT_UNABLE, main
from worker.commands.running import page as page_asked, state as running
from worker.config.ledger_mark import HEADER, PLACE, mark_of
from worker.config.loading import load
from worker.config.settings import Settings
from worker.config.settings_mark import settings_marks

Capture = pytest.CaptureFixture[str]
GOOD = b'{"good": true, "threads": "ok"}'


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and neither engine nor webhook; every proxy variable leads nowhere."""
    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch)
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("LOG_LANGUAGE", "en")


@contextmanager
def answering(
    status: int, body: bytes, mark: str | None = None, place: str = "", *, more: Sequence[tuple[str, str]] = ()
) -> Iterator[tuple[int, list[str]]]:
    """A program at a free port of this machine; yields the port and the paths that it is asked for.

    `more`: its further headers.
    """
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            if mark:
                self.send_header(HEADER, mark)
                self.send_header(PLACE, quote(place))
            for name, value in more:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Not to the test's output."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104 - where a container listens
def test_a_worker_that_is_well(capsys: Capture, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    with answering(200, GOOD) as (port, asked):
        monkeypatch.setenv("HTTP_HOST", host)
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["health"]) == EXIT_OK
    assert asked == ["/healthz"]
    assert "is healthy" in capsys.readouterr().out


def test_a_worker_that_is_not_says_why(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(503, b'{"good": false, "threads": "silent: sync"}') as (port, _):
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["health"]) == EXIT_UNABLE
    assert "silent: sync" in capsys.readouterr().out


@pytest.mark.parametrize(("status", "body"), [(200, b"hello"), (200, b"[]"), (404, GOOD), (200, b"{}")])
def test_another_program_is_no_worker(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    with answering(status, body) as (port, _):
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["health"]) == EXIT_UNABLE
    assert "Another program" in capsys.readouterr().out


@pytest.mark.parametrize("said", ["file", "environment", "link"])
def test_the_worker_of_another_ledger_is_not_taken_for_this_one(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    for name in ("ours.db", "theirs.db"):
        Path(name).touch()
    Path("link.db").symlink_to("ours.db")
    if said == "file":
        Path("config.yaml").write_text("ledger: {url: 'sqlite:///ours.db'}", encoding="utf-8")
    else:
        monkeypatch.setenv("LEDGER_URL", "sqlite:///link.db" if said == "link" else "sqlite:///ours.db")
    for theirs, code in (("theirs.db", EXIT_UNABLE), ("ours.db", EXIT_OK), ("none.db", EXIT_OK)):
        with answering(200, GOOD, mark_of(f"sqlite:///{theirs}"), "/srv/b x.db") as (port, _):
            monkeypatch.setenv("HTTP_PORT", str(port))
            assert main(["health"]) == code
            said = capsys.readouterr().out
            assert ("the worker of another ledger answers" in said) == (code != EXIT_OK)
            if code != EXIT_OK:
                assert "/srv/b x.db; the ledger of these settings is " + str(Path("ours.db").resolve()) in said
                assert "run the command with its settings" in said, "whoever meant that worker"
                assert "an http.port of its own" in said, "whoever meant this one"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("answers: /srv/theirs.db; the ledger of these settings is {ours}", "LEDGER_URL", "http.port of its own"),
        ),
        ("ru", ("журналом: /srv/theirs.db; в этих настройках журнал {ours}", "LEDGER_URL", "свой http.port")),
    ],
)
def test_status_begins_with_both_ledgers_and_what_to_do(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str, words: Sequence[str]
) -> None:
    """Whoever calls it in another folder saw that there is another ledger, but neither which nor where."""
    open_ledger(tmp_path).close()
    Path("theirs.db").touch()
    monkeypatch.setenv("LOG_LANGUAGE", language)
    with answering(200, GOOD, mark_of("sqlite:///theirs.db"), "/srv/theirs.db") as (port, _):
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["status"]) == EXIT_OK
    first = capsys.readouterr().out.splitlines()[0]
    assert f"127.0.0.1:{port}" in first
    for some in words:
        assert some.format(ours=Path("worker.db").resolve()) in first


@pytest.mark.parametrize("body", [b"hello", b"{}"])
def test_status_names_another_program_at_the_port_as_health_does(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: bytes
) -> None:
    """It said to start or restart a worker that ran, and worked."""
    open_ledger(tmp_path).close()
    with answering(200, body) as (port, _):
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["status"]) == EXIT_OK
    first = capsys.readouterr().out.splitlines()[0]
    assert f"another program answers at 127.0.0.1:{port}" in first
    assert "does not run, or hangs" not in first


READY = b'{"good": true, "threads": "ok", "pauses": []}'


def test_status_and_explain_tell_that_the_running_worker_was_started_with_other_settings(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It said "Working", and of a step that nobody serves any more that it waits for a person."""
    ledger = open_ledger(tmp_path)
    ledger.waiting.begin(fetched("task-1"), None, 42, origin="created")
    ledger.close()
    Path("c2.yaml").write_text("topics: {other_topic: {}}", encoding="utf-8")
    sides = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/x/"}
    running_one = load(Path("c2.yaml"), sides)
    with answering(200, READY, more=settings_marks(running_one)) as (port, _):
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["status"]) == EXIT_OK
        first, second, *lines = capsys.readouterr().out.splitlines()
        assert main(["explain", "task-1"]) in (EXIT_OK, EXIT_UNABLE)
        explained = capsys.readouterr().out
    assert first.startswith("Working, but")
    assert "of a topic or tenant that the settings no longer name" in first
    assert second.startswith(
        f"The running worker was started with another configuration file: {Path('c2.yaml').resolve()}"
    )
    assert any("no longer serves the topic bitrix_create_task" in line for line in lines)
    assert "the step is no longer served" in explained
    assert "was started with another configuration file" in explained


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["explain", "A-1"]])
def test_a_database_that_refuses_is_connected_to_once(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: Sequence[str]
) -> None:
    """Each connection may wait for its time-out, one after the other."""
    attempts = count_connections(monkeypatch)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # it does not listen
        port = taken.getsockname()[1]
        monkeypatch.setenv("LEDGER_URL", f"postgresql+psycopg://worker:verysecret@127.0.0.1:{port}/worker")
        assert main(command) == EXIT_UNABLE
    told = "".join(capsys.readouterr())
    assert "is unreachable" in told
    assert len(attempts) == 1
    assert "verysecret" not in told


@pytest.mark.parametrize(("language", "words"), [("en", "The ledger is shared"), ("ru", "Журнал общий")])
def test_of_a_shared_ledger_health_says_who_knows_of_workers_elsewhere(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    for name, value in {"HTTP_PORT": "1", "LOG_LANGUAGE": language}.items():
        monkeypatch.setenv(name, value)
    assert main(["health"]) == EXIT_UNABLE
    assert words not in capsys.readouterr().out
    monkeypatch.setenv("LEDGER_URL", "postgresql+psycopg://db/ledger")
    assert main(["health"]) == EXIT_UNABLE
    assert words in capsys.readouterr().out


def test_a_database_has_one_mark_whoever_uses_it() -> None:
    base = mark_of("postgresql+psycopg://db/ledger")
    assert base
    assert mark_of("postgresql+psycopg://anna:p%40ss@DB/ledger?sslmode=require") == base
    assert mark_of("postgresql+psycopg://db/other") != base


@pytest.mark.parametrize(("language", "words"), [("en", "correct http.host"), ("ru", "исправьте http.host")])
def test_a_host_that_nobody_knows_is_told_with_its_setting(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for name, value in {"HTTP_HOST": "nowhere.example", "HTTP_PORT": "1", "LOG_LANGUAGE": language}.items():
        monkeypatch.setenv(name, value)
    assert main(["health"]) == EXIT_UNABLE
    assert words in capsys.readouterr().out


def test_nobody_listens(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and never listening
        monkeypatch.setenv("HTTP_PORT", str(taken.getsockname()[1]))
        assert main(["health"]) == EXIT_UNABLE
        assert "the port is closed" in capsys.readouterr().out
        monkeypatch.setenv("LOG_LANGUAGE", "ru")
        assert main(["health"]) == EXIT_UNABLE
        assert "порт закрыт" in capsys.readouterr().out


def test_a_worker_that_hangs_is_not_waited_for(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_asked, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listens:
        monkeypatch.setenv("HTTP_PORT", str(listens.getsockname()[1]))
        assert main(["health"]) == EXIT_UNABLE
    assert "time-out" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "ru"])
def test_status_says_of_a_worker_that_hangs_what_health_says_and_asks_it_once(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    """Each of six questions waited for its time-out, and then the advice was to start a worker that ran."""
    open_ledger(tmp_path).close()
    monkeypatch.setattr(page_asked, "SECONDS", 0.2)
    monkeypatch.setenv("LOG_LANGUAGE", language)
    asks: list[str] = []

    def noted(settings: Settings, path: str) -> page_asked.Answer:
        asks.append(path)
        return page_asked.asked(settings, path)

    monkeypatch.setattr(running, "asked", noted)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listens:
        monkeypatch.setenv("HTTP_PORT", str(listens.getsockname()[1]))
        assert main(["health"]) == EXIT_UNABLE
        said = capsys.readouterr().out.strip().rstrip(".")
        assert main(["status"]) == EXIT_OK
    assert capsys.readouterr().out.startswith(said)
    assert asks == ["/healthz"]


def test_a_page_that_is_off_cannot_be_asked(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "0")
    assert main(["health"]) == EXIT_UNABLE
    assert "http.port: 0" in capsys.readouterr().out


def test_the_address_is_read_from_the_file_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200, GOOD) as (port, _):
        Path("config.yaml").write_text("bitrix: {webhook_url: '${UNSET}'}\nhttp: {port: 1}\n", encoding="utf-8")
        assert main(["health"]) == EXIT_UNABLE
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["health"]) == EXIT_OK
        monkeypatch.delenv("HTTP_PORT")
        Path("other.yaml").write_text(f"http: {{port: {port}}}\n", encoding="utf-8")
        assert main(["health", "-c", "other.yaml"]) == EXIT_OK


@pytest.mark.parametrize(
    "text", ["http: {port: many}", "http: {prot: 1}", "http: [1]", "http: {port: '${UNSET}'}", "a: ["]
)
def test_an_address_that_cannot_be_read_is_a_fault_of_the_configuration(capsys: Capture, text: str) -> None:
    Path("config.yaml").write_text(text, encoding="utf-8")
    assert main(["health"]) == EXIT_CONFIG
    assert "The configuration has errors" in capsys.readouterr().err


def test_a_file_that_is_missing_is_a_fault(capsys: Capture) -> None:
    assert main(["health", "-c", "missing.yaml"]) == EXIT_CONFIG
    assert "missing.yaml" in capsys.readouterr().err


def test_asking_loads_neither_the_ledger_nor_its_libraries(tmp_path: Path) -> None:
    """A container asks twice a minute: with them it cost a second of CPU each time, ten times the idle worker."""
    words = "import sys; from worker.cli import main; main(['health']); print([*sys.modules])"
    done = subprocess.run([sys.executable, "-c", words], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "worker.commands.running.health" in done.stdout
    assert not [name for name in ("sqlalchemy", "worker.ledger") if f"'{name}'" in done.stdout]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "By the ledger a worker works"), ("ru", "Судя по журналу, воркер")]
)
@pytest.mark.parametrize("page", [True, False])
def test_the_worker_of_a_file_runs_though_its_page_is_elsewhere_or_off(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str, words: str, *, page: bool
) -> None:
    """It holds the file locked, and `status` with another `http.port` said that it does not run: start it."""
    monkeypatch.setenv("LOG_LANGUAGE", language)
    monkeypatch.setenv("HTTP_PORT", str(free_port()) if page else "0")
    ledger = open_ledger(tmp_path, exclusive=True)
    ledger.leases.beat()
    ledger.waiting.begin(fetched("task-1"), None, 42, origin="created")
    assert main(["status"]) == EXIT_OK
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(words)
    assert ("http.port: 0" in first) is not page
    main(["explain", "task-1", "--json"])
    matters = {one["name"] for one in json.loads(capsys.readouterr().out)["matters"]}
    assert ("works_elsewhere" in matters) is page
    assert "no_worker" not in matters
    ledger.leave()
    ledger.close()
    assert main(["status"]) == EXIT_OK
    assert words not in capsys.readouterr().out


def test_who_keeps_the_port_from_the_worker_of_a_file_is_named(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Both are on one machine: to look for the worker elsewhere would lead nowhere."""
    ledger = open_ledger(tmp_path, exclusive=True)
    with answering(200, b"hello") as (port, _):
        monkeypatch.setenv("HTTP_PORT", str(port))
        assert main(["status"]) == EXIT_OK
    assert "another program answers at" in capsys.readouterr().out.splitlines()[0]
    ledger.close()
