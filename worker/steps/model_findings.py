"""What of a step's model goes wrong without a word, for `check --model` and for the log of a run: the same findings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from bitrix.shown import in_text
from worker.config.settings import TopicSettings
from worker.mapping.expectations import QUESTION_CHARACTERS
from worker.mapping.faults import MappingFault
from worker.mapping.letters import told_apart
from worker.mapping.mapper import Mapper
from worker.mapping.marks import MARKS, QUESTION_FIELD, plain
from worker.model import FetchedTask
from worker.steps.files_as_text import files_as_text
from worker.steps.given_results import given_results
from worker.steps.java_dates import dates_of_java
from worker.steps.juel_values import names_in
from worker.steps.last_answers import last_of_several, may_be_missing
from worker.steps.loops import numbered_as
from worker.steps.needed import needed
from worker.steps.never_given import (
    Answers,
    alone,
    fails_after,
    never_given,
    numbered_early,
    only_whether_given,
    same_after_all,
    taken_for_boolean,
    yes_as_text,
)
from worker.steps.odd_constants import LONGEST_TEXT, cut_questions, past_deadlines, too_long
from worker.steps.overwritten_answers import asks, example as example_of, meets_itself
from worker.steps.parameters import hidden_elements
from worker.steps.step import Scope, Step
from worker.steps.unfilled_texts import unfilled_texts
from worker.steps.unread_inputs import misspelt_around, summed, unread_element
from worker.steps.unset_names import is_answer_of, misspelt_in, mistaken_for_it, never_set
from worker.words.expression_findings import YES_NO
from worker.words.model_findings import FINDINGS
from worker.words.phrase import Phrase
from worker.words.refused_findings import AS_PROPERTY, READ_AS_PROPERTY

ANSWER_VARIABLE = "wait.answer_variable"
BRINGING = ("serviceTask", "sendTask", "businessRuleTask", "userTask", "scriptTask", "receiveTask", "callActivity")
"""The kinds of elements that may bring variables that the model does not name."""


class ModelFinding(NamedTuple):
    """What was seen, and how to fix it. `kind`: a key of `FINDINGS`. `essential`: the step cannot end well."""

    kind: str
    seen: Phrase
    cure: Phrase
    essential: bool = False

    @classmethod
    def of(cls, kind: str, **facts: Phrase | str) -> ModelFinding:
        """The finding of a kind, with its facts in the words."""
        words = FINDINGS[kind]
        return cls(kind, words.seen.format(**facts), words.cure.format(**facts))


def findings_of(
    step: Step, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper, *, titled: bool = False
) -> Iterator[ModelFinding]:
    """All findings of one step of ours. `steps`: all of its model, by id.

    `titled`: the portal's templates give the titles of tasks.
    """
    topic = topics[step.topic or ""]
    if asks(step, topic):
        yield from _conditions(step, steps, topics, mapper)
        yield from _results(step, steps, topics, mapper)
    elif unset := _read_of_nobody(step, steps, topics, mapper):
        yield _finding("asks_nobody", names=", ".join(unset))
    yield from _loops(step, steps)
    yield from _constants(step, topic)
    for name, text in dates_of_java(step, needed(topic)):
        yield _finding("java_date", name=name, text=text)._replace(essential=True)
    read = mapper.properties_read(step.topic or "")
    if places := unfilled_texts(step, topic, properties_read=read, titled=titled):
        yield _finding("unfilled", places="; ".join(places))
    for name, element in hidden_elements(step, needed(topic), partial(_reads_element, step, steps, topics)):
        yield _finding("hidden_element", name=name, element=element)
    if unread := unread_element(step, topic, all_read=titled):
        yield _finding("unread_element", name=unread.seen, cure=unread.cure)
    if around := misspelt_around(step, topic):
        seen, cure = summed(around)
        yield _finding("misspelt_around", names=seen, cure=cure)
    if step.retry_cycle:
        yield _finding("other_retries", cycle=step.retry_cycle, retries=str(topic.retries))


def _constants(step: Step, topic: TopicSettings) -> Iterator[ModelFinding]:
    for name, length in cut_questions(step):
        yield _finding("question_cut", name=name, length=str(length), most=str(QUESTION_CHARACTERS))
    for place, name, length in too_long(step):
        asked, of = plain(name) == plain(QUESTION_FIELD), step.topic or ""
        cure = AS_PROPERTY if asked else READ_AS_PROPERTY.format(name=name, topic=of)
        facts = {"name": place, "length": str(length), "most": str(LONGEST_TEXT)}
        yield _finding("too_long", **facts, cure=cure)._replace(essential=True)
    for name, value in past_deadlines(step, topic):
        yield _finding("past_deadline", name=name, value=in_text(value))


def findings_of_task(task: FetchedTask, topic: TopicSettings) -> Iterator[ModelFinding]:
    """What only the variables of a task show."""
    if places := files_as_text(task, topic):
        yield _finding("file_as_text", places=", ".join(places))


def answer_as_text(step: Step, topic: TopicSettings, mapper: Mapper) -> Iterator[ModelFinding]:
    """Conditions about the step's answer that are no expression. `check --model` finds these with all others."""
    variable = answer_variable(step, mapper) if asks(step, topic) else None
    for condition in step.model.literal_conditions:
        if variable and re.search(rf"(?<!\w){re.escape(variable)}(?!\w)", condition):
            yield _finding("literal_condition", condition=condition)


