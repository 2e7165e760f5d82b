"""What a step says about its own end: whether somebody must answer, or close the task, before it is completed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from bitrix.flags import flag
from worker.mapping.bbcode import harmless, shortened, single_line
from worker.mapping.marks import MARKS, QUESTION_FIELD, meant, misspelt, plain
from worker.mapping.notations import EXPRESSION
from worker.mapping.spellings import Near, nearest_said, nothing_known
from worker.model import FetchedTask, UnreadableVariable

QUESTION_CHARACTERS = 10_000


def says(mark: str, task: FetchedTask, more: Iterable[tuple[str, Any]] = ()) -> bool | None:
    """What the step's extension properties, its variables, or `more` say about a mark; None: nothing at all.

    One yes outweighs any no, and a mark that cannot be read is a yes: to pass an unanswered approval is worse than
    to wait for a person.
    """
    said = [_asks(value) for name, value in (*_named(task), *more) if plain(name) == plain(mark)]
    return any(said) if said else None


def question(task: FetchedTask, near: Near = nothing_known) -> tuple[str, Any]:
    """What the step's question is called, and what it is; None: it has none. Raises `TwoSpellings`."""
    variables, own = (
        [(name, value) for name, value in named.items() if plain(name) == plain(QUESTION_FIELD)]
        for named in (task.variables, task.extension_properties)
    )
    return nearest_said(variables, near, own) or (QUESTION_FIELD, None)


def asked(words: str) -> str:
    """A question as the portal's field takes it."""
    return shortened(harmless(single_line(words)), QUESTION_CHARACTERS)


def unread_mark(task: FetchedTask, read: Collection[str]) -> tuple[str, str] | None:
    """An extension property of the step that nobody reads, and the mark that it was probably meant for.

    `read`: those that templates name, and fields of the topic, which bear the portal's names.
    """
    for name, value in task.extension_properties.items():
        blank = not (value or "").strip()
        if mark := misspelt(name) if blank or name in read else meant(name):
            return name, mark
    return None


def asking_property(task: FetchedTask) -> str | None:
    """The extension property with the step's question. Variables do not count: they may be the whole process's."""
    named = task.extension_properties.items()
    return next((name for name, words in named if plain(name) == plain(QUESTION_FIELD) and (words or "").strip()), None)


def unevaluated_property(task: FetchedTask, read: Collection[str]) -> str | None:
    """An extension property with an expression that nobody works out: the engine does so in parameters only.

    Looked at are the marks and those that templates `read`: people would see the expression, or a no would be a yes.
    """
    for name, value in task.extension_properties.items():
        if (plain(name) in MARKS or name in read) and EXPRESSION.search(value or ""):
            return name
    return None


def _named(task: FetchedTask) -> tuple[tuple[str, Any], ...]:
    return (*task.variables.items(), *task.extension_properties.items())


def _asks(value: Any) -> bool:
    return isinstance(value, UnreadableVariable) or flag(value) is not False
