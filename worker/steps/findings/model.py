"""What of a step's model goes wrong without a word, for `check --model` and for the log of a run: the same findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from bitrix.shown import in_text
from worker.config.settings import TopicSettings
from worker.mapping.expectations import QUESTION_CHARACTERS
from worker.mapping.letters import told_apart
from worker.mapping.marks import QUESTION_FIELD, plain
from worker.mapping.outcomes import DEFAULT_RESULT
from worker.model import FetchedTask
from worker.steps.bpmn.expressions import as_literal
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.routes import Route
from worker.steps.bpmn.step import Scope, Step
from worker.steps.findings.answers import findings_of_answer
from worker.steps.findings.changed_beside import changed_beside
from worker.steps.findings.compared_answers import compared_answers
from worker.steps.findings.earlier_rounds import answers_of_earlier_rounds
from worker.steps.findings.endless_rounds import Rounds, endless_rounds
from worker.steps.findings.files_as_text import files_as_text
from worker.steps.findings.fires_again import fires_again
from worker.steps.findings.heeded_names import heeded_in_vain, heeded_too_late
from worker.steps.findings.java_dates import dates_of_java
from worker.steps.findings.json_escapes import lost_backslashes
from worker.steps.findings.merges import Merge, merges
from worker.steps.findings.missing_variables import MissingVariable, missing_at_timers, missing_variables
from worker.steps.findings.never_taken import never_taken
from worker.steps.findings.numbers_of_others import numbers_of_others
from worker.steps.findings.odd_constants import (
    END,
    LONGEST_TEXT,
    cut_questions,
    cut_texts,
    dates_before_start,
    dead_html,
    dead_markup,
    lines_with_markup,
    lone_plan_date,
    past_deadlines,
    too_long,
)
from worker.steps.findings.played import findings_of_plays
from worker.steps.findings.quoted_expressions import quoted_expressions
from worker.steps.findings.served import BRINGING, Served
from worker.steps.findings.slipped_names import slipped_names
from worker.steps.findings.texts_for_booleans import texts_for_booleans
from worker.steps.findings.uncaught_events import findings_of_errors
from worker.steps.findings.unfilled_texts import unfilled_texts
from worker.steps.findings.unquoted_names import unquoted_names
from worker.steps.findings.written_beside import written_beside
from worker.steps.loops import numbered_as
from worker.steps.needed import needed
from worker.steps.parameters import hidden_elements
from worker.steps.trial import decided_fields
from worker.steps.unread_inputs import misspelt_around, summed, unread_element
from worker.words.findings.fields import CHANGING
from worker.words.findings.merges import END_APART, JOIN_FIRST, TOO_EARLY, TWICE
from worker.words.findings.missing import READ_TOO, WITH_NULL
from worker.words.findings.refused import AS_PROPERTY, READ_AS_PROPERTY
from worker.words.phrase import NOTHING, Phrase, joined, unchanged

CHECKLISTS = "checklists"
"""The extension property that is read as JSON."""
MOST_ROUTES = 3
MOST_SETTERS = 3


def findings_of(step: Step, served: Served, *, titled: bool = False) -> Iterator[ModelFinding]:
    """All findings of one step of ours. `titled`: the portal's templates give the titles of tasks."""
    topic = served.topic_of(step)
    yield from findings_of_answer(step, served)
    for one in missing_at_timers(step, served):
        facts = {"timer": one.at, "expression": one.expression, "variable": one.variable}
        yield ModelFinding.of("missing_at_timer", **facts)
    yield from findings_of_errors(step, served)
    yield from numbers_of_others(step, served)
    for name, others in changed_beside(step, served):
        yield ModelFinding.of("changed_beside", name=name, others=others)
    yield from (_rounds(one) for one in endless_rounds(step, served))
    yield from _loops(step, served)
    yield from _constants(step, topic)
    yield from _decided(step, served, titled=titled)
    for name, text in dates_of_java(step, needed(topic)):
        yield ModelFinding.of("java_date", name=name, text=text)._replace(essential=True)
    read = served.mapper.properties_read(step.topic or "")
    if places := unfilled_texts(step, topic, properties_read=read, titled=titled):
        yield ModelFinding.of("unfilled", places="; ".join(places))
    for name, element in hidden_elements(step, needed(topic), partial(_reads_element, step, served)):
        yield ModelFinding.of("hidden_element", name=name, element=element)
    if unread := unread_element(step, topic, all_read=titled):
        yield ModelFinding.of("unread_element", name=unread.seen, cure=unread.cure)
    for of, around in misspelt_around(step, topic).items():
        seen, cure = summed(around)
        yield ModelFinding.of("misspelt_around", names=seen, cure=cure)._replace(at=of)
    if step.retry_cycle:
        yield ModelFinding.of("other_retries", cycle=step.retry_cycle, retries=str(topic.retries))


