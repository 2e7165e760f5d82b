"""Where the process of a step is stuck, if not in its own model.

A job goes on behind the end of a called process, in the one that called it; and with `asyncAfter` at the call the
called one has ended by then. The engine tells the incident at the instance of the job (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from worker.engine.callers import DEEPEST
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.incidents import Stuck


def stuck_of(engine: Engine, process_instance_id: str, *, over: bool) -> list[Stuck]:
    """The engine's own incidents of a process instance, each with the process whose model has its element.

    `over`: the instance has no step of ours; then without incidents of its own those of the processes that called it.
    Raises `EngineError` if the first call fails; of the others what was told counts.
    """
    found = [_located(engine, one) for one in engine.stuck_at(process_instance_id)]
    with suppress(EngineError):
        for instance, _ in _callers(engine, process_instance_id) if over and not found else ():
            if above := engine.stuck_at(instance):
                return above
    return found


def _located(engine: Engine, one: Stuck) -> Stuck:
    root = one.called or one
    if not (root.process_instance_id and root.process_definition_id and root.activity_id):
        return one
    with suppress(EngineError):
        if _has(engine, root.process_definition_id, root.activity_id):
            return one
        for instance, definition in _callers(engine, root.process_instance_id):
            if _has(engine, definition, root.activity_id):
                there = replace(root, process_instance_id=instance, process_definition_id=definition)
                return replace(one, called=there) if one.called else there
    return one


def _callers(engine: Engine, process_instance_id: str) -> Iterator[tuple[str, str]]:
    """The process instances that called this one, the nearest first, each with the id of its definition."""
    instance = process_instance_id
    for _ in range(DEEPEST):
        found = engine.caller_of(instance) or engine.former_caller_of(instance)
        if found is None:
            return
        instance, _ = found
        yield found


def _has(engine: Engine, definition_id: str, activity_id: str) -> bool:
    return f'id="{activity_id}"' in engine.definition_xml(definition_id)
