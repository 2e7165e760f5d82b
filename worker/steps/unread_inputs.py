"""Finds what a step says and nothing reads: a misspelt input parameter, or a field as an extension property.

The task lacks it. What the step itself does not say may be meant for others: it counts only where a task lacks it.
"""

from __future__ import annotations

from collections.abc import Collection, Container

from worker.config.settings import TopicSettings
from worker.mapping.letters import told_apart
from worker.mapping.marks import MARKS, plain
from worker.mapping.nearest import nearest
from worker.mapping.task_fields import BY_VARIABLE, FIELDS, portal_name
from worker.steps.definition import Step
from worker.steps.needed import needed, unheard
from worker.words.phrase import NOTHING, Phrase, joined, unchanged

NEAR = 0.75
"""How similar a name must be to be told as the one that was meant."""
AS_PROPERTIES = ("checklists", "files")
"""The fields that an extension property of a step fills."""
_MEANT = unchanged("{name} → {meant}?")
_AS_INPUT = Phrase("{name} (сделайте его входным параметром шага)", "{name} (make it an input parameter of the step)")
_MISSPELT = Phrase(
    "В модели есть имена, которых воркер не читает ({names}). Исправьте их в модели",
    "The model has names that the worker does not read ({names}). Correct them in the model",
)
_AS_TEMPLATE = Phrase(
    "{name} (запишите в config.yaml: topics: {topic}: task: {field}: \"{{{{ {name} | default('') }}}}\")",
    "{name} (write in config.yaml: topics: {topic}: task: {field}: \"{{{{ {name} | default('') }}}}\")",
)
_FILES = Phrase("files (укажите его свойством расширения шага)", "files (make it an extension property of the step)")


def unread_inputs(
    step: Step, topic: TopicSettings, *, besides: Collection[str] = (), all_read: bool = False
) -> Phrase | None:
    """The step's input parameters that nothing reads, each with the name that was probably meant; None: all are read.

    `besides`: names told elsewhere. `all_read`: any may be read, so only those that resemble a known name count.
    """
    read = needed(topic)
    if read is None:
        return None
    known, silent = {*read, *step.mentioned}, unheard(topic, step.inputs)
    others = [name for name in step.inputs if name not in besides]
    unread = [name for name in others if name in silent or not (name in known or plain(name) in MARKS)]
    told = [(name, _by_template(name, step, topic) or _meant(name, read)) for name in unread]
    return joined(", ", (shown or unchanged(name) for name, shown in told if shown or not all_read)) or None


def unread_properties(step: Step, read: Container[str]) -> list[str]:
    """Extension properties named like a field that only variables and parameters fill. `read`: what templates use."""
    fields = {plain(name) for name in BY_VARIABLE if name not in AS_PROPERTIES}
    return [name for name, value in step.properties.items() if value and plain(name) in fields and name not in read]


def misspelt(step: Step, topic: TopicSettings) -> Phrase:
    """What a model says under a name that only resembles one that would have been read; empty: nothing.

    For a step whose task lacks something: also the variables that other elements of the model set count.
    """
    read = needed(topic) or ()
    if not read:
        return NOTHING
    given = {*step.inputs, *step.set_by_model}
    elsewhere = sorted(step.set_by_model.difference(read, step.inputs, step.mentioned))
    set_elsewhere = (_meant(name, [one for one in read if one not in given]) for name in elsewhere)
    properties = (_AS_INPUT.format(name=name) for name in unread_properties(step, ()))
    found = [unread_inputs(step, topic, all_read=True), *properties, *set_elsewhere]
    names = joined(", ", filter(None, found))
    return _MISSPELT.format(names=names) if names else NOTHING


def _by_template(name: str, step: Step, topic: TopicSettings) -> Phrase | None:
    """How to give the field of this name to tasks: only a template fills it; None: there is none, or it has one."""
    configured = {portal_name(key) for key in topic.task}
    field = next((one for one in FIELDS if plain(one.name) == plain(name) and not one.by_variable), None)
    if field is None or field.portal_name in configured or field.name in AS_PROPERTIES:
        return None
    return _AS_TEMPLATE.format(name=name, topic=step.topic or "?", field=field.name)


def _meant(name: str, read: Collection[str]) -> Phrase | None:
    """The name with the nearest one that would have been read; None: there is none."""
    if plain(name) == "files":
        return _FILES
    meant = nearest(name, [*sorted(read, key=_in_camel_last), *MARKS.values()], cutoff=NEAR)
    return _MEANT.format(name=name, meant=told_apart(name, meant)) if meant else None


def _in_camel_last(name: str) -> tuple[bool, str]:
    """Sorts camel case last, which models use most and which wins over other spellings."""
    return "_" not in name, name
