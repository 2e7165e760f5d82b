from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.listeners import make_certificate
from worker.config.engine_auth import AuthSettings
from worker.config.loading import load
from worker.config.portal_settings import LimitSettings
from worker.config.settings import GROUPS, Settings, TopicSettings, WaitSettings
from worker.config.templates import template_faults
from worker.mapping.task_fields import NAMES
from worker.mapping.templates import Templates
from worker.words.config_faults import ConfigError
from worker.words.phrase import LANGUAGES

WEBHOOK = "https://portal.example/rest/1/verysecretcode"
SHIPPED = Path(__file__).parents[3] / "config.yaml"
NEEDED = {"CAMUNDA_BASE_URL": "http://engine:8080/engine-rest", "BITRIX_WEBHOOK_URL": WEBHOOK}


def settings(text: str = "", tmp: Path | None = None, **environ: str) -> Settings:
    path = None
    if tmp is not None:
        path = tmp / "config.yaml"
        path.write_text(text, encoding="utf-8")
    return load(path, NEEDED | environ)


def faults(text: str, tmp: Path, **environ: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        settings(text, tmp, **environ)
    assert "verysecretcode" not in str(caught.value)
    return {problem.path: problem.phrase.en for problem in caught.value.problems}


def test_two_variables_and_no_file_are_enough() -> None:
    made = settings()
    assert list(made.topics) == ["bitrix_create_task"]
    assert made.sync.enabled
    assert made.hold_seconds == 70
    assert made.warnings == ()


def test_templates_of_the_portal_may_read_all_variables(tmp_path: Path) -> None:
    text = "topics: {a: {variables: needed}, b: {}}"
    made = settings(text, tmp_path, BITRIX_PORTAL_TEMPLATES="on")
    assert {topic.variables for topic in made.topics.values()} == {"all"}
    assert {topic.variables for topic in settings(BITRIX_PORTAL_TEMPLATES="on").topics.values()} == {"all"}
    assert {topic.variables for topic in settings(text, tmp_path).topics.values()} == {"needed", "auto"}


def test_a_topic_and_processes_may_have_no_templates_of_the_portal(tmp_path: Path) -> None:
    portal = "bitrix: {portal_templates: on, portal_templates_except: [Archive, Old_*]}"
    text = f"{portal}\ntopics: {{a: {{portal_templates: off}}, b: {{}}}}"
    switch = settings(text, tmp_path).templates
    assert [switch.reads(topic, "Process_x") for topic in ("a", "b", "unknown")] == [False, True, False]
    said = {key: switch.reads("b", key) for key in ("Archive", "archive", "Archive2", "Old_", "Old_1", "XOld_1", None)}
    assert [key for key, reads in said.items() if not reads] == ["Archive", "Old_", "Old_1"]
    assert [topic.variables for topic in settings(text, tmp_path).topics.values()] == ["auto", "all"]


def test_one_topic_alone_may_have_templates_of_the_portal(tmp_path: Path) -> None:
    made = settings("topics: {a: {portal_templates: on}, b: {}}", tmp_path)
    assert (sorted(made.templates.topics), made.with_questionnaires) == (["a"], True)
    assert [topic.variables for topic in made.topics.values()] == ["all", "auto"]
    assert not settings(BITRIX_PORTAL_TEMPLATES="off").with_questionnaires


@pytest.mark.parametrize("said", ["*", "a*b", "[]", "Process x", "a,,b", "Process_x:3:77", "'*'", "x**"])
def test_what_is_no_process_key_is_refused(said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(BITRIX_PORTAL_TEMPLATES="on", BITRIX_PORTAL_TEMPLATES_EXCEPT=said)
    [problem] = caught.value.problems
    assert problem.path == "bitrix.portal_templates_except"


def test_exceptions_where_no_templates_are_read_are_told() -> None:
    [warning] = settings(BITRIX_PORTAL_TEMPLATES_EXCEPT="Old_*").warnings
    assert warning.path == "bitrix.portal_templates_except"
    assert settings(BITRIX_PORTAL_TEMPLATES="on", BITRIX_PORTAL_TEMPLATES_EXCEPT="Old_*, Ä-1.x").warnings == ()


@pytest.mark.parametrize(
    ("skew", "server_max", "within"),
    [(10, 60, 10), (0, 60, 10), (0, 3, 3), (65, 60, 5), (10, 3, 3), (12.5, 3, 0.5), (70, 60, 0), (3600, 60, 0)],
)
def test_what_is_believed_to_be_first_leaves_room_for_clocks_that_are_apart(
    tmp_path: Path, skew: float, server_max: float, within: float
) -> None:
    """Believed at `within`, a step may be that much older by the other clock: still younger than what can be found."""
    made = settings(
        f"{{camunda: {{clock_skew_seconds: {skew}}}, bitrix: {{server_max_seconds: {server_max}}}}}", tmp_path
    )
    assert made.first_within_seconds == within
    assert within + skew <= made.hold_seconds or within == 0
    told = [problem.path for problem in made.warnings]
    assert ("camunda.clock_skew_seconds" in told) is (within == 0)


def test_the_shipped_file_says_the_defaults() -> None:
    made, default = load(SHIPPED, NEEDED), settings()
    assert list(made.topics) == list(default.topics)
    assert [getattr(made, group) for group in GROUPS] == [getattr(default, group) for group in GROUPS]
    topic, default_topic = (one.topics["bitrix_create_task"] for one in (made, default))
    own = {"task": topic.task, "result": topic.result}
    assert topic == default_topic.model_copy(update=own)


def test_the_shipped_file_lists_every_setting_in_its_place() -> None:
    listed = yaml.safe_load(with_examples())
    topic = listed["topics"]["bitrix_create_task"]
    assert listed.keys() == Settings.model_fields.keys()
    assert {group: set(listed[group]) for group in GROUPS} == {
        group: set(model.model_fields) for group, model in GROUPS.items()
    }
    assert listed["bitrix"]["limits"].keys() == LimitSettings.model_fields.keys()
    assert listed["camunda"]["auth"].keys() == AuthSettings.model_fields.keys()
    assert topic.keys() == TopicSettings.model_fields.keys()
    assert topic["wait"].keys() == WaitSettings.model_fields.keys()
    assert {name for name in topic["task"] if not name.startswith("UF_")} == set(NAMES)


def test_its_examples_are_settings_that_would_be_taken(tmp_path: Path) -> None:
    path, token = tmp_path / "config.yaml", tmp_path / "token"
    token.write_text("of-the-engine", encoding="utf-8")
    certificate = str(make_certificate(tmp_path))
    shown = yaml.safe_load(re.sub(r"company.pem|worker.(pem|key)", certificate, with_examples()))
    ways = shown["camunda"]["auth"] | {"token_file": str(token)}
    for way, example in ways.items():  # one at a time
        shown["camunda"]["auth"] = {way: example}
        path.write_text(yaml.safe_dump(shown), encoding="utf-8")
        made = load(
            path,
            NEEDED
            | {"ENGINE_PASSWORD": "secret", "ENGINE_TOKEN": "of-the-engine", "ENGINE_CLIENT_SECRET": "of-the-client"},
        )
        assert made.bitrix.limits.share == 0.5
        assert made.topics["bitrix_create_task"].wait == WaitSettings()
        assert made.camunda.auth.ways == [f"camunda.auth.{way}"]


def with_examples() -> str:
    """The shipped file with every setting that it only shows as a comment."""
    return re.sub(r"^( *)# ( *[A-Za-z_0-9]+:(?: |$))", r"\1\2", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_environment_wins_over_the_file_and_a_flag_over_both(tmp_path: Path) -> None:
    text = "log: {level: error, language: en}\ncamunda: {max_in_flight: 4}"
    path = tmp_path / "config.yaml"
    path.write_text(text)
    made = load(path, NEEDED | {"LOG_LEVEL": "WARNING", "CAMUNDA_MAX_IN_FLIGHT": "8"}, {"log.level": "debug"})
    assert (made.log.level, made.log.language, made.camunda.max_in_flight) == ("debug", "en", 8)


@pytest.mark.parametrize(
    ("said", "level"),
    [("WARN", "warning"), ("Critical", "error"), ("FATAL", "error"), ("notset", "debug"), ("Info", "info")],
)
def test_the_standard_names_of_levels_are_taken_in_any_case(said: str, level: str) -> None:
    assert settings(LOG_LEVEL=said).log.level == level


@pytest.mark.parametrize("said", ["loud", "20", "warnings"])
def test_another_level_is_refused_with_the_choices(said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(LOG_LEVEL=said)
    [problem] = caught.value.problems
    assert problem.path == "log.level"
    for language in LANGUAGES:
        assert all(level in problem.text(language) for level in ("debug", "info", "warning", "error"))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = faults(
        "camunda: {lock_second: 1, max_in_flight: many}\nlog: {level: loud}\nsync: 7\ntopics: {t: {retries: 0}}",
        tmp_path,
    )
    assert found["camunda.lock_second"] == "is not a setting → lock_seconds?"
    assert found["camunda.max_in_flight"] == "must be a whole number (given: “many”)"
    assert "info" in found["log.level"]
    assert found["sync"].startswith("must be a group of settings")
    assert found["topics.t.retries"] == "must be at least 1 (given: 0)"


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("camunda: [unclosed", "", "line 1"),
        ("a: 1\n\tb: 2", "", "line 2"),
        ("topics:\n  t: {}\n  t: {}", "", "line 3, column 3"),
        ("- a list", "", "must hold groups"),
        ("camnda: {}", "camnda", "camunda?"),
        ("topics: {t: {task: {titel: x}}}", "topics.t.task.titel", "title?"),
        ("topics: {t: {task: {xml_id: x}}}", "topics.t.task.xml_id", "filled by the worker"),
        ("topics: {t: {task: {title: '{{ broken'}}}", "topics.t.task.title", "not a Jinja2 template"),
        ("topics: {t: {result: {a: '{% if %}'}}}", "topics.t.result.a", "not a Jinja2 template"),
        ("topics: {t: {task: {title: {a: b}}}}", "topics.t.task.title", "text, a number or a list"),
        ("camunda: {lock_seconds: 140}", "camunda.lock_seconds", "140 must exceed"),
        ("topics: {t: {lock_seconds: 100}}", "topics.t.lock_seconds", "raise it, or lower"),
        ("camunda: {auth_enabled: true}", "camunda.auth_username", "set CAMUNDA_AUTH_USERNAME"),
        ("camunda: {auth_enabled: true, auth_username: a}", "camunda.auth_password", "set CAMUNDA_AUTH_PASSWORD"),
        ("log: {language: '${NOWHERE}'}", "log.language", "NOWHERE is not set"),
        ("camunda: {auth: {tokn: x}}", "camunda.auth.tokn", "token?"),
        ("camunda: {auth: here}", "camunda.auth", "group of settings"),
        ("camunda: {auth: {token: Bearer x}}", "camunda.auth.token", "without the word Bearer"),
        ("camunda: {auth: {token: ' x'}}", "camunda.auth.token", "one token"),
        ("camunda: {auth: {token_file: docs}}", "camunda.auth.token_file", "it is a folder"),
        ("camunda: {auth: {oauth2: {client_id: w}}}", "camunda.auth.oauth2.token_url", "is missing"),
        ("camunda: {auth: {oauth2: {client_id: w}}}", "camunda.auth.oauth2.client_secret", "is missing"),
        ("camunda: {auth: {oauth2: {client_idd: w}}}", "camunda.auth.oauth2.client_idd", "client_id?"),
        ("camunda: {auth: {oauth2: {token_url: 'https://u:p@sso/t'}}}", "camunda.auth.oauth2.token_url", "must look"),
        ("camunda: {auth: {token: x, token_file: README.md}}", "camunda.auth.token_file", "one token"),
    ],
)
def test_each_bad_file_names_the_place_and_the_cure(tmp_path: Path, text: str, path: str, words: str) -> None:
    found = faults(text, tmp_path)
    assert path in found
    assert words in found[path]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("http://portal.example/rest/1/verysecretcode", "https://"),
        ("https://portal.example/rest/1/verysecretcode/profile.json", "such as a method (profile.json): remove that"),
        ("https://portal.example/b24/rest/1/verysecretcode/", "has a path before /rest/"),
        ("https://portal.example/verysecretcode", "wrong path"),
        ("verysecretcode", "must look like"),
    ],
)
def test_a_webhook_that_is_none_is_refused_without_being_quoted(tmp_path: Path, value: str, words: str) -> None:
    assert words in faults("", tmp_path, BITRIX_WEBHOOK_URL=value)["bitrix.webhook_url"]


