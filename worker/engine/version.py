"""Whether the engine hands out the extension properties of a step, by its version. Approvals depend on them.

Camunda does so since 7.14 (`includeExtensionProperties` of fetchAndLock); an older one silently ignores the request.
Operaton, CIB seven and Fluxnova are forks of later versions and start counting at 1.
"""

from __future__ import annotations

import re
from typing import Protocol

from bitrix.causes import Cause
from worker.engine.errors import EngineDenied, EngineError
from worker.runtime.telemetry import Telemetry

CAMUNDA = 7
FIRST_MINOR = 14
_VERSION = re.compile(r"v?(\d+)\.(\d+)")


class EngineTooOld(EngineDenied):
    """The engine is too old: approvals would pass without a question. Nothing is fetched from it."""

    cause = Cause.ENGINE_TOO_OLD


class Asked(Protocol):
    """What this module needs of the engine."""

    def version(self) -> str: ...
    def backlog(self, topic: str) -> int: ...


def gives_properties(version: str | None) -> bool | None:
    """Whether an engine of this version hands out extension properties; None if the version is unknown."""
    found = _VERSION.match((version or "").strip())
    if found is None or int(found[1]) == 0:
        return None
    return int(found[1]) != CAMUNDA or int(found[2]) >= FIRST_MINOR


def version_of(engine: Asked, topic: str) -> str | None:
    """The engine's version; None if it serves external tasks but hides its version. Raises `EngineError`.

    An engine that gave no answer at all hides nothing: as it has answered since, it is asked once more.
    """
    try:
        return engine.version()
    except EngineError as error:
        engine.backlog(topic)
        if error.status is not None:
            return None
    try:
        return engine.version()
    except EngineError:
        return None


class EngineProbe:
    """Checks that the engine works and supports approvals. Raises `EngineError`; safe to repeat."""

    def __init__(self, engine: Asked, topic: str, telemetry: Telemetry) -> None:
        self._engine = engine
        self._topic = topic
        self._telemetry = telemetry
        self._is_told = False

    def __call__(self) -> None:
        version = version_of(self._engine, self._topic)
        gives = gives_properties(version)
        if gives is False:
            raise EngineTooOld("version", version or "")
        if gives is None and not self._is_told:
            self._is_told = True
            self._telemetry.emit("engine.version_unknown", version=version or "–")
        if version is not None:
            self._engine.backlog(self._topic)  # the version is told without the engine's database
