"""Questionnaires as the portal's module shows them, in a template and on a task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bitrix import reading, shapes
from bitrix.shown import shown


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `code`: "" if it has none. `kind`: its TYPE in lower case, such as `boolean` or `universal_list`.

    `answer`: the stored text, an id for users and lists; None: not answered, or a question of a template.
    `iblock_id`: the list whose elements are offered; None: no such list. `unread`: an answer that is no single value,
    such as a list, to be shown; then `answer` is None.
    """

    code: str
    name: str
    kind: str
    answer: str | None = None
    iblock_id: int | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire. `code`: "" if it has none. `raw`: as it came, which is how it is added to a task."""

    code: str
    title: str
    questions: tuple[Question, ...]
    raw: Mapping[str, Any]


def read(method: str, value: object) -> tuple[Questionnaire, ...]:
    """The questionnaires of `{"items": […]}`, in their order. Raises `Doubtful` for another shape."""
    return tuple(_questionnaire(method, row) for row in shapes.items(method, value, "questionnaires"))


def digest(questionnaires: Iterable[Questionnaire]) -> str:
    """A short text that stays equal until somebody changes a questionnaire or an answer."""
    answers = [[one.code, *(_said(it) for it in one.questions)] for one in questionnaires]
    return hashlib.sha256(json.dumps(answers).encode()).hexdigest()[:16]


def _said(question: Question) -> tuple[str | None, ...]:
    told = (question.code, question.kind, question.answer)
    return (*told, question.unread) if question.unread else told


def _questionnaire(method: str, row: Mapping[str, Any]) -> Questionnaire:
    return Questionnaire(
        code=_word(method, row, "CODE"),
        title=shapes.text(method, row.get("TITLE"), "the title of a questionnaire"),
        questions=tuple(_question(method, one) for one in shapes.rows(method, row.get("questions"), "questions")),
        raw=row,
    )


def _question(method: str, row: Mapping[str, Any]) -> Question:
    options = row.get("ENUM_OPTIONS")
    answer, unread = _answer(row.get("answer"))
    offered = options.get("iblock_id") if isinstance(options, dict) else None
    return Question(
        code=_word(method, row, "CODE"),
        name=shapes.text(method, row.get("NAME"), "the name of a question"),
        kind=_word(method, row, "TYPE").lower(),
        answer=answer,
        iblock_id=reading.whole(row.get("_iblockId")) or reading.whole(offered),
        unread=unread,
    )


def _answer(value: Any) -> tuple[str | None, str]:
    """The text of an answer, or what came instead. An empty list is no answer, as PHP writes it."""
    if value is None or value == []:
        return None, ""
    if isinstance(value, bool):
        return "true" if value else "false", ""
    text = reading.written(value)
    return text, "" if text is not None else shown(value)


def _word(method: str, row: Mapping[str, Any], name: str) -> str:
    return shapes.text(method, row.get(name), name).strip()