def test_what_is_missing_names_its_variable() -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, {})
    found = {problem.path: problem.phrase.en for problem in caught.value.problems}
    assert found == {
        "camunda.base_url": "is missing: set CAMUNDA_BASE_URL",
        "bitrix.webhook_url": "is missing: set BITRIX_WEBHOOK_URL",
    }


@pytest.mark.parametrize("url", ["postgresql://x/y", "mysql://x/y", "sqlite:///", "worker.db"])
def test_an_unknown_ledger_is_refused(tmp_path: Path, url: str) -> None:
    assert "sqlite:///worker.db" in faults("", tmp_path, LEDGER_URL=url)["ledger.url"]


@pytest.mark.parametrize(
    "rest", ["u:pg@secret@host/base", "u:pg@sec/ret@host:1/base", "u:p@host:port/base", "u:p@host"]
)
def test_an_address_of_a_server_that_would_be_misread_is_refused(tmp_path: Path, rest: str) -> None:
    """It ended in a traceback, or showed the rest of the password as the host."""
    assert "%40" in faults("", tmp_path, LEDGER_URL=f"postgresql+psycopg://{rest}")["ledger.url"]


@pytest.mark.parametrize("rest", ["u:p%40@[::1]:5432/base", "u:a/b:c@host/base?sslmode=require", "/base?host=/run/pg"])
def test_an_address_of_a_server_is_taken_as_it_is(tmp_path: Path, rest: str) -> None:
    assert settings("", tmp_path, LEDGER_URL=f"postgresql+psycopg://{rest}").ledger.url.endswith(rest)


