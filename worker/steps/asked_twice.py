"""Warns when one step is active twice at once in a process instance, and both answers go into one variable.

The model often shows it beforehand (`worker/steps/bpmn/forks.py`); gateways with conditions and Cockpit may do it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from worker.engine.errors import EngineError
from worker.ledger import LedgerUnavailable
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.definitions import Definitions, DefinitionUnread


class Rows(Protocol):
    """The ledger, which knows what else was asked."""

    def asked_beside(self, task: FetchedTask) -> Sequence[str]: ...


class Source(Protocol):
    """The engine, which knows what is still open: a timer may have ended the step that the ledger has."""

    def existing(self, task_ids: Sequence[str]) -> Mapping[str, object]: ...


class AskedTwice:
    """Checks each task that asks somebody. Thread-safe."""

    def __init__(self, rows: Rows, source: Source, definitions: Definitions, telemetry: Telemetry) -> None:
        self._rows = rows
        self._source = source
        self._definitions = definitions
        self._telemetry = telemetry

    def look(self, task: FetchedTask, variable: str) -> None:
        """Check a task that is about to ask. Never raises: nothing is said if a side does not answer.

        The instances of a multi-instance have variables of their own, and so has a sub-process with such a parameter.
        """
        if task.loops or task.process_instance_id is None:
            return
        with suppress(DefinitionUnread, EngineError, LedgerUnavailable):
            scopes = self._definitions.step(task).scopes
            if any(variable in scope.own.inputs for scope in scopes[:-1]):
                return
            beside = self._rows.asked_beside(task)
            if beside and (others := ", ".join(self._source.existing(beside))):
                self._telemetry.emit(
                    "step.asked_twice",
                    task=task.id,
                    activity=task.activity_id,
                    process_instance=task.process_instance_id,
                    variable=variable,
                    others=others,
                )
