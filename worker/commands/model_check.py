"""`check --model`: finds what in a process, deployed or in a file, would silently go wrong with this worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from worker.commands.finding import Finding, of_error
from worker.commands.model_named import named_of_model
from worker.commands.templates_check import templates_of_model
from worker.config.settings import Settings, TopicSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineError, TaskGone
from worker.mapping.faults import MappingFault, reason_of
from worker.mapping.letters import in_quotes, told_apart
from worker.mapping.mapper import Mapper
from worker.mapping.marks import EXPECTED_FIELD, LOOP_COUNTER, MARKS, WAIT_PROPERTY, plain
from worker.mapping.nearest import nearest
from worker.mapping.notations import EXPRESSION
from worker.mapping.task_fields import shown_name
from worker.mapping.template_reader import names_of
from worker.model import FetchedTask, Promise
from worker.monitoring.surroundings import ALIKE
from worker.steps.definition import THROWING, WORKING, DefinitionFault, Step, overwritten_by_calls, steps_in
from worker.steps.faults import StepFault, clashes_of, faults_of
from worker.steps.model_findings import findings_of
from worker.steps.needed import unheard
from worker.steps.overwritten_answers import asks, example, outlives_its_round, rivals, undone_together
from worker.steps.parameters import hidden_results, shared_results
from worker.steps.refused import Refused, refused_in
from worker.steps.served import BRINGING, Served
from worker.steps.trial import around, tried, undecided_spellings, unnamed
from worker.steps.uncaught import uncaught
from worker.steps.unread_inputs import Unread, summed, unread_inputs, unread_properties
from worker.words import look_names as names
from worker.words.causes import name_of
from worker.words.foreign import why_unread
from worker.words.model_findings import FINDINGS, OUR_STEPS
from worker.words.model_rights import cure, right
from worker.words.phrase import Phrase, unchanged

UNREAD = Phrase("{file} не прочитать: {why}", "{file} cannot be read: {why}")
NAME_THE_FILE = Phrase(
    "укажите файл .bpmn или ключ развёрнутого процесса", "name a .bpmn file, or the key of a deployed process"
)
OF_SUB_PROCESS = Phrase("{place} (входной параметр подпроцесса {of})", "{place} (input parameter of {of})")
ONLY_CALLS = Phrase(
    "своих шагов с топиками этого воркера нет, модель вызывает другие процессы: проверьте и их модели",
    "no step of its own has a topic of this worker, and it calls other processes: check their models too",
)
SAVE_AGAIN = Phrase("сохраните модель в Modeler заново", "save the model in the Modeler again")

OF_THE_ENGINE = ("unknown_function", "no_time_to_live")
"""What an engine that has deployed the model has shown to be good."""
ENDS_WELL = ("process_inputs", "unread_retries", "no_time_to_live")
"""What no engine refuses, or not every one."""
FILES = (".bpmn", ".xml")


def is_file(model: str) -> bool:
    """Whether a model is named by its file, not by the key of its process."""
    return model.casefold().endswith(FILES) or Path(model).is_file()


def check_model(settings: Settings, model: str) -> list[Finding]:
    """The findings for a file, or for the newest version of a process in the engine, by its key. Changes nothing.

    For a file, the engine is not asked. The portal is asked only for whom the steps name, if it is configured.
    """
    if is_file(model):
        return _of_file(settings, Path(model))
    engine = Engine(settings.camunda, "check", {}, connections=1)
    try:
        xml = engine.definition_xml_of_key(model)
        found, ours = _of_model(settings, model, xml, deployed=True)
    except (EngineError, DefinitionFault) as error:
        return [of_error(names.model(model), error, essential=True, cure=_cure(model, error))]
    finally:
        engine.close()
    found += templates_of_model(settings, model, {id_: step.topic or "" for id_, step in ours.items()})
    return [*(found or _good(model, ours)), *named_of_model(settings, model, ours)]


def _of_file(settings: Settings, file: Path) -> list[Finding]:
    try:
        xml = file.read_bytes()
        found, ours = _of_model(settings, file.name, xml)
    except OSError as error:
        seen = UNREAD.format(file=file, why=why_unread(error))
        return [Finding(names.model(file.name), good=False, seen=seen, cure=NAME_THE_FILE)]
    except DefinitionFault as error:
        return [Finding(names.model(file.name), good=False, seen=error.phrase, cure=SAVE_AGAIN)]
    if not _is_utf8(xml):
        found.append(_finding(names.model(file.name), "not_utf8"))
    return [*(found or _good(file.name, ours)), *named_of_model(settings, file.name, ours)]


def _is_utf8(xml: bytes) -> bool:
    try:
        xml.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in xml


def _good(model: str, ours: Mapping[str, Step]) -> list[Finding]:
    return [Finding(names.model(model), good=True, seen=OUR_STEPS.format(count=len(ours)))]


def _of_model(
    settings: Settings, key: str, xml: str | bytes, *, deployed: bool = False
) -> tuple[list[Finding], Mapping[str, Step]]:
    """What is wrong with the model, and its steps with topics of this worker. Raises `DefinitionFault`.

    `deployed`: the engine has accepted it, so it has the functions that the model calls.
    """
    numbered = any(LOOP_COUNTER in names_of([topic.wait.answer_variable]) for topic in settings.topics.values())
    as_written, calls = steps_in(xml), sorted(overwritten_by_calls(xml, numbered=numbered))
    steps = {id_: _as_served(step, settings) for id_, step in as_written.items()}
    ours = {id_: step for id_, step in steps.items() if step.topic in settings.topics}
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    found = [one for step in ours.values() for one in _of(step, settings, mapper, key)]
    found += [one for step in ours.values() for one in _rounds(step, key)]
    found += [one for step in ours.values() for one in _overwritten(step, ours, settings, mapper, key)]
    served = Served(steps, settings.topics, mapper)
    found += [one for step in ours.values() for one in _told_in_the_log(step, served, settings, key)]
    found += [one for step in as_written.values() for one in _topic(step, settings, key)]
    found += [one for step in steps.values() for one in _marks(step, settings, key)]
    found += _not_executable(ours.values(), key)
    found += [_finding(names.element(key, "callActivity", call), "calls") for call in calls]
    found += [_refused(one, settings, key) for one in refused_in(xml) if not (deployed and one.kind in OF_THE_ENGINE)]
    if not ours and not found:
        only_calls = any(step.kind == "callActivity" for step in steps.values())
        found.append(
            Finding(names.model(key), good=True, seen=ONLY_CALLS)
            if only_calls
            else _finding(names.model(key), "no_steps", topics=", ".join(sorted(settings.topics)))
        )
    return found, ours


def _as_served(step: Step, settings: Settings) -> Step:
    """A step whose topic only a running process knows, as one of ours: otherwise nothing of it would be checked."""
    return replace(step, topic=_assumed(settings)) if step.external and _is_expression(step.topic) else step


def _assumed(settings: Settings) -> str | None:
    return next(iter(settings.topics), None)


def _is_expression(text: str | None) -> bool:
    return bool(text and EXPRESSION.search(text))


def _finding(what: Phrase, kind: str, *, essential: bool = False, **facts: Phrase | str) -> Finding:
    words = FINDINGS[kind]
    seen, cure = words.seen.format(**facts), words.cure.format(**facts)
    return Finding(what, good=False, seen=seen, cure=cure, essential=essential)


def _refused(one: Refused, settings: Settings, key: str) -> Finding:
    essential, topics = one.kind not in ENDS_WELL, ", ".join(sorted(settings.topics))
    return _finding(names.element(key, one.tag, one.of), one.kind, essential=essential, topics=topics, **one.facts)


def _unread(what: Phrase, kind: str, found: list[Unread]) -> Finding:
    seen, cure = summed(found)
    return _finding(what, kind, names=seen, cure=cure)


def _cure(key: str, error: Exception) -> Phrase:
    """How to fix it, by cause. The engine says "does not exist" also of a process that its user may not read."""
    if isinstance(error, TaskGone):
        return right(key, missing=True)
    return cure(key, name_of(error))


def _overwritten(
    step: Step, ours: Mapping[str, Step], settings: Settings, mapper: Mapper, key: str
) -> Iterator[Finding]:
    """Whether other answers overwrite the step's own: of steps in parallel branches, or of its own compensations."""
    if not asks(step, settings.topics[step.topic or ""]):
        return
    if undone_together(step):
        yield _finding(names.step(key, step.id), "undone_together")
    try:
        variable = mapper.answer_variable(example(step))
    except MappingFault:  # the name contains process variables, which only a task has
        return
    found = rivals(step, variable, ours, settings.topics, mapper)
    if found.same:
        yield _finding(names.step(key, step.id), "rivals", others=", ".join(found.same), variable=variable)