def test_references_are_filled_after_parsing(tmp_path: Path) -> None:
    text = "log: {level: '${L:-debug}'}\ncamunda: {worker_id: '${M}'}\ntopics: {t: {task: {title: '$${x}'}}}"
    made = settings(text, tmp_path, M="a: {b: c}")
    assert made.log.level == "debug"
    assert made.camunda.worker_id == "a: {b: c}"
    assert made.topics["t"].task["title"] == "${x}"


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "webhook"
    secret.write_text(WEBHOOK + "\n")
    environ = {"CAMUNDA_BASE_URL": "http://e/engine-rest", "BITRIX_WEBHOOK_URL_FILE": str(secret)}
    assert load(None, environ).bitrix.webhook_url.portal == "https://portal.example"
    with pytest.raises(ConfigError, match="нужно одно"):
        load(None, environ | NEEDED)
    with pytest.raises(ConfigError, match="не читается"):
        load(None, environ | {"BITRIX_WEBHOOK_URL_FILE": str(tmp_path / "nowhere")})


def test_empty_variables_say_nothing() -> None:
    assert settings(LOG_LEVEL="", LEDGER_URL="").log.level == "info"


def test_names_of_the_old_installation_keep_working() -> None:
    made = settings(
        CAMUNDA_AUTH_ENABLED="true",
        CAMUNDA_AUTH_USERNAME="demo",
        CAMUNDA_AUTH_PASSWORD="demo-password",
        BITRIX_REQUEST_TIMEOUT="30",
        BITRIX_DEFAULT_RESPONSIBLE_ID="106",
        BITRIX_DEFAULT_PRIORITY="2",
        BITRIX_MAX_DESCRIPTION_LENGTH="5000",
        LOG_LEVEL="DEBUG",
    )
    assert made.bitrix.default_responsible_id == 106
    assert [warning.path for warning in made.warnings] == ["bitrix.request_timeout", "camunda.base_url"]
    assert "demo-password" not in repr(made)
    assert "verysecretcode" not in repr(made)


def test_templates_that_topics_have_in_common_are_looked_at_once_and_faults_told_of_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """60,000 topics kept `validate` for more than a minute."""
    looked, compiled = list[str](), Templates.compile

    def noted(self: Templates, source: str) -> None:
        looked.append(source)
        compiled(self, source)

    monkeypatch.setattr(Templates, "compile", noted)
    sound, unknown = "{{ business_key }}", "{{ task.nothing }}"
    topics = {f"t{number}": {"task": {"title": sound}, "result": {"a": sound, "b": unknown}} for number in range(9)}
    assert [one.path for one in template_faults(topics)] == [f"topics.t{number}.result.b" for number in range(9)]
    assert looked.count(sound) == 2, "of a task, and of a result"


def test_a_misspelt_variable_is_noticed() -> None:
    [warning] = settings(BITRIX_REQUEST_TIMEOUTT="30").warnings
    assert warning.phrase.en == "is not a setting: BITRIX_REQUEST_TIMEOUT?"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("LEDGER_URLS", "LEDGER_URL"),
        ("LEDGER_URLS_FILE", "LEDGER_URL"),
        ("SYNC_SLOT", "SYNC_SLOTS"),
        ("WAITING_POLL_SECOND", "WAITING_POLL_SECONDS"),
        ("HTTP_PRT", "HTTP_PORT"),
        ("LOG_LEVELS", "LOG_LEVEL"),
        ("LOG_LANG", "LOG_LANGUAGE"),
        ("LOG_LVL", "LOG_LEVEL"),
        ("LOG_FMT", "LOG_FORMAT"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("HTTPPORT", "HTTP_PORT"),
        ("WAITINGPOLLSECONDS", "WAITING_POLL_SECONDS"),
        ("CAMUNDA_URL", "CAMUNDA_BASE_URL"),
        ("CAMUDA_LOCK_SECONDS", "CAMUNDA_LOCK_SECONDS"),
        ("BITRIX24_WEBHOOK_URL", "BITRIX_WEBHOOK_URL"),
        ("LEGDER_URL", "LEDGER_URL"),
        ("WAITNG_GONE_SHARE", "WAITING_GONE_SHARE"),
        ("BITRIX_TLS_VERIFY", "BITRIX_VERIFY_TLS"),
    ],
)
def test_in_every_group_a_misspelt_variable_is_noticed(name: str, meant: str) -> None:
    assert [(warning.path, warning.phrase.en) for warning in load(None, NEEDED | {name: "1"}).warnings] == [
        (name, f"is not a setting: {meant}?")
    ]


@pytest.mark.parametrize(
    "name",
    [
        "NO_PROXY",
        "HTTPS_PORT",
        "HTTP2_PORT",
        "HTTP_USER_AGENT",
        "LOGNAME",
        "LOG_FILE",
        "LOG_DIR",
        "LOGS_LEVEL",
        "SYNC_MODE",
        "LEDGER_FILE",
        "BITRIX_CONTRACT_WEBHOOK_URL",
        "BITRIX_CONTRACT_STEP",
        "CAMUNDA_VERSION",
        "SYNC_PATH",
        "DATABASE_URI",
        "PATH",
    ],
)
def test_the_variables_of_other_programs_are_left_alone(name: str) -> None:
    assert load(None, NEEDED | {name: "1"}).warnings == ()


