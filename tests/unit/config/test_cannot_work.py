"""Values that no run could work with are faults or warnings, each with its place and its cure."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest

from worker.config.loading import load
from worker.words.config_faults import ConfigError

PEM = certifi.where()
SHARED = "postgresql+psycopg://me@db.example/worker"
NEEDED = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}


def told(folder: Path, text: str, environ: dict[str, str]) -> tuple[list[str], list[str]]:
    """The lines of the faults, and those of the warnings."""
    (file := folder / "config.yaml").write_text(f"{text}\n", encoding="utf-8")
    file.chmod(0o600)
    try:
        return [], [one.line("en") for one in load(file, NEEDED | environ, language="en").warnings]
    except ConfigError as error:
        return [one.line("en") for one in error.problems], [one.line("en") for one in error.warnings]


@pytest.mark.parametrize(
    ("text", "environ", "fault"),
    [
        ("", {"CAMUNDA_WORKER_ID": "x" * 256}, "has 256 characters, and the engine stores 255 at most"),
        ("", {"CAMUNDA_WORKER_ID": "x" * 251, "LEDGER_URL": SHARED}, "has 251 characters, and the engine stores 250"),
        (f"topics: {{{'x' * 256}: {{}}}}", {}, "line 1): has 256 characters, and the engine stores 255 at most"),
        (
            f"topics: {{t: {{result: {{{'x' * 256}: 1}}}}}}",
            {},
            "line 1): has 256 characters, and the engine stores 255",
        ),
        (
            f"topics: {{t: {{wait: {{answer_variable: {'x' * 256}}}}}}}",
            {},
            "answer_variable (config.yaml, line 1): has 256",
        ),
        ("", {"CAMUNDA_TENANT_IDS": "a," + "x" * 65}, "has 65 characters, and the engine stores 64 at most"),
        ("", {"CAMUNDA_LOCK_SECONDS": "nan"}, "camunda.lock_seconds (variable CAMUNDA_LOCK_SECONDS): must be a number"),
        ("", {"BITRIX_MARGIN_SECONDS": "inf"}, "must be a number"),
        ("camunda: {auth_username: 5}", {}, "must be text: write a number, a date, yes and no in quotes"),
        (
            "",
            {"LOG_LEVEL": "\udcff"},
            "log.level (variable LOG_LEVEL): the variable LOG_LEVEL holds bytes that are not",
        ),
        (
            "",
            {"CAMUNDA_CA_FILE": "\udcff"},
            "CAMUNDA_CA_FILE holds bytes that are not UTF-8: set it to a text in UTF-8",
        ),
        ("", {"CAMUNDA_PROXY_FILE": "\udcff"}, "the variable CAMUNDA_PROXY_FILE holds bytes that are not UTF-8"),
        ("topics: {t: {task: {title: '${X}'}}}", {"X": "\udcff"}, "X holds bytes that are not UTF-8: set it to a text"),
        (
            'camunda: {ca_file: "a\\0b"}',
            {},
            "camunda.ca_file (config.yaml, line 1): holds the character U+0000: remove it",
        ),
        ('ledger: {url: "sqlite:///a\\0b"}', {}, "ledger.url (config.yaml, line 1): holds the character U+0000"),
        ("topics: {t: {wait: {answers: {}}}}", {}, "topics.t.wait.answers (config.yaml, line 1): is empty"),
        (
            "topics: {t: {task: {start_date_plan: '{{ a }}'}}}",
            {},
            "topics.t.task.start_date_plan (config.yaml, line 1): the portal takes plan dates only together: set end_d",
        ),
        (
            "topics: {t: {task: {start_date_plan: '', end_date_plan: P2D}}}",
            {},
            "t.task.end_date_plan (config.yaml, line 1)",
        ),
        (
            "topics: {t: {task: {start_date_plan: '2030-03-02', end_date_plan: 01.03.2030}}}",
            {"TZ": "UTC"},
            "topics.t.task.end_date_plan (config.yaml, line 1): the end 2030-03-01T00:00:00",
        ),
        (
            "topics: {t: {task: {start_date_plan: P3D, end_date_plan: PT8H}}}",
            {},
            "topics.t.task.end_date_plan (config.yaml, line 1): the end PT8H is before the start P3D: correct one",
        ),
        (
            "topics: {t: {task: {deadline: '{{ now() }}'}}}",
            {},
            "there is no function now(), and a process variable is none",
        ),
        (
            "topics: {t: {result: {x: '{{ default(a, 1) }}'}}}",
            {},
            "no function default(), it is a filter: write {{ value",
        ),
        ("topics: {t: {wait: {answer_variable: '{{ f() }}'}}}", {}, "there is no function f()"),
        (
            "camunda: {auth_enabled: true, auth_username: 'a:b', auth_password: long-enough}",
            {},
            "camunda.auth_username (config.yaml, line 1): has a colon",
        ),
        (
            "camunda: {base_url: }",
            {"CAMUNDA_BASE_URL": ""},
            "base_url (config.yaml, line 1): is missing: set CAMUNDA_BASE",
        ),
        ("camunda: {worker_id: '${my-name}'}", {}, "camunda.worker_id (config.yaml, line 1): has ${ without a name"),
        ("", {"CAMUNDA_WORKER_ID": "${NAME}"}, "variable CAMUNDA_WORKER_ID): CAMUNDA_WORKER_ID holds ${NAME} as it is"),
        (
            "topics: {t: {wait: {answers: {yes!: [1]}}}}",
            {},
            "t.wait.answers.yes! (config.yaml, line 1): must be a text or a",
        ),
        (
            "topics: {t: {wait: {answers: {yes!: .nan}}}}",
            {},
            "answers.yes! (config.yaml, line 1): must be a text or a number",
        ),
        (
            "topics: {t: {wait: {answers: {yes!: }}}}",
            {},
            "answers.yes! (config.yaml, line 1): must be a text or a number",
        ),
        ("", {"BITRIX_DEFAULT_RESPONSIBLE_ID": "2147483648"}, "must be at most 2147483647"),
        ("topics: {t: {task: {title: '{% include \"a\" %}'}}}", {}, "include, import and extends are not supported"),
        ("topics: {t: {result: {x: '{% import \"a\" as b %}'}}}", {}, "include, import and extends are not supported"),
        ("topics: {t: {task: {UF_: x}}}", {}, "t.task.UF_ (config.yaml, line 1): is a name that no field has"),
        ("topics: {t: {task: {'UF_A B': x}}}", {}, "t.task.UF_A B (config.yaml, line 1): is a name that no field has"),
        ("topics: {t: {task: {UF_ДОГОВОР: x}}}", {}, "after UF_ come Latin letters, digits and _"),
        ("topics: {t: {result: {'': 1}}}", {}, "topics.t.result (config.yaml, line 1): one has an empty name"),
        (
            "topics: {t: {wait: {answers: {'': 1}}}}",
            {},
            "topics.t.wait.answers (config.yaml, line 1): one has an empty name",
        ),
        ("topics: {t: {result: {a: .nan}}}", {}, "topics.t.result.a (config.yaml, line 1): must be a number"),
        ("topics: {t: {result: {a: [.inf]}}}", {}, "topics.t.result.a (config.yaml, line 1): must be a number"),
        ("files: {folder: '..'}", {}, "files.folder (config.yaml, line 1): must be a folder's name"),
        ("", {"HTTP_HOST": "999.1.1.1"}, "http.host (variable HTTP_HOST): must be a name or address"),
        ("", {"HTTP_HOST": "1:2:3"}, "http.host (variable HTTP_HOST): must be a name or address"),
        (
            "",
            {"LEDGER_URL": "postgresql+psycopg://me@host:99999/base"},
            "ledger.url (variable LEDGER_URL): has a wrong port",
        ),
        (
            "",
            {"CAMUNDA_WORKER_ID": "a\nb"},
            "camunda.worker_id (variable CAMUNDA_WORKER_ID): has a line break or a tab inside",
        ),
        ("", {"BITRIX_PORTAL_TEMPLATES_EXCEPT": "A,"}, "are no process keys: “”. Write"),
        ("", {"CAMUNDA_LONG_POLL_SECONDS": "9"}, "(variable CAMUNDA_LONG_POLL_SECONDS): must be at most 8"),
        (
            "",
            {"CAMUNDA_BASE_URL": "http://engine/camunda/app/cockpit/default"},
            "camunda.base_url (variable CAMUNDA_BASE_URL): is Cockpit's address, which belongs into camunda.cockp",
        ),
        ("", {"WORKING_TIME_HOURS": "9-18", "WORKING_TIME_HOLIDAYS": "1 января"}, "must be days such as 1.01, 9.05"),
        ("working_time: {hours: 9-18, holidays: [1.10]}", {}, "must be days in quotes"),
        ("camunda: {tenant_ids: [yes]}", {}, "holds an empty id, one that is no text, or one with a comma"),
        (
            "",
            {"CAMUNDA_AUTH_OAUTH2_CLIENT_ID": "w", "CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET": "s3cr3ts3cr3t"},
            "are set: set CAMUNDA_AUTH_OAUTH2_TOKEN_URL",
        ),
        ("sync: {method: ''}", {}, "sync.method (config.yaml, line 1): must be a method"),
        ("", {"SYNC_METHOD": "imena camunda/sync"}, "sync.method (variable SYNC_METHOD): must be a method"),
        ("http: {host: 'http://0.0.0.0'}", {}, "http.host (config.yaml, line 1): must be a name or address"),
        ("", {"HTTP_HOST": "0.0.0.0:8090"}, "http.host (variable HTTP_HOST): must be a name or address"),
        ("", {"HTTP_HOST": "[::1]"}, "http.host (variable HTTP_HOST): takes an IPv6 address without brackets: ::1"),
        ("", {"CAMUNDA_MAX_IN_FLIGHT": "1_0"}, "(variable CAMUNDA_MAX_IN_FLIGHT): 1_0: write the number without"),
        ("", {"HTTP_PORT": "080"}, "http.port (variable HTTP_PORT): 080: write the number without zeros before it"),
        ("", {"CAMUNDA_LOCK_SECONDS": "0150.5"}, "(variable CAMUNDA_LOCK_SECONDS): 0150.5: write the number without"),
        ("http: {port: 080}", {}, "http.port (config.yaml, line 1): 080: write the number without zeros before it"),
        ("http: {port: 1_0}", {}, "config.yaml, line 1, column 14: 1_0 would be read as 10: write it in quotes, or a"),
        ("topics: {t: {result: {a: 1_0.5}}}", {}, "config.yaml, line 1, column 26: 1_0.5 would be read as 10.5"),
        ("http: {host: ''}", {}, "http.host (config.yaml, line 1): must be a name or address"),
        ("", {"HTTP_HOST": "a..b"}, "http.host (variable HTTP_HOST): must be a name or address"),
        ("", {"HTTP_HOST": "x" * 64}, "http.host (variable HTTP_HOST): must be a name or address"),
        ("\nlog: json", {"LOG_LANGUAGE": "en"}, "log (config.yaml, line 2): must be a group of settings"),
        ("camunda: http://engine", {}, "camunda (config.yaml, line 1): must be a group of settings"),
        ("bitrix: https://portal", {"BITRIX_LIMITS": "cloud"}, "bitrix (config.yaml, line 1): must be a group"),
        (
            "topics:\n  t:\n    wait:\n      answers: {yes: ok, denied: 'no'}",
            {},
            "config.yaml, line 4, column 17: YAML reads this name as yes or no",
        ),
        ("topics: {1: {}}", {}, "config.yaml, line 1, column 10: YAML reads this name"),
        ("topics: {a\u00a0b: {}}", {}, "“a\u00a0b” holds a character that nobody sees"),
        ("topics: {t: {result: {a\u00a0b: c}}}", {}, "topics.t.result (config.yaml, line 1): “a\u00a0b” holds a char"),
        ("", {"CAMUNDA_WORKER_ID": "a\u00a0b"}, "nobody sees or that only looks like a blank (U+00A0): remove or rep"),
        ("camunda: {tenant_ids: [a, b\u3000c]}", {}, "“b\u3000c” holds a character that nobody sees or that only"),
        ("", {"CAMUNDA_TENANT_IDS": "a,b\u00a0c"}, "holds a character that nobody sees or that only looks"),
        ("log:\n  level:\u00a0info", {}, "(given: “level:\\u00a0info”)"),
        ("topics: {t: {wait: {returned: reopen}}}", {}, "must be wait, incident, complete or error:CODE"),
        ("topics: {t: {wait: {declined: wait}}}", {}, "must be incident, complete or error:CODE"),
    ],
)
def test_what_cannot_work_is_a_fault(text: str, environ: dict[str, str], fault: str, tmp_path: Path) -> None:
    faults, _ = told(tmp_path, text, environ)
    assert len(faults) == 1, faults
    assert fault in faults[0]


@pytest.mark.parametrize(
    ("environ", "warning"),
    [
        ({"SYNC_SLOTS": "100"}, "sync.slots (variable SYNC_SLOTS): exceeds the synchronisations that ever run at once"),
        (
            {"BITRIX_LIMITS_OPERATING_SECONDS": "700"},
            "bitrix.limits.operating_seconds (variable BITRIX_LIMITS_OPERATING_SECONDS): exceeds bitrix.limits.window",
        ),
        ({"TZ": "UTC+3"}, "TZ (environment variable): UTC+3 is 3 h behind UTC by POSIX"),
        ({"TZ": "Etc/GMT+3"}, "TZ (environment variable): Etc/GMT+3 is 3 h behind UTC by POSIX"),
        ({"CAMUNDA_TOPICS": "a"}, "CAMUNDA_TOPICS (environment variable): nothing reads it: topics are set in"),
        ({"TOPICS": "a"}, "TOPICS (environment variable): nothing reads it: topics are set in"),
        ({"TOPICS_PAYMENTS": "a"}, "TOPICS_PAYMENTS (environment variable): nothing reads it: topics are set in"),
        (
            {"TOPICS_BITRIX_CREATE_TASK_RETRIES": "5"},
            "TOPICS_BITRIX_CREATE_TASK_RETRIES (environment variable): nothing",
        ),
        (
            {"LEDGER_URL": "sqlite:///w.db?mode=ro"},
            "ledger.url (variable LEDGER_URL): has a ? whose parameters have no",
        ),
        ({"BITRIX_LIMITS_SHARE": "0.5"}, "bitrix.limits.share (variable BITRIX_LIMITS_SHARE): has no effect: neither"),
        (
            {"WAITING_APPLICATION_TOKEN": "long-enough-token", "HTTP_PORT": "0"},
            "waiting.application_token (variable WAITING_APPLICATION_TOKEN): has no effect: http.port is 0",
        ),
        (
            {"CAMUNDA_BASE_URL": "http://localhost:8080/engine-rest", "CAMUNDA_PROXY": "http://proxy.example:3128"},
            "camunda.proxy (variable CAMUNDA_PROXY): the address is this machine, and a proxy on another one",
        ),
        (
            {"CAMUNDA_CA_FILE": PEM},
            "camunda.ca_file (variable CAMUNDA_CA_FILE): has no effect: the address begins with",
        ),
        (
            {"BITRIX_CA_FILE": PEM, "BITRIX_VERIFY_TLS": "false"},
            "bitrix.ca_file (variable BITRIX_CA_FILE): has no effect: bitrix.verify_tls is false",
        ),
        (
            {"WORKING_TIME_HOURS": "9-18", "WORKING_TIME_HOLIDAYS": "1.01, 9.05", "WORKING_TIME_WORKDAYS": "9.5"},
            "working_time.holidays (variable WORKING_TIME_HOLIDAYS): 9.5 is in working_time.workdays too",
        ),
    ],
)
def test_what_has_no_effect_is_a_warning(environ: dict[str, str], warning: str, tmp_path: Path) -> None:
    faults, warnings = told(tmp_path, "", environ)
    assert not faults
    assert [one for one in warnings if one.startswith(warning)], warnings


@pytest.mark.parametrize(
    "environ",
    [
        {"CAMUNDA_WORKER_ID": "x" * 255, "SYNC_METHOD": "vendor.sync_1", "HTTP_HOST": "::"},
        {"HTTP_HOST": "worker.example", "TZ": "MSK-3", "SYNC_SLOTS": "4"},
        {"BITRIX_LIMITS": "cloud", "TZ": "EST+5"},
        {"TZ": "UTC-3", "BITRIX_LIMITS_OPERATING_SECONDS": "600"},
    ],
)
def test_what_works_passes_without_a_word(environ: dict[str, str], tmp_path: Path) -> None:
    assert told(tmp_path, "", environ) == ([], [])


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ("topics: {t: {task: {depends_on: '{{ a }}'}}}", True),
        ("topics: {t: {portal_templates: on, task: {depends_on: '{{ a }}'}}}", False),
        ("topics: {t: {task: {depends_on: '{{ a }}', dates_from_subtasks: true}}}", False),
        ("topics: {t: {task: {depends_on: '{{ a }}', start_date_plan: P1D, end_date_plan: P2D}}}", False),
        ("topics: {t: {portal_templates: on, task: {end_date_plan: P2D}}}", False),
        ("topics: {t: {task: {start_date_plan: '2030-03-01', end_date_plan: '2030-03-01'}}}", False),
        ("topics: {t: {task: {start_date_plan: '2030-03-01', end_date_plan: P2D}}}", False),
        ("topics: {t: {task: {start_date_plan: '{{ a }}', end_date_plan: '2030-03-01'}}}", False),
    ],
)
def test_what_needs_plan_dates_is_told_unless_a_template_of_the_portal_may_have_them(
    text: str, tmp_path: Path, *, warned: bool
) -> None:
    faults, warnings = told(tmp_path, text, {})
    assert not faults
    assert [one for one in warnings if one.startswith("topics.t.task.depends_on (config.yaml, line 1): ")] == (
        warnings if warned else []
    )


@pytest.mark.parametrize(("deadline", "warned"), [("P1D", True), ("P2D", False), ("{{ a }}", False), ("", False)])
def test_a_deadline_before_the_planned_start_is_a_warning(deadline: str, tmp_path: Path, *, warned: bool) -> None:
    text = f"topics: {{t: {{task: {{start_date_plan: P2D, end_date_plan: P3D, deadline: '{deadline}'}}}}}}"
    words = "topics.t.task.deadline (config.yaml, line 1): the deadline P1D is before the planned start P2D: check both"
    assert told(tmp_path, text, {}) == ([], [words] if warned else [])


@pytest.mark.parametrize(
    "template",
    [
        "{{ range(3) | join }}",
        "{% macro f(x) %}{{ x }}{% endmacro %}{{ f(1) }}",
        "{% set n = namespace(x=1) %}{{ n.x }}",
        "{{ variables.get('a') }}",
        "{% for one in a recursive %}{{ loop(one.b) }}{% endfor %}",
        "{{ name.upper() }}",
    ],
)
def test_what_a_template_may_call_is_no_fault(template: str, tmp_path: Path) -> None:
    assert told(tmp_path, f'topics: {{t: {{task: {{title: "{template}"}}}}}}', {}) == ([], [])


def test_an_address_that_is_missing_is_not_taken_for_this_machine(tmp_path: Path) -> None:
    environ = {"CAMUNDA_BASE_URL": "", "CAMUNDA_PROXY": "http://proxy.example:3128"}
    _, warnings = told(tmp_path, "", environ)
    assert warnings == []


def test_the_token_server_is_reached_with_the_certificates_of_the_engine(tmp_path: Path) -> None:
    client = {"CAMUNDA_AUTH_OAUTH2_CLIENT_ID": "w", "CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET": "s3cr3ts3cr3t"}
    environ = {"CAMUNDA_CA_FILE": PEM, "CAMUNDA_AUTH_OAUTH2_TOKEN_URL": "https://sso/token"} | client
    _, warnings = told(tmp_path, "", environ)
    assert not [one for one in warnings if one.startswith("camunda.ca_file")]
