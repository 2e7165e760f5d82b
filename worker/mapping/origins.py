"""Says where the value of a task's field comes from: whoever must correct it looks there first."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from worker.mapping.context import context_of
from worker.mapping.fields import is_blank
from worker.mapping.marks import plain
from worker.mapping.task_fields import BY_VARIABLE
from worker.mapping.template_values import TemplateFault
from worker.mapping.templates import Templates
from worker.mapping.topic_templates import PortalDefaults, TopicTemplates
from worker.model import FetchedTask
from worker.words.phrase import NOTHING, Phrase

SETTING = Phrase("настройка {name}", "setting {name}")
MODEL = Phrase("задано моделью: {name}", "set by the model: {name}")
VARIABLE = Phrase("переменная процесса {name}", "process variable {name}")
DEFAULT = "BITRIX_DEFAULT_RESPONSIBLE_ID"
RESPONSIBLE = plain("responsible_id")
OF_VARIABLES = frozenset(map(plain, BY_VARIABLE))


class Origin(NamedTuple):
    """In words, without a stop; empty: not known. `by_model`: the step's model has set such a variable."""

    said: Phrase
    by_model: bool = False


class Origins:
    """Of the fields that the portal's templates do not fill. Thread-safe."""

    def __init__(self, topics: Mapping[str, TopicTemplates], bitrix: PortalDefaults, templates: Templates) -> None:
        self._topics = topics
        self._bitrix = bitrix
        self._templates = templates

    def of(self, task: FetchedTask, field: str, value: Any, set_by_model: Mapping[str, str]) -> Origin:
        """Where it comes from. `field`: in any spelling; `value`: what was made of it.

        `set_by_model`: the variables that the step's model has set, by their names in the form of `plain`.
        """
        topic = self._topics.get(task.topic)
        key = next((key for key in topic.task if plain(key) == plain(field)), None) if topic else None
        if topic is None or key is None:
            said = _variable(task, field, set_by_model)
        else:
            said = SETTING.format(name=f"topics.{task.topic}.task.{key}")
            said = said if self._fills(task, topic.task[key]) else NOTHING
        return Origin(said or self._default(field, value), plain(field) in set_by_model)

    def _fills(self, task: FetchedTask, template: Any) -> bool:
        with suppress(TemplateFault):
            return not is_blank(self._templates.value(template, context_of(task)))
        return True  # it is itself at fault

    def _default(self, field: str, value: Any) -> Phrase:
        is_default = value is not None and value == self._bitrix.default_responsible_id
        return SETTING.format(name=DEFAULT) if is_default and plain(field) == RESPONSIBLE else NOTHING


def _variable(task: FetchedTask, field: str, set_by_model: Mapping[str, str]) -> Phrase:
    """The variable that fills a field without a template; the step's own comes before the process's."""
    name = plain(field)
    spelt = [one for one, value in task.variables.items() if plain(one) == name and not is_blank(value)]
    if name not in OF_VARIABLES or not spelt:
        return NOTHING
    return MODEL.format(name=set_by_model[name]) if name in set_by_model else VARIABLE.format(name=spelt[0])