def test_loglevel_beside_our_own_name_is_another_programs() -> None:
    assert load(None, NEEDED | {"LOGLEVEL": "debug", "LOG_LEVEL": "info"}).warnings == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAMUNDA_PORT", "tcp://10.96.0.7:8080"),
        ("CAMUNDA_SERVICE_PORT", "8080"),
        ("TOPICS_SERVICE_HOST", "10.96.0.8"),
        ("TOPICS_PORT_8080_TCP_ADDR", "10.96.0.8"),
        ("LEDGER_PORT_5432_TCP_PROTO", "tcp"),
    ],
)
def test_what_kubernetes_sets_for_its_services_is_left_alone(name: str, value: str) -> None:
    assert load(None, NEEDED | {name: value}).warnings == ()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HTTP_PROT", "HTTP_PORT"),
        ("HTTP_POTR", "HTTP_PORT"),
        ("LOG_LEVLE", "LOG_LEVEL"),
        ("HTTP_HOSTS", "HTTP_HOST"),
        ("WAITING_POLL", "WAITING_POLL_SECONDS"),
        ("SYNC_GIVE_UP", "SYNC_GIVE_UP_AFTER_HOURS"),
        ("BITRIX_TIMEOUT", "BITRIX_REQUEST_TIMEOUT"),
        ("FILES_MEGABYTES", "FILES_MAX_MEGABYTES"),
        ("LEDGER_PATH", "LEDGER_URL"),
        ("LEDGER_DATABASE", "LEDGER_URL"),
        ("BITRIX_WEBHOOK_URI", "BITRIX_WEBHOOK_URL"),
    ],
)
def test_one_wrong_letter_and_words_left_out_are_noticed(name: str, meant: str) -> None:
    [warning] = load(None, NEEDED | {name: "1"}).warnings
    assert (warning.path, warning.phrase.en) == (name, f"is not a setting: {meant}?")


