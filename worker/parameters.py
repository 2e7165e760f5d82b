"""Which of a step's results never reach the process: its parameters, or its loop, are in the way.

An input parameter is a variable of the step's own: a result of its name goes into it, and both end with the step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress

from worker.definition import Step
from worker.mapping import TopicTemplates
from worker.marks import LOOP_COUNTER
from worker.model import EXTERNAL_TASK, FetchedTask
from worker.outcomes import DEFAULT_RESULT
from worker.template_values import TemplateFault
from worker.templates import Templates

OF_LOOPS = (LOOP_COUNTER, "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances")
"""Variables of the engine's own in a multi-instance."""


def losses(step: Step, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is in the way of these variables: where it is modelled, and `hidden`, `hidden_by_loop` or `overwritten`."""
    yield from ((f"inputParameters.{name}", "hidden") for name in step.inputs if name in set(names) - step.handed_on)
    if step.loop is not None and step.loop.multi:
        of_loop = [step.loop.element_variable, *OF_LOOPS]
        yield from ((f"multiInstance.{name}", "hidden_by_loop") for name in of_loop if name in names)
    yield from ((f"outputParameters.{name}", "overwritten") for name in step.overwritten if name in names)


def hidden_results(step: Step, topic: TopicTemplates, task: FetchedTask) -> list[str]:
    """The same of every result, by name."""
    return list(dict.fromkeys(where.partition(".")[2] for where, _ in losses(step, _results(topic, task))))


def _results(topic: TopicTemplates, task: FetchedTask) -> set[str]:
    """The variables that the step leaves, as far as they can be told beforehand."""
    names = {*(topic.result or DEFAULT_RESULT)}
    about = {name: getattr(task, attribute) for name, attribute in EXTERNAL_TASK.items()}
    with suppress(TemplateFault):  # its conclusion tells of it
        names.add(str(Templates().value(topic.wait.answer_variable, {**task.variables, "external_task": about})))
    return names
