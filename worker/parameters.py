"""What a step's input parameters spoil: a result of the same name, or a question that nobody is asked.

A parameter is a variable of the step's own: a result of its name goes into it, and both end with the step.
"""

from __future__ import annotations

from contextlib import suppress

from worker.definition import Step
from worker.expectations import says
from worker.mapping import TopicTemplates
from worker.marks import EXPECTED_FIELD, QUESTION_FIELD, plain
from worker.model import EXTERNAL_TASK, FetchedTask
from worker.outcomes import DEFAULT_RESULT
from worker.template_values import TemplateFault
from worker.templates import Templates


def hidden_results(step: Step, topic: TopicTemplates, task: FetchedTask) -> list[str]:
    """Parameters that bear the name of a result or of the answer's variable; not those that are handed on."""
    results = _results(topic, task) - step.mentioned
    return [name for name in step.inputs if name in results]


def asks_nobody(step: Step, topic: TopicTemplates, task: FetchedTask) -> bool:
    """Whether the step has a question among its parameters, and nothing at all says whether an answer is expected."""
    asks = any(plain(name) == plain(QUESTION_FIELD) for name in step.inputs)
    configured = any(name.upper() == EXPECTED_FIELD for name in topic.task)
    return asks and not configured and says(EXPECTED_FIELD, task) is None


def _results(topic: TopicTemplates, task: FetchedTask) -> set[str]:
    """The variables that the step leaves, as far as they can be told beforehand."""
    names = {*(topic.result or DEFAULT_RESULT)}
    about = {name: getattr(task, attribute) for name, attribute in EXTERNAL_TASK.items()}
    with suppress(TemplateFault):  # its conclusion tells of it
        names.add(str(Templates().value(topic.wait.answer_variable, {**task.variables, "external_task": about})))
    return names
