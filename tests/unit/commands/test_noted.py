"""Of a worker that does not answer, `status` tells what it has noted in the ledger of what keeps steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from bitrix.causes import Cause
from tests.support.builders import draft, fetched, open_ledger
from worker.commands import incidents, ledger_commands
from worker.commands.check.silent import ALIVE_SECONDS, hanging
from worker.commands.incidents import NOT_KNOWN, NOTED, read_incidents
from worker.commands.running.state import Greeting
from worker.commands.status import Heard, status_of, table
from worker.config.settings import Settings
from worker.config.settings_mark import settings_marks, started_in
from worker.ledger import Ledger, LedgerError
from worker.ledger.first_seen import LONGEST_KEY
from worker.ledger.leases import Beat
from worker.ledger.reader import LedgerReader
from worker.monitoring.noted import noted_incidents
from worker.tasks import in_control, suspended_steps
from worker.waiting import absentees
from worker.words.causes import cure_of
from worker.words.codes import PartName
from worker.words.phrase import LANGUAGES, Language, Phrase

NOW = 1_772_359_200.0
GONE = {"count": 8, "of": 25, "said": "8/25: #7, #9", "since": NOW - 600}
HANGS = Phrase("время ожидания истекло", "the time-out expired")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, now=lambda: NOW)
    yield ledger
    ledger.close()


def wait_for_people(ledger: Ledger, name: str, number: int) -> None:
    task = fetched(name)
    ledger.waiting.begin(task, ledger.begin_create(task, draft(task), None), number, origin="created")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_at_once_is_told_of_a_worker_that_does_not_answer(ledger: Ledger, language: Language) -> None:
    """The ledger noted that 8 of 25 tasks are missing, and `status` only that the worker does not answer."""
    ledger.waiting.note_paused("gone_tasks", "vm-1", json.dumps(GONE))
    ledger.waiting.note_paused("gone_steps", "vm-1", "")
    ledger.waiting.note_paused("of a later version", "vm-1", json.dumps(GONE))
    ledger.waiting.note_paused("gone_steps", "vm-2", "of a later version")
    status = status_of(ledger, language=language)
    [row] = status["waiting"]
    assert (row["kind"], row["count"], row["of"], row["cause"]) == (PartName.GONE_TASKS, 8, 25, Cause.TASKS_GONE)
    assert row["since"] == "2026-03-01T09:50:00+00:00"
    assert (
        Phrase("шаги 8 задач, которых не стало", "8 steps wait whose tasks are missing").in_(language)
        in (status["headline"])
    )
    [line] = [line for line in table(status, language).splitlines() if "#7, #9" in line]
    assert cure_of("tasks_gone", "portal").in_(language) in line
    heard = Heard(ready={"good": True, "pauses": []})
    assert status_of(ledger, heard=heard)["waiting"] == [], "a worker that answers tells its pauses itself"


def test_steps_of_dismissed_persons_suspended_processes_and_tasks_in_control_are_told_as_last_seen(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("task-1", "task-2", "task-3", "task-4"), start=41):
        wait_for_people(ledger, name, number)
    ledger.first_seen.begin(absentees.KIND, "task-1")
    ledger.first_seen.begin(suspended_steps.KIND, "task-2")
    ledger.first_seen.begin(absentees.KIND, "that no row has")
    ledger.first_seen.note(in_control.KIND, {"task-3": NOW - 600.0, "x" * LONGEST_KEY: NOW})
    bitrix = {"webhook_url": "https://portal.example/rest/1/secret/"}
    camunda, log = {"base_url": "http://engine/engine-rest"}, {"language": "en"}
    settings = Settings.model_validate({"camunda": camunda, "bitrix": bitrix, "log": log})
    monkeypatch.setattr(incidents, "_told_by_the_engine", lambda *_: dict(NOT_KNOWN))
    found = read_incidents(settings, ledger.views, runs=False, noted=lambda: noted_incidents(ledger.views.noted))
    numbers = {name: [one["portalTask"] for one in found[name]["shown"]] for name in NOTED}
    assert numbers == {"dismissed": [41], "suspended": [42], "in_control": [43]}
    assert (found["dismissed"]["count"], found["count"]) == (1, None)
    told = table(status_of(ledger, heard=Heard(incidents=found)))
    assert "was dismissed when the worker last looked" in told
    assert "was suspended when the worker last looked" in told
    assert "awaited its creator's control when the worker last looked" in told
    assert found["in_control"]["shown"][0]["since"] == "2026-03-01T09:50:00+00:00"
    assert "1 open task waits for a dismissed person" in told.splitlines()[0]


class Opened:
    """A ledger file whose worker noted so long ago that it runs; None: no process holds it."""

    shared = False

    def __init__(self, age: float | None) -> None:
        self.age = age

    def now(self) -> float:
        return NOW

    def beating(self) -> list[Beat]:
        return [] if self.age is None else [Beat(None, NOW - self.age)]


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (8.0, "The process is alive, but slow: 8 s ago it noted in the ledger that it runs. It needs no restart"),
        (ALIVE_SECONDS + 120.0, "holds the ledger, but it last noted 3 min ago"),
        (None, ""),
    ],
)
def test_a_process_that_lives_and_is_slow_is_told_from_one_that_is_not_there(age: float | None, told: str) -> None:
    """On an overloaded machine `status` advised a restart, which took two minutes and healed nothing."""
    said = hanging(cast(LedgerReader, Opened(age)), HANGS)
    assert said.en.startswith(HANGS.en)
    assert told in said.en
    assert (said == HANGS) is (age is None)
    assert hanging(LedgerError("ledger_unread"), HANGS) == HANGS


def test_a_worker_that_answers_one_question_and_not_the_next_works_nowhere_else(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page was asked a moment before, and `status` said that the worker is somewhere else."""
    bitrix, camunda = (
        {"webhook_url": "https://portal.example/rest/1/secret/"},
        {"base_url": "http://engine/engine-rest"},
    )
    about = {"bitrix": bitrix, "camunda": camunda, "log": {"language": "en"}, "http": {"port": 8090}}
    settings = Settings.model_validate({**about, "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"}})
    started = started_in(dict(settings_marks(settings)))
    for name, told in {"greet": Greeting(started=started), "readiness_of": None, "warnings_of": None}.items():
        monkeypatch.setattr(ledger_commands, name, lambda _, told=told: told)
    monkeypatch.setattr(ledger_commands, "read_incidents", lambda *_, **__: dict(NOT_KNOWN))
    monkeypatch.setattr(ledger_commands, "silent", None)
    text, _ = ledger_commands.status(settings, as_json=False)
    assert text.startswith("The worker does not answer (127.0.0.1:8090): the time-out expired")
