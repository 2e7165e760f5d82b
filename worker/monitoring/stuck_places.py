"""Names the process in which an instance is stuck: a job of a called process goes on in the one that called it.

The engine lists such an incident at the called instance, with the element of the caller (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from worker.engine.callers import DEEPEST
from worker.engine.errors import EngineError
from worker.engine.incidents import Stuck

CALL_SECONDS = 4.0
MOST_KEPT = 1000


class Callers(Protocol):
    """The engine, as far as callers of running instances need it. Raises `EngineError`."""

    def caller_of(self, process_instance_id: str, *, timeout: float) -> tuple[str, str] | None: ...


class StuckPlaces:
    """For one thread. `has`: whether a definition has an element; None: it could not be read."""

    def __init__(self, engine: Callers, has: Callable[[str, str], bool | None]) -> None:
        self._engine = engine
        self._has = has
        self._found: dict[str, str | None] = {}

    def of(self, one: Stuck) -> Stuck:
        """The same, with the process whose model has its element; unchanged if that is its own, or nobody knows."""
        if not (one.process_definition_id and one.process_instance_id and one.activity_id):
            return one
        if self._has(one.process_definition_id, one.activity_id) is not False:
            return one
        if one.id not in self._found:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            self._found[one.id] = self._definition_of(one.process_instance_id, one.activity_id)
        definition = self._found[one.id]
        if definition is None:
            return one
        there = replace(one, process_definition_id=definition)
        return replace(there, process_definition_key=there.process_key)

    def _definition_of(self, process_instance_id: str, activity_id: str) -> str | None:
        instance = process_instance_id
        with suppress(EngineError):
            for _ in range(DEEPEST):
                found = self._engine.caller_of(instance, timeout=CALL_SECONDS)
                if found is None:
                    break
                instance, definition = found
                if self._has(definition, activity_id):
                    return definition
        return None
