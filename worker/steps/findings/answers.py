"""Finds conditions that do not go by a step's answer, or by the results made of it, as its model means them to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from worker.config.settings import TopicSettings
from worker.mapping.letters import told_apart
from worker.mapping.marks import MARKS, plain
from worker.steps.bpmn.expressions import as_literal
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Step
from worker.steps.findings.answer_ways import AnswerWays
from worker.steps.findings.changed_beside import is_local
from worker.steps.findings.earlier_answers import earlier_of, ends_unanswered, unclear, values_of, ways_behind
from worker.steps.findings.given_results import given_results, tells_of_answer
from worker.steps.findings.idle_decisions import always_taken, choice_behind, read_at, settled
from worker.steps.findings.last_answers import final_answers, last_of_several, may_be_missing
from worker.steps.findings.lost_locals import lost_locals
from worker.steps.findings.misread_names import misread_names
from worker.steps.findings.never_given import (
    Answers,
    alone,
    by_variable,
    fails_after,
    never_given,
    numbered_early,
    only_whether_given,
    same_after_all,
    taken_for_boolean,
    told_values,
    yes_as_text,
)
from worker.steps.findings.served import Served
from worker.steps.findings.unset_names import is_answer_of
from worker.steps.needed import needed
from worker.steps.overwritten_answers import meets_itself
from worker.words.findings.expressions import YES_NO

ANSWER_VARIABLE = "wait.answer_variable"


def findings_of_answer(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Of one step of ours: whatever conditions make of its answer, or read though it asks nobody."""
    if served.asks(step):
        yield from _conditions(step, served)
        yield from _results(step, served)
    elif unset := _read_of_nobody(step, served):
        yield ModelFinding.of("asks_nobody", names=", ".join(unset))


