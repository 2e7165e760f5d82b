"""Tells of each step that `takeover` finds what the worker that fetches it will wait for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bitrix.task_states import TaskState
from worker.engine import variables
from worker.engine.client import Engine
from worker.engine.errors import EngineError, EngineUnreachable
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask, Promise
from worker.steps.bpmn.activity_path import path_to
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.tasks.asked_before import AskedBefore, asked_before
from worker.tasks.promises import begun_for, promised


class Promises:
    """`kept(external task ids)`: what the ledger says that their tasks were created for, where it knows."""

    def __init__(
        self,
        mapper: Mapper,
        definitions: Definitions,
        engine: Engine,
        kept: Callable[[Sequence[str]], Mapping[str, Promise]],
    ) -> None:
        self._mapper = mapper
        self._definitions = definitions
        self._engine = engine
        self.kept = kept

    def of(self, task: FetchedTask, state: TaskState, kept: Promise | None) -> tuple[Promise | None, bool]:
        """What the step will wait for, and whether its no counts more than the portal's yes.

        None: what could be read says nothing, and the rest could not be read. Raises `EngineUnreachable`.
        """
        properties = self._properties(task)
        before = asked_before(state, task.marker, properties or {})
        begun = begun_for(before) if kept is None else kept
        return self._with_today(task, properties, begun), before is AskedBefore.DENIED

    def _with_today(
        self, task: FetchedTask, properties: Mapping[str, str] | None, begun: Promise | None
    ) -> Promise | None:
        """Reads the variables only if nothing else says that an answer is needed."""
        task = replace(task, extension_properties=properties or {})
        if Promise.ANSWER in (begun, today := self._today(task)):
            return Promise.ANSWER
        given = self._variables(task)
        if given is not None:
            today = self._today(replace(task, variables=variables.decode(given)))
        found = begun if today is None else promised(begun, today)
        is_known = today is not None and given is not None and properties is not None
        return found if found or is_known else None

    def _today(self, task: FetchedTask) -> Promise | None:
        """None: a template of the settings needs what the task lacks."""
        try:
            return self._mapper.promise(task)
        except MappingFault:
            return None

    def _properties(self, task: FetchedTask) -> Mapping[str, str] | None:
        """The step's extension properties, which only a fetch gives; None if its model cannot be read (logged)."""
        try:
            return self._definitions.step(task).properties
        except DefinitionUnread:
            return None

    def _variables(self, task: FetchedTask) -> Mapping[str, Any] | None:
        """The variables that a fetch would give, those of the nearest scope first; None if they cannot be read."""
        instance = task.process_instance_id or ""
        try:
            path = path_to(self._engine.activity_tree(instance), task.activity_instance_id or "")
            scopes = [str(one["id"]) for one in path]
            found = self._engine.variables_at(instance, scopes) if scopes else ()
        except EngineUnreachable:
            raise
        except EngineError:
            return None
        nearest_last = sorted(found, key=lambda one: scopes.index(str(one["activityInstanceId"])))
        return {str(one["name"]): one for one in nearest_last} if scopes else None
