"""What a step says about its own end: whether somebody must answer, or close the task, before it is completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from worker.bbcode import harmless, shortened, single_line
from worker.model import FetchedTask, UnreadableVariable

EXPECTED_MARK = "ufresultexpected"
WAIT_MARK = "waitforcompletion"
EXPECTED_FIELD = "UF_RESULT_EXPECTED"
QUESTION_FIELD = "UF_RESULT_QUESTION"
QUESTION_CHARACTERS = 10_000
NO = ("", "none", "null", "false", "0", "0.0", "n", "no", "off", "нет")


def says(mark: str, task: FetchedTask, more: Iterable[tuple[str, Any]] = ()) -> bool | None:
    """What the step's extension properties, its variables, or `more` say about a mark; None: nothing at all.

    One yes outweighs any no, and a mark that cannot be read is a yes: to pass an unanswered approval is worse than
    to wait for a person.
    """
    said = [_asks(value) for name, value in (*_named(task), *more) if _plain(name) == mark]
    return any(said) if said else None


def question(task: FetchedTask, fields: Mapping[str, Any]) -> dict[str, str]:
    """The field with the step's question, where it has one and the configuration gives none."""
    named = {_plain(name): value for name, value in _named(task)}
    words = named.get(_plain(QUESTION_FIELD))
    if QUESTION_FIELD in fields or not isinstance(words, str) or not words.strip():
        return {}
    return {QUESTION_FIELD: shortened(harmless(single_line(words)), QUESTION_CHARACTERS)}


def _named(task: FetchedTask) -> tuple[tuple[str, Any], ...]:
    return (*task.variables.items(), *task.extension_properties.items())


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _asks(value: Any) -> bool:
    return isinstance(value, UnreadableVariable) or str(value).strip().lower() not in NO
