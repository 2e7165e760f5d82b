"""What of a step's model goes wrong without a word, for `check --model` and for the log of a run: the same findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from worker.config.settings import TopicSettings
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.steps.never_given import never_given
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


def findings_of(step: Step, topic: TopicSettings, mapper: Mapper, *, titled: bool = False) -> Iterator[ModelFinding]:
    """All findings of one step. `titled`: the portal's templates give the titles of tasks."""
    if asks(step, topic):
        yield from _conditions(step, topic, mapper)
    read = mapper.properties_read(step.topic or "")
    if places := unfilled_texts(step, topic, properties_read=read, titled=titled):
        yield _finding("unfilled", {"places": ", ".join(places)})
    if step.retry_cycle:
        yield _finding("other_retries", {"cycle": step.retry_cycle, "retries": str(topic.retries)})


def _conditions(step: Step, topic: TopicSettings, mapper: Mapper) -> Iterator[ModelFinding]:
    """Conditions that compare the step's answer with what no answer gives."""
    try:
        variable = mapper.answer_variable(example(step))
    except MappingFault:  # the name contains process variables, which only a task has
        return
    given = {str(value) for value in topic.wait.answers.values() if not str(value).startswith("error:")}
    if variable not in step.set_by_model and (wrong := never_given(step.conditions, variable, given)):
        yield _finding("never_given", {"conditions": ", ".join(wrong), "given": ", ".join(sorted(given))})


def _finding(kind: str, facts: Mapping[str, str]) -> ModelFinding:
    words = FINDINGS[kind]
    return ModelFinding(kind, words.seen.format(**facts), words.cure.format(**facts))
