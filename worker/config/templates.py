"""Finds faults in the configuration's templates before any task needs them."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from worker.config.given import shown
from worker.config.setting_types import TOO_LONG
from worker.mapping.fields import DESCRIPTION_BYTES, is_blank, readers, user_field
from worker.mapping.marks import ANSWER_FIELD, QUESTION_FIELD, misspelt
from worker.mapping.notations import is_constant, placeholder
from worker.mapping.outcomes import IS_BOOLEAN, LONGEST_NAME, is_variable_name
from worker.mapping.switches import PARAMETERS
from worker.mapping.task_fields import NAMES, RESERVED, portal_name
from worker.mapping.template_values import TemplateFault, attributes_of
from worker.mapping.templates import Templates
from worker.mapping.unfit import EXPECTED, Unfit
from worker.model import EXTERNAL_TASK, ClosedTask
from worker.words.config_faults import TEXTS, Problem
from worker.words.phrase import Phrase
from worker.words.template_words import NO_TEMPLATE

TEMPLATE = re.compile(r"\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
INSTEAD = {
    "SE_PARAMETER": tuple(map(str.lower, PARAMETERS)),
    "RESULT_REQUIRED": ("require_result",),
    "CONTROL": ("task_control",),
    "ESTIMATE": ("time_estimate",),
    "STAGE": ("stage_id",),
    "FLOW": ("flow_id",),
}
"""What to write instead of a name that people know from the portal or from other programs."""
USER_FIELD = re.compile(r"UF_[A-Z0-9_]+")
NO_USER_FIELD = Phrase(
    "у поля не может быть такого имени: после UF_ — латинские буквы, цифры и _",
    "is a name that no field has: after UF_ come Latin letters, digits and _",
)
_READERS = readers(None, DESCRIPTION_BYTES, "en")
NESTED = "CHECKLISTS"
"""The only field that takes mappings."""
OF_WORDS = ("TITLE", "DESCRIPTION", "TAGS", QUESTION_FIELD)
"""The fields that people read as words: in these `no` is a word."""
A_FILTER = Phrase(
    "функции {name}() нет, это фильтр: напишите {{{{ значение | {name} }}}}",
    "there is no function {name}(), it is a filter: write {{{{ value | {name} }}}}",
)
NO_FUNCTION = Phrase(
    "функции {name}() нет, переменная процесса не функция; есть {known} и фильтры: {{{{ значение | upper }}}}",
    "there is no function {name}(), and a process variable is none; templates have {known} and filters: "
    "{{{{ value | upper }}}}",
)
_NEEDED = Phrase("нужно: {expected} (задано {given})", "must be {expected} (given: {given})")


def template_faults(topics: Any) -> Iterator[Problem]:
    """All faults. Takes values before the validation, so that all faults are reported at once.

    Most topics have the templates of others: what is sound is looked at once.
    """
    templates, sound = Templates(), set[tuple[str, bool]]()
    for topic, about in topics.items() if isinstance(topics, dict) else ():
        parts = {part: inner for part in ("task", "result") if isinstance(inner := _get(about, part), dict)}
        yield from _field_faults(f"topics.{topic}.task", parts.get("task", ()))
        for name, value in parts.get("task", {}).items():
            yield from _constant_faults(f"topics.{topic}.task.{name}", portal_name(str(name)), value)
        if isinstance(variable := _get(_get(about, "wait"), "answer_variable"), str):
            parts["wait"] = {"answer_variable": variable}
            yield from _name_faults(f"topics.{topic}.wait.answer_variable", variable)
        for part, inner in parts.items():
            for name, template in inner.items():
                for text in _items(name, template):
                    as_found = (text, part == "result") if isinstance(text, str) else None
                    if as_found in sound:
                        continue
                    path = f"topics.{topic}.{part}.{name}"
                    yield from (faults := [*_faults(templates, path, text, in_result=part == "result")])
                    if as_found and not faults:
                        sound.add(as_found)


def _field_faults(path: str, names: Iterable[Any]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    is_listed = False
    for name in map(str, names):
        if other := seen.get(portal_name(name)):
            yield Problem(
                f"{path}.{name}",
                Phrase(f"задано дважды: {other} — то же поле", f"is said twice: {other} is the same field"),
            )
        seen[portal_name(name)] = name
        if name.upper() in RESERVED:
            yield Problem(f"{path}.{name}", Phrase("заполняет сам воркер", "is filled by the worker itself"))
        elif name.upper() == ANSWER_FIELD:
            yield Problem(
                f"{path}.{name}",
                Phrase(
                    "заполняет тот, кто отвечает: задача создалась бы уже с ответом",
                    "is filled by the person who answers: the task would be made answered",
                ),
            )
        elif meant := misspelt(name):
            yield Problem(f"{path}.{name}", Phrase(f"нет такого поля → {meant}?", f"is no task field → {meant}?"))
        elif name not in NAMES and not name.upper().startswith("UF_"):
            close = INSTEAD.get(name.upper()) or _named(name)
            hint = f" → {', '.join(close)}?" if close else "" if is_listed else f": {', '.join(NAMES)}, UF_*"
            is_listed |= not close
            yield Problem(f"{path}.{name}", Phrase(f"такого поля задачи нет{hint}", f"is no task field{hint}"))
        elif name not in NAMES and not USER_FIELD.fullmatch(name.upper()):
            yield Problem(f"{path}.{name}", NO_USER_FIELD)


def _named(name: str) -> list[str]:
    """The field that was probably meant: RESPONSIBLE_ID and responsibleId are the portal's spellings."""
    spelt = {_bare(one): one for one in NAMES}
    return [spelt[one] for one in difflib.get_close_matches(_bare(name), spelt, 1)]


