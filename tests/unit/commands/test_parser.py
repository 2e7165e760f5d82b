"""The command line speaks one language: help, usage and every error in the arguments."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.two_languages import english_in, russian_in
from worker.cli import COMMANDS, EXIT_CONFIG, _parser, main
from worker.words.command_line import EXAMPLES
from worker.words.phrase import LANGUAGES, Language

Capture = pytest.CaptureFixture[str]
NAMES = {
    *COMMANDS,
    "Schema",
    "ru",
    "show",
    "en",
    "camunda",
    "bitrix",
    "worker",
    "Camunda",
    "debug",
    "info",
    "warning",
    "error",
    "id",
    "all",
    "status",
}
WRONG = [
    "",
    "dance",
    "validate --json",
    "audit --since x",
    "audit --since 2026-13-01",
    "audit --since -x",
    "audit --since 0d",
    "audit --resync 99999999999d",
    "forget 1",
    "forget x --reason a",
    "forget --reason",
    "replay",
    "replay 1 --all",
    "replay x",
    "status -c",
    "status -c a -c b",
    "run --log-level info --log-level=debug",
    "audit --since 2h --since 3h",
    "forget 1 --reason a --reason b",
    "takeover --from-worker a --from-worker b",
    "schema --language ru --language ru",
    "check --model",
    "status --json=3",
    "takeover",
    "takeover --from-worker a --dry-run=3",
    "takeover --=3",
]


def parsers(language: Language) -> Iterator[argparse.ArgumentParser]:
    top = _parser(language)
    yield top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def fails(arguments: str, capsys: Capture) -> str:
    with pytest.raises(SystemExit) as caught:
        main(arguments.split())
    assert caught.value.code == 2
    return capsys.readouterr().err


def without_options(text: str) -> str:
    """Nor examples, which are commands."""
    text = re.sub(r"^  camunda-bitrix-worker [^А-я]*$", " ", text, flags=re.MULTILINE)
    return re.sub(r"\[?--?[a-z]+(-[a-z]+)?\]?", " ", text)


def test_each_command_shows_examples_that_are_accepted() -> None:
    """`health` is called by containers, whose files show it."""
    assert set(EXAMPLES) >= set(COMMANDS) - {"health", "explain"}
    for language in LANGUAGES:
        for command, lines in EXAMPLES.items():
            for line in lines.in_(language).splitlines():
                assert _parser(language).parse_args(shlex.split(line.partition(" > ")[0])).command is COMMANDS[command]
                (shown,) = (one for one in parsers(language) if one.prog.endswith(f" {command}"))
                assert f"  camunda-bitrix-worker {line}\n" in shown.format_help()


def test_an_option_that_is_given_again_is_named(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the last value would count, and nobody would learn that the first did not."""
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    assert "argument --since: given twice" in fails("audit --since 2h --since 3h", capsys)
    assert "argument -c/--config: given twice" in fails("status -c a.yaml --config b.yaml", capsys)


@pytest.mark.parametrize("option", ["--since", "--resync"])
@pytest.mark.parametrize("given", ["-7d", "-90s"])
def test_a_minus_says_what_a_span_of_the_past_says_anyway(option: str, given: str) -> None:
    parser = _parser("en")
    minus, plain = (vars(parser.parse_args(["audit", option, one]))[option[2:]] for one in (given, given[1:]))
    assert abs(plain - minus) < timedelta(seconds=30)
    assert vars(parser.parse_args(["audit", f"{option}={given}"]))[option[2:]] >= minus


def test_what_begins_with_a_minus_and_a_digit_is_a_value() -> None:
    parser = _parser("en")
    assert parser.parse_args(["explain", "-5-a"]).id == "-5-a"
    assert parser.parse_args(["replay", "-5"]).id == [-5]
    assert parser.parse_args(["forget", "1", "--reason", "-1 day"]).reason == "-1 day"
    assert parser.parse_args(["check", "--model", "-1.bpmn"]).model == ["-1.bpmn"]