def _rounds(one: Rounds) -> ModelFinding:
    names = ", ".join(one.names)
    if one.asking:
        return ModelFinding.of("answer_rounds", names=names, steps=", ".join(one.asking))
    return ModelFinding.of("endless_rounds", changes=CHANGING.format(names=names) if names else NOTHING)


def findings_of_process(process: str, served: Served, *, begun: str = "") -> Iterator[ModelFinding]:
    """What concerns no certain step: the run tells it whichever of them comes first.

    `begun`: a step that the engine has begun, so it has evaluated its input parameters.
    """
    missing, merged = [*missing_variables(process, served)], [*merges(process, served)]
    yield from (_missing(one, served) for one in missing if one.routes or one.at != begun)
    yield from (_unjoined(one, served) for one in merged)
    read = dict[str, set[str]]()
    for at, name in (*((one.at, one.variable) for one in missing), *(told for one in merged for told in one.read)):
        read.setdefault(at, set()).add(name)
    yield from findings_of_plays(process, served, [step for one in merged for step in one.twice], read)
    for old in answers_of_earlier_rounds(process, served):
        facts = {"expression": old.expression, "variable": old.variable, "steps": ", ".join(old.asking)}
        yield ModelFinding.of("rounds", **facts)._replace(at=old.at)
    for both in written_beside(process, served):
        others = ", ".join(both.others)
        yield ModelFinding.of("written_beside", name=both.name, others=others)._replace(at=both.at)
    yield from _of_conditions(process, served)
    yield from findings_of_names(process, served, begun=begun)


def findings_of_names(
    process: str, served: Served, *, begun: str = "", brought: Collection[str] = ()
) -> Iterator[ModelFinding]:
    """Names in a process that are slips of others. `begun`, `brought`: as `slipped_names` takes them."""
    for one in slipped_names(process, served, begun=begun, brought=brought):
        at, *others = one.at
        too = READ_TOO.format(name=one.name, places=", ".join(others)) if others else NOTHING
        meant = joined(" ", [told_apart(one.name, one.meant), *_in_brackets(one.set_by)])
        yield ModelFinding.of("slipped_name", name=one.name, meant=meant, others=too)._replace(at=at)


def _in_brackets(ids: tuple[str, ...]) -> list[Phrase]:
    shown = ", ".join((*ids[:MOST_SETTERS], *(["…"] if ids[MOST_SETTERS:] else ())))
    return [unchanged(f"({shown})")] if ids else []


def _missing(one: MissingVariable, served: Served) -> ModelFinding:
    facts: dict[str, Phrase | str] = {"at": one.at, "expression": one.expression, "variable": one.variable}
    if one.routes:
        null = WITH_NULL.format(to=one.with_null) if one.with_null else NOTHING
        found = ModelFinding.of("missing_on_route", **facts, routes=_shown(one.routes), with_null=null)
    else:
        kind = "own_number" if one.variable in DEFAULT_RESULT else "missing_at_first"
        found = ModelFinding.of(kind, **facts, name=_parameter(served.steps[one.at], one.expression))
    return found._replace(at=one.at)


def _of_conditions(process: str, served: Served) -> Iterator[ModelFinding]:
    """Conditions that by themselves cannot decide what they are meant to."""
    for event in fires_again(process, served):
        facts = {"condition": event.condition, "variable": event.variable, "steps": ", ".join(event.steps)}
        yield ModelFinding.of("fires_again", **facts)._replace(at=event.at)
    for heeded in heeded_in_vain(process, served):
        yield ModelFinding.of("heeded_in_vain", name=heeded.name, meant=heeded.meant)._replace(at=heeded.at)
    for unheard in heeded_too_late(process, served):
        facts = {"name": unheard.name, "changes": unheard.changes}
        yield ModelFinding.of("heeded_too_late", **facts)._replace(at=unheard.at)
    for one in texts_for_booleans(process, served):
        facts = {"condition": one.text, "name": one.name, "values": ", ".join(one.values)}
        compared = f"${{{one.name} == {as_literal(one.values[0])}}}"
        yield ModelFinding.of("text_for_boolean", **facts, example=compared)._replace(at=one.at)
    for late in never_taken(process, served):
        facts = {"to": late.to, "condition": late.condition, "before": ", ".join(late.before)}
        yield ModelFinding.of("never_taken", **facts)._replace(at=late.at)
    for call in unquoted_names(process, served):
        yield ModelFinding.of("unquoted_name", call=call.call, name=call.name, given=call.given)._replace(at=call.at)
    for two in compared_answers(process, served):
        meant = " && ".join(f"{name} == {as_literal(two.values[0])}" for name in two.names)
        facts = {"condition": two.text, "values": ", ".join(map(as_literal, two.values)), "names": ", ".join(two.names)}
        yield ModelFinding.of("compared_answers", **facts, example=f"${{{meant}}}")._replace(at=two.at)


def _parameter(step: Step, expression: str) -> str:
    """The input parameter of a step with an expression, or the expression itself if none has it."""
    return next((name for name, text in step.texts.items() if expression in text), expression)