def _told_in_the_log(step: Step, served: Served, settings: Settings, key: str) -> Iterator[Finding]:
    """What the log of a run tells too, when the step is first fetched."""
    titled = step.topic in settings.templates.topics
    for one in findings_of(step, served, titled=titled):
        yield Finding(names.step(key, step.id), good=False, seen=one.seen, cure=one.cure, essential=one.essential)


def _topic(step: Step, settings: Settings, key: str) -> Iterator[Finding]:
    """A topic that is an expression, has no effect, or resembles a topic of this worker."""
    if step.topic in settings.topics and not step.external:
        kind = "not_external" if step.kind in (*WORKING, *THROWING) else "other_kind"
        yield _finding(names.element(key, step.kind, step.id), kind, topic=step.topic or "", element=step.kind)
    if step.external and _is_expression(step.topic):
        what, topics, assumed = names.step(key, step.id), ", ".join(sorted(settings.topics)), _assumed(settings)
        yield _finding(what, "topic_expression", topic=step.topic or "", assumed=assumed or "?", topics=topics)
        return
    meant = nearest(step.topic or "", sorted(settings.topics), cutoff=ALIKE)
    if step.topic and step.topic not in settings.topics and meant:
        what, topics = names.step(key, step.id), ", ".join(sorted(settings.topics))
        yield _finding(
            what, "other_topic", topic=in_quotes(step.topic), meant=told_apart(step.topic, meant), topics=topics
        )


