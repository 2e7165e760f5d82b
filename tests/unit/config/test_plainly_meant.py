"""What is written another way than the worker reads it, though everybody can see what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.config.loading import load
from worker.config.page_address import settings_of_page
from worker.config.settings import DEFAULT_TOPIC, Settings
from worker.words.config_faults import ConfigError

NEEDED = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}


def read(tmp_path: Path, text: str, **environ: str) -> Settings:
    path = tmp_path / "config.yaml"
    path.write_text(f"{text}\n", encoding="utf-8")
    return load(path, {**NEEDED, **environ}, language="en")


def faults(tmp_path: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, text, **environ)
    return [one.line("en") for one in raised.value.problems]


def warnings(tmp_path: Path, text: str, **environ: str) -> list[str]:
    return [one.line("en") for one in read(tmp_path, text, **environ).warnings]


def test_a_name_with_dots_is_told_at_its_line_with_what_to_write(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "log: {level: info}\ncamunda.base_url: http://a/engine-rest\n")
    assert fault.startswith("camunda.base_url (config.yaml, line 2): is nested in the file, without dots: ")
    assert fault.endswith(": write “camunda:”, indented below it “base_url:”")


@pytest.mark.parametrize(
    ("text", "path", "last"),
    [
        ("camunda.auth.oauth2.scope: x", "camunda.auth.oauth2.scope", "“scope:”"),
        ("camunda: {auth.token: x}", "camunda.auth.token", "“token:”"),
        ("topics: {a: {wait.deleted: wait}}", "topics.a.wait.deleted", "“deleted:”"),
        ("topics.a.retries: 3", "topics.a.retries", "“retries:”"),
    ],
)
def test_names_with_dots_at_any_depth(tmp_path: Path, text: str, path: str, last: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(f"{path} (config.yaml, line 1): is nested")
    assert fault.endswith(last)


def test_a_topic_and_a_variable_may_have_dots(tmp_path: Path) -> None:
    said = "topics: {camunda.base_url: {task: {title: x}, result: {task.id: '1'}}}"
    assert list(read(tmp_path, said).topics) == ["camunda.base_url"]


def test_blanks_around_words_and_numbers_are_not_meant(tmp_path: Path) -> None:
    said = {"LOG_LEVEL": "INFO ", "LOG_LANGUAGE": "en\r", "SYNC_ENABLED": "true\r", "HTTP_PORT": "8091\r"}
    settings = read(tmp_path, "", **said, BITRIX_LIMITS="cloud\r")
    assert (settings.log.level, settings.log.language, settings.http.port) == ("info", "en", 8091)
    assert (settings.sync.enabled, settings.bitrix.limits.preset) == (True, "cloud")


def test_a_zone_with_a_line_break_is_told_as_such(tmp_path: Path) -> None:
    assert faults(tmp_path, "", TZ="Europe/Moscow\r") == [
        f"TZ (environment variable): ends with a line end of Windows (CR): {SAVE_ANEW}"
    ]
    assert faults(tmp_path, "", TZ="Europe/Moscow ") == [
        "TZ (environment variable): has a blank or line break at an end: remove it"
    ]


SAVE_ANEW = "save the file that sets it with line ends of Unix: sed -i 's/\\r$//' FILE"
OF_WINDOWS = {
    "CAMUNDA_BASE_URL": "http://engine:8080/engine-rest\r",
    "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/\r",
    "CAMUNDA_WORKER_ID": "one\r",
    "LEDGER_URL": "sqlite:///w.db\r",
    "LOG_FORMAT": "json\r",
    "HTTP_HOST": "\r",
}


def test_line_ends_of_windows_are_left_out_of_every_variable_and_told_once(tmp_path: Path) -> None:
    settings = read(
        tmp_path, "log: {level: '${LEVEL}'}", **OF_WINDOWS, LEVEL="debug\r", OF_OTHERS="x\r", OTHER_PORT="1\r"
    )
    assert (settings.camunda.base_url, settings.camunda.worker_id) == ("http://engine:8080/engine-rest", "one")
    assert (settings.ledger.url, settings.log.format, settings.log.level) == ("sqlite:///w.db", "json", "debug")
    assert settings.http.host == "127.0.0.1", "an empty line of the file sets nothing"
    (told,) = (one.line("en") for one in settings.warnings)
    assert told == (
        "BITRIX_WEBHOOK_URL (environment variable): ends with a line end of Windows (CR) (also: CAMUNDA_BASE_URL, "
        f"CAMUNDA_WORKER_ID, HTTP_HOST, LEDGER_URL, LEVEL, …), which is left out: {SAVE_ANEW}"
    )
    assert settings_of_page(None, {"HTTP_HOST": "engine.example\r"}, "en").http.host == "engine.example"


@pytest.mark.parametrize(
    ("name", "value", "how"),
    [
        ("CAMUNDA_WORKER_ID", "one\n", "ends with a line break, which is left out: remove it"),
        ("CAMUNDA_WORKER_ID", "\ufeffone\r\n", "begins with a byte order mark (BOM)"),
        ("\ufeffCAMUNDA_WORKER_ID", "one", "begins with a byte order mark (BOM)"),
    ],
)
def test_what_an_editor_leaves_around_a_value_is_told(tmp_path: Path, name: str, value: str, how: str) -> None:
    settings = read(tmp_path, "", **{name: value})
    assert settings.camunda.worker_id == "one"
    assert settings.warnings[0].line("en").startswith(f"CAMUNDA_WORKER_ID (environment variable): {how}")


def test_a_name_with_a_mark_beside_the_same_name_is_told(tmp_path: Path) -> None:
    settings = read(tmp_path, "", CAMUNDA_WORKER_ID="one", **{"\ufeffCAMUNDA_WORKER_ID": "other"})
    (told,) = settings.warnings
    assert (settings.camunda.worker_id, told.phrase.en) == ("one", "is not a setting: CAMUNDA_WORKER_ID?")


@pytest.mark.parametrize(
    ("name", "meant"), [("RESPONSIBLE_ID", "responsible_id"), ("TITLE", "title"), ("responsibleId", "responsible_id")]
)
def test_the_portals_spelling_of_a_field(tmp_path: Path, name: str, meant: str) -> None:
    (fault,) = faults(tmp_path, f"topics: {{a: {{task: {{{name}: '7'}}}}}}")
    assert fault.endswith(f": is no task field → {meant}?")


def test_all_fields_are_listed_once(tmp_path: Path) -> None:
    listed, bare = faults(tmp_path, "topics: {a: {task: {qqq: '7', zzz: '8'}}}")
    assert "depends_on" in listed
    assert bare.endswith("zzz (config.yaml, line 1): is no task field")


@pytest.mark.parametrize(
    ("name", "told"),
    [("approve-1", "an expression ${approve-1} as a subtraction"), ("a.b", "a property in an expression ${a.b}")],
)
def test_a_variable_that_no_expression_can_name(tmp_path: Path, name: str, told: str) -> None:
    (answer,) = warnings(tmp_path, f"topics: {{a: {{wait: {{answer_variable: {name}}}}}}}")
    assert answer.startswith("topics.a.wait.answer_variable (config.yaml, line 1): ")
    assert told in answer
    (result,) = warnings(tmp_path, f"topics: {{a: {{result: {{{name}: '1'}}}}}}")
    assert told in result


def test_a_name_that_a_template_makes_is_not_doubted(tmp_path: Path) -> None:
    assert warnings(tmp_path, "topics: {a: {wait: {answer_variable: 'x_{{ a.b - 1 }}'}}}") == []


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("camunda: {lock_seconds: 60000}", "camunda.lock_seconds"),
        ("waiting: {lock_seconds: 60000}", "waiting.lock_seconds"),
        ("topics: {a: {lock_seconds: 60000}}", "topics.a.lock_seconds"),
        ("bitrix: {request_timeout: 60000}", "bitrix.request_timeout"),
    ],
)
def test_milliseconds_are_doubted(tmp_path: Path, said: str, path: str) -> None:
    (told,) = warnings(tmp_path, said)
    assert told.startswith(f"{path} (config.yaml, line 1): is 16.7 h: ")
    assert told.endswith("times are in seconds, not in milliseconds: lower it")


def test_an_hour_may_be_meant(tmp_path: Path) -> None:
    assert warnings(tmp_path, "camunda: {lock_seconds: 3600}") == []


def test_a_weekend_like_the_default_has_no_effect_either(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "", WORKING_TIME_WEEKEND="sat,sun")
    assert fault.startswith("working_time.weekend (variable WORKING_TIME_WEEKEND): has no effect")


def test_a_token_in_a_device_is_no_folder(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "", CAMUNDA_AUTH_TOKEN_FILE="/dev/null")
    assert fault.endswith(": /dev/null is a folder, a pipe or a device: name a file")


@pytest.mark.parametrize(
    "empty",
    [
        "topics:",
        "topics: {}",
        f"topics: {{{DEFAULT_TOPIC}: }}",
        f"topics: {{{DEFAULT_TOPIC}: {{}}}}",
        f"topics: {{{DEFAULT_TOPIC}: {{task: , result: , wait: }}}}",
        "camunda:",
        "camunda: {auth: }",
        "camunda: {auth: {oauth2: }}",
        "bitrix: {limits: }",
        "log:",
    ],
)
def test_nothing_below_a_name_is_an_empty_group(tmp_path: Path, empty: str) -> None:
    assert read(tmp_path, empty).model_dump() == read(tmp_path, "").model_dump()


def test_a_variable_fills_a_group_below_which_nothing_stands(tmp_path: Path) -> None:
    assert read(tmp_path, "camunda: {auth: }", CAMUNDA_AUTH_TOKEN="token-of-ours").camunda.auth.token is not None


def test_capitals_in_a_preset_are_not_meant(tmp_path: Path) -> None:
    assert read(tmp_path, "", BITRIX_LIMITS="Cloud").bitrix.limits.preset == "cloud"


def test_the_address_of_a_named_engine_is_not_doubted(tmp_path: Path) -> None:
    assert warnings(tmp_path, "", CAMUNDA_BASE_URL="http://engine/engine-rest/engine/default") == []
    assert warnings(tmp_path, "", CAMUNDA_BASE_URL="http://engine/engine-rest/engine/") != []