@pytest.mark.parametrize("nothing", ["0d", "-0d", "00s", "-1x", "-.5d"])
def test_no_span_is_told_with_what_to_write(nothing: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A span of none holds no task, so it would find no duplicate."""
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    assert f"argument --since: “{nothing}” is no time; examples: 2h" in fails(f"audit --since {nothing}", capsys)


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ("audit --since -x", "--since"),
        ("run -c -x", "--config"),
        ("forget 1 --reason -x", "--reason"),
        ("check --model -x", "--model"),
    ],
)
def test_a_value_that_looks_like_an_option_is_told_how_to_be_written(
    arguments: str, option: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    assert f"; if “-x” is the value, write {option}=…" in fails(arguments, capsys)
    without = arguments.removesuffix(" -x")
    assert "is the value" not in fails(without, capsys)


def test_help_is_in_one_language() -> None:
    russian, english = ([parser.format_help() for parser in parsers(language)] for language in LANGUAGES)
    assert len(russian) == len(COMMANDS) + 1
    for text in russian:
        assert english_in(without_options(text), NAMES) == []
        assert text.startswith("Вызов: ")
    for text in english:
        assert russian_in(text) == []
        assert text.startswith("usage: ")


@pytest.mark.parametrize("arguments", [*WRONG, "forget 1 --reason  "])
def test_errors_in_the_arguments_are_in_one_language(
    arguments: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", "ru")
    said = fails(arguments, capsys)
    assert ": ошибка: " in said
    assert english_in(without_options(said), NAMES) == []
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    said = fails(arguments, capsys)
    assert ": error: " in said
    assert russian_in(said) == []


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({}, "ошибка"),
        ({"LANG": "C.UTF-8"}, "ошибка"),
        ({"LANG": "en_US.UTF-8"}, "error"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ru_RU.UTF-8"}, "ошибка"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_GB"}, "error"),
        ({"LANG": "en_US.UTF-8", "LOG_LANGUAGE": "ru"}, "ошибка"),
        ({"LANG": "ru_RU.UTF-8", "LOG_LANGUAGE": "EN"}, "error"),
    ],
)
def test_the_language_is_that_of_the_person(
    environ: dict[str, str], word: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOG_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert f": {word}: " in fails("dance", capsys)


@pytest.mark.parametrize(("command", "word"), [("validate", "The configuration is good"), ("status", "no ledger")])
def test_a_command_follows_the_locale_unless_the_settings_name_a_language(
    command: str, word: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("CAMUNDA_BASE_URL", "http://engine/engine-rest")
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", "https://portal.example/rest/1/secret")
    monkeypatch.setenv("HTTP_PORT", "1")  # nobody listens there: a worker that runs beside the tests must not be asked
    monkeypatch.delenv("LOG_LANGUAGE", raising=False)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    main([command])
    assert word in "".join(capsys.readouterr())
    monkeypatch.setenv("LOG_LANGUAGE", "ru")
    main([command])
    assert word not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("takeover --from-worker ' '", "is empty: name an id"),
        (f"takeover --from-worker {'x' * 256}", "has 256 characters, and the engine stores 255 at most"),
        ("takeover --from-worker ''", "is empty: name an id"),
        ("explain ''", "is empty: name an id"),
        ("explain ' '", "is empty: name an id"),
        ("check --model ''", "is empty: name a file, or the key of a process"),
    ],
)
def test_an_id_that_none_can_be_is_refused(
    arguments: str, words: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    with pytest.raises(SystemExit) as caught:
        main(shlex.split(arguments))
    assert caught.value.code == EXIT_CONFIG
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("option", ["-c", "--config", "--config=x", "--log-level"])
def test_an_option_before_the_command_is_told_its_place(option: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as raised:
        _parser("en").parse_args([option, "config.yaml", "run"])
    assert raised.value.code == EXIT_CONFIG
    assert "options come after the command: camunda-bitrix-worker run -c config.yaml" in capsys.readouterr().err
