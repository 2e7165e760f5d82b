"""Reads each process definition from the engine once and keeps it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple, Protocol

from worker.engine.errors import AnswerTooLong, EngineDenied, EngineError, EngineUnreachable
from worker.ledger import LedgerUnavailable
from worker.mapping.bbcode import single_line
from worker.model import FetchedTask
from worker.runtime import clock
from worker.runtime.telemetry import Telemetry
from worker.steps.bpmn.definition import DefinitionFault, Step, steps_in
from worker.words.causes import name_of
from worker.words.model_rights import cure
from worker.words.phrase import Phrase
from worker.words.unbelieved import NO_ACTIVITY, NO_DEFINITION

KEPT = 200
"""Definitions kept in memory; the least recently used is dropped first."""
AGAIN_SECONDS = 60.0
"""How long to wait before reading a definition again after a failure."""
SOON_SECONDS = 5.0
"""The same while its steps wait for it."""
PATIENCE_SECONDS = 300.0
"""How long steps wait for a definition that may come; one that takes too long to be read may never come."""
READ_SECONDS = 5.0


WAITED_FOR = Phrase(
    "До 5 минут её шаги ждут, потом продолжаются без неё",
    "For up to 5 minutes its steps wait for it, then they go on without",
)
GONE_WITHOUT = Phrase(
    "Её шаги проверяются не полностью, а задачи без названия называются по идентификаторам шагов",
    "Its steps are not fully checked, and tasks without a title are named after the ids of their steps",
)


class DefinitionUnread(Exception):
    """The step's definition could not be read: nothing is known about the step, neither yes nor no.

    `passing`: the engine's error if it may answer another time; None if it refuses, or its answer is no model.
    `since`: when it failed first, by `clock.boottime`.
    """

    def __init__(self, reason: str, passing: EngineError | None = None, since: float = 0.0) -> None:
        self.passing = passing
        self.since = since
        super().__init__(reason)

    @property
    def is_young(self) -> bool:
        """Whether its steps wait for it still."""
        return self.passing is not None and clock.boottime() - self.since < PATIENCE_SECONDS


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

    def has_element(self, definition_id: str, activity_id: str) -> bool | None:
        """Whether a definition has an element of this id; None if it could not be read."""
        try:
            return activity_id in self._steps(definition_id)
        except DefinitionUnread:
            return None

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
                known = self._read(definition_id, known)
                self._kept[definition_id] = known
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(definition_id)
        if isinstance(known, _Failed):
            raise known.error
        return known

    def read_again(self) -> None:
        """Read one definition that could not be read, if one is due: whoever looks at the page waits for its end."""
        with self._guard:
            failed = [(one.again_at, id_) for id_, one in self._kept.items() if isinstance(one, _Failed)]
        if failed and min(failed)[0] <= clock.boottime():
            with suppress(DefinitionUnread):
                self._steps(min(failed)[1])

    def _read(self, definition_id: str, before: _Failed | None) -> Mapping[str, Step] | _Failed:
        try:
            steps = steps_in(self._source.definition_xml(definition_id, timeout=READ_SECONDS))
        except (EngineError, DefinitionFault) as error:
            words, cause, now = self._telemetry.words(error), name_of(error), clock.boottime()
            passing, since = _passing(error), before.since if before else now
            waited_for = DefinitionUnread(words, passing, since).is_young
            if not before:
                what, cured = WAITED_FOR if waited_for else GONE_WITHOUT, cure(definition_id, cause)
                self._telemetry.emit("definition.unread", definition=definition_id, reason=error, what=what, cure=cured)
            self._note(lambda notes: notes.unread(definition_id, words, cause))
            return _Failed(words, passing, since, now + (SOON_SECONDS if waited_for else AGAIN_SECONDS))
        if before:
            self._telemetry.emit("definition.read", definition=definition_id)
            self._note(lambda notes: notes.read(definition_id))
        return steps

    def _note(self, write: Callable[[Notes], None]) -> None:
        if self._notes:
            with suppress(LedgerUnavailable):  # only shown to people: the work goes on without it
                write(self._notes)


class _Failed(NamedTuple):
    reason: str
    passing: EngineError | None
    since: float
    again_at: float

    @property
    def error(self) -> DefinitionUnread:
        """One for each raise: several threads may raise it."""
        return DefinitionUnread(self.reason, self.passing, self.since)


def _passing(error: Exception) -> EngineError | None:
    """The error, if it is an outage, or the engine refuses a log-in that may be renewed; not if a right is missing."""
    if isinstance(error, EngineDenied):
        return error if error.is_of_login else None
    return error if isinstance(error, EngineUnreachable) and not isinstance(error, AnswerTooLong) else None


def name_in_a_line(step: Step) -> str | None:
    """The step's name in one line, as modelers break the lines of names; None if it has none."""
    return single_line(step.name or "") or None
