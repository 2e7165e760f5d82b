"""Questionnaires as the portal's module shows them, in a template and on a task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bitrix import reading, shapes


@dataclass(frozen=True, slots=True)
class Question:
    """A question. `code`: "" if it has none. `kind`: its TYPE in lower case, such as `boolean` or `universal_list`.

    `answer`: the stored text, an id for users and lists; None: not answered, or a question of a template.
    `iblock_id`: the list whose elements are offered; None: no such list.
    """

    code: str
    name: str
    kind: str
    answer: str | None = None
    iblock_id: int | None = None


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
    answers = [[one.code, *((it.code, it.kind, it.answer) for it in one.questions)] for one in questionnaires]
    return hashlib.sha256(json.dumps(answers).encode()).hexdigest()[:16]


def _questionnaire(method: str, row: Mapping[str, Any]) -> Questionnaire:
    return Questionnaire(
        code=_word(method, row, "CODE"),
        title=shapes.text(method, row.get("TITLE"), "the title of a questionnaire"),
        questions=tuple(_question(method, one) for one in shapes.rows(method, row.get("questions"), "questions")),
        raw=row,
    )


def _question(method: str, row: Mapping[str, Any]) -> Question:
    answer, options = row.get("answer"), row.get("ENUM_OPTIONS")
    if isinstance(answer, bool):
        answer = "true" if answer else "false"
    offered = options.get("iblock_id") if isinstance(options, dict) else None
    return Question(
        code=_word(method, row, "CODE"),
        name=shapes.text(method, row.get("NAME"), "the name of a question"),
        kind=_word(method, row, "TYPE").lower(),
        answer=None if answer is None else shapes.text(method, answer, "the answer to a question"),
        iblock_id=reading.whole(row.get("_iblockId")) or reading.whole(offered),
    )


def _word(method: str, row: Mapping[str, Any], name: str) -> str:
    return shapes.text(method, row.get(name), name).strip()
