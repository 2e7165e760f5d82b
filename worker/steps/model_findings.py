"""What of a step's model goes wrong without a word, for `check --model` and for the log of a run: the same findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from worker.config.settings import TopicSettings
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.steps.never_given import misspelt_in, never_given
from worker.steps.overwritten_answers import asks, example
from worker.steps.step import Step
from worker.steps.unfilled_texts import unfilled_texts
from worker.words.model_findings import FINDINGS
from worker.words.phrase import Phrase


class ModelFinding(NamedTuple):
    """What was seen, and how to fix it. `kind`: a key of `FINDINGS`."""

    kind: str
    seen: Phrase
    cure: Phrase


def findings_of(
    step: Step, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper, *, titled: bool = False
) -> Iterator[ModelFinding]:
    """All findings of one step of ours. `steps`: all of its model, by id.

    `titled`: the portal's templates give the titles of tasks.
    """
    topic = topics[step.topic or ""]
    if asks(step, topic):
        yield from _conditions(step, steps, topics, mapper)
    read = mapper.properties_read(step.topic or "")
    if places := unfilled_texts(step, topic, properties_read=read, titled=titled):
        yield _finding("unfilled", {"places": "; ".join(places)})
    if step.retry_cycle:
        yield _finding("other_retries", {"cycle": step.retry_cycle, "retries": str(topic.retries)})


def _conditions(
    step: Step, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper
) -> Iterator[ModelFinding]:
    """Conditions that compare the step's answer with what no answer gives, or misspell its variable."""
    topic, variable = topics[step.topic or ""], _answer_variable(step, mapper)
    if variable is None:
        return
    ids = {*steps, *step.set_by_model}
    if (names := misspelt_in(step.conditions, variable, ids)) and (
        unknown := [name for name in names if name not in _answers(steps, topics, mapper)]
    ):
        yield _finding("misspelt_answer", {"names": ", ".join(unknown), "variable": variable})
    given = {str(value) for value in topic.wait.answers.values() if not str(value).startswith("error:")}
    if variable not in step.set_by_model and (wrong := never_given(step.conditions, variable, given)):
        yield _finding("never_given", {"conditions": ", ".join(wrong), "given": ", ".join(sorted(given))})


def _answers(steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper) -> set[str]:
    """The variables of the answers of all steps of ours, as far as they are known."""
    ours = (one for one in steps.values() if one.topic in topics)
    return {variable for one in ours if (variable := _answer_variable(one, mapper))}


def _answer_variable(step: Step, mapper: Mapper) -> str | None:
    with suppress(MappingFault):  # the name contains process variables, which only a task has
        return mapper.answer_variable(example(step))
    return None


def _finding(kind: str, facts: Mapping[str, str]) -> ModelFinding:
    words = FINDINGS[kind]
    return ModelFinding(kind, words.seen.format(**facts), words.cure.format(**facts))