def _marks(step: Step, settings: Settings, key: str) -> Iterator[Finding]:
    """Marks at an activity that waits for no worker."""
    said = [name for name in (*step.properties, *step.inputs) if plain(name) in MARKS]
    if (
        said
        and not step.external
        and (step.kind in BRINGING or step.kind in ("task", "manualTask"))
        and step.topic not in settings.topics
    ):
        served = ", ".join(sorted(settings.topics))
        what = names.element(key, step.kind, step.id)
        yield _finding(what, "marks_elsewhere", names=", ".join(said), element=step.kind, topics=served)


def _not_executable(ours: Iterable[Step], key: str) -> Iterator[Finding]:
    never = [one for one in ours if one.scopes and not one.scopes[-1].runs]
    for id_ in dict.fromkeys(one.scopes[-1].id for one in never):
        steps = ", ".join(one.id for one in never if one.scopes[-1].id == id_)
        yield _finding(names.element(key, "process", id_), "not_executable", essential=True, steps=steps)


def _of(step: Step, settings: Settings, mapper: Mapper, key: str) -> Iterator[Finding]:
    what, topic = names.step(key, step.id), settings.topics[step.topic or ""]
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
            yield _finding(what, "undecided", field=shown_name(fault.field))
    yield from _at_start(what, step, topic, settings)
    hidden = hidden_results(step, topic, task)
    if names_ := ", ".join(name for name in hidden if name not in at_fault):
        yield _finding(what, "hidden_results", names=names_)
    told = {*hidden, *unheard(topic, step.inputs)}
    if unread := unread_inputs(step, topic, besides=told, all_read=titled):
        yield _unread(what, "unread", unread)
    if fields := unread_properties(step, topic, mapper.properties_read(task.topic), all_read=titled):
        yield _unread(what, "as_property", fields)
    if shared := ", ".join(shared_results(step, topic, task)):
        yield _finding(what, "shared", names=shared)
    yield from _errors(what, step, topic)


def _place(step: Step, wrong: MappingFault) -> Phrase:
    given_by = around(step, wrong.field)
    return OF_SUB_PROCESS.format(place=wrong.place, of=given_by) if given_by else unchanged(wrong.place)


def _at_start(what: Phrase, step: Step, topic: TopicSettings, settings: Settings) -> Iterator[Finding]:
    """What a run refuses unless a process brings the right variables."""
    by_portal = step.topic in settings.templates.topics
    if not by_portal and settings.bitrix.default_responsible_id is None and unnamed(step, topic):
        yield _finding(what, "no_responsible")
    for spelt in undecided_spellings(step, topic):
        yield _finding(what, "spelt_twice", names=", ".join(spelt))


def _faults(step: Step, topic: TopicSettings, task: FetchedTask, mapper: Mapper) -> Iterator[StepFault]:
    """All faults that the step's model has in itself. May raise `MappingFault` after some of them."""
    yield from faults_of(step, topic, task)
    promise = mapper.promise(task)
    variable = mapper.answer_variable(task) if promise is Promise.ANSWER else None
    yield from clashes_of(step, topic, task, promise, variable)


def _rounds(step: Step, key: str) -> Iterator[Finding]:
    """A loop of sequence flows: a round overwrites the answers of the one before, or leaves old ones behind."""
    asked = plain(EXPECTED_FIELD) in {plain(name) for name in (*step.properties, *step.inputs)}
    if asked and step.repeated:
        yield _finding(names.step(key, step.id), "rounds")
    if asked and outlives_its_round(step):
        yield _finding(names.step(key, step.id), "outlived")


def _errors(what: Phrase, step: Step, topic: TopicSettings) -> Iterator[Finding]:
    said = {plain(name) for name in step.properties} | {plain(name) for name in topic.task}
    asks = plain(EXPECTED_FIELD) in said
    if not (asks or topic.wait_for_close or plain(WAIT_PROPERTY) in said):
        return
    if codes := ", ".join(uncaught(topic, step, asks=asks)):
        yield _finding(what, "uncaught", codes=codes)
