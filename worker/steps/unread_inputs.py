"""Finds what a step says and nothing reads: a misspelt input parameter, or a field as an extension property.

The task lacks it. What the step itself does not say may be meant for others: it counts only if it resembles a name that
would have been read.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from typing import NamedTuple

from worker.config.settings import TopicSettings
from worker.mapping.letters import in_quotes, told_apart
from worker.mapping.marks import MARKS, meant as meant_mark, plain
from worker.mapping.nearest import nearest
from worker.mapping.task_fields import FIELDS, TaskField, portal_name, shown_name
from worker.steps.bpmn.definition import Step
from worker.steps.needed import needed, unheard
from worker.words.findings.unread import CONFIGURED, IN_CONFIG, WORDS
from worker.words.phrase import NOTHING, Phrase, joined, unchanged

NEAR = 0.75
"""How similar a name must be to be told as the one that was meant."""
AS_PROPERTIES = ("checklists", "files")
"""The fields that an extension property of a step fills."""
_BY_PLAIN = {plain(field.name): field for field in FIELDS}
_FIELD_NAMES = [shown_name(field.name) for field in FIELDS]
_MEANT = unchanged("{name} → {meant}?")
_AROUND = unchanged("{of}: {seen}")
_EACH = unchanged("{names}: {cure}")
_WITH_CURE = unchanged("{seen} ({cure})")


class Unread(NamedTuple):
    """A name that nothing reads. `seen`: with the name that was probably meant. `cure`: what to do about it."""

    seen: Phrase
    cure: Phrase
    meant: str | None = None


def summed(found: Sequence[Unread]) -> tuple[Phrase, Phrase]:
    """What was seen, and what to do about each."""
    cures = dict.fromkeys(one.cure for one in found)
    seen = {cure: joined(", ", (one.seen for one in found if one.cure == cure)) for cure in cures}
    each = [cure if len(cures) == 1 else _EACH.format(names=seen[cure], cure=cure) for cure in cures]
    return joined(", ", (one.seen for one in found)), joined("; ", each)


def unread_inputs(
    step: Step, topic: TopicSettings, *, besides: Collection[str] = (), all_read: bool = False
) -> list[Unread]:
    """The step's input parameters that nothing reads.

    `besides`: names told elsewhere. `all_read`: any may be read, so only those that resemble a known name count.
    """
    read = needed(topic)
    if read is None:
        return []
    known, silent = {*read, *step.mentioned}, unheard(topic, step.inputs)
    others = [name for name in step.inputs if name not in besides]
    unread = [name for name in others if name in silent or not (name in known or plain(name) in MARKS)]
    fields = () if all_read else _FIELD_NAMES
    found = [_as_field(name, step, topic) or _as_misspelt(name, [*fields, *read]) for name in unread]
    return [one for one in found if one.meant or not all_read]


def unread_properties(
    step: Step, topic: TopicSettings, read: Container[str], *, all_read: bool = False
) -> list[Unread]:
    """Extension properties named nearly like a field, which only two of them fill. `read`: what templates use."""
    said = [name for name, value in step.properties.items() if value and name not in (*AS_PROPERTIES, *MARKS.values())]
    unread = (name for name in said if name not in read and plain(name) not in MARKS and not meant_mark(name))
    found = [one for name in unread if (one := _as_property(name, step, topic))]
    return [one for one in found if one.meant in AS_PROPERTIES or not all_read]


def unread_element(step: Step, topic: TopicSettings, *, all_read: bool = False) -> Unread | None:
    """The element variable of the step's own multi-instance, if nothing reads it: all instances are the same then."""
    element, read = step.loop.element_variable if step.loop else None, needed(topic)
    if (
        not element
        or read is None
        or element in {*read, *step.mentioned, *step.model.in_code}
        or plain(element) in MARKS
    ):
        return None
    found = _as_misspelt(element, read)
    cure = WORDS["element"].format(name=element, field=found.meant or "responsibleId")
    return found._replace(cure=cure) if found.meant or not all_read else None


