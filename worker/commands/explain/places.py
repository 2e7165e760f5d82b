"""Asks the engine where a process instance stands, and for what it waits at a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bitrix import reading
from worker.commands.explain.records import Joining, ProcessSays
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.line import PERSON_SECONDS
from worker.monitoring.other_ends import OtherEnds
from worker.steps.bpmn.activity_path import AtGateway, places_in, waiting_in
from worker.steps.bpmn.definition import DefinitionFault, steps_in
from worker.steps.bpmn.finding import ModelFinding


def standing(engine: Engine, process: ProcessSays) -> ProcessSays:
    """The process instance with where it stands, as far as it runs and may be read."""
    if process.kept and process.kept.ended is not None:
        return process
    with suppress(EngineError):  # nobody may read where it stands
        tree = engine.activity_tree(process.id, timeout=PERSON_SECONDS)
        return replace(process, at=places_in(tree), joining=list(_joining(engine, process.id, tree)))
    return process


def _joining(engine: Engine, instance: str, tree: Mapping[str, Any]) -> Iterator[Joining]:
    waiting, definition = [*waiting_in(tree)], reading.text(tree.get("processDefinitionId"))
    wrong = _wrong_in(engine, definition) if waiting else {}
    other_ends = OtherEnds(engine, seconds=PERSON_SECONDS)
    for one in waiting:
        ends = one.alone and _ends(other_ends, instance, one.activity_id, definition or "")
        yield Joining(one.activity_id, one.alone and not ends, _since(engine, one), wrong.get(one.activity_id), ends)


def _ends(other_ends: OtherEnds, instance: str, gateway: str, definition: str) -> bool:
    """Whether an event may end the wait; if nobody may read that, it counts as one for ever."""
    with suppress(EngineError):
        return other_ends.may_end(instance, gateway, definition)
    return False


def _since(engine: Engine, one: AtGateway) -> float | None:
    with suppress(EngineError):  # who may not read the history is told the rest
        run = engine.activity_run(one.id)
        return run.started if run else None
    return None


def _wrong_in(engine: Engine, definition: str | None) -> Mapping[str, ModelFinding]:
    """What the model has wrong, by the gateway at which a process waits for ever because of it."""
    with suppress(EngineError, DefinitionFault):
        steps = steps_in(engine.definition_xml(definition, timeout=PERSON_SECONDS)) if definition else {}
        return {one.at: one for step in steps.values() for one in step.model.hanging}
    return {}
