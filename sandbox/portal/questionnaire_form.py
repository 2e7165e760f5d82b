"""The questionnaires on a task's page of the portal stand-in: inputs while the task is open, else the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.portal.page import safe

FIELD = "question-"
INPUTS: Mapping[str, str] = {"integer": "number", "date": "date", "universal_list": "number"}
Questionnaire = Mapping[str, Any]


def given(form: Mapping[str, str]) -> dict[str, str | None]:
    """What a person has filled in, by the question's id. An empty input is no answer."""
    return {name.removeprefix(FIELD): text or None for name, text in form.items() if name.startswith(FIELD)}


def inputs(questionnaires: Iterable[Questionnaire], people: Iterable[int], words: Mapping[str, str]) -> str:
    """The fields of the form, each questionnaire with its title."""
    users = [(str(one), str(one)) for one in people]
    return "".join(
        f'<fieldset class="questionnaire"><legend>{safe(one["TITLE"])}</legend>'
        + "".join(_field(question, users, words) for question in one["questions"])
        + "</fieldset>"
        for one in questionnaires
    )


def answers(questionnaires: Iterable[Questionnaire]) -> list[str]:
    """The answers, a line each."""
    return [
        f"{one['TITLE']} · {question['NAME']}: {question['answer'] or '—'}"
        for one in questionnaires
        for question in one["questions"]
    ]


def _field(question: Mapping[str, Any], users: list[tuple[str, str]], words: Mapping[str, str]) -> str:
    name = f"{FIELD}{question['ID']}"
    needed = " required" if question.get("IS_REQUIRED") == "Y" else ""
    label = f'<label for="{name}">{safe(question.get("NAME"))}</label>'
    choices = _choices(question, users, words)
    answer = question.get("answer")
    if choices is None:
        kind = INPUTS.get(str(question.get("TYPE")), "text")
        return f'{label}<input id="{name}" name="{name}" type="{kind}" value="{safe(answer)}"{needed}>'
    options = "".join(
        f'<option value="{safe(value)}"{" selected" if value == (answer or "") else ""}>{safe(text)}</option>'
        for value, text in [("", "—"), *choices]
    )
    return f'{label}<select id="{name}" name="{name}"{needed}>{options}</select>'


def _choices(
    question: Mapping[str, Any], users: list[tuple[str, str]], words: Mapping[str, str]
) -> list[tuple[str, str]] | None:
    """The options of a question that has some; None: it is answered in words."""
    match question.get("TYPE"):
        case "boolean":
            return [("true", words["yes"]), ("false", words["no"])]
        case "user":
            return users
        case "enum":
            return [(str(one), str(one)) for one in question.get("ENUM_OPTIONS") or ()]
    return None
