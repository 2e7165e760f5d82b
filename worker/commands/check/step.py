"""The part of `check --model` about one step: what the worker would refuse, and what goes wrong without a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from worker.commands.check.finding import Finding, of_kind
from worker.config.settings import Settings, TopicSettings
from worker.mapping.faults import MappingFault, reason_of
from worker.mapping.mapper import Mapper
from worker.mapping.marks import EXPECTED_FIELD, LOOP_COUNTER, MARKS, WAIT_PROPERTY, plain
from worker.mapping.task_fields import shown_name
from worker.model import FetchedTask, Promise
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.step import Step
from worker.steps.faults import StepFault, clashes_of, faults_of
from worker.steps.findings.model import findings_of, findings_of_names, findings_of_process
from worker.steps.findings.served import Served
from worker.steps.needed import unheard
from worker.steps.overwritten_answers import example, outlives_its_round, rivals, undone_together
from worker.steps.parameters import hidden_results, shared_results
from worker.steps.trial import around, tried, undecided_spellings, unnamed
from worker.steps.uncaught import uncaught
from worker.steps.unread_inputs import Unread, summed, unread_inputs, unread_properties
from worker.words import look_names as names
from worker.words.phrase import Phrase, unchanged

OF_SUB_PROCESS = Phrase("{place} (входной параметр подпроцесса {of})", "{place} (input parameter of {of})")


def of_step(step: Step, served: Served, settings: Settings, key: str) -> Iterator[Finding]:
    """All findings of one step of ours. `key`: how people know its model."""
    what = names.step(key, step.id)
    yield from _of(what, step, settings, served.mapper)
    if _says_to_ask(step) and outlives_its_round(step):
        yield of_kind(what, "outlived")
    yield from _overwritten(what, step, served)
    titled = step.topic in settings.templates.topics
    yield from _placed(findings_of(step, served, titled=titled), what, served, key)  # the log of a run tells these too


def of_processes(served: Served, key: str) -> Iterator[Finding]:
    """All findings of the processes with steps of ours that concern no certain step; of mere callers, their names."""
    ours = {one.process for one in served.ours}
    for process in processes_checked(served):
        found = findings_of_process(process, served) if process in ours else findings_of_names(process, served)
        yield from _placed(found, names.element(key, "process", process), served, key)


def processes_checked(served: Served) -> list[str]:
    """The processes with steps of ours, or with calls of others that may have some."""
    calling = (one for one in served.steps.values() if one.kind == "callActivity")
    return list(dict.fromkeys(one.process for one in (*served.ours, *calling)))


def _placed(found: Iterable[ModelFinding], what: Phrase, served: Served, key: str) -> Iterator[Finding]:
    for one in found:
        place = names.element(key, served.steps[one.at].kind, one.at) if one.at in served.steps else what
        yield Finding(place, good=False, seen=one.seen, cure=one.cure, essential=one.essential)


def _of(what: Phrase, step: Step, settings: Settings, mapper: Mapper) -> Iterator[Finding]:
    topic = settings.topics[step.topic or ""]
    task, titled = example(step), step.topic in settings.templates.topics
    task = replace(task, variables={LOOP_COUNTER: 0, **task.variables})  # a called process may get it from its caller
    refused = {fault.field: fault for fault in tried(step, topic, mapper, titled=titled)}
    yield from (Finding(what, good=False, seen=_place(step, one), cure=one.reason) for one in refused.values())
    at_fault = set[str]()
    try:
        for wrong in _faults(step, topic, task, mapper):
            at_fault.add(wrong.where.rpartition(".")[2])
            yield Finding(what, good=False, seen=unchanged(wrong.where), cure=reason_of(wrong.kind, wrong.detail))
    except MappingFault as fault:  # the template may need a process variable, which only a task has
        if fault.field not in refused:
            yield of_kind(what, "undecided", field=shown_name(fault.field))
    yield from _at_start(what, step, topic, settings)
    hidden = hidden_results(step, topic, task)
    if names_ := ", ".join(name for name in hidden if name not in at_fault):
        yield of_kind(what, "hidden_results", names=names_)
    told = {*hidden, *unheard(topic, step.inputs)}
    if unread := unread_inputs(step, topic, besides=told, all_read=titled):
        yield _unread(what, "unread", unread)
    if fields := unread_properties(step, topic, mapper.properties_read(task.topic), all_read=titled):
        yield _unread(what, "as_property", fields)
    if shared := ", ".join(shared_results(step, topic, task)):
        yield of_kind(what, "shared", names=shared)
    yield from _errors(what, step, topic)


def _place(step: Step, wrong: MappingFault) -> Phrase:
    given_by = around(step, wrong.field)
    return OF_SUB_PROCESS.format(place=wrong.place, of=given_by) if given_by else unchanged(wrong.place)


def _at_start(what: Phrase, step: Step, topic: TopicSettings, settings: Settings) -> Iterator[Finding]:
    """What a run refuses unless a process brings the right variables."""
    by_portal = step.topic in settings.templates.topics
    if not by_portal and settings.bitrix.default_responsible_id is None and unnamed(step, topic):
        yield of_kind(what, "no_responsible")
    for spelt in undecided_spellings(step, topic):
        yield of_kind(what, "spelt_twice", names=", ".join(spelt))


def _faults(step: Step, topic: TopicSettings, task: FetchedTask, mapper: Mapper) -> Iterator[StepFault]:
    """All faults that the step's model has in itself. May raise `MappingFault` after some of them."""
    yield from faults_of(step, topic, task)
    promise = mapper.promise(task)
    variable = mapper.answer_variable(task) if promise is Promise.ANSWER else None
    yield from clashes_of(step, topic, task, promise, variable)


def _says_to_ask(step: Step) -> bool:
    return plain(EXPECTED_FIELD) in {plain(name) for name in (*step.properties, *step.inputs)}


def _overwritten(what: Phrase, step: Step, served: Served) -> Iterator[Finding]:
    """Whether other answers overwrite the step's own: of steps in parallel branches, or of its own compensations."""
    if not served.asks(step):
        return
    if undone_together(step):
        yield of_kind(what, "undone_together")
    if variable := served.answer_of(step):
        ours = {one.id: one for one in served.ours}
        found = rivals(step, variable, ours, served.topics, served.mapper)
        if found.same:
            yield of_kind(what, "rivals", others=", ".join(found.same), variable=variable)


def _unread(what: Phrase, kind: str, found: list[Unread]) -> Finding:
    seen, cure = summed(found)
    return of_kind(what, kind, names=seen, cure=cure)


def _errors(what: Phrase, step: Step, topic: TopicSettings) -> Iterator[Finding]:
    marks = [name for name in step.inputs if name in MARKS.values()]
    said = {plain(name) for name in (*step.properties, *marks, *topic.task)}
    asks = plain(EXPECTED_FIELD) in said
    if not (asks or topic.wait_for_close or plain(WAIT_PROPERTY) in said):
        return
    if codes := ", ".join(uncaught(topic, step, asks=asks)):
        yield of_kind(what, "uncaught", codes=codes)