def _loops(step: Step, steps: Mapping[str, Step]) -> Iterator[ModelFinding]:
    if taken := numbered_as(step, steps):
        yield _finding("taken_name", names=", ".join(taken))._replace(essential=True)
    for id_, loop in step.loops:
        if not loop.multi:
            yield _finding("standard_loop", of=id_)


def _conditions(
    step: Step, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper
) -> Iterator[ModelFinding]:
    """Conditions that compare the step's answer with what no answer gives, or misspell its variable."""
    topic, variable = topics[step.topic or ""], answer_variable(step, mapper)
    if variable is None:
        return
    conditions = step.model.conditions
    if meets_itself(step, variable):
        yield _finding("meets_itself", variable=variable)
    if places := _written_over(step, variable):
        yield _finding("written_over", places=", ".join(places), variable=variable)
    if early := numbered_early(conditions, variable, step.loops):
        yield _finding("numbered_early", names=", ".join(early), variable=variable)
    alike = [one for one in steps.values() if one.topic in topics and answer_variable(one, mapper) == variable]
    options = [pair for one in (*alike, step) for pair in topics[one.topic or ""].wait.answers.items()]
    values = {str(value): value for _, value in options if not str(value).startswith("error:")}
    ours = (answer_variable(one, mapper) for one in steps.values() if one.topic in topics)
    silent = (id_ for id_, one in steps.items() if one.topic not in topics or not asks(one, topics[one.topic or ""]))
    known = {*set_anywhere(steps, topics, mapper), *silent, *filter(None, ours)}
    misspelt = misspelt_in(conditions, variable, known)
    if not misspelt and only_ours(steps, topics):
        misspelt = mistaken_for_it(conditions, variable, values, {*known, *step.model.in_code})
    if misspelt:
        told = told_apart("".join(misspelt), variable)
        yield _finding("misspelt_answer", names=", ".join(misspelt), variable=told)
    depths = {sum(loop.multi for _, loop in one.loops) for one in (*alike, step)}
    unset = never_set((*conditions, *step.model.others), variable, {*dict(options), *values}, depths, step.id)
    in_code = {name for name in step.model.in_code if is_answer_of(name, step.id)}
    if slips := {f"{name} → {meant}": None for name, meant in unset if name not in {*known, *misspelt, *in_code}}:
        yield _finding("never_set", names=", ".join(slips), variable=variable)
    if values and variable not in step.model.sets:
        answers = Answers(variable, [*values.values()], step.model.made)
        yield from _by_values(step, topic, answers)
        yield from _of_several(step, topic, answers, [one for one in alike if one.id != step.id])


def _results(
    step: Step, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper
) -> Iterator[ModelFinding]:
    """Conditions about what the topic's `result` makes of the answer, as about the answer itself."""
    topic, model, variable = topics[step.topic or ""], step.model, answer_variable(step, mapper)
    for name, by_answers, ever in given_results(step, steps.values(), topics):
        if not by_answers or name == variable or name in model.sets:
            continue
        answers, everywhere = Answers(name, ever, model.made), (*model.conditions, *model.others)
        given = ", ".join(map(str, by_answers))
        if wrong := never_given(everywhere, answers):
            value = variable or ANSWER_VARIABLE
            yield _finding("never_of_result", conditions=", ".join(wrong), name=name, given=given, variable=value)
        if wrong := yes_as_text(everywhere, answers):
            yield _finding("yes_as_text", conditions=", ".join(wrong))
        if name not in model.in_code and (wrong := alone(model.conditions, answers)):
            facts = {"conditions": ", ".join(wrong), "variable": name, "given": given}
            yield _finding("not_boolean", **facts, example=_literal(by_answers[0]))._replace(essential=True)
        others = [one for one in steps.values() if one.id != step.id and name in _results_of(one, topics)]
        yield from _of_several(step, topic, Answers(name, by_answers, model.made), others)


def _results_of(step: Step, topics: Mapping[str, TopicSettings]) -> Collection[str]:
    topic = topics.get(step.topic or "")
    return topic.result if topic else ()


def _written_over(step: Step, variable: str) -> list[str]:
    """The elements and flows that overwrite the answer on every way to a condition that reads it."""
    model = step.model
    reading = {one.at for one in model.conditions if any(variable in names_in(root) for root in one.parts)}
    return sorted(
        {
            one.at
            for one in model.written
            if one.name == variable and one.at != step.id
            for at in reading
            if (one.at != at or one.event != "end") and model.ways.pass_between(step.id, one.at, at)
        }
    )


