"""Turns the answers of a task's questionnaires into process variables, which the gateways of the model read.

The variable of a question is `{activity id}_{code of the questionnaire}_{code of the question}`, as the installation
before us named it (its code; `tasktemplate.variables` of the portal's module names it alike).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bitrix import reading
from bitrix.flags import flag
from bitrix.questionnaires import Question, Questionnaire
from worker.mapping.blame import fault
from worker.mapping.outcomes import LONGEST_NAME
from worker.model import FetchedTask

WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class QuestionnaireVariables:
    """`values`: plain values by variable. `unnamed`: questions without a variable, since a code is missing or too long.

    `repeated`: variables of several questions, of which the last one counts.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unnamed: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()


def variables_of(task: FetchedTask, questionnaires: Iterable[Questionnaire]) -> QuestionnaireVariables:
    """What a step's questionnaires set. Raises `MappingFault` for a yes or no that is neither, and for a list."""
    values: dict[str, Any] = {}
    unnamed: list[str] = []
    repeated: dict[str, None] = {}
    for one, question in _questions(questionnaires):
        name = variable_of(task, one, question)
        if name is None:
            unnamed.append(f"{one.title or one.code}: {question.name or question.code}")
            continue
        if name in values:
            repeated[name] = None
        values[name] = _value(task, name, question)
    return QuestionnaireVariables(values | _of_instance(task, values), tuple(unnamed), tuple(repeated))


def names_of(task: FetchedTask, questionnaires: Iterable[Questionnaire]) -> list[str]:
    """The variables that `variables_of` would set."""
    named = (variable_of(task, one, question) for one, question in _questions(questionnaires))
    names = dict.fromkeys(name for name in named if name)
    return [*names, *_of_instance(task, names)]


def variable_of(task: FetchedTask, questionnaire: Questionnaire, question: Question) -> str | None:
    """The variable of one question; None: it has none."""
    name = f"{task.activity_id}_{questionnaire.code}_{question.code}"
    fits = len(f"{name}_{task.instance}") <= LONGEST_NAME
    return name if questionnaire.code and question.code and fits else None


def _questions(questionnaires: Iterable[Questionnaire]) -> Iterator[tuple[Questionnaire, Question]]:
    return ((one, question) for one in questionnaires for question in one.questions)


def _of_instance(task: FetchedTask, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same under names of one instance of a multi-instance, as `mapper.own` does for other results.

    The names begin with the activity's id, so none is needed in front of them.
    """
    return {f"{name}_{task.instance}": value for name, value in values.items()} if task.loops else {}


def _value(task: FetchedTask, name: str, question: Question) -> Any:
    answer = question.answer
    if question.unread:
        raise fault(task, name, question.unread, "no_single_answer", question.name)
    if question.kind == "boolean":
        read = flag(answer)
        if read is None:  # never counted as "no": the process would take the wrong path
            raise fault(task, name, answer, "no_yes_or_no", question.name)
        return read
    if question.kind == "integer" and answer is not None and WHOLE.fullmatch(written := answer.strip()):
        number = int(written)
        return number if -reading.LARGEST - 1 <= number <= reading.LARGEST else answer
    return answer
