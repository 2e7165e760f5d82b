"""Tries with the run's own mapper what a step's model says, before a process runs.

What a run refuses is found, with its cause and cure. Only what the model alone decides is tried: a field that depends
on process variables is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from worker.config.settings import TopicSettings
from worker.mapping.faults import MappingFault
from worker.mapping.fields import is_blank
from worker.mapping.mapper import Mapper
from worker.mapping.marks import EXPECTED_FIELD, LOOP_COUNTER, QUESTION_FIELD, WAIT_PROPERTY, plain
from worker.mapping.step_files import files_of_step
from worker.mapping.task_fields import BY_VARIABLE, FIELDS, portal_name, spellings
from worker.mapping.template_reader import attributes_of, names_of
from worker.model import FetchedTask
from worker.steps.bpmn.step import Step
from worker.steps.overwritten_answers import example

_QUESTION = plain(QUESTION_FIELD)
RESPONSIBLE, FLOW = "responsible_id", "flow_id"
ANSWER_VARIABLE = "wait.answer_variable"
IN_MODEL = frozenset({"topic", "activity_id", "activity_name", "process_name"})
"""What of an external task the model tells."""
PORTAL_NAMES = {plain(field.name): field.portal_name for field in FIELDS}
BY_PORTAL = frozenset(PORTAL_NAMES.values()) - {"DEADLINE"}
"""The fields that a template of the portal may decide, so that nothing else is read for them."""


def tried(step: Step, topic: TopicSettings, mapper: Mapper, *, titled: bool) -> Iterator[MappingFault]:
    """What the mapper refuses in each task of this step, one fault for each place.

    `titled`: the portal's templates fill fields of the topic's tasks.
    """
    task, given = _known(step), dict.fromkeys(_undecided(step, topic, titled=titled), "")
    while True:
        try:
            mapper.draft(task, lambda: step.near, given)
            files_of_step(task)
        except MappingFault as fault:
            if fault.field == ANSWER_VARIABLE:
                yield from [fault] if _decided(topic.wait.answer_variable, _constants(step)) else ()
                return
            rest = _without(task, topic, given, fault.field)
            if rest == (task, given):  # it is no matter of one field
                return
            yield fault
            task, given = rest
        else:
            return


def decided_fields(step: Step, topic: TopicSettings, mapper: Mapper, *, titled: bool) -> Mapping[str, Any]:
    """The fields that every task of this step has; none if the run refuses it. `titled` as in `tried`."""
    given = dict.fromkeys(_undecided(step, topic, titled=titled), "")
    with suppress(MappingFault):
        fields = mapper.draft(_known(step), lambda: step.near, given).fields
        return {name: value for name, value in fields.items() if name not in given}
    return {}


def unnamed(step: Step, topic: TopicSettings) -> bool:
    """Whether neither step, model nor topic names who is responsible: only the start of the process may."""
    configured = {portal_name(key) for key in topic.task}
    return configured.isdisjoint(map(portal_name, (RESPONSIBLE, FLOW))) and not sees_responsible(step)


def sees_responsible(step: Step) -> bool:
    """Whether a variable that names who is responsible is around the step, or set somewhere in its model."""
    around = {name for names in step.near for name in names}
    return names_responsible({*around, *step.model.sets, *step.model.in_code})


def names_responsible(variables: Collection[str]) -> bool:
    """Whether one of these variables names who is responsible."""
    return not set(variables).isdisjoint(spellings(RESPONSIBLE))


def undecided_spellings(step: Step, topic: TopicSettings) -> list[tuple[str, ...]]:
    """Fields that the step fills in several spellings: if their values differ, the run refuses the task."""
    constants, configured = step.own.constants, {portal_name(key) for key in topic.task}
    named = [tuple(name for name in step.inputs if name in spellings(key)) for key in _by_variable(configured)]
    found = [names for names in named if len(set(names)) > 1 and not constants.keys() >= set(names)]
    return [*found, *_undecided_questions(step, topic)]


def _undecided_questions(step: Step, topic: TopicSettings) -> Iterator[tuple[str, ...]]:
    """The places of the step that give its question, if only a running process knows whether they say the same."""
    said = {f"properties.{name}": value for name, value in step.properties.items() if plain(name) == _QUESTION}
    given = {name: step.own.constants.get(name, True) for name in step.inputs if plain(name) == _QUESTION}
    said |= {f"inputParameters.{name}": value for name, value in given.items()}
    places = tuple(place for place, value in said.items() if not is_blank(value))
    decided = step.own.constants.keys() >= given.keys() or _QUESTION in map(plain, topic.task)
    yield from [places] if places[1:] and not decided else ()


def constant_fields(step: Step, topic: TopicSettings) -> Iterator[tuple[str, str, Any]]:
    """(name, name on the portal, value) of each field that the model alone fills."""
    constants, configured = _constants(step), {portal_name(key) for key in topic.task}
    for key in _by_variable(configured):
        said = ((name, constants.get(name)) for name in _nearest(step, key))
        yield from ((name, portal_name(key), value) for name, value in said if not is_blank(value))


def around(step: Step, field: str) -> str | None:
    """The sub-process around the step whose input parameter fills this field; None: it is the step's own, or none."""
    return next((level.of for level in step.levels if field in level.names and level.of != step.id), None)