def misspelt_around(step: Step, topic: TopicSettings) -> Mapping[str, list[Unread]]:
    """Variables of the sub-processes around the step that only resemble one that it reads or hides, by sub-process."""
    read, scopes = needed(topic) or (), {scope.id: scope for scope in step.scopes}
    found = [
        (level.of, _as_misspelt(name, read))
        for level in step.levels
        if level.of != step.id
        for name in level.names
        if name not in {*read, *step.model.in_code}
        and plain(name) not in MARKS
        and not scopes[level.of].inside.get(name)
    ]
    return {id_: several for id_ in scopes if (several := [one for of, one in found if of == id_ and one.meant])}


def misspelt(step: Step, topic: TopicSettings) -> Phrase:
    """What a model says under a name that only resembles one that would have been read; empty: nothing.

    For a step whose task lacks something: also the variables that other elements of the model set count.
    """
    read = needed(topic) or ()
    if not read:
        return NOTHING
    given = {*step.inputs, *step.model.sets}
    element = unread_element(step, topic)
    own_element = [step.loop.element_variable or ""] if element and step.loop else []
    elsewhere = sorted(step.model.sets.difference(read, step.inputs, step.mentioned, own_element))
    set_elsewhere = (_as_misspelt(name, [one for one in read if one not in given]) for name in elsewhere)
    own = [*unread_inputs(step, topic, all_read=True), *unread_properties(step, topic, ())]
    others = (one for one in set_elsewhere if one.meant)
    around = [
        one._replace(seen=_AROUND.format(of=of, seen=one.seen))
        for of, several in misspelt_around(step, topic).items()
        for one in several
    ]
    found = [*own, *around, *([element] if element else []), *others]
    return WORDS["misspelt"].format(names=joined(", ", map(_told, found))) if found else NOTHING


def _told(one: Unread) -> Phrase:
    return one.seen if one.cure == WORDS["correct"] else _WITH_CURE.format(seen=one.seen, cure=one.cure)


def _as_field(name: str, step: Step, topic: TopicSettings) -> Unread | None:
    """A parameter with the name of a field that no parameter fills, as the topic is; None: it is another name."""
    field = _BY_PLAIN.get(plain(name))
    if field is None:
        return None
    if field.name == "files":
        return Unread(unchanged(name), WORDS["as_property"], field.name)
    configured = _in_config(field, name, step, topic)
    return Unread(unchanged(name), configured, field.name) if configured else None


def _as_property(name: str, step: Step, topic: TopicSettings) -> Unread | None:
    field = _BY_PLAIN.get(plain(name))
    if field and field.name not in AS_PROPERTIES:
        cure = _in_config(field, f"properties.{name}", step, topic) or WORDS["as_input"]
        return Unread(unchanged(name), cure, field.name)
    found = _as_misspelt(name, _FIELD_NAMES)
    return found._replace(cure=WORDS["rename" if found.meant in AS_PROPERTIES else "as_input"]) if found.meant else None


def _in_config(field: TaskField, name: str, step: Step, topic: TopicSettings) -> Phrase:
    """How to give the field to tasks where only a template fills it; empty: a variable fills it."""
    facts = {"topic": step.topic or "?", "field": field.name, "name": name}
    if field.portal_name in map(portal_name, topic.task):
        return CONFIGURED.format(**facts)
    return NOTHING if field.by_variable else IN_CONFIG["plan" if "plan" in field.name else "any"].format(**facts)


def _as_misspelt(name: str, read: Collection[str]) -> Unread:
    """The name with the nearest one that would have been read, if there is one."""
    meant = nearest(name, [*sorted(read, key=_in_camel_last), *MARKS.values()], cutoff=NEAR)
    seen = in_quotes(name)
    if meant is None:
        return Unread(unchanged(seen), WORDS["correct"])
    return Unread(_MEANT.format(name=seen, meant=told_apart(name, meant)), WORDS["correct"], meant)


def _in_camel_last(name: str) -> tuple[bool, str]:
    """Sorts camel case last, which models use most and which wins over other spellings."""
    return "_" not in name, name
