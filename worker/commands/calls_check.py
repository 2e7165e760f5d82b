"""`check --model` of several models: each by itself, and what each call activity hands back to its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from functools import cache, partial
from pathlib import Path

from worker.commands.finding import Finding
from worker.commands.model_check import check_model, is_file
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.mapping.mapper import Mapper
from worker.steps.calls import calls_in
from worker.steps.definition import DefinitionFault, Step, steps_in
from worker.steps.handed_back import findings_of_call
from worker.steps.served import Served
from worker.words import look_names as names

Xml = str | bytes


def check_models(settings: Settings, models: Iterable[str]) -> list[Finding]:
    """The findings of each model that is named, and of their calls."""
    named = list(dict.fromkeys(models))
    found = [finding for model in named for finding in check_model(settings, model)]
    with closing(Engine(settings.camunda, "check", {}, connections=1)) as engine:
        return [*found, *_calls(settings, named, cache(engine.definition_xml_of_key))]


def _calls(settings: Settings, models: Iterable[str], deployed: Callable[[str], Xml]) -> Iterator[Finding]:
    """`deployed`: the model of a process in the engine, by its key. What cannot be read has been told."""
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    served = partial(Served, topics=settings.topics, mapper=mapper)
    read = {model: xml for model in models if (xml := _xml_of(model, deployed))}
    given = {key: steps for xml in read.values() for key, steps in _processes(steps_in(xml)).items()}
    for model, xml in read.items():
        label = Path(model).name if is_file(model) else model
        for call in calls_in(xml):
            called = given.get(call.called)
            if called is None and not is_file(model):
                called = _deployed(call.called, deployed)
            for one in findings_of_call(call, served(steps_in(xml)), served(called)) if called else ():
                what = names.element(label, "callActivity", call.id)
                yield Finding(what, good=False, seen=one.seen, cure=one.cure, essential=False)


def _processes(steps: Mapping[str, Step]) -> Mapping[str, Mapping[str, Step]]:
    """All elements of a model, by the key of each process in it."""
    return {step.scopes[-1].id: steps for step in steps.values() if step.scopes}


def _deployed(key: str, deployed: Callable[[str], Xml]) -> Mapping[str, Step] | None:
    with suppress(EngineError, DefinitionFault):
        return steps_in(deployed(key))
    return None


def _xml_of(model: str, deployed: Callable[[str], Xml]) -> Xml | None:
    with suppress(OSError, EngineError, DefinitionFault):
        xml = Path(model).read_bytes() if is_file(model) else deployed(model)
        steps_in(xml)
        return xml
    return None
