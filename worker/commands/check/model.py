"""`check --model`: finds what in a process, deployed or in a file, would silently go wrong with this worker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from worker.commands.check.finding import Finding, of_error, of_kind
from worker.commands.check.model_folders import models_within
from worker.commands.check.model_named import named_of_model
from worker.commands.check.model_sources import content_of, is_file, is_folder, label_of
from worker.commands.check.step import of_processes, of_step
from worker.commands.check.templates import templates_of_model
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError, TaskGone
from worker.mapping.letters import in_quotes, told_apart
from worker.mapping.mapper import Mapper
from worker.mapping.marks import LOOP_COUNTER, MARKS, plain
from worker.mapping.nearest import nearest
from worker.mapping.template_reader import names_of
from worker.monitoring.surroundings import ALIKE
from worker.steps.bpmn.definition import THROWING, WORKING, DefinitionFault, Step, overwritten_by_calls, steps_in
from worker.steps.bpmn.refused import Refused, refused_in
from worker.steps.findings.served import BRINGING, Served, as_served, assumed_topic, is_expression
from worker.words import look_names as names
from worker.words.causes import name_of
from worker.words.findings.catalogue import OUR_STEPS
from worker.words.findings.undeployable import OF_UNDEPLOYABLE
from worker.words.foreign import why_unread
from worker.words.model_rights import cure, right
from worker.words.phrase import NOTHING, Phrase

UNREAD = Phrase("{file} не прочитать: {why}", "{file} cannot be read: {why}")
NAME_THE_FILE = Phrase(
    "укажите файл .bpmn или ключ развёрнутого процесса", "name a .bpmn file, or the key of a deployed process"
)
ONLY_CALLS = Phrase(
    "своих шагов с топиками этого воркера нет, модель вызывает другие процессы: проверьте и их модели",
    "no step of its own has a topic of this worker, and it calls other processes: check their models too",
)
AT_STEPS = Phrase(" (шагов {count}: {ids})", " ({count} steps: {ids})")
SAVE_AGAIN = Phrase("сохраните модель в Modeler заново", "save the model in the Modeler again")

OF_THE_ENGINE = ("unknown_function", "no_time_to_live", *OF_UNDEPLOYABLE)
"""What an engine that has deployed the model has shown to be good."""
ENDS_WELL = (
    *("process_inputs", "unread_retries", "no_time_to_live"),
    *("parallel_conditions", "never_tried", "default_never", "unknown_language", "default_elsewhere"),
    *("join_never", "join_on_route", "join_if_all", "signal_to_itself", "never_begins"),
    *("undoes_nothing", "event_unconnected", "handler_unconnected"),
)
"""What no engine refuses, or not every one."""
IN_FOLDER = Phrase("это папка, в ней модели: {models}", "is a folder with the models: {models}")
NONE_IN_FOLDER = Phrase("это папка, и моделей в ней нет", "is a folder without a model in it")
LEFT_OUT = Phrase(
    "скрытые папки и папки сборки не читались: {folders}", "hidden and output folders are not read: {folders}"
)
NAME_THE_PARTS = Phrase(
    "исправьте это или назовите то, что нужно проверить, по отдельности: файлы и папки",
    "fix that, or name what you want checked one by one: files and folders",
)

Aside = Collection[tuple[Phrase, Phrase]]
"""Elements, and what would be seen of each."""


def check_model(settings: Settings, model: str, *, label: str = "", aside: Aside = ()) -> list[Finding]:
    """The findings for a file, or for the newest version of a process in the engine, by its key. Changes nothing.

    For a file, the engine is not asked. The portal is asked only for whom the steps name, if it is configured. Of a
    folder it only says what is in it. `label`: how people know a file, other than by its name.
    `aside`: what is not told of an element.
    """
    if is_folder(model):
        return [*_of_folder(Path(model), names.model(model))]
    if is_file(model):
        return _of_file(settings, Path(model), label or Path(model).name, aside)
    with closing(Engine(settings.camunda, "check", {}, connections=1)) as engine:
        try:
            models = engine.models_of_key(model)
        except EngineError as error:
            return [of_error(names.model(model), error, essential=True, cure=_cure(model, error))]
    return [one for tenant, xml in models.items() for one in _of_deployed(settings, model, tenant, xml, aside)]


def _of_deployed(settings: Settings, key: str, tenant: str | None, xml: str, aside: Aside) -> list[Finding]:
    label = label_of(key, tenant)
    try:
        found, ours = _of_model(settings, label, xml, aside, deployed=True)
    except DefinitionFault as error:
        return [of_error(names.model(label), error, essential=True, cure=_cure(key, error))]
    found += templates_of_model(settings, key, {id_: step.topic or "" for id_, step in ours.items()})
    return [*(found or _good(label, ours)), *named_of_model(settings, label, ours)]


def _of_folder(folder: Path, what: Phrase) -> Iterator[Finding]:
    inside = models_within(folder)
    if inside.models or not inside.unread:
        seen = IN_FOLDER.format(models=_listed(inside.models, folder)) if inside.models else NONE_IN_FOLDER
        yield Finding(what, good=bool(inside.models), seen=seen, cure=NAME_THE_FILE)
    for path, why in inside.unread:
        yield Finding(what, good=False, seen=UNREAD.format(file=path, why=why), cure=NAME_THE_PARTS)
    if inside.left_out:
        seen = LEFT_OUT.format(folders=_listed(inside.left_out, folder))
        yield Finding(what, good=False, seen=seen, essential=False, checked=False)


def _listed(paths: Iterable[Path], folder: Path) -> str:
    return ", ".join(str(one.relative_to(folder)) for one in paths)


def _of_file(settings: Settings, file: Path, label: str, aside: Aside) -> list[Finding]:
    what = names.model(label)
    try:
        xml = content_of(file)
        found, ours = _of_model(settings, label, xml, aside)
    except OSError as error:
        return [Finding(what, good=False, seen=UNREAD.format(file=file, why=why_unread(error)), cure=NAME_THE_FILE)]
    except DefinitionFault as error:
        return [Finding(what, good=False, seen=error.phrase, cure=SAVE_AGAIN)]
    if not _is_utf8(xml):
        found.append(of_kind(what, "not_utf8"))
    return [*(found or _good(label, ours)), *named_of_model(settings, label, ours)]


def _is_utf8(xml: bytes) -> bool:
    try:
        xml.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in xml


def _good(model: str, ours: Mapping[str, Step]) -> list[Finding]:
    return [Finding(names.model(model), good=True, seen=OUR_STEPS.format(count=len(ours)))]


def _of_model(
    settings: Settings, key: str, xml: str | bytes, aside: Aside, *, deployed: bool = False
) -> tuple[list[Finding], Mapping[str, Step]]:
    """What is wrong with the model, and its steps with topics of this worker. Raises `DefinitionFault`.

    `deployed`: the engine has accepted it, so it has the functions that the model calls.
    """
    numbered = any(LOOP_COUNTER in names_of([topic.wait.answer_variable]) for topic in settings.topics.values())
    as_written, calls = steps_in(xml), sorted(overwritten_by_calls(xml, numbered=numbered))
    steps = as_served(as_written, settings.topics)
    ours = {id_: step for id_, step in steps.items() if step.topic in settings.topics}
    served = Served(steps, settings.topics, Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: ""))
    found = [one for step in ours.values() for one in of_step(step, served, settings, key)]
    found += of_processes(served, key)
    found += [one for step in as_written.values() for one in _topic(step, settings, key)]
    found += _other_topics(as_written.values(), settings, key)
    found += [one for step in steps.values() for one in _marks(step, settings, key)]
    found += _not_executable(ours.values(), key)
    found += [of_kind(names.element(key, "callActivity", call), "calls") for call in calls]
    found = [one for one in found if (one.what, one.seen) not in aside]
    found += [_refused(one, settings, key) for one in refused_in(xml) if not (deployed and one.kind in OF_THE_ENGINE)]
    if not ours and not found:
        only_calls = any(step.kind == "callActivity" for step in steps.values())
        found.append(
            Finding(names.model(key), good=True, seen=ONLY_CALLS)
            if only_calls
            else of_kind(names.model(key), "no_steps", topics=", ".join(sorted(settings.topics)))
        )
    return [*dict.fromkeys(found)], ours


def _refused(one: Refused, settings: Settings, key: str) -> Finding:
    essential, topics = one.kind not in ENDS_WELL, ", ".join(sorted(settings.topics))
    return of_kind(names.element(key, one.tag, one.of), one.kind, essential=essential, topics=topics, **one.facts)


def _cure(key: str, error: Exception) -> Phrase:
    """How to fix it, by cause. The engine says "does not exist" also of a process that its user may not read."""
    if isinstance(error, TaskGone):
        return right(key, missing=True)
    return cure(key, name_of(error))


def _topic(step: Step, settings: Settings, key: str) -> Iterator[Finding]:
    """A topic that is an expression, or has no effect."""
    if step.topic in settings.topics and not step.external:
        kind = "not_external" if step.kind in (*WORKING, *THROWING) else "other_kind"
        yield of_kind(names.element(key, step.kind, step.id), kind, topic=step.topic or "", element=step.kind)
    if step.external and is_expression(step.topic):
        what, topics = names.step(key, step.id), ", ".join(sorted(settings.topics))
        assumed = assumed_topic(settings.topics)
        yield of_kind(what, "topic_expression", topic=step.topic or "", assumed=assumed or "?", topics=topics)


def _other_topics(steps: Iterable[Step], settings: Settings, key: str) -> Iterator[Finding]:
    """Each topic that resembles one of this worker once, with all its steps."""
    others, ours = dict[str, list[str]](), sorted(settings.topics)
    for step in steps:
        if step.topic and step.topic not in settings.topics and not (step.external and is_expression(step.topic)):
            others.setdefault(step.topic, []).append(step.id)
    for topic, ids in others.items():
        if meant := nearest(topic, ours, cutoff=ALIKE):
            many = AT_STEPS.format(count=len(ids), ids=", ".join(ids))
            what, at = (names.model(key), many) if ids[1:] else (names.step(key, ids[0]), NOTHING)
            said, known = in_quotes(topic), told_apart(topic, meant)
            yield of_kind(what, "other_topic", topic=said, meant=known, topics=", ".join(ours), at=at)


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
        yield of_kind(what, "marks_elsewhere", names=", ".join(said), element=step.kind, topics=served)


def _not_executable(ours: Iterable[Step], key: str) -> Iterator[Finding]:
    never = [one for one in ours if one.scopes and not one.scopes[-1].runs]
    for id_ in dict.fromkeys(one.scopes[-1].id for one in never):
        steps = ", ".join(one.id for one in never if one.scopes[-1].id == id_)
        yield of_kind(names.element(key, "process", id_), "not_executable", essential=True, steps=steps)
