"""What people type that is no command or option of ours leads to the nearest right one, and no secret is repeated."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.support.bare_environment import without_settings
from tests.support.two_languages import russian_in
from worker.cli import COMMANDS, EXIT_CONFIG, main
from worker.config.settings import GROUPS, parts_of
from worker.words import guesses
from worker.words.documents import document
from worker.words.phrase import LANGUAGES, Language, Phrase

SECRET = "verysecretcode"
WEBHOOK = f"https://portal.example/rest/1/{SECRET}/"
Capture = pytest.CaptureFixture[str]


def said(arguments: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch, language: Language = "en") -> str:
    without_settings(monkeypatch)
    monkeypatch.setenv("LOG_LANGUAGE", language)
    with pytest.raises(SystemExit) as caught:
        main(shlex.split(arguments))
    assert caught.value.code == EXIT_CONFIG
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("start", "there is no command “start”: camunda-bitrix-worker run\n"),
        ("RUN", "there is no command “RUN”: camunda-bitrix-worker run\n"),
        ("staus", "there is no command “staus”: camunda-bitrix-worker status\n"),
        ("version", "there is no command “version”: camunda-bitrix-worker --version\n"),
        ("help run", "there is no command “help”: camunda-bitrix-worker --help\n"),
        ("test", "there is no command “test”: camunda-bitrix-worker check\n"),
        ("-v", "camunda-bitrix-worker --version\n"),
        ("stop", "there is no command “stop”: SIGTERM ends a `run`"),
        ("dance", "there is no command “dance”: there are run, init, validate,"),
        ("--verbose run", "there is no option “--verbose”: camunda-bitrix-worker run --log-level debug\n"),
        ("run --port 8090", "there is no option “--port”: it is a setting: the variable HTTP_PORT, or http.port in "),
        ("run --http.port=1", "there is no option “--http.port”: it is a setting: the variable HTTP_PORT, or "),
        ("run --bitrix-margin-seconds 1", "the variable BITRIX_MARGIN_SECONDS, or bitrix.margin_seconds in "),
        (
            f"run --webhook {WEBHOOK}",
            "there is no option “--webhook”: it is a setting: the variable BITRIX_WEBHOOK_URL",
        ),
        ("run --json", "it is a setting: the variable LOG_FORMAT, or log.format in config.yaml\n"),
        ("status --format json", "there is no option “--format”: camunda-bitrix-worker status --json\n"),
        ("validate --json", "there is no option “--json”: see camunda-bitrix-worker validate --help\n"),
        ("audit --sine 2h", "there is no option “--sine”: camunda-bitrix-worker audit --since\n"),
        ("explain --jsn", "there is no option “--jsn”: camunda-bitrix-worker explain --json\n"),
        ("forget -x --reason y", "there is no option “-x”: camunda-bitrix-worker forget --log-level debug\n"),
        ("forget -cx.yaml", "error: the following arguments are required: ID, --reason\n"),
        ("forget --reason '- gone'", "error: the following arguments are required: ID\n"),
        ("replay --reson y", "there is no option “--reson”: camunda-bitrix-worker replay --reason\n"),
        ("run other.yml", "one argument too many: “other.yml”: camunda-bitrix-worker run -c other.yml\n"),
        ("check x.bpmn", "one argument too many: “x.bpmn”: camunda-bitrix-worker check --model x.bpmn\n"),
        ("explain 1 2", "one argument too many: “2”: see camunda-bitrix-worker explain --help\n"),
    ],
)
def test_the_nearest_right_way_is_named(
    typed: str, meant: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = said(typed, capsys, monkeypatch)
    assert meant in english
    assert russian_in(english) == []
    assert "ошибка: " in said(typed, capsys, monkeypatch, "ru")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "typed",
    [
        f"run --webhook {WEBHOOK}",
        f"run --webhook={WEBHOOK}",
        f"run {WEBHOOK}",
        WEBHOOK,
        f"check --url={WEBHOOK}",
        f"status --json={WEBHOOK}",
        f"replay {WEBHOOK}",
        f"forget {WEBHOOK} --reason x",
        f"schema --language {WEBHOOK}",
        f"audit --since {WEBHOOK}",
        f"audit --since -{WEBHOOK}",
        f"forget --x={WEBHOOK} --reason y",
    ],
)
def test_an_address_is_never_repeated(
    typed: str, language: Language, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The webhook's is a password, and standard error goes into the log of a container."""
    assert SECRET not in said(typed, capsys, monkeypatch, language)


def test_nor_by_a_run_that_logs_json(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    without_settings(monkeypatch)
    monkeypatch.setenv("LOG_FORMAT", "json")
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    with pytest.raises(SystemExit):
        main(["run", "--webhook", WEBHOOK])
    out, err = capsys.readouterr()
    assert SECRET not in out + err
    [line] = (out + err).splitlines()
    assert json.loads(line)["reason"].startswith("there is no option “--webhook”: it is a setting")


def test_each_guess_leads_to_what_there_is() -> None:
    paths = {".".join((group, *path)) for group, model in GROUPS.items() for path, _ in parts_of(model)}
    assert set(guesses.OPTIONS.values()) <= paths
    assert not set(guesses.OPTIONS) & set(guesses.CALLS)
    assert not set(guesses.COMMANDS) & set(COMMANDS)
    calls = [one for one in guesses.COMMANDS.values() if not isinstance(one, Phrase)]
    for call in (*calls, *(one.format(command="run") for one in guesses.CALLS.values())):
        command, *more = call.split()
        assert command in (*COMMANDS, "--version", "--help"), call
        if command == "docs":
            assert document("".join(more), "en")
