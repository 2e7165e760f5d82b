"""What a step says about its own end: whether somebody must answer, or close the task, before it is completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bitrix.flags import flag
from worker.bbcode import harmless, shortened, single_line
from worker.marks import QUESTION_FIELD, misspelt, plain
from worker.model import FetchedTask, UnreadableVariable

QUESTION_CHARACTERS = 10_000


def says(mark: str, task: FetchedTask, more: Iterable[tuple[str, Any]] = ()) -> bool | None:
    """What the step's extension properties, its variables, or `more` say about a mark; None: nothing at all.

    One yes outweighs any no, and a mark that cannot be read is a yes: to pass an unanswered approval is worse than
    to wait for a person.
    """
    said = [_asks(value) for name, value in (*_named(task), *more) if plain(name) == plain(mark)]
    return any(said) if said else None


def question(task: FetchedTask, fields: Mapping[str, Any]) -> dict[str, str]:
    """The field with the step's question, where it has one and the configuration gives none."""
    named = {plain(name): value for name, value in _named(task)}
    words = named.get(plain(QUESTION_FIELD))
    if QUESTION_FIELD in fields or not isinstance(words, str) or not words.strip():
        return {}
    return {QUESTION_FIELD: shortened(harmless(single_line(words)), QUESTION_CHARACTERS)}


def misspelt_property(task: FetchedTask) -> tuple[str, str] | None:
    """An extension property of the step that nobody reads, and the mark that it was probably meant for."""
    found = ((name, misspelt(name)) for name in task.extension_properties)
    return next(((name, meant) for name, meant in found if meant), None)


def asking_property(task: FetchedTask) -> str | None:
    """The extension property with the step's question. Variables do not count: they may be the whole process's."""
    named = task.extension_properties.items()
    return next((name for name, words in named if plain(name) == plain(QUESTION_FIELD) and (words or "").strip()), None)


def _named(task: FetchedTask) -> tuple[tuple[str, Any], ...]:
    return (*task.variables.items(), *task.extension_properties.items())


def _asks(value: Any) -> bool:
    return isinstance(value, UnreadableVariable) or flag(value) is not False