def _constants(step: Step) -> dict[str, Any]:
    """What the step sees under each name if the model alone decides it.

    A variable of a sub-process counts only if nothing else in the model may set it.
    """
    known, elsewhere, nearer = dict[str, Any](), {*step.model.sets, *step.model.in_code}, set[str]()
    for level in step.levels:
        hidden = nearer if level.of == step.id else nearer | elsewhere
        known |= {name: value for name, value in level.constants.items() if name not in hidden}
        nearer |= {*level.names}
    return known


def _nearest(step: Step, key: str) -> list[str]:
    """The spellings of a field that count: those nearest to the step."""
    names = dict.fromkeys(spellings(key))
    said = ([name for name in names if name in level.names] for level in step.levels)
    return next(filter(None, said), [])


def _known(step: Step) -> FetchedTask:
    """The task as far as the model decides it. A mark by an expression counts as a yes."""
    marks = {plain(EXPECTED_FIELD), plain(WAIT_PROPERTY)}
    unknown = {name: True for names in step.near for name in names if plain(name) in marks}
    return replace(example(step), variables={**unknown, LOOP_COUNTER: 0, **_constants(step)})


def _undecided(step: Step, topic: TopicSettings, *, titled: bool) -> Iterator[str]:
    """The fields, by their portal names, whose values only a running process has."""
    constants, configured = _constants(step), {portal_name(key) for key in topic.task}
    yield from BY_PORTAL if titled else ()
    yield from (portal_name(key) for key, template in topic.task.items() if not _decided(template, constants))
    for key in _by_variable(configured):
        named = _nearest(step, key)
        if not constants.keys() >= set(named) or (key == RESPONSIBLE and not named):
            yield portal_name(key)


def _by_variable(configured: set[str]) -> Iterator[str]:
    return (key for key in BY_VARIABLE if portal_name(key) not in configured)


def _decided(template: Any, constants: Mapping[str, object]) -> bool:
    """Whether a template takes nothing but what the model tells."""
    names = names_of([template])
    taken = attributes_of("external_task", [template]) if "external_task" in names else frozenset()
    return names <= {*constants, "properties", "external_task"} and taken <= IN_MODEL


def _without(
    task: FetchedTask, topic: TopicSettings, given: Mapping[str, Any], field: str
) -> tuple[FetchedTask, dict[str, Any]]:
    """The rest of a task, as if this field, or this property and all that read it, had been found good."""
    name = field.removeprefix("properties.")
    variables, properties = dict(task.variables), dict(task.extension_properties)
    variables.pop(name, None)
    properties.pop(name, None)
    reading = [key for key, value in topic.task.items() if name in attributes_of("properties", [value])]
    good = [PORTAL_NAMES.get(plain(name), name.upper()), *map(portal_name, reading)]
    return replace(task, variables=variables, extension_properties=properties), {**given, **dict.fromkeys(good, "")}
