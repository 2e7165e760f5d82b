"""Finds local variables set at run time that would take an answer and end with it.

The engine writes a result into the nearest variable of its name, from the step outwards. What the model shows is
refused before a task is made (`worker/steps/parameters.py`). But a listener, a script or a call may set a local
variable at any time, so the engine is asked before the question, and again when its answer is about to be reported:
one or two calls each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from worker.engine.errors import EngineDenied
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.bpmn.activity_path import OF_BODY, path_to
from worker.steps.bpmn.definition import Step, Variables
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.once import Once
from worker.steps.parameters import losses


class Source(Protocol):
    """The engine, which knows the running instance."""

    def activity_tree(self, process_instance_id: str) -> Mapping[str, Any]: ...
    def variables_named(self, process_instance_id: str, name: str) -> Sequence[Mapping[str, Any]]: ...
    def variables_at(
        self, process_instance_id: str, activity_instance_ids: Sequence[str]
    ) -> Sequence[Mapping[str, Any]]: ...


class LocalVariables:
    """Finds such variables. Thread-safe. Missing rights are logged once for each process definition."""

    def __init__(self, source: Source, definitions: Definitions, telemetry: Telemetry) -> None:
        self._source = source
        self._definitions = definitions
        self._telemetry = telemetry
        self._seen = Once()
        """Definitions whose instances show us their variables, or whose missing rights have been logged."""

    def hiding(self, task: FetchedTask, name: str) -> str | None:
        """The activity whose local variable of this name would take the answer and drop it at its end, or None.

        If our user lacks the right, or the definition cannot be read, that is logged and the result is None. Raises
        `EngineError` if the engine fails otherwise.
        """
        instance = task.process_instance_id or ""
        try:
            found = self._source.variables_named(instance, name)
            places = {str(one.get("activityInstanceId")) for one in found} - {instance}
            if not found and task.process_definition_id not in self._seen:
                self._source.activity_tree(instance)  # a list omits what we may not read; this call fails instead
            self._seen.first(task.process_definition_id)
            return self._hiding(task, name, places) if places else None
        except EngineDenied as error:
            if error.is_of_login:
                raise
            self._not_seen(task, name, error)
            return None

    def first_hidden(self, task: FetchedTask, names: Collection[str]) -> tuple[str, str] | None:
        """The first of many variables that `hiding` would find, and its activity: two calls, however many they are.

        Raises `EngineError` as `hiding` does.
        """
        instance = task.process_instance_id or ""
        try:
            path = path_to(self._source.activity_tree(instance), task.activity_instance_id or "")
            places = [str(one["id"]) for one in path[1:]]
            found = self._source.variables_at(instance, places) if places else ()
            for name in dict.fromkeys(str(one["name"]) for one in found if one["name"] in names):
                there = {str(one["activityInstanceId"]) for one in found if one["name"] == name}
                if activity := self._hiding(task, name, there):
                    return name, activity
            return None
        except EngineDenied as error:
            if error.is_of_login:
                raise
            self._not_seen(task, next(iter(names), ""), error)
            return None

    def of_step(self, task: FetchedTask) -> frozenset[str]:
        """The names of the step's own local variables; empty if our user lacks the right. Raises `EngineError`."""
        if not (task.process_instance_id and task.activity_instance_id):
            return frozenset()
        try:
            found = self._source.variables_at(task.process_instance_id, [task.activity_instance_id])
        except EngineDenied as error:
            if error.is_of_login:
                raise
            return frozenset()
        return frozenset(str(one["name"]) for one in found)

    def _not_seen(self, task: FetchedTask, name: str, error: EngineDenied) -> None:
        if self._seen.first(definition := task.process_definition_id):
            self._telemetry.emit("answer.scopes_not_seen", definition=definition, variable=name, reason=error)

    def _hiding(self, task: FetchedTask, name: str, places: set[str]) -> str | None:
        """Search from the step outwards: the nearest such variable takes the answer."""
        for activity in self._around(task, places):
            try:
                step = self._definitions.step(task)
            except DefinitionUnread:
                self._telemetry.emit("answer.kept_local", task=task.id, variable=name, activity=activity)
                return None
            lost = losses(_with_local(step, activity, name), [name])
            return activity if any(loss.name == name for loss in lost) else None
        return None

    def _around(self, task: FetchedTask, places: set[str]) -> list[str]:
        """The activities around the task that have such a variable, nearest first."""
        if task.activity_instance_id in places:
            return [task.activity_id]
        path = path_to(self._source.activity_tree(task.process_instance_id or ""), task.activity_instance_id or "")
        return [str(one.get("activityId")).removesuffix(OF_BODY) for one in reversed(path[1:]) if one["id"] in places]


def _with_local(step: Step, activity: str, name: str) -> Step:
    """The step as if the model showed the variable, as an input parameter of that activity."""
    if activity == step.id:
        return replace(step, own=_with_input(step.own, name))
    scopes = (
        replace(scope, own=_with_input(scope.own, name)) if scope.id == activity else scope for scope in step.scopes
    )
    return replace(step, scopes=tuple(scopes))


def _with_input(own: Variables, name: str) -> Variables:
    return replace(own, inputs={name: frozenset(), **own.inputs})
