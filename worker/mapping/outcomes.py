"""Types for settings about the end of a task: an outcome, or the value that an answer gives."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

IS_BOOLEAN = Phrase("в YAML это логическое значение: возьмите в кавычки", "is a boolean in YAML: write it in quotes")
DEFAULT_RESULT: Mapping[str, str] = {"bitrixTaskId": "{{ task.id }}", "bitrixTaskUrl": "{{ task.url }}"}
"""What completes a step if its topic has no `result`."""
LONGEST_NAME = 255
"""Characters that the engine's columns hold of a variable's name, a topic, and a worker id."""
ERROR_OUTCOME = re.compile(r"error:(?P<code>\S+)")
_ERROR_MEANT = re.compile(r"\s*(bpmn[\s_-]*)?error\s*[:=]", re.IGNORECASE)


def answer_key(name: str) -> str:
    """An answer for comparison: case and surrounding blanks do not count."""
    return name.strip().casefold()


def _is_outcome(value: str) -> str:
    if value not in ("incident", "complete") and not ERROR_OUTCOME.fullmatch(value):
        raise InvalidSetting(
            Phrase("допустимо incident, complete или error:КОД", "must be incident, complete or error:CODE")
        )
    return value


def _is_outcome_or_wait(value: str) -> str:
    try:
        return value if value == "wait" else _is_outcome(value)
    except InvalidSetting:
        raise InvalidSetting(
            Phrase("допустимо wait, incident, complete или error:КОД", "must be wait, incident, complete or error:CODE")
        ) from None


def _no_bare_yes(value: object) -> object:
    if isinstance(value, bool):
        raise InvalidSetting(IS_BOOLEAN)
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise InvalidSetting(Phrase("нужен текст или число", "must be a text or a number"))
    return value


def _no_broken_error(value: str | float) -> str | float:
    """Refuse a malformed BPMN error: the answer's variable would get its text as the value."""
    if isinstance(value, str) and _ERROR_MEANT.match(value) and not ERROR_OUTCOME.fullmatch(value):
        raise InvalidSetting(
            Phrase("ошибка BPMN пишется error:КОД, без пробелов", "a BPMN error is error:CODE, without spaces")
        )
    return value


def _each_once(answers: Mapping[str, str | float]) -> Mapping[str, str | float]:
    if len({answer_key(name) for name in answers}) < len(answers):
        raise InvalidSetting(
            Phrase("один ответ задан дважды: регистр не важен", "holds one answer twice: case does not count")
        )
    return answers


Outcome = Annotated[str, AfterValidator(_is_outcome)]
"""`incident`, `complete`, or `error:CODE` for a BPMN error that the model catches by its code."""
OutcomeOrWait = Annotated[str, AfterValidator(_is_outcome_or_wait)]
Answer = Annotated[str | int | float, BeforeValidator(_no_bare_yes), AfterValidator(_no_broken_error)]
Answers = Annotated[Mapping[str, Answer], AfterValidator(_each_once)]
"""The value of each answer, or `error:CODE` for a BPMN error."""


def is_variable_name(name: str) -> bool:
    """Whether a gateway can read a variable of this name. Allowed are the characters of an activity's id."""
    letters = (one.isalnum() or one in "_-." or unicodedata.combining(one) for one in name)
    return bool(name) and (name[0].isalpha() or name[0] == "_") and all(letters)


def unfit_name(name: str, *made_of_it: str) -> str | None:
    """What is wrong with a variable's name, or with others that are made of it; None: nothing."""
    if not is_variable_name(name):
        return "variable_name"
    return "variable_long" if any(len(one) > LONGEST_NAME for one in (name, *made_of_it)) else None
