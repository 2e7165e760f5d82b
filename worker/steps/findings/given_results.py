"""Tries what the result templates of a topic give for each answer, where the end of the task alone decides it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from worker.config.settings import TopicSettings
from worker.mapping.outcomes import ERROR_OUTCOME
from worker.mapping.template_reader import READER, attributes_of, names_of
from worker.mapping.template_values import TemplateFault
from worker.model import ClosedTask, Ending, PortalTask
from worker.steps.bpmn.step import Step
from worker.steps.overwritten_answers import asks

_DECIDED = frozenset({"answer", "status"})
_OF_ANY_TASK = frozenset({"id", "url"})


class Given(NamedTuple):
    """The values that a result variable may have."""

    name: str
    by_answers: list[Any]
    """One for each answer of the step, as the settings write it."""
    ever: list[Any]
    """All that the steps of the model leave in it, in whatever case the portal writes an answer."""


def given_results(step: Step, steps: Iterable[Step], topics: Mapping[str, TopicSettings]) -> Iterator[Given]:
    """The results of a step that asks, except those that other things decide. `steps`: all of its model."""
    topic = topics[step.topic or ""]
    for name, template in topic.result.items():
        leaving = [(one, of) for one in steps if (of := topics.get(one.topic or "")) and name in of.result]
        if all(map(_is_decided, [template, *(other.result[name] for _, other in leaving)])):
            own = [ClosedTask(0, "", Ending.COMPLETED, answers=(said,)) for said in _kept(topic)]
            ever = [(template, end) for end in _ends(topic, asked=True)]
            ever += [
                (other.result[name], end) for one, other in leaving for end in _ends(other, asked=asks(one, other))
            ]
            yield Given(name, _values((template, end) for end in own), _values(ever))


def results_after(topic: TopicSettings, how: Ending, *said: str) -> dict[str, Any]:
    """The results of a step that nothing but the end of its task decides, after this end."""
    end, found = ClosedTask(0, "", how, answers=said), dict[str, Any]()
    for name, template in topic.result.items():
        if _is_decided(template) and (values := _values([(template, end)])):
            found[name] = values[0]
    return found


def _kept(topic: TopicSettings) -> list[str]:
    """The answers that are no BPMN error."""
    return [said for said, value in topic.wait.answers.items() if not ERROR_OUTCOME.fullmatch(str(value))]


def tells_of_answer(topic: TopicSettings) -> bool:
    """Whether a result may say what was answered: more than which task it was."""
    return not all(_takes_only(_OF_ANY_TASK, template) for template in topic.result.values())


def _is_decided(template: Any) -> bool:
    return _takes_only(_DECIDED, template)


def _takes_only(attributes: frozenset[str], template: Any) -> bool:
    """Whether a template is made of nothing but these attributes of the task."""
    try:
        taken = {path.partition(".")[0] for path in attributes_of("task", [template])}
        return names_of([template]) == {"task"} and taken <= attributes
    except TemplateFault:  # loading the settings tells it
        return False


def _ends(topic: TopicSettings, *, asked: bool) -> Iterator[PortalTask | ClosedTask]:
    """How the task of a step may be when the step is completed."""
    wait, done = topic.wait, [Ending.COMPLETED]
    done += [Ending.AWAITS_CONTROL] if wait.done_in_control else []
    if asked:
        said = (word for one in wait.answers for word in (one, one.upper(), one.lower(), one.capitalize(), one.title()))
        yield from (ClosedTask(0, "", how, answers=(word,)) for word in dict.fromkeys(said) for how in done)
    else:
        yield PortalTask(0, "")
        yield from (ClosedTask(0, "", how) for how in done)
    others = {Ending.DECLINED: wait.declined, Ending.DELETED: wait.deleted, Ending.RETURNED: wait.returned}
    yield from (ClosedTask(0, "", how) for how, outcome in others.items() if outcome not in ("incident", "wait"))


def _values(tried: Iterable[tuple[Any, PortalTask | ClosedTask]]) -> list[Any]:
    """What the templates give, each value once; nothing where one fails."""
    found = list[Any]()
    for template, end in tried:
        try:
            value = READER.value(template, {"task": end})
        except TemplateFault:
            continue
        if isinstance(value, str | int | float) and (type(value), value) not in [(type(one), one) for one in found]:
            found.append(str(value) if isinstance(value, str) else value)
    return found