def _unjoined(merge: Merge, served: Served) -> ModelFinding:
    """What two branches do that come together without a join."""
    seen = [TWICE.format(steps=", ".join(merge.twice))] if merge.twice else []
    for early in merge.early[:1]:
        facts = {"at": early.at, "expression": early.expression, "variables": ", ".join(early.variables)}
        seen.append(TOO_EARLY.format(**facts))
    by_timer = merge.fork in served.model.ways.reminders
    cure = (END_APART if by_timer else JOIN_FIRST).format(at=merge.at, fork=merge.fork)
    return ModelFinding.of("unjoined", fork=merge.fork, seen=joined("; ", seen), cure=cure)._replace(at=merge.at)


def _shown(routes: list[Route]) -> str:
    shown = [" → ".join((one.origin, *one.elements)) for one in routes[:MOST_ROUTES]]
    return "; ".join([*shown, "…"] if routes[MOST_ROUTES:] else shown)


def findings_of_task(task: FetchedTask, step: Step, topic: TopicSettings) -> Iterator[ModelFinding]:
    """What only the variables of a task show, besides what its model says."""
    given = ((name, value) for name, value in task.variables.items() if name not in step.own.constants)
    for name, text in lost_backslashes(given, topic):
        yield ModelFinding.of("lost_backslash", name=name, text=text)
    if places := files_as_text(task, topic):
        yield ModelFinding.of("file_as_text", places=", ".join(places))


def hanging_around(step: Step) -> Iterator[ModelFinding]:
    """Where the process of a step waits for ever. `check --model` finds these whosever steps the model has."""
    for one in step.model.hanging:
        if [*step.model.ways.around(one.at)][-1:] == [*step.model.ways.around(step.id)][-1:]:
            yield one


def _constants(step: Step, topic: TopicSettings) -> Iterator[ModelFinding]:
    for name, length in cut_questions(step):
        yield ModelFinding.of("question_cut", name=name, length=str(length), most=str(QUESTION_CHARACTERS))
    for place, name, length in too_long(step):
        asked, of = plain(name) == plain(QUESTION_FIELD), step.topic or ""
        cure = AS_PROPERTY if asked else READ_AS_PROPERTY.format(name=name, topic=of)
        facts = {"name": place, "length": str(length), "most": str(LONGEST_TEXT)}
        yield ModelFinding.of("too_long", **facts, cure=cure)._replace(essential=True)
    for name, value in past_deadlines(step, topic):
        yield ModelFinding.of("past_deadline", name=name, value=in_text(value))
    if dates := lone_plan_date(step, topic):
        yield ModelFinding.of("lone_plan_date", given=dates[0], lacking=dates[1])
    for name, expressions in quoted_expressions(step, topic):
        yield ModelFinding.of("quoted_expression", name=name, expressions=expressions)
    checklists = ((name, text) for name, text in step.properties.items() if plain(name) == CHECKLISTS)
    for name, text in lost_backslashes((*step.own.constants.items(), *checklists), topic):
        yield ModelFinding.of("lost_backslash", name=name, text=text)
    for name, tags in dead_markup(step, topic):
        yield ModelFinding.of("dead_markup", name=name, tags=tags, topic=step.topic or "")
    for name, tags in lines_with_markup(step, topic):
        yield ModelFinding.of("plain_text", name=name, tags=tags)


def _decided(step: Step, served: Served, *, titled: bool) -> Iterator[ModelFinding]:
    """What the fields show that every task of the step has."""
    topic = served.topic_of(step)
    fields = decided_fields(step, topic, served.mapper, titled=titled)
    for name, end in dict(cut_texts(fields)).items():
        yield ModelFinding.of("text_cut", name=name, end=end)
    for name, tags in dead_html(step, topic, fields):
        yield ModelFinding.of("dead_html", name=name, tags=tags)
    for name, value, start in dates_before_start(fields):
        kind, facts = ("reversed_dates" if name == END else "early_deadline"), {"value": value, "start": start}
        yield ModelFinding.of(kind, **facts)._replace(essential=name == END)


def _loops(step: Step, served: Served) -> Iterator[ModelFinding]:
    if taken := numbered_as(step, served.steps):
        yield ModelFinding.of("taken_name", names=", ".join(taken))._replace(essential=True)
    for id_, loop in step.loops:
        if not loop.multi:
            yield ModelFinding.of("standard_loop", of=id_)


def _reads_element(step: Step, served: Served, scope: Scope, element: str) -> bool:
    """Whether another activity in the sub-process may read its element, as far as the model shows."""
    others = (one for one in served.steps.values() if one.id != step.id and one.kind in BRINGING)
    inside = (one for one in others if any(around.id == scope.id for around in one.scopes))
    return any(_reads(one, served.topics.get(one.topic or ""), element) for one in inside)


def _reads(step: Step, topic: TopicSettings | None, element: str) -> bool:
    read = needed(topic) if topic else None
    own = {plain(name) for name in step.inputs}
    return read is None or (plain(element) not in own and plain(element) in map(plain, read))