def answer_as_text(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Conditions about the step's answer that are no expression. `check --model` finds these with all others."""
    variable = served.answer_of(step) if served.asks(step) else None
    for condition in step.model.literal_conditions:
        if variable and re.search(rf"(?<!\w){re.escape(variable)}(?!\w)", condition):
            yield ModelFinding.of("literal_condition", condition=condition)


def _conditions(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Conditions that compare the step's answer with what no answer gives, or misspell its variable."""
    topic, variable = served.topic_of(step), served.answer_of(step)
    if variable is None:
        return
    conditions = step.model.conditions
    if meets_itself(step, variable):
        yield ModelFinding.of("meets_itself", variable=variable)
    made = (name for name, words in step.own.outputs.items() if variable in words)
    for name in (variable, *made):
        if places := _written_over(step, name, served):
            yield ModelFinding.of("written_over", places=", ".join(places), variable=name)
    if early := numbered_early(conditions, variable, step.loops):
        yield ModelFinding.of("numbered_early", names=", ".join(early), variable=variable)
    for lost in lost_locals(variable, served):
        yield ModelFinding.of("lost_local", name=lost.name, of=lost.of, readers=", ".join(lost.readers))
    alike = [*(one for one in served.ours if served.answer_of(one) == variable), step]
    yield from _of_names(step, served, variable)
    values = [*values_of(alike, served).values()]
    if values and variable not in step.model.sets:
        answers = Answers(variable, values, step.model.made)
        yield from _by_values(step, topic, answers)
        yield from _without_way_out(step, served, answers)
        for one in always_taken(ways_behind(step, served, variable), answers.names):
            yield ModelFinding.of("always_taken", at=one.at, target=one.target)
        idle = [*_settled_before(step, served)]
        yield from idle or _read_by_nothing(step, served, answers)
        yield from _of_several(step, served, answers, [one for one in alike if one.id != step.id])


def _of_names(step: Step, served: Served, variable: str) -> Iterator[ModelFinding]:
    """Names in expressions that nobody sets."""
    found = misread_names(step, served, variable)
    if torn := found.torn:
        parts = ", ".join(sorted(set[str]().union(*torn.values())))
        yield ModelFinding.of("torn_name", names=", ".join(torn), parts=parts, variable=variable)
    if misspelt := found.misspelt:
        told = told_apart("".join(misspelt), variable)
        yield ModelFinding.of("misspelt_answer", names=", ".join(misspelt), variable=told)
    if slips := {f"{name} → {meant}": None for name, meant in found.slips}:
        yield ModelFinding.of("never_set", names=", ".join(slips), variable=variable)


def _results(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Conditions about what the topic's `result` makes of the answer, as about the answer itself."""
    model, variable = step.model, served.answer_of(step)
    for name, by_answers, ever in given_results(step, served.steps.values(), served.topics):
        if not by_answers or name == variable or name in model.sets:
            continue
        answers, everywhere = Answers(name, ever, model.made), (*model.conditions, *model.others)
        given = ", ".join(map(str, by_answers))
        for read, wrong in by_variable(never_given(everywhere, answers), answers).items():
            if read == name:
                facts = {"conditions": ", ".join(wrong), "name": name, "variable": variable or ANSWER_VARIABLE}
                yield ModelFinding.of("never_of_result", **facts, **told_values(by_answers, wrong))
            else:
                yield _never_made(read, wrong, answers)
        if wrong := yes_as_text(everywhere, answers):
            yield ModelFinding.of("yes_as_text", conditions=", ".join(wrong))
        if name not in model.in_code and (wrong := alone(model.conditions, answers)):
            facts = {"conditions": ", ".join(wrong), "variable": name, "given": given}
            yield ModelFinding.of("not_boolean", **facts, example=as_literal(by_answers[0]))._replace(essential=True)
        others = [one for one in served.ours if one.id != step.id and name in served.topic_of(one).result]
        yield from _of_several(step, served, Answers(name, by_answers, model.made), others)


def _written_over(step: Step, variable: str, served: Served) -> list[str]:
    """The elements and flows that overwrite the answer on every way to a condition that reads it."""
    model = step.model
    reading = {one.at for one in model.conditions if any(variable in names_in(root) for root in one.parts)}
    found = {
        one.at
        for one in model.written
        if one.name == variable and one.at != step.id
        for at in reading
        if (one.at != at or one.event != "end") and model.ways.pass_between(step.id, one.at, at)
    }
    return sorted(found | _set_before_all(step, variable, reading, served))


def _set_before_all(step: Step, variable: str, reading: Collection[str], served: Served) -> set[str]:
    """The elements that set the variable anew before each condition that reads it behind the step."""
    ways, setters = step.model.ways, step.model.setters.get(variable, frozenset()) & served.steps.keys()
    anew = [one for one in setters - {step.id} if not (served.reads(one, variable) or is_local(variable, one, served))]
    behind = reached(ways.flows.get(step.id, ()), ways.flows)
    # A gateway decides before its own listeners set anything.
    each = [
        {one for one in anew if one != at and ways.pass_between(step.id, one, at)} for at in reading if at in behind
    ]
    return set[str]().union(*each) if all(each) else set()


def _read_of_nobody(step: Step, served: Served) -> list[str]:
    """The names in expressions of an answer that a step would leave, if it asked."""
    variable = served.answer_of(step) or ""
    known = {*served.sets(), *step.model.in_code}
    around = {*step.model.sets, *step.model.in_code}.union(*step.near)
    if not {*map(plain, around)}.isdisjoint(MARKS):  # a variable may say that the step asks
        return []
    expressions = (*step.model.conditions, *step.model.others)
    names = {name for one in expressions for root in one.parts for name in names_in(root)}
    return sorted(name for name in names if is_answer_of(name, variable) and not {name, variable} & known)


def _by_values(step: Step, topic: TopicSettings, answers: Answers) -> Iterator[ModelFinding]:
    """Conditions that no answer decides, as trying each of them shows."""
    conditions, variable, values = step.model.conditions, answers.variable, answers.values
    everywhere = (*conditions, *step.model.others)
    given = ", ".join(sorted(map(str, values)))
    for name, wrong in by_variable(never_given(everywhere, answers), answers).items():
        if name == variable:
            yield ModelFinding.of("never_given", conditions=", ".join(wrong), **told_values(values, wrong))
        else:
            yield _never_made(name, wrong, answers)
    if wrong := yes_as_text(everywhere, answers):
        yield ModelFinding.of("yes_as_text", conditions=", ".join(wrong))
    for text, failing in fails_after(everywhere, answers):
        after = ", ".join(map(as_literal, failing))
        yield ModelFinding.of("fails_after", condition=text, variable=variable, values=after, given=given)
    yield from _alike_after_all(step, topic, answers)
    if variable in step.model.in_code:  # it may make a boolean of the answer
        return
    if wrong := alone(conditions, answers):
        facts = {"conditions": ", ".join(wrong), "variable": variable, "given": given, "example": as_literal(values[0])}
        yield ModelFinding.of("not_boolean", **facts)._replace(essential=True)
    wrong = taken_for_boolean(everywhere, answers)
    if wrong and not answers.are_booleans():
        yield ModelFinding.of("taken_for_boolean", conditions=", ".join(wrong), variable=variable, given=given)


def _never_made(name: str, wrong: list[str], answers: Answers) -> ModelFinding:
    """Comparisons of a variable that the model makes of the answer with what it never makes of it."""
    values = (str(one).lower() if isinstance(one, bool) else one for one in answers.values_of(name))
    return ModelFinding.of("never_made", conditions=", ".join(wrong), name=name, **told_values(values, wrong))


def _alike_after_all(step: Step, topic: TopicSettings, answers: Answers) -> Iterator[ModelFinding]:
    """Conditions that do not tell the answers apart."""
    conditions, may_be_null = step.model.conditions, _may_be_null(step, topic)
    given = ", ".join(sorted(map(str, answers.values)))

    def given_at(element: str) -> bool:
        return not may_be_null and step.model.ways.always_pass(step.id, element)

    for condition, text, always in only_whether_given(conditions, answers):
        if given_at(condition.at):
            yield ModelFinding.of("only_whether", condition=text, always=YES_NO[always], given=given)
    for text, always in same_after_all(conditions, answers, given_at):
        yield ModelFinding.of("same_after_all", condition=text, always=YES_NO[always], given=given)


def _without_way_out(step: Step, served: Served, answers: Answers) -> Iterator[ModelFinding]:
    """Where there is no flow for one of the step's own answers."""
    variable, own = answers.variable, {*map(str, values_of([step], served))}
    if variable in {*step.model.in_code, *step.inputs, *(served.topic_of(step).result or ())}:
        return
    behind, others = ways_behind(step, served, variable), unclear(served)
    found = dict[str, list[str]]()
    for number, value in enumerate(answers.values):
        if str(value) in own:
            for gateway in behind.stuck(step.id, answers.values_with(number), others):
                found.setdefault(gateway, []).append(as_literal(value))
    for at, without in found.items():
        yield ModelFinding.of("no_way_out", at=at, variable=variable, values=", ".join(without))


def _settled_before(step: Step, served: Served) -> Iterator[ModelFinding]:
    """A choice right behind the step by the answer of another one, which has only one outcome there."""
    at, own = _choice_behind(step, served), served.answer_of(step)
    for other in earlier_of(step, served) if at else ():
        if found := settled(at or "", other):
            values = ", ".join(map(as_literal, found.values))
            facts = {"at": found.at, "name": other.answers.variable, "values": values, "target": found.target}
            yield ModelFinding.of("settled_before", **facts, variable=own or ANSWER_VARIABLE)


def _read_by_nothing(step: Step, served: Served, answers: Answers) -> Iterator[ModelFinding]:
    """An answer that the model reads nowhere, while the answers of others choose the flow right behind the step."""
    at, variable, process = _choice_behind(step, served), answers.variable, step.scopes[-1]
    by_topics = [needed(served.topic_of(one)) for one in served.ours]
    words = {*process.inside, *process.around}.union(*filter(None, by_topics))
    read = None in by_topics or any(is_answer_of(word, variable) or word.startswith(f"{step.id}_") for word in words)
    if (
        not at
        or read
        or not variable.isidentifier()
        or tells_of_answer(served.topic_of(step))
        or not served.only_ours()
    ):
        return
    others = {name for one in served.asking if (name := served.answer_of(one)) and name != variable}
    chosen = sorted(name for name in read_at(at, step.model) if any(is_answer_of(name, one) for one in others))
    if chosen and len({*answers.values}) > 1:
        yield ModelFinding.of("read_by_nothing", at=at, names=", ".join(chosen), variable=variable)


def _choice_behind(step: Step, served: Served) -> str | None:
    return choice_behind(step, [one.id for one in served.asking])


def _of_several(step: Step, served: Served, answers: Answers, others: list[Step]) -> Iterator[ModelFinding]:
    unanswered = ends_unanswered(served.topic_of(step))
    behind = AnswerWays(step.model, served.kinds, frozenset(one.id for one in (step, *others)))
    if wrong := last_of_several(step, answers, others, behind, may_be_null=unanswered):
        loops = [id_ for id_, loop in step.loops if loop.multi]
        final = final_answers(step, answers, behind, range(len(answers.values)), loops)
        first, example = answers.variable + "_0" * len(loops), answers.values[final[-1] if final else -1]
        facts = {"variable": answers.variable, "example": as_literal(example), "first": first}
        yield ModelFinding.of("last_of_several", conditions=", ".join(wrong), **facts)
    if missing := may_be_missing(step, answers):
        yield ModelFinding.of("may_be_missing", names=", ".join(missing), variable=answers.variable)


def _may_be_null(step: Step, topic: TopicSettings) -> bool:
    """Whether the step may be passed without an answer: a declined task, or a multi-instance over nobody."""
    return ends_unanswered(topic) or any(loop.multi for _, loop in step.loops)
