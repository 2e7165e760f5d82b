"""Reads each process definition from the engine once and keeps it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from worker.engine.errors import EngineDenied, EngineError
from worker.ledger import LedgerUnavailable
from worker.mapping.bbcode import single_line
from worker.model import FetchedTask
from worker.runtime import clock
from worker.runtime.telemetry import Telemetry
from worker.steps.bpmn.definition import DefinitionFault, Step, steps_in
from worker.words.causes import name_of
from worker.words.phrase import Phrase
from worker.words.unbelieved import NO_ACTIVITY, NO_DEFINITION

KEPT = 200
"""Definitions kept in memory; the least recently used is dropped first."""
AGAIN_SECONDS = 60.0
"""How long to wait before reading a definition again after a failure."""
READ_SECONDS = 5.0


class DefinitionUnread(Exception):
    """The step's definition could not be read: nothing is known about the step, neither yes nor no.

    `passing`: the engine's error if it may answer another time; None if it refuses, or its answer is no model.
    """

    def __init__(self, reason: str, passing: EngineError | None = None) -> None:
        self.passing = passing
        super().__init__(reason)


class Source(Protocol):
    """The engine, which gives definitions."""

    def definition_xml(self, definition_id: str, *, timeout: float) -> str: ...


class Notes(Protocol):
    """The ledger, which records the definitions that could not be read."""

    def unread(self, definition_id: str, reason: str, cause: str | None) -> None: ...
    def read(self, definition_id: str) -> None: ...


class Definitions:
    """Steps by definition and activity. Thread-safe.

    Each definition that cannot be read, and each step that is not known, is logged once.
    """

    def __init__(self, source: Source, telemetry: Telemetry, notes: Notes | None = None) -> None:
        self._source = source
        self._notes = notes
        self._telemetry = telemetry
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, Mapping[str, Step] | _Failed] = OrderedDict()
        self._unknown_steps: OrderedDict[tuple[str | None, str], None] = OrderedDict()

    def step(self, task: FetchedTask) -> Step:
        """The step that a task belongs to. Raises `DefinitionUnread`.

        Safe to repeat: after a failure the engine is asked again once a minute.
        """
        definition_id = task.process_definition_id
        if definition_id is None:
            raise self._unknown(task, NO_DEFINITION)
        steps = self._steps(definition_id)
        if task.activity_id not in steps:
            raise self._unknown(task, NO_ACTIVITY.format(activity=task.activity_id))
        return steps[task.activity_id]

    def steps(self, task: FetchedTask) -> Mapping[str, Step]:
        """All steps of the task's definition, by their ids. Raises `DefinitionUnread`."""
        if task.process_definition_id is None:
            raise self._unknown(task, NO_DEFINITION)
        return self._steps(task.process_definition_id)

    def _unknown(self, task: FetchedTask, reason: Phrase) -> DefinitionUnread:
        """The error to raise; each step is logged once."""
        step = (task.process_definition_id or task.process_definition_key, task.activity_id)
        with self._guard:
            logged = step in self._unknown_steps
            self._unknown_steps[step] = None
            if len(self._unknown_steps) > KEPT:
                self._unknown_steps.popitem(last=False)
        if not logged:
            self._telemetry.emit("step.unknown", definition=step[0], activity=step[1], reason=reason)
        return DefinitionUnread(self._telemetry.words(reason))

    def name_of(self, definition_id: str, activity_id: str) -> str | None:
        """The name of a step; None if the model gives it none, or could not be read."""
        try:
            step = self._steps(definition_id).get(activity_id)
        except DefinitionUnread:
            return None
        return name_in_a_line(step) if step else None

    def has(self, task: FetchedTask, activity_id: str) -> bool:
        """Whether the task's definition has an element of this id; False if the definition could not be read."""
        try:
            return task.process_definition_id is not None and activity_id in self._steps(task.process_definition_id)
        except DefinitionUnread:
            return False

    def _steps(self, definition_id: str) -> Mapping[str, Step]:
        with self._guard:  # threads that need the same definition share one call
            known = self._kept.get(definition_id)
            if known is None or (isinstance(known, _Failed) and clock.boottime() >= known.again_at):
                known = self._read(definition_id, again=known is not None)
                self._kept[definition_id] = known
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(definition_id)
        if isinstance(known, _Failed):
            raise DefinitionUnread(known.reason, known.passing)
        return known

    def _read(self, definition_id: str, *, again: bool) -> Mapping[str, Step] | _Failed:
        try:
            steps = steps_in(self._source.definition_xml(definition_id, timeout=READ_SECONDS))
        except (EngineError, DefinitionFault) as error:
            words, cause = self._telemetry.words(error), name_of(error)
            if not again:
                self._telemetry.emit("definition.unread", definition=definition_id, reason=error)
            self._note(lambda notes: notes.unread(definition_id, words, cause))
            passing = error if isinstance(error, EngineError) and not isinstance(error, EngineDenied) else None
            return _Failed(words, passing, clock.boottime() + AGAIN_SECONDS)
        if again:
            self._telemetry.emit("definition.read", definition=definition_id)
            self._note(lambda notes: notes.read(definition_id))
        return steps

    def _note(self, write: Callable[[Notes], None]) -> None:
        if self._notes:
            with suppress(LedgerUnavailable):  # only shown to people: the work goes on without it
                write(self._notes)


class _Failed:
    def __init__(self, reason: str, passing: EngineError | None, again_at: float) -> None:
        self.reason = reason
        self.passing = passing
        self.again_at = again_at


def name_in_a_line(step: Step) -> str | None:
    """The step's name in one line, as modelers break the lines of names; None if it has none."""
    return single_line(step.name or "") or None