@pytest.mark.parametrize(
    "url", ["sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "sqlite:///?x=1", "sqlite:////tmp"]
)
def test_a_ledger_that_is_no_file_is_a_fault_of_the_configuration(url: str, tmp_path: Path) -> None:
    assert "ledger.url" in faults(f"ledger: {{url: '{url}'}}", tmp_path)


def test_a_password_that_cannot_be_read_is_one_fault_that_names_the_file(tmp_path: Path) -> None:
    said = {
        "CAMUNDA_AUTH_ENABLED": "true",
        "CAMUNDA_AUTH_USERNAME": "anna",
        "CAMUNDA_AUTH_PASSWORD_FILE": f"{tmp_path}/none",
    }
    with pytest.raises(ConfigError) as it:
        load(None, NEEDED | said)
    [fault] = it.value.problems
    assert fault.path == "camunda.auth_password"
    assert f"CAMUNDA_AUTH_PASSWORD_FILE ({tmp_path}/none)" in fault.phrase.en


def test_a_token_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    doubt = load(None, NEEDED | {"CAMUNDA_AUTH_TOKEN_FILE": str(tmp_path / "none")}).warnings[-1]
    assert doubt.path == "camunda.auth.token_file"
    assert doubt.phrase.en.startswith(f"cannot read {tmp_path}/none: there is no such file; until then work pauses")


@pytest.mark.parametrize(
    ("host", "more", "warned"),
    [
        (
            "engine.example",
            {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": "a", "CAMUNDA_AUTH_PASSWORD": "longenough"},
            True,
        ),
        ("engine.example", {"CAMUNDA_AUTH_TOKEN": "abcdefgh1234"}, True),
        ("engine.example", {}, False),
        ("localhost", {"CAMUNDA_AUTH_TOKEN": "abcdefgh1234"}, False),
    ],
)
def test_a_login_in_the_clear_is_warned_about(host: str, more: dict[str, str], *, warned: bool) -> None:
    found = load(None, NEEDED | {"CAMUNDA_BASE_URL": f"http://{host}:8080/engine-rest"} | more).warnings
    assert ("camunda.base_url" in [one.path for one in found]) == warned


@pytest.mark.parametrize(("mode", "warned"), [(0o644, True), (0o640, False), (0o600, False)])
@pytest.mark.parametrize("inside", [True, False])
def test_a_secret_in_a_file_that_all_can_read_is_warned_about(
    tmp_path: Path, mode: int, *, warned: bool, inside: bool
) -> None:
    path = tmp_path / "config.yaml"
    url = NEEDED["BITRIX_WEBHOOK_URL"]
    path.write_text(f"bitrix: {{webhook_url: '{url if inside else '${BITRIX_WEBHOOK_URL}'}'}}", encoding="utf-8")
    path.chmod(mode)
    found = load(path, NEEDED).warnings
    assert ("bitrix.webhook_url" in [one.path for one in found]) == (warned and inside)
    assert all(url not in one.phrase.en for one in found)


def test_no_setting_is_taken_for_a_misspelt_one(tmp_path: Path) -> None:
    certificate = str(make_certificate(tmp_path))
    (tmp_path / "url").write_text("sqlite:///other.db", encoding="utf-8")
    made = settings(
        CAMUNDA_BASE_URL="https://engine/engine-rest",
        CAMUNDA_CA_FILE=certificate,
        BITRIX_CA_FILE=certificate,
        LEDGER_URL_FILE=str(tmp_path / "url"),
    )
    assert (made.warnings, made.ledger.url) == ((), "sqlite:///other.db")


def test_faults_are_told_in_russian_by_default(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Ошибки в настройках"):
        settings("log: {level: loud}", tmp_path)


@pytest.mark.parametrize(
    ("text", "read"), [("0106", "70"), ("18:30", "1110"), ("-0010", "-8"), ("1:30.5", "90.5"), ("00", "0")]
)
def test_a_number_that_yaml_reads_otherwise_than_people_is_a_fault(tmp_path: Path, text: str, read: str) -> None:
    [words] = faults(f"topics: {{t: {{task: {{responsible_id: {text}}}}}}}", tmp_path).values()
    assert f"{text} would be read as {read}" in words


@pytest.mark.parametrize("text", ["'0106'", "106", "0", "0.5", "0x10", "-3"])
def test_a_number_that_is_read_as_written_is_none(tmp_path: Path, text: str) -> None:
    assert settings(f"topics: {{t: {{task: {{UF_N: {text}}}}}}}", tmp_path)


def test_one_field_in_two_spellings_is_a_fault(tmp_path: Path) -> None:
    told = faults("topics: {t: {task: {UF_SUM: 1, uf_sum: 2}}}", tmp_path)
    assert told == {"topics.t.task.uf_sum": "is said twice: UF_SUM is the same field"}
    told = faults("topics: {t: {task: {crm: 'deal:1', UF_CRM_TASK: D_1}}}", tmp_path)
    assert told == {"topics.t.task.UF_CRM_TASK": "is said twice: crm is the same field"}


def test_a_topic_with_blanks_around_it_is_warned_about(tmp_path: Path) -> None:
    [warning] = settings("topics: {'t ': {}}", tmp_path).warnings
    assert (warning.path, "blanks" in warning.phrase.en) == ("topics.t ", True)


def test_settings_are_frozen() -> None:
    made: Any = settings()
    with pytest.raises(ValueError, match="frozen"):
        made.log.level = "debug"


def test_a_missing_file_that_was_named_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="не читается"):
        load(tmp_path / "nowhere.yaml", NEEDED)


@pytest.mark.parametrize(
    ("wait", "path", "words"),
    [
        ("{declined: maybe}", "topics.t.wait.declined", "incident, complete or error:CODE"),
        ("{deleted: wait}", "topics.t.wait.deleted", "incident, complete or error:CODE"),
        ("{returned: never}", "topics.t.wait.returned", "incident, complete or error:CODE"),
        ("{cancelled: delete}", "topics.t.wait.cancelled", "comment"),
        ("{answers: {НЕТ: no}}", "topics.t.wait.answers.НЕТ", "quotes"),
        ("{answers: {}}", "topics.t.wait.answers", "name at least one"),
        ('{answers: {ДА: ok, "Да ": "no"}}', "topics.t.wait.answers", "twice"),
        *(
            (f"{{answers: {{НЕТ: '{value}'}}}}", "topics.t.wait.answers.НЕТ", "error:CODE")
            for value in (
                "error: NO",
                "Error:NO",
                "error:",
                "error:NO WAY",
                "bpmnError:NO",
                "BPMN error: NO",
                "error=NO",
            )
        ),
        ("{answer: {}}", "topics.t.wait.answer", "answers?"),
        ('{answer_variable: "{{ x"}', "topics.t.wait.answer_variable", "Jinja2"),
    ],
)
def test_what_the_end_of_a_task_may_mean(tmp_path: Path, wait: str, path: str, words: str) -> None:
    assert words in faults(f"topics: {{t: {{wait: {wait}}}}}", tmp_path)[path]


@pytest.mark.parametrize(
    ("topic", "path", "words"),
    [
        *(
            (f"wait: {{answers: {{НЕТ: {word}}}}}", "wait.answers.НЕТ", word)
            for word in ("incident", "complete", "wait")
        ),
        ("wait: {answer_variable: bitrixTaskId}", "wait.answer_variable", "takes the place of the result bitrixTaskId"),
        ("result: {a: 1}, wait: {answer_variable: a}", "wait.answer_variable", "takes the place of the result a"),
        ('task: {title: "{{ title }} of {client}"}', "task.title", "nobody fills {client}"),
        ('task: {tags: ["{{ tag }} %kind%"]}', "task.tags", "nobody fills %kind%"),
    ],
)
def test_what_an_answer_gives_is_told_where_something_else_was_meant(
    tmp_path: Path, topic: str, path: str, words: str
) -> None:
    [warning] = settings(f"topics: {{t: {{{topic}}}}}", tmp_path).warnings
    assert warning.path == f"topics.t.{path}"
    assert words in warning.phrase.en


@pytest.mark.parametrize("title", ["{{ {'a': 1}.a }} at 5 %", "{% set x = '{y}' %}{{ x }}", "{{ '{a}' }} {# {b} #}"])
def test_braces_of_the_template_itself_are_no_placeholders(tmp_path: Path, title: str) -> None:
    assert settings(f"topics: {{t: {{task: {{title: {json.dumps(title)}}}}}}}", tmp_path).warnings == ()


def test_answers_that_say_what_they_give_are_not_told(tmp_path: Path) -> None:
    told = settings(
        "topics: {t: {result: {a: 1}, wait: {answers: {ДА: ok, НЕТ: 'error:NO', К: error, И: 1}, answer_variable: b}}}",
        tmp_path,
    )
    assert told.warnings == ()


def test_a_misspelt_mark_among_the_tasks_fields_is_a_fault(tmp_path: Path) -> None:
    told = faults("topics: {t: {task: {UF_RESULT_EXPECED: 1, UF_SUM: 1}}}", tmp_path)
    assert told == {"topics.t.task.UF_RESULT_EXPECED": "is no task field → UF_RESULT_EXPECTED?"}


@pytest.mark.parametrize(
    ("name", "words"),
    [("UF_RESULT_ANSWER", "made answered"), ("uf_Result_answer", "made answered"), ("status", "no task field")],
)
def test_a_task_that_would_be_made_answered_or_closed_is_a_fault(name: str, words: str, tmp_path: Path) -> None:
    assert words in faults(f"topics: {{t: {{task: {{{name}: 5}}}}}}", tmp_path)[f"topics.t.task.{name}"]


def test_the_application_token_is_a_secret() -> None:
    made = settings(WAITING_APPLICATION_TOKEN="verysecrettoken")
    assert "verysecrettoken" not in repr(made)
    assert made.waiting.application_token


def test_the_environment_names_each_limit_by_its_path(tmp_path: Path) -> None:
    limits = settings("bitrix: {limits: cloud}", tmp_path, BITRIX_LIMITS_SHARE="0.5").bitrix.limits
    assert (limits.preset, limits.share) == ("cloud", 0.5)
    limits = settings(BITRIX_LIMITS="cloud", BITRIX_LIMITS_CONCURRENCY="4").bitrix.limits
    assert (limits.preset, limits.concurrency) == ("cloud", 4)
    assert settings(BITRIX_LIMITS_PRESET="cloud").bitrix.limits.preset == "cloud"
    over = settings("bitrix: {limits: {preset: cloud, share: 0.2}}", tmp_path, BITRIX_LIMITS_SHARE="0.5").bitrix.limits
    assert (over.preset, over.share) == ("cloud", 0.5)
    assert faults("", tmp_path, BITRIX_LIMITS_SHARE="2").keys() == {"bitrix.limits.share"}
    assert "bitrix.limits" in faults("bitrix: {limits: [cloud]}", tmp_path, BITRIX_LIMITS_SHARE="0.5")


def test_limits_are_a_preset_or_a_preset_with_figures_of_its_own(tmp_path: Path) -> None:
    alone = settings("bitrix: {limits: cloud}", tmp_path).bitrix.limits.resolved(32)
    assert (alone.requests_per_second, alone.operating_seconds, alone.concurrency) == (2.0, 480.0, 32)
    own = settings("bitrix: {limits: {preset: cloud, operating_seconds: 420, share: 0.5, concurrency: 4}}", tmp_path)
    limits = own.bitrix.limits.resolved(32)
    assert (limits.operating_seconds, limits.burst, limits.share, limits.concurrency) == (420.0, 50.0, 0.5, 4)
    assert settings(BITRIX_LIMITS="cloud-enterprise").bitrix.limits.preset == "cloud-enterprise"
    assert "preset?" in faults("bitrix: {limits: {presett: cloud}}", tmp_path)["bitrix.limits.presett"]


def test_all_kinds_of_calls_share_one_number_and_each_leaves_a_rest_to_the_others() -> None:
    most = {slots: LimitSettings().resolved(slots).most_of_one_kind for slots in (1, 2, 7, 8, 32, 50)}
    assert most == {1: 1, 2: 1, 7: 6, 8: 7, 32: 28, 50: 44}


def test_the_next_tasks_are_ready_before_those_in_work_have_ended() -> None:
    most = {said: settings(CAMUNDA_MAX_IN_FLIGHT=str(said)).camunda.most_in_hand for said in (1, 2, 32)}
    assert most == {1: 1, 2: 3, 32: 63}


def test_the_slots_of_old_files_bound_the_syncs_and_new_files_say_none(tmp_path: Path) -> None:
    assert settings("sync: {slots: 8}", tmp_path).sync.slots == 8
    assert settings("", tmp_path).sync.slots is None
    assert settings("sync: {slots: 8}", tmp_path).warnings == ()


@pytest.mark.parametrize(
    ("limits", "path", "words"),
    [
        ("concurrency: 40", "bitrix.limits.concurrency", "exceeds camunda.max_in_flight, and no more than 32 calls"),
        ("burst: 100", "bitrix.limits.burst", "has no effect without bitrix.limits.requests_per_second"),
        ("window_seconds: 60", "bitrix.limits.window_seconds", "has no effect without bitrix.limits.operating_seconds"),
    ],
)
def test_a_limit_that_limits_nothing_is_warned_of(limits: str, path: str, words: str, tmp_path: Path) -> None:
    [warning] = settings(f"bitrix: {{limits: {{{limits}}}}}", tmp_path).warnings
    assert (warning.path, words in warning.phrase.en) == (path, True)
    enough = "preset: cloud, burst: 100, window_seconds: 480, concurrency: 32"
    assert settings(f"bitrix: {{limits: {{{enough}}}}}", tmp_path).warnings == ()


@pytest.mark.parametrize("said", ["0", "-1", "513", "many", "1.5"])
def test_a_number_of_calls_that_cannot_be_is_a_fault(said: str, tmp_path: Path) -> None:
    assert faults("", tmp_path, BITRIX_LIMITS_CONCURRENCY=said).keys() == {"bitrix.limits.concurrency"}


def test_two_presets_in_the_environment_are_a_fault_unless_they_are_the_same(tmp_path: Path) -> None:
    """Both variables take one, and the second won without a word."""
    found = faults("", tmp_path, BITRIX_LIMITS="cloud", BITRIX_LIMITS_PRESET="self-hosted")
    assert found == {"bitrix.limits.preset": "both BITRIX_LIMITS and BITRIX_LIMITS_PRESET are set; keep one"}
    assert settings(BITRIX_LIMITS="cloud", BITRIX_LIMITS_PRESET="cloud").bitrix.limits.preset == "cloud"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ task.answr }}", "task.answer?"),
        ("{{ task['answr'] }}", "task.answer?"),
        ("{{ task.answr.upper() }}", "task.answer?"),
        ("{% if task.closed %}1{% endif %}", "task.closed_"),
        ("{{ task.title }}", "id, url"),
        ("{{ external_task.busines_key }}", "external_task.business_key?"),
        ("{{ task.fields }}", "task.fields.UF_NAME"),
        ("{{ task.fields.get('UF_SUM') }}", "task.fields.UF_NAME"),
        ("{{ task.fields[name] }}", "task.fields.UF_NAME"),
        ("{{ task.fields.uf_sum }}", "task.fields.UF_SUM"),
    ],
)
def test_a_result_takes_only_what_a_task_has(template: str, words: str, tmp_path: Path) -> None:
    assert words in faults(f'topics: {{t: {{result: {{a: "{template}"}}}}}}', tmp_path)["topics.t.result.a"]


