"""Reads lists and maps that the engine keeps as serialised Java objects.

Modeler's input types List and Map are such objects, and so are variables that were started over REST without a type. A
fetch hands them out as bytes that only Java can read. The engine shows a single variable as JSON (seen on Camunda 7.24
and Operaton 1.0). The worker finds it by its name and by the exact bytes of the fetch, so that it is the one in the
step's scope.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from worker.engine.errors import EngineBusy, EngineError, EngineUnreachable
from worker.model import FetchedTask, SerialisedObject, UnreadableVariable
from worker.words.causes import in_words
from worker.words.phrase import Phrase
from worker.words.value_words import NO_COLLECTION, NOT_SHOWN, WITH_WHY

COLLECTION = re.compile(r"java\.util\.(\w+\$)?\w*(List|Map|Set|Queue|Deque|Vector)\w*")
"""Java classes whose JSON is their value. The JSON of a Java date, for example, is a number that nobody would
recognise."""
MOST = 20
"""How many variables of one step are read; each costs two calls."""


class Source(Protocol):
    """The engine, which shows variables."""

    def variables_named(self, process_instance_id: str, name: str) -> Sequence[Mapping[str, Any]]: ...
    def variable_as_json(self, variable_id: str) -> Any: ...


class JavaObjects:
    """Reads them as plain lists and mappings. Thread-safe; keeps nothing."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def read(self, task: FetchedTask) -> FetchedTask:
        """The task with the objects that the engine can show; safe to repeat.

        The others stay unreadable, with the reason: only a template that uses one fails. Raises `EngineError` if the
        engine is unreachable or busy.
        """
        found = sorted(name for name, value in task.variables.items() if isinstance(value, SerialisedObject))
        shown = {name: self._shown(task, task.variables[name]) for name in found[:MOST]}
        return replace(task, variables={**task.variables, **shown}) if shown else task

    def _shown(self, task: FetchedTask, value: SerialisedObject) -> Any:
        if not COLLECTION.fullmatch(value.java):
            return value
        try:
            there = self._source.variables_named(task.process_instance_id or "", value.name)
            ids = [one.get("id") for one in there if one.get("value") == value.serialised]
            if not ids or not isinstance(ids[0], str):
                return _unread(value, NOT_SHOWN)
            shown = self._source.variable_as_json(ids[0])
        except (EngineUnreachable, EngineBusy):
            raise
        except EngineError as error:
            return _unread(value, in_words(error))
        return shown if isinstance(shown, list | dict) else _unread(value, NO_COLLECTION)


def _unread(value: SerialisedObject, why: Phrase) -> UnreadableVariable:
    return UnreadableVariable(value.name, value.type, WITH_WHY.format(reason=value.reason, why=why))
