"""Names the process in which an instance is stuck: a job of a called process goes on in the one that called it.

The engine lists such an incident at the called instance, with the element of the caller (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Protocol

from worker.engine.callers import Caller, callers_of
from worker.engine.errors import EngineError
from worker.engine.incidents import Stuck
from worker.engine.step_life import KnownInstance

CALL_SECONDS = 4.0
MOST_KEPT = 1000


class CallerSource(Protocol):
    """The engine, as far as callers of running instances need it. Raises `EngineError`."""

    def caller_of(self, process_instance_id: str, *, timeout: float) -> tuple[str, str] | None: ...
    def kept_instances(self, ids: Sequence[str], *, timeout: float) -> Mapping[str, KnownInstance]: ...


class _Place(NamedTuple):
    at: Caller
    business_key: str | None


class StuckPlaces:
    """For one thread. `has`: whether a definition has an element; None: it could not be read."""

    def __init__(self, engine: CallerSource, has: Callable[[str, str], bool | None]) -> None:
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
            with suppress(EngineError):  # the next round asks again
                self._found[one.id] = self._place_of(one.process_instance_id, one.activity_id)
        place = self._found.get(one.id)
        if place is None:
            return one
        there = replace(one, process_instance_id=place.at.instance, process_definition_id=place.at.definition)
        return replace(there, process_definition_key=place.at.key, business_key=place.business_key)

    def _place_of(self, process_instance_id: str, activity_id: str) -> _Place | None:
        asked = partial(self._engine.caller_of, timeout=CALL_SECONDS)
        for caller in callers_of(asked, process_instance_id):
            if self._has(caller.definition, activity_id):
                return _Place(caller, self._key_of(caller.instance))
        return None

    def _key_of(self, process_instance_id: str) -> str | None:
        with suppress(EngineError):  # it is a name more, and needs a history
            kept = self._engine.kept_instances([process_instance_id], timeout=CALL_SECONDS).get(process_instance_id)
            return kept.business_key if kept else None
        return None