@pytest.mark.parametrize("part", ["task: {title: '%s'}", "wait: {answer_variable: '%s'}"])
def test_so_does_every_template_that_names_the_external_task(part: str, tmp_path: Path) -> None:
    text = "topics: {t: {" + part % "{{ external_task.activity }}" + "}}"
    assert ["external_task.activity_id?" in words for words in faults(text, tmp_path).values()] == [True]


@pytest.mark.parametrize(
    "template",
    [
        *("{{ task.answer }} {{ task.fields.UF_SUM }} {{ task.fields['UF_SUM'] }} {{ task.answers[0] }}",),
        *("{{ task.answer.upper() }} {{ task['id'] }} {{ external_task.process_definition_key }}",),
        *("{% for task in tasks %}{{ task.title }}{% endfor %}", "{% set task = order %}{{ task.title }}"),
        "{% for line in task.checklist %}{{ line.title }}{% endfor %}{{ order.task.answr }}",
    ],
)
def test_what_a_task_has_is_no_fault(template: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"topics": {"t": {"result": {"a": template}}}}), encoding="utf-8")
    assert load(path, NEEDED).topics["t"].result == {"a": template}


def test_what_can_be_read_is_looked_at_although_the_rest_cannot(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    text = "camunda: {lock_seconds: 100, max_in_flight: many, auth_username: demo}\ntopics: {t: {lock_seconds: 5}}"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, {"CAMUNDA_BASE_URL": "http://engine/", "BITRIX_WEBHOK_URL": "x", "bitrix_webhook_url": "x"})
    found = {problem.path: problem.phrase.en for problem in caught.value.problems}
    assert found.keys() == {
        "camunda.lock_seconds",
        "camunda.max_in_flight",
        "bitrix.webhook_url",
        "topics.t.lock_seconds",
    }
    warned = {warning.path: warning.phrase.en for warning in caught.value.warnings}
    assert warned.keys() == {"camunda.auth_enabled", "camunda.base_url", "BITRIX_WEBHOK_URL", "bitrix_webhook_url"}
    assert "BITRIX_WEBHOOK_URL?" in warned["BITRIX_WEBHOK_URL"]
    assert all(
        words in caught.value.text("ru") for words in ("\nWARN BITRIX_WEBHOK_URL", "\nWARN camunda.auth_enabled")
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("bitrix: {server_max_seconds: 600, margin_seconds: x}", "bitrix.margin_seconds"),
        ("camunda: {lock_seconds: x}\nbitrix: {server_max_seconds: 600}", "camunda.lock_seconds"),
        ("camunda: 7\nbitrix: {server_max_seconds: 600}", "camunda"),
    ],
)
def test_nothing_is_said_of_a_setting_that_was_not_read(text: str, path: str, tmp_path: Path) -> None:
    assert path in faults(text, tmp_path)
    assert not {"camunda.lock_seconds"} & faults(text, tmp_path).keys() - {path}


