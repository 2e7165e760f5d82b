"""Finds results of a step that never reach the process, because parameters or loops of it or around it take them.

An input parameter is a local variable of the activity. A result of its name goes into it, and both end with the
activity (seen on Camunda 7.24). The same holds for the element variable of a multi-instance. A sub-process may have
such a variable on purpose, so that its instances do not overwrite each other's: then it is read only inside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from typing import NamedTuple

from worker.mapping.marks import LOOP_COUNTER, plain
from worker.mapping.outcomes import DEFAULT_RESULT
from worker.mapping.template_reader import READER
from worker.mapping.template_values import TemplateFault
from worker.mapping.topic_templates import TopicTemplates
from worker.model import EXTERNAL_TASK, FetchedTask
from worker.steps.bpmn.definition import Loop, Scope, Step

OF_LOOPS = (LOOP_COUNTER, "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
"""The engine's own variables in a multi-instance."""


class Loss(NamedTuple):
    """What keeps a result from the process: its place in the model, the kind of fault, and the result's name."""

    where: str
    kind: str
    name: str


def losses(step: Step, names: Collection[str]) -> Iterator[Loss]:
    """What keeps these variables of a step from reaching the process."""
    own = step.own
    for name in own.inputs:
        if name in set(names) - own.handed_on:
            yield Loss(f"inputParameters.{name}", "hidden", name)
    for name in _of_loop(step.loop):
        if name in names:
            yield Loss(f"multiInstance.{name}", "hidden_by_loop", name)
    for name in sorted(own.overwritten & {*names}):
        yield Loss(f"outputParameters.{name}", "overwritten", name)
    for name in sorted(own.written & {*names}):
        yield Loss(f"executionListener.{name}", "written", name)
    yield from _around(step, {name for name in names if name not in own.inputs or name in own.outputs})


def hidden_results(step: Step, topic: TopicTemplates, task: FetchedTask) -> list[str]:
    """The names of the step's results that never reach the process."""
    return list(dict.fromkeys(loss.name for loss in losses(step, _results(topic, task))))


def hidden_elements(
    step: Step, read: Collection[str] | None, used: Callable[[Scope, str], bool] = lambda *_: False
) -> list[tuple[str, str]]:
    """Input parameters that hide the element of a multi-instance around them, each with the element's variable.

    All instances then get the same. `read`: the variables that are read of a step; None: all. `used`: whether something
    else in a sub-process reads its element.
    """
    own, loops = [step.own, *(one.own for one in step.scopes)], [step.loop, *(one.loop for one in step.scopes)]
    elements = [(at, loop.element_variable) for at, loop in enumerate(loops) if loop and loop.element_variable]
    return [
        (name, element)
        for at, element in elements
        for nearer, variables in enumerate(own[: at + 1])
        for name, words in variables.inputs.items()
        if plain(name) == plain(element) and (read is None or name in read)
        if element not in words and (name == element or element not in step.mentioned)
        if nearer == at or not (step.scopes[at - 1].inside.get(element) or used(step.scopes[at - 1], element))
    ]


def shared_results(step: Step, topic: TopicTemplates, task: FetchedTask) -> list[str]:
    """Results that the instances of a parallel sub-process overwrite for each other before the sub-process reads them.

    What the engine evaluates in the transaction that completes the step still sees the step's own result.
    """
    names, found = _results(topic, task) - {*step.own.inputs}, list[str]()
    passed = Counter(step.around)
    passed.update(step.at_once)
    for scope in step.scopes[:-1]:
        names -= _locals(scope)
        if scope.loop and scope.loop.multi and not scope.loop.sequential:
            found += (name for name in sorted(names) if scope.inside.get(name, 0) > passed[name])
        passed.update(scope.around)
    return list(dict.fromkeys(found))


def _around(step: Step, names: set[str]) -> Iterator[Loss]:
    """What does so outside the step, on the variable's way out to the process."""
    passed = Counter(step.around)
    for scope in step.scopes[:-1]:
        for name in sorted(names):
            yield from _at(scope, name, read_inside=scope.inside.get(name, 0) > passed[name])
        names = {name for name in names if name not in _locals(scope) or name in scope.own.outputs}
        passed.update(scope.around)


def _at(scope: Scope, name: str, *, read_inside: bool) -> Iterator[Loss]:
    """What one sub-process does to one variable. Nothing is lost if the variable is read only inside."""
    if name in _engine_variables(scope.loop):
        yield Loss(f"{scope.id}.multiInstance.{name}", "hidden_by_loop", name)
    elif name in _locals(scope):
        read_only_inside = read_inside and not scope.outside.get(name, 0)
        if not read_only_inside and name not in scope.own.handed_on:
            of_loop = scope.loop is not None and name == scope.loop.element_variable
            where, kind = ("multiInstance", "hidden_by_loop") if of_loop else ("inputParameters", "hidden_by_scope")
            yield Loss(f"{scope.id}.{where}.{name}", kind, name)
    elif name in scope.own.overwritten and not read_inside:
        yield Loss(f"{scope.id}.outputParameters.{name}", "overwritten", name)


def _locals(scope: Scope) -> set[str]:
    return {*scope.own.inputs, *_of_loop(scope.loop)}


def _of_loop(loop: Loop | None) -> list[str]:
    element = loop.element_variable if loop else None
    return [*([element] if element else ()), *_engine_variables(loop)]


def _engine_variables(loop: Loop | None) -> tuple[str, ...]:
    return OF_LOOPS if loop and loop.multi else ()


def _results(topic: TopicTemplates, task: FetchedTask) -> set[str]:
    """The variables that the step sets at its end, as far as they are known beforehand."""
    names = {*(topic.result or DEFAULT_RESULT)}
    about = {name: getattr(task, attribute) for name, attribute in EXTERNAL_TASK.items()}
    with suppress(TemplateFault):  # the end of its task reports that
        names.add(str(READER.value(topic.wait.answer_variable, {**task.variables, "external_task": about})))
    return names
