"""`check` of the status page's address."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.unit.commands.running.test_health import GOOD, answering
from worker.commands.check.page import page_of
from worker.config.ledger_mark import mark_of
from worker.config.loading import load
from worker.config.settings import Settings


def settings_of(folder: Path, **environ: str) -> Settings:
    (folder / "ours.db").touch()
    (folder / "theirs.db").touch()
    sides = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/x/"}
    return load(None, sides | {"LEDGER_URL": f"sqlite:///{folder}/ours.db"} | environ)


def test_a_free_port_is_good_and_a_page_that_is_off_is_not_looked_at(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    [found] = page_of(settings_of(tmp_path, HTTP_PORT=str(port)))
    assert found.line("en") == f"ok   status page: 127.0.0.1:{port} is free"
    assert list(page_of(settings_of(tmp_path, HTTP_PORT="0"))) == []


@pytest.mark.parametrize(
    ("body", "ledger", "good", "words"),
    [
        (GOOD, "ours.db", True, "the running worker answers"),
        (
            GOOD,
            "theirs.db",
            False,
            "the worker of another ledger answers: /srv/theirs.db; the ledger of these settings is /",
        ),
        (b"hello", "none.db", False, "another program answers"),
    ],
)
def test_a_taken_port_says_who_answers(tmp_path: Path, body: bytes, ledger: str, *, good: bool, words: str) -> None:
    settings_of(tmp_path)
    with answering(200, body, mark_of(f"sqlite:///{tmp_path}/{ledger}"), "/srv/theirs.db") as (port, _):
        [found] = page_of(settings_of(tmp_path, HTTP_PORT=str(port)))
    assert (found.good, found.essential) == (good, False)
    assert words in found.seen.en
    assert ("http.port" in found.line("ru")) != good


def test_before_there_is_a_ledger_a_worker_that_answers_has_another_one(tmp_path: Path) -> None:
    """Also in a new folder: `run` would have no page."""
    settings_of(tmp_path)
    mark = mark_of(f"sqlite:///{tmp_path}/theirs.db")
    with answering(200, GOOD, mark, "/srv/theirs.db") as (port, _):
        [found] = page_of(settings_of(tmp_path, HTTP_PORT=str(port), LEDGER_URL=f"sqlite:///{tmp_path}/new.db"))
    assert not found.good
    assert "the worker of another ledger answers: /srv/theirs.db" in found.seen.en
    with answering(200, GOOD, mark, f"{tmp_path}/new.db") as (port, _):  # its file has been removed under it
        [found] = page_of(settings_of(tmp_path, HTTP_PORT=str(port), LEDGER_URL=f"sqlite:///{tmp_path}/new.db"))
    assert found.good


def test_an_address_that_this_machine_does_not_have_is_told(tmp_path: Path) -> None:
    [found] = page_of(settings_of(tmp_path, HTTP_HOST="192.0.2.1"))
    assert not found.good
    assert found.seen.ru == "192.0.2.1:8090: у этой машины нет такого адреса"
    assert found.cure.en.startswith("Set HTTP_HOST to an address of this machine")