def test_two_ways_to_log_in_exclude_each_other_and_both_are_named(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("of-the-file", encoding="utf-8")
    basic = "auth_enabled: true, auth_username: demo, auth_password: of-the-engine"
    found = faults(f"camunda: {{{basic}, auth: {{token: of-the-engine, token_file: {token}}}}}", tmp_path)
    assert found.keys() == {"camunda.auth.token", "camunda.auth.token_file"}
    assert all("camunda.auth_enabled exclude each other" in text for text in found.values())
    found = faults(f"camunda: {{auth: {{token: of-the-engine, token_file: {token}}}}}", tmp_path)
    assert "camunda.auth.token exclude each other" in found["camunda.auth.token_file"]


def test_a_client_s_secret_in_the_clear_is_warned_of() -> None:
    given = {"CAMUNDA_AUTH_OAUTH2_CLIENT_ID": "worker", "CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET": "of-the-client"}
    for url, warned in (("http://sso/t", True), ("https://sso/t", False), ("http://localhost:8080/t", False)):
        made = load(None, NEEDED | given | {"CAMUNDA_AUTH_OAUTH2_TOKEN_URL": url})
        assert made.camunda.auth.ways == ["camunda.auth.oauth2"]
        assert ("camunda.auth.oauth2.token_url" in [one.path for one in made.warnings]) is warned


def test_the_variable_of_a_token_file_names_the_file_and_is_not_read_once(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("of-the-file", encoding="utf-8")
    auth = settings(CAMUNDA_AUTH_TOKEN_FILE=str(token)).camunda.auth
    assert (auth.token, auth.token_file) == (None, str(token))
    said = settings(CAMUNDA_AUTH_TOKEN="of-the-engine").camunda.auth.token
    assert said
    assert said.get_secret_value() == "of-the-engine"


def test_a_user_name_that_is_not_used_is_warned_about() -> None:
    assert [one.path for one in load(None, NEEDED | {"CAMUNDA_AUTH_USERNAME": "demo"}).warnings] == [
        "camunda.auth_enabled"
    ]
    assert load(None, NEEDED | {
        "CAMUNDA_BASE_URL": "https://engine/engine-rest",
        "CAMUNDA_AUTH_USERNAME": "demo", "CAMUNDA_AUTH_PASSWORD": "of-the-engine", "CAMUNDA_AUTH_ENABLED": "true"
    }).warnings == ()  # fmt: skip


@pytest.mark.parametrize("newline", ["", "\n", "\r\n"])
def test_a_byte_order_mark_is_ignored_in_every_file(newline: str, tmp_path: Path) -> None:
    secret, path = tmp_path / "webhook", tmp_path / "config.yaml"
    secret.write_bytes(("\ufeff" + NEEDED["BITRIX_WEBHOOK_URL"] + newline).encode())
    path.write_bytes("\ufefflog:\r\n  language: en\r\n".encode())
    environ = {name: value for name, value in NEEDED.items() if name != "BITRIX_WEBHOOK_URL"}
    made = load(path, environ | {"BITRIX_WEBHOOK_URL_FILE": str(secret)})
    assert made.log.language == "en"
    assert made.bitrix.webhook_url.portal == load(None, NEEDED).bitrix.webhook_url.portal


# --- proxies ---

PROXY = "http://worker:s3cret@proxy.example:3128"


@pytest.mark.parametrize("side", ["camunda", "bitrix"])
def test_without_a_word_no_proxy_is_used_and_with_env_that_of_the_environment(side: str) -> None:
    environ = {"https_proxy": PROXY, "HTTP_PROXY": "proxy.example:8080"}
    assert getattr(settings("", None, **environ), side).proxy is None
    made = settings("", None, **environ, **{f"{side.upper()}_PROXY": "env"})
    proxy = getattr(made, side).proxy
    assert proxy.address == ("http://proxy.example:8080" if side == "camunda" else "http://proxy.example:3128")
    assert proxy.password == ("" if side == "camunda" else "s3cret")
    assert "s3cret" not in repr(made) + str(made) + made.model_dump_json(include={"camunda": {"proxy"}})


@pytest.mark.parametrize(
    ("environ", "used"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://a:1"}, "http://a:1"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:1"}, "http://b:1"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": ""}, None),
        ({"HTTP_PROXY": "http://a:1"}, None),
        ({"ALL_PROXY": "http://a:1"}, "http://a:1"),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "other.example"}, "http://a:1"),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "portal.example"}, None),
        ({"HTTPS_PROXY": "http://a:1", "no_proxy": "localhost, .example"}, None),
        ({"HTTPS_PROXY": "http://a:1", "no_proxy": "*"}, None),
    ],
)
def test_the_environment_is_read_as_others_read_it_and_unused_proxies_are_told(
    environ: dict[str, str], used: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    made = settings("", None, BITRIX_PROXY="env", CAMUNDA_PROXY="http://c:1", **environ)
    assert (made.bitrix.proxy.address if made.bitrix.proxy else None) == used
    assert made.warnings == ()
    told = [warning.path for warning in settings("", None, CAMUNDA_PROXY="http://c:1", **environ).warnings]
    assert told == (["bitrix.proxy"] if used else [])


def test_a_proxy_that_is_not_used_is_named_with_its_variable_and_without_its_password() -> None:
    (warning,) = settings(https_proxy=PROXY).warnings
    for words in (warning.phrase.en, warning.phrase.ru):
        assert "https_proxy" in words
        assert "env" in words
        assert "NO_PROXY" in words
        assert "s3cret" not in words


def test_an_engine_on_this_machine_wants_no_proxy() -> None:
    assert settings(CAMUNDA_BASE_URL="http://localhost:8080/engine-rest", HTTP_PROXY=PROXY).warnings == ()


@pytest.mark.parametrize(
    "said", ["proxy:3128", "https://worker:s3cret@proxy:3128", "http://worker:s3cret/1@proxy:3128"]
)
def test_a_bad_proxy_is_a_fault_with_place_and_cure(tmp_path: Path, said: str) -> None:
    (words,) = faults(f"{{bitrix: {{proxy: '{said}'}}}}", tmp_path).values()
    assert "http://user:password@proxy:3128" in words
    assert "s3cret" not in words
    assert list(faults("", tmp_path, CAMUNDA_PROXY=said)) == ["camunda.proxy"]


@pytest.mark.parametrize("said", ["false", "3128", "[a]", "{a: b}"])
def test_a_proxy_that_is_no_text_is_a_fault(tmp_path: Path, said: str) -> None:
    assert list(faults(f"{{camunda: {{proxy: {said}}}}}", tmp_path)) == ["camunda.proxy"]


def test_a_bad_proxy_of_the_environment_is_a_fault_that_names_the_variable(tmp_path: Path) -> None:
    found = faults("", tmp_path, BITRIX_PROXY="env", HTTPS_PROXY="socks5://worker:s3cret@proxy:1080")
    assert list(found) == ["bitrix.proxy"]
    assert "it must look like http://proxy:3128" in found["bitrix.proxy"]
    assert "env" not in found["bitrix.proxy"]
    assert "s3cret" not in found["bitrix.proxy"]


def test_env_beside_an_address_that_is_missing_or_none_is_the_fault_of_the_address(tmp_path: Path) -> None:
    assert list(faults("", tmp_path, BITRIX_PROXY="env", BITRIX_WEBHOOK_URL="")) == ["bitrix.webhook_url"]
    assert list(faults("", tmp_path, BITRIX_PROXY="env", BITRIX_WEBHOOK_URL="http://[x")) == ["bitrix.webhook_url"]
    assert list(faults("{camunda: 1}", tmp_path)) == ["camunda"]


@pytest.mark.parametrize("name", ["", "decision ", " decision", "de cision", "{{ x }} ", "1st"])
def test_an_answer_variable_that_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    found = faults(f"topics: {{t: {{wait: {{answer_variable: '{name}'}}}}}}", tmp_path)
    assert "no name of a variable" in found["topics.t.wait.answer_variable"]


def test_that_nothing_is_synchronised_is_told() -> None:
    [warning] = settings(SYNC_ENABLED="false").warnings
    assert warning.path == "sync.enabled"
    assert "old installation" in warning.phrase.en
    assert settings(SYNC_ENABLED="true").warnings == ()


@pytest.mark.parametrize(
    "text", ["{ title }", "Order {title}", "%title%", "$title", "#{amount}", "{order.id}", "{=Document:NAME}"]
)
def test_a_template_in_another_notation_is_a_fault(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"topics": {"t": {"task": {"title": text}}}}), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(path, NEEDED)
    [problem] = raised.value.problems
    assert problem.path == "topics.t.task.title"
    assert "would be shown as it is written: templates are written {{ name }}" in problem.phrase.en


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("deadline", "soon", "a date"),
        ("priority", "urgent", "low, medium, high"),
        ("responsible_id", "Ivanov", "e-mail, or name and surname"),
        ("responsible_id", True, "a user's number"),
        ("auditors", ["U5"], "users' numbers, e-mails"),
        ("UF_CODES", [["nested"]], "text, a number"),
        ("require_result", "sometimes", "yes or no"),
        ("time_estimate", "P1D", "PT8H"),
        ("crm", ["deal:10", "10"], "deal:10"),
        ("UF_CRM_TASK", "10", "deal:10"),
    ],
)
def test_a_constant_that_its_field_never_takes_is_a_fault(field: str, value: Any, words: str, tmp_path: Path) -> None:
    config = yaml.safe_dump({"topics": {"t": {"task": {field: value}}}})
    assert words in faults(config, tmp_path)[f"topics.t.task.{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "Discount 50% or $100 {1}"),
        ("description", 'https://example.org/%D0%BE%20?a=%20b%20 {"a": 1} {}'),
        ("title", "{{ title }} {% if urgent %}!{% endif %}"),
        ("deadline", "{{ deadline }}"),
        ("deadline", "2026-09-30"),
        ("priority", "high"),
        ("auditors", [7, "{{ ownerId }}"]),
        ("accomplices", "106, 107"),
        ("group_id", 0),
        ("UF_RESULT_EXPECTED", True),
        ("title", ""),
    ],
)
def test_a_constant_that_fits_is_no_fault(field: str, value: Any, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"topics": {"t": {"task": {field: value}}}}), encoding="utf-8")
    assert field in load(path, NEEDED).topics["t"].task


@pytest.mark.parametrize(
    ("name", "template", "warned"),
    [
        ("amount", "{{ amount }}", True),
        ("amount", "{{amount}} ", True),
        ("amount", "{{ amount + 1 }}", False),
        ("total", "{{ amount }}", False),
    ],
)
def test_a_result_that_only_writes_a_variable_back_is_told(
    tmp_path: Path, name: str, template: str, *, warned: bool
) -> None:
    told = settings(f'topics: {{t: {{result: {{{name}: "{template}"}}}}}}', tmp_path).warnings
    assert [one.path for one in told] == ([f"topics.t.result.{name}"] if warned else [])


def test_a_name_that_people_know_from_the_portal_leads_to_ours(tmp_path: Path) -> None:
    told = faults("topics: {t: {task: {se_parameter: [], stage: 3}}}", tmp_path)
    ours = "dates_from_subtasks, complete_with_subtasks, require_result"
    assert told["topics.t.task.se_parameter"] == f"is no task field → {ours}?"
    assert told["topics.t.task.stage"] == "is no task field → stage_id?"
