"""Tells whether an event, such as a timer, may end a wait at a gateway to which no other branch comes any more."""

from __future__ import annotations

from typing import Protocol

from worker.steps.bpmn.joins import LeftOtherwise, left_otherwise
from worker.steps.bpmn.tree import DefinitionFault, tree_of

MOST_CALLERS = 5
"""How many processes that called each other are looked at: of more it is not known whether they end the wait."""
MOST_MODELS = 50


class OtherEndsSource(Protocol):
    """The engine, as far as this needs it. Raises `EngineError`."""

    def caller_of(self, process_instance_id: str, *, timeout: float) -> tuple[str, str] | None: ...
    def definition_xml(self, definition_id: str, *, timeout: float) -> str: ...


class OtherEnds:
    """For one thread. `seconds`: the time-out of each call."""

    def __init__(self, engine: OtherEndsSource, *, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self._models: dict[str, LeftOtherwise] = {}

    def may_end(self, instance: str, gateway: str, definition_id: str) -> bool:
        """Whether one is around the gateway, or around a call that led to its process. Raises `EngineError`."""
        if gateway in self._model(definition_id).gateways:
            return True
        for _ in range(MOST_CALLERS):
            caller = self._engine.caller_of(instance, timeout=self._seconds)
            if caller is None:
                return False
            instance, definition = caller
            if self._model(definition).calls:
                return True
        return True

    def _model(self, definition_id: str) -> LeftOtherwise:
        """What the model says of its waits; each is read once, as far as there is room."""
        if definition_id not in self._models:
            if len(self._models) >= MOST_MODELS:
                self._models.clear()
            self._models[definition_id] = _read(self._engine.definition_xml(definition_id, timeout=self._seconds))
        return self._models[definition_id]


def _read(model: str) -> LeftOtherwise:
    try:
        return left_otherwise(tree_of(model))
    except DefinitionFault:  # nothing is known to end its waits
        return LeftOtherwise()
