"""Where the process of a step is stuck, if not in its own model.

A job goes on behind the end of a called process, in the one that called it; and with `asyncAfter` at the call the
called one has ended by then. The engine tells the incident at the instance of the job (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from worker.engine.callers import Caller, callers_of
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
        for caller in _callers(engine, process_instance_id) if over and not found else ():
            if above := engine.stuck_at(caller.instance):
                return above
    return found


def _located(engine: Engine, one: Stuck) -> Stuck:
    root = one.called or one
    if not (root.process_instance_id and root.process_definition_id and root.activity_id):
        return one
    with suppress(EngineError):
        if _has(engine, root.process_definition_id, root.activity_id):
            return one
        for caller in _callers(engine, root.process_instance_id):
            if _has(engine, caller.definition, root.activity_id):
                there = replace(root, process_instance_id=caller.instance, process_definition_id=caller.definition)
                return replace(one, called=there) if one.called else there
    return one


def _callers(engine: Engine, process_instance_id: str) -> Iterator[Caller]:
    return callers_of(lambda id_: engine.caller_of(id_) or engine.former_caller_of(id_), process_instance_id)


def _has(engine: Engine, definition_id: str, activity_id: str) -> bool:
    return f'id="{activity_id}"' in engine.definition_xml(definition_id)
