"""Reads from a step whether somebody must answer or close its task before the step is completed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from bitrix.flags import flag
from worker.mapping.bbcode import ELLIPSIS, harmless, shortened, single_line
from worker.mapping.marks import MARKS, QUESTION_FIELD, meant, misspelt, plain
from worker.mapping.notations import EXPRESSION
from worker.mapping.spellings import Near, nearest_said, nothing_known
from worker.model import FetchedTask, UnreadableVariable

QUESTION_CHARACTERS = 10_000


def says(mark: str, task: FetchedTask, more: Iterable[tuple[str, Any]] = ()) -> bool | None:
    """What the step's extension properties, its variables and `more` say about a mark; None: nothing.

    One yes outweighs every no. A mark that cannot be read counts as a yes: it is better to wait for a person than to
    pass an unanswered approval.
    """
    return one_yes(value for name, value in (*_named(task), *more) if plain(name) == plain(mark))


def one_yes(said: Iterable[Any]) -> bool | None:
    """What all spellings and places of a mark say together; None: there is none. What is not clearly a no is a yes."""
    each = [_asks(value) for value in said]
    return any(each) if each else None


def question(task: FetchedTask, near: Near = nothing_known) -> tuple[str, Any]:
    """(name, text) of the step's question; the text is None if there is no question. Raises `TwoSpellings`."""
    variables, own = (
        [(name, value) for name, value in named.items() if plain(name) == plain(QUESTION_FIELD)]
        for named in (task.variables, task.extension_properties)
    )
    return nearest_said(variables, near, own) or (QUESTION_FIELD, None)


def asked(words: str) -> str:
    """A question as the portal's field accepts it."""
    return shortened(harmless(single_line(words)), QUESTION_CHARACTERS)


def is_cut(question: object) -> bool:
    """Whether `asked` has left out the end of this question."""
    return isinstance(question, str) and len(question) == QUESTION_CHARACTERS and question.endswith(ELLIPSIS)


def unread_mark(task: FetchedTask, read: Collection[str]) -> tuple[str, str] | None:
    """An extension property that was probably meant for a mark, and that mark; None: there is none.

    `read`: the names that templates use, and the topic's fields. Such a property, or a blank one, counts only if it is
    a misspelling (`misspelt`); any other one counts by the wider rule (`meant`).
    """
    for name, value in task.extension_properties.items():
        blank = not (value or "").strip()
        if mark := misspelt(name) if blank or name in read else meant(name):
            return name, mark
    return None


def asking_property(task: FetchedTask) -> str | None:
    """The extension property with the step's question. Variables do not count: they may belong to the process."""
    named = task.extension_properties.items()
    return next((name for name, words in named if plain(name) == plain(QUESTION_FIELD) and (words or "").strip()), None)


def unevaluated_property(task: FetchedTask, read: Collection[str]) -> str | None:
    """An extension property with an expression; the engine evaluates expressions only in parameters.

    Only the marks, and the properties that templates `read`, are checked: people would see the expression, or a no
    would count as a yes.
    """
    for name, value in task.extension_properties.items():
        if (plain(name) in MARKS or name in read) and EXPRESSION.search(value or ""):
            return name
    return None


def _named(task: FetchedTask) -> tuple[tuple[str, Any], ...]:
    return (*task.variables.items(), *task.extension_properties.items())


def _asks(value: Any) -> bool:
    return isinstance(value, UnreadableVariable) or flag(value) is not False
