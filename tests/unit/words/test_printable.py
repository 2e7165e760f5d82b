"""Nothing that an engine, a portal or a process says is obeyed by a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest
import requests_mock
from hypothesis import given, strategies as st

from bitrix import secrecy
from tests.unit.runtime.test_telemetry import Format, both_formats, said
from worker.commands import console
from worker.commands.check.finding import Finding
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.ledger.rows import LONGEST_ERROR, words
from worker.model import BpmnError, Failure
from worker.words.look_names import ENGINE
from worker.words.phrase import unchanged
from worker.words.printable import lines, one_line, printable

EVIL = "\x1b]0;owned\x07\x00\x9b2J\x7f\u202eecilA\u2066\ud800\u2028\r"


def is_harmless(text: str) -> bool:
    return not any(
        (unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") and letter not in "\t\n")
        or unicodedata.bidirectional(letter) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI")
        for letter in text
    )


@given(st.text(st.characters(codec=None)))
def test_what_was_made_printable_is_harmless_and_stays(text: str) -> None:
    assert is_harmless(printable(text))
    assert printable(printable(text)) == printable(text)
    assert len(one_line(text, 50)) <= 50
    assert "\n" not in one_line(text, 50)


def test_the_usual_text_stays_as_it_is() -> None:
    usual = "Задача «Обед» — 5\u00a0000 ₽\t👩\u200d💻\nстрока"
    assert printable(usual) == usual


@both_formats
def test_no_line_of_the_log_bears_control_characters(format_: Format) -> None:
    line = said("task.failed", {"task": EVIL, "retries": 2, "message": EVIL, "other": EVIL}, format_)
    assert is_harmless(line)
    if format_ == "json":
        assert json.loads(line)["task"] == EVIL.replace("\u2028\r", "")


def test_no_command_prints_them_or_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    secrecy.keep(["of-the-engine"])
    console.say(f"of-the-engine {EVIL}")
    console.complain(f"of-the-engine {EVIL}")
    for printed in capsys.readouterr():
        assert is_harmless(printed)
        assert "of-the-engine" not in printed


def test_a_finding_of_check_is_one_line() -> None:
    line = Finding(ENGINE, good=True, seen=unchanged(f"7.24\nok   webhook owner: user 1 {EVIL}")).line("en")
    assert "\n" not in line
    assert is_harmless(line)


def test_line_breaks_of_every_system_stay() -> None:
    assert lines("one\r\ntwo\n\tthree") == "one\ntwo\n\tthree"
    assert is_harmless(lines(EVIL))


def test_the_ledger_keeps_codes_and_no_more_than_fits() -> None:
    assert is_harmless(words(EVIL))
    assert "\\u0000" in words(EVIL)
    assert len(words(EVIL * 1000)) == LONGEST_ERROR


@pytest.mark.parametrize("said", [Failure(EVIL, f"one\n{EVIL}\r\ntwo", 0, 0.0), BpmnError("NO", EVIL, {})])
def test_the_engine_is_told_codes(said: Failure | BpmnError) -> None:
    with requests_mock.Mocker() as http:
        http.post(requests_mock.ANY, status_code=204)
        engine = Engine(CamundaSettings(base_url="http://engine:8080/engine-rest"), "w", {}, connections=1)
        engine.deliver("task-1", "w", said)
        body = http.request_history[-1].json()
    assert is_harmless(body["errorMessage"])
    assert is_harmless(body.get("errorDetails", ""))
    if isinstance(said, Failure):
        assert body["errorDetails"].split("\n")[::2] == ["one", "two"]