def _bare(name: str) -> str:
    """A name without what its spellings differ in."""
    return name.replace("_", "").lower()


def _name_faults(path: str, name: str) -> Iterator[Problem]:
    """Checks the fixed text of a variable's name. What its templates give can be checked only at run time."""
    fixed = TEMPLATE.sub("x", name)
    if "{%" in fixed or "{{" in fixed:
        return
    if len(fixed) > LONGEST_NAME:
        yield Problem(path, TOO_LONG.format(count=len(fixed), most=LONGEST_NAME))
    elif not is_variable_name(fixed):
        yield Problem(
            path,
            Phrase(
                f"«{name}» не имя переменной: нужны буквы, цифры, _ - . без пробелов",
                f"“{name}” is no name of a variable: letters, digits, _ - . and no blanks",
            ),
        )


def _constant_faults(path: str, name: str, value: Any) -> Iterator[Problem]:
    """A constant value that its field does not accept."""
    items = _items(name, value)
    texts = [item for item in items if isinstance(item, str)]
    if any(isinstance(item, dict) or (isinstance(item, str) and placeholder(item)) for item in items):
        return  # reported elsewhere
    if is_blank(value) or not all(is_constant(text) for text in texts):
        return
    if name in OF_WORDS and any(isinstance(item, bool) for item in items):
        yield Problem(path, IS_BOOLEAN)
    try:
        _READERS.get(name, _user_field)(value)
    except Unfit as fault:
        yield Problem(path, _NEEDED.format(expected=EXPECTED[fault.expected], given=shown(value)))


def _items(name: str, value: Any) -> list[Any]:
    """What is in a value: the items of a list; of checklists all that their mappings hold."""
    if portal_name(str(name)) == NESTED and isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return [one for item in inner for one in _items(name, item)]
    return value if isinstance(value, list) else [value]


def _user_field(value: Any) -> Any:
    return user_field(value, None)


def _get(about: Any, part: str) -> Any:
    return about.get(part) if isinstance(about, dict) else None


def _faults(templates: Templates, path: str, template: Any, *, in_result: bool) -> Iterator[Problem]:
    if in_result and isinstance(template, float) and not math.isfinite(template):
        yield Problem(path, TEXTS["finite_number"])
    if isinstance(template, dict):
        yield Problem(path, Phrase("нужен текст, число или список", "must be a text, a number or a list"))
    elif isinstance(template, str):
        if found := placeholder(template):
            yield Problem(
                path,
                Phrase(
                    f"{found} никто не заполнит, это увидели бы как есть: шаблоны пишутся так: {{{{ имя }}}}",
                    f"nobody fills {found}, it would be shown as it is written: templates are written {{{{ name }}}}",
                ),
            )
            return
        try:
            templates.compile(template)
            yield from _unknown_functions(templates, path, template)
            if in_result:
                yield from _unknown(templates, path, template, "task", attributes_of(ClosedTask))
                yield from _unnamed_fields(templates, path, template)
            yield from _unknown(templates, path, template, "external_task", EXTERNAL_TASK)
        except TemplateFault as fault:
            yield Problem(path, NO_TEMPLATE.format(what=fault.detail))


def _unknown_functions(templates: Templates, path: str, template: str) -> Iterator[Problem]:
    """Calls of what is no function: a variable is a value, and every step would fail."""
    for name in sorted(templates.unknown_functions(template)):
        is_filter = name in templates.filters
        phrase = A_FILTER if is_filter else NO_FUNCTION
        yield Problem(path, phrase.format(name=name, known=", ".join(f"{one}()" for one in templates.functions)))


def _unknown(templates: Templates, path: str, template: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    """Attributes of `name` that do not exist: the step would fail after people have done their work."""
    if templates.binds(name, template):
        return
    for first in sorted({one.split(".")[0] for one in templates.attributes(name, [template])} - {"", *known}):
        close = difflib.get_close_matches(first, known, 1)
        hint = f" → {name}.{close[0]}?" if close else f" ({', '.join(known)})"
        yield Problem(path, Phrase(f"{name}.{first} не существует{hint}", f"there is no {name}.{first}{hint}"))


def _unnamed_fields(templates: Templates, path: str, template: str) -> Iterator[Problem]:
    """Uses of `task.fields` that name no field, or not in capitals. Only named fields are requested from the portal."""
    if templates.binds("task", template):
        return
    for one in sorted(templates.attributes("task", [template])):
        first, _, field = one.partition(".")
        if first == "fields" and not field:
            yield Problem(path, Phrase("назовите поле: task.fields.UF_ИМЯ", "must name the field: task.fields.UF_NAME"))
        elif first == "fields" and (name := field.split(".")[0]) != name.upper():
            hint = f"task.fields.{name} → task.fields.{name.upper()}"
            yield Problem(
                path, Phrase(f"имена полей пишутся заглавными: {hint}", f"fields are named in capitals: {hint}")
            )
