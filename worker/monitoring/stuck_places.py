"""Names the process in which an instance is stuck: a job of a called process goes on in the one that called it.

The engine lists such an incident at the called instance, with the element of the caller (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple, Protocol

from worker.engine.callers import DEEPEST
from worker.engine.errors import EngineError
from worker.engine.incidents import Stuck
from worker.engine.step_life import KnownInstance

CALL_SECONDS = 4.0
MOST_KEPT = 1000


class Callers(Protocol):
    """The engine, as far as callers of running instances need it. Raises `EngineError`."""

    def caller_of(self, process_instance_id: str, *, timeout: float) -> tuple[str, str] | None: ...
    def kept_instances(self, ids: Sequence[str], *, timeout: float) -> Mapping[str, KnownInstance]: ...


class _Place(NamedTuple):
    instance: str
    definition: str
    business_key: str | None


class StuckPlaces:
    """For one thread. `has`: whether a definition has an element; None: it could not be read."""

    def __init__(self, engine: Callers, has: Callable[[str, str], bool | None]) -> None:
        self._engine = engine
        self._has = has
        self._found: dict[str, _Place | None] = {}

    def of(self, one: Stuck) -> Stuck:
        """The same, at the instance whose model has its element; unchanged if that is its own, or nobody knows.

        The engine lists the incident there too, without the job.
        """
        if not (one.process_definition_id and one.process_instance_id and one.activity_id):
            return one
        if self._has(one.process_definition_id, one.activity_id) is not False:
            return one
        if one.id not in self._found:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            self._found[one.id] = self._place_of(one.process_instance_id, one.activity_id)
        place = self._found[one.id]
        if place is None:
            return one
        there = replace(one, process_instance_id=place.instance, process_definition_id=place.definition)
        return replace(there, process_definition_key=there.process_key, business_key=place.business_key)

    def _place_of(self, process_instance_id: str, activity_id: str) -> _Place | None:
        instance = process_instance_id
        with suppress(EngineError):
            for _ in range(DEEPEST):
                found = self._engine.caller_of(instance, timeout=CALL_SECONDS)
                if found is None:
                    break
                instance, definition = found
                if self._has(definition, activity_id):
                    return _Place(instance, definition, self._key_of(instance))
        return None

    def _key_of(self, process_instance_id: str) -> str | None:
        with suppress(EngineError):  # it is a name more, and needs a history
            kept = self._engine.kept_instances([process_instance_id], timeout=CALL_SECONDS).get(process_instance_id)
            return kept.business_key if kept else None
        return None