def _read_of_nobody(
    step: Step, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper
) -> list[str]:
    """The names in conditions of an answer that a step would leave, if it asked."""
    variable = answer_variable(step, mapper) or ""
    known = {*set_anywhere(steps, topics, mapper), *step.model.in_code}
    around = {*step.model.sets, *step.model.in_code}.union(*step.near)
    if not {*map(plain, around)}.isdisjoint(MARKS):  # a variable may say that the step asks
        return []
    names = {name for one in step.model.conditions for root in one.parts for name in names_in(root)}
    return sorted(name for name in names if is_answer_of(name, variable) and not {name, variable} & known)


def set_anywhere(steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper) -> set[str]:
    """Variables that parameters, elements, results or answers of the process set."""
    inputs = {name for one in steps.values() for name in one.inputs}
    ours = [one for one in steps.values() if one.topic in topics]
    results = {name for one in ours for name in topics[one.topic or ""].result or ()}
    asking = (answer_variable(one, mapper) for one in ours if asks(one, topics[one.topic or ""]))
    sets = (name for one in steps.values() for name in one.model.sets)
    return {*inputs, *results, *sets, *filter(None, asking)}


def _by_values(step: Step, topic: TopicSettings, answers: Answers) -> Iterator[ModelFinding]:
    """Conditions that no answer decides, as trying each of them shows."""
    conditions, variable, values = step.model.conditions, answers.variable, answers.values
    everywhere = (*conditions, *step.model.others)
    given = ", ".join(sorted(map(str, values)))
    if wrong := never_given(everywhere, answers):
        yield _finding("never_given", conditions=", ".join(wrong), given=given)
    if wrong := yes_as_text(everywhere, answers):
        yield _finding("yes_as_text", conditions=", ".join(wrong))
    yield from (
        _finding(
            "fails_after", condition=text, variable=variable, values=", ".join(map(_literal, failing)), given=given
        )
        for text, failing in fails_after(everywhere, answers)
    )
    for condition, text, always in only_whether_given(conditions, answers):
        if not _may_be_null(step, topic) and step.model.ways.always_pass(step.id, condition.at):
            yield _finding("only_whether", condition=text, always=YES_NO[always], given=given)
    for text, always in same_after_all(conditions, answers):
        yield _finding("same_after_all", condition=text, always=YES_NO[always], given=given)
    if variable in step.model.in_code:  # it may make a boolean of the answer
        return
    if wrong := alone(conditions, answers):
        facts = {"conditions": ", ".join(wrong), "variable": variable, "given": given, "example": _literal(values[0])}
        yield _finding("not_boolean", **facts)._replace(essential=True)
    wrong = taken_for_boolean(everywhere, answers)
    if wrong and not answers.are_booleans():
        yield _finding("taken_for_boolean", conditions=", ".join(wrong), variable=variable, given=given)


def _of_several(step: Step, topic: TopicSettings, answers: Answers, others: list[Step]) -> Iterator[ModelFinding]:
    if wrong := last_of_several(step, answers, others, may_be_null=_ends_unanswered(topic)):
        first = answers.variable + "_0" * sum(loop.multi for _, loop in step.loops)
        facts = {"variable": answers.variable, "example": _literal(answers.values[-1]), "first": first}
        yield _finding("last_of_several", conditions=", ".join(wrong), **facts)
    if missing := may_be_missing(step, answers):
        yield _finding("may_be_missing", names=", ".join(missing), variable=answers.variable)


def _literal(value: Any) -> str:
    """A value as an expression has it."""
    return f"'{value}'" if isinstance(value, str) else str(value)


def _may_be_null(step: Step, topic: TopicSettings) -> bool:
    """Whether the step may be passed without an answer: a declined task, or a multi-instance over nobody."""
    return _ends_unanswered(topic) or any(loop.multi for _, loop in step.loops)


def _ends_unanswered(topic: TopicSettings) -> bool:
    return "complete" in (topic.wait.declined, topic.wait.deleted, topic.wait.returned)


def only_ours(steps: Mapping[str, Step], topics: Mapping[str, TopicSettings]) -> bool:
    """Whether nobody but this worker brings variables to the process while it runs."""
    return not any(one.kind in BRINGING and one.topic not in topics for one in steps.values())


def _reads_element(
    step: Step, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], scope: Scope, element: str
) -> bool:
    """Whether another activity in the sub-process may read its element, as far as the model shows."""
    inside = (
        one for one in steps.values() if one.id != step.id and any(around.id == scope.id for around in one.scopes)
    )
    return any(_reads(one, topics.get(one.topic or ""), element) for one in inside if one.kind in BRINGING)


def _reads(step: Step, topic: TopicSettings | None, element: str) -> bool:
    read = needed(topic) if topic else None
    own = {plain(name) for name in step.inputs}
    return read is None or (plain(element) not in own and plain(element) in map(plain, read))


def answer_variable(step: Step, mapper: Mapper) -> str | None:
    """The variable of a step's answer; None: only a running process knows it."""
    with suppress(MappingFault):  # the name contains process variables, which only a task has
        return mapper.answer_variable(example_of(step))
    return None


def _finding(kind: str, **facts: Phrase | str) -> ModelFinding:
    return ModelFinding.of(kind, **facts)
