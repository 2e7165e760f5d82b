"""The schema that editors use marks nothing wrong that the program takes, and nothing right that it refuses.

Left out, because no schema says it: most of what a text must look like, and the bounds of a number in quotes.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft7Validator
from pydantic import ValidationError

from tests.support import settings_schema
from tests.support.settings_page import rows
from worker.config.settings import GROUPS, LEVELS_ELSEWHERE, Settings
from worker.config.templates import template_faults
from worker.config.texts import odd_settings
from worker.words.config_faults import Problem

NEEDED = {
    "camunda": {"base_url": "http://engine/engine-rest"},
    "bitrix": {"webhook_url": "https://portal/rest/1/secretsecret/"},
}
SCHEMA = Draft7Validator(json.loads(settings_schema.schema("en")))
PATHS = [row.path.replace("…", "t") for group in (*GROUPS, "topics") for row in rows(group)]
SWITCHES = ("true", "TRUE", "False", "yes", "No", "on", "OFF", "y", "N", "t", "F", "1", "0")
NUMBERS = (True, False, 0, 1, 2, -1, 8, 0.5, 1.0, 8.0, 8.5, 150, 1e9, -0.5, 65535, 65536)
QUOTED = ("8", "8.0", "8.", ".5", "0.5", " 8 ", "+8", "-1", "1_0", "1e1", "1E-1", "0x8", "1,5", "1_", "8 s", "")
DURATIONS = ("5s", "PT5S", "1 minute", "inf", "nan")
OTHERS: tuple[Any, ...] = (
    None,
    [],
    {},
    ["a"],
    [5],
    [1.01],
    [True],
    [None],
    {"a": "b"},
    {"a": 1},
    {"a": True},
    {"a": None},
    {"a": []},
)
WORDS = (
    *("debug", "INFO", "Warning", *LEVELS_ELSEWHERE, "WARN", "Fatal", "loud"),
    *("ru", "EN", "de", "console", "JSON", "xml", "comment", "Close", "cloud", "CLOUD", "auto", "ALL", "incident"),
)
POOL = (*SWITCHES, *NUMBERS, *QUOTED, *DURATIONS, *OTHERS, *WORDS)
FREE = "any text of a person"
NUMBER = re.compile(r"\s*[-+]?[0-9_.]+([eE][-+]?[0-9]+)?\s*")


def nested(path: str, value: Any) -> dict[str, Any]:
    made = value
    for name in reversed(path.split(".")):
        made = {name: made}
    return dict(made)


def is_taken(path: str, value: Any) -> bool:
    group, *_ = path.split(".")
    values: dict[str, Any] = NEEDED | nested(path, value)
    if group in NEEDED and isinstance(values[group], dict):
        values[group] = NEEDED[group] | values[group]
    try:
        Settings.model_validate(values)
    except ValidationError:
        return False
    return not list(odd_settings(values))


def is_marked_right(path: str, value: Any) -> bool:
    return bool(SCHEMA.is_valid(nested(path, value)))


def is_beyond_a_schema(path: str, value: Any) -> bool:
    """Whether only the program knows the rule: a text of free form, or a number in quotes, or a name in a mapping."""
    texts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
    if not texts or not all(isinstance(one, str) for one in texts):
        return False
    free = [FREE] if isinstance(value, list) else {"a": FREE} if isinstance(value, dict) else FREE
    return is_marked_right(path, free) or all(NUMBER.fullmatch(one) for one in texts)


@pytest.mark.parametrize("path", PATHS)
def test_schema_and_program_agree(path: str) -> None:
    taken = [value for value in POOL if is_taken(path, value)]
    assert [value for value in taken if not is_marked_right(path, value)] == [], "marked wrong, and accepted"
    refused = [value for value in POOL if not is_taken(path, value) and not is_beyond_a_schema(path, value)]
    assert [value for value in refused if is_marked_right(path, value)] == [], "marked right, and refused"
    assert refused


FORMS: dict[str, tuple[list[Any], list[Any]]] = {
    "camunda.base_url": (["engine:8080", "http://", "ftp://engine/"], ["https://engine/engine-rest", "HTTP://e/r"]),
    "camunda.auth.oauth2.token_url": (["sso", ""], ["https://sso.example/token", None]),
    "bitrix.webhook_url": (["portal.example"], ["https://portal.example/rest/1/secretsecret/"]),
    "ledger.url": (
        ["foo", "", "sqlite:///", "sqlite://worker.db"],
        ["sqlite:///w.db", "postgresql+psycopg://db/worker"],
    ),
    "http.host": (["", "http://0.0.0.0", "[::1]", "a b"], ["127.0.0.1", "::1", "worker.example"]),
    "sync.method": (["", "imena camunda"], ["imena.camunda.sync"]),
    "files.storage": (["group:0", "disk", "user:", ""], ["owner", "Common", "GROUP:12", "user:7"]),
    "files.folder": (["a/b", "", "..", " ", "a:b"], ["Camunda", "A.b", "Из процессов"]),
    "topics.t.wait.declined": (["error:", "wait", "error: x", ""], ["incident", "complete", "error:NO"]),
    "topics.t.wait.deleted": (["error:", "wait"], ["incident", "error:NO"]),
    "topics.t.wait.returned": (["error:", "reopen"], ["wait", "error:NO"]),
    "topics.t.task.priority": (["urgent", 3, -1], [0, "2", "HIGH", "Низкий", "{{ p }}", "{% if a %}1{% endif %}"]),
}
"""Values that cannot be meant, and some that can, of the texts that have a form."""


@pytest.mark.parametrize("path", FORMS)
def test_what_the_program_refuses_by_its_form_the_schema_marks(path: str) -> None:
    """An editor marked none of them, and `run` refused them."""
    wrong, right = FORMS[path]
    assert [value for value in wrong if is_taken(path, value) and not of_templates(path, value)] == []
    assert [value for value in wrong if is_marked_right(path, value)] == []
    assert [value for value in right if not is_taken(path, value) or of_templates(path, value)] == []
    assert [value for value in [*right, "${NAME}"] if not is_marked_right(path, value)] == []


def of_templates(path: str, value: Any) -> list[Problem]:
    return list(template_faults(nested(path, value).get("topics")))


@pytest.mark.parametrize("path", PATHS)
def test_a_variable_may_stand_for_each_value(path: str) -> None:
    assert is_marked_right(path, "${NAME}") or is_marked_right(path, {"a": "${NAME}"})


@pytest.mark.parametrize("value", [True, 1, "x", []])
@pytest.mark.parametrize("path", [*GROUPS, "topics.t", "topics.t.wait", "camunda.auth", "camunda.auth.oauth2"])
def test_a_group_is_a_group_for_both(path: str, value: Any) -> None:
    assert not is_taken(path, value)
    assert not is_marked_right(path, value)


@pytest.mark.parametrize("value", [None, {}])
@pytest.mark.parametrize("path", ["topics", *GROUPS, "topics.t", "topics.t.wait", "topics.t.task", "camunda.auth"])
def test_a_group_may_be_left_empty(path: str, value: Any) -> None:
    assert is_taken(path, value) or path in NEEDED
    assert is_marked_right(path, value)


@pytest.mark.parametrize("value", [[], "t", 1])
def test_topics_are_a_mapping(value: Any) -> None:
    assert not is_taken("topics", value)
    assert not is_marked_right("topics", value)
