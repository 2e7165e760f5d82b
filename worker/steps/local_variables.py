"""Local variables that were set while a process ran: an answer of such a name goes into them, and ends with them.

The engine puts a result into the nearest variable of its name, from the step outwards. What the model shows is refused
before a task is made (`worker/steps/parameters.py`); a listener, a script or a call may set one at any time, so the
engine is asked when there is an answer to tell: once for each, twice where there is such a variable at all.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from worker.engine.errors import EngineDenied
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.activity_path import path_to
from worker.steps.definition import Step, Variables
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.parameters import losses

MOST_TOLD = 10_000
OF_BODY = "#multiInstanceBody"


class Source(Protocol):
    """Who tells of a running instance: the engine."""

    def activity_tree(self, process_instance_id: str) -> Mapping[str, Any]: ...
    def variables_named(self, process_instance_id: str, name: str) -> Sequence[Mapping[str, Any]]: ...


class LocalVariables:
    """Thread-safe. What our user may not see is told once for each process definition."""

    def __init__(self, source: Source, definitions: Definitions, telemetry: Telemetry) -> None:
        self._source = source
        self._definitions = definitions
        self._telemetry = telemetry
        self._guard = threading.Lock()
        self._seen: set[str | None] = set()
        """Definitions of whose instances variables are shown to us, or that have been told of."""

    def hiding(self, task: FetchedTask, name: str) -> str | None:
        """The activity whose own variable of this name would take an answer, and whose end would drop it; None: none.

        Raises `EngineError` where nothing is known; not where our user lacks the right, which is told.
        """
        instance = task.process_instance_id or ""
        try:
            found = self._source.variables_named(instance, name)
            places = {str(one.get("activityInstanceId")) for one in found} - {instance}
            if not found and task.process_definition_id not in self._seen:
                self._source.activity_tree(instance)  # a list hides what may not be read; this refuses
            self._is_new(task.process_definition_id)
            return self._hiding(task, name, places) if places else None
        except EngineDenied as error:
            if self._is_new(definition := task.process_definition_id):
                reason = self._telemetry.words(error)
                self._telemetry.emit("answer.scopes_not_seen", definition=definition, variable=name, reason=reason)
            return None

    def _is_new(self, definition_id: str | None) -> bool:
        with self._guard:
            known = definition_id in self._seen
            if len(self._seen) < MOST_TOLD:
                self._seen.add(definition_id)
            return not known

    def _hiding(self, task: FetchedTask, name: str, places: set[str]) -> str | None:
        """From the step outwards: what the first one takes, the others never get."""
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
        """The activities with such a variable that the task stands in, the nearest first."""
        if task.activity_instance_id in places:
            return [task.activity_id]
        path = path_to(self._source.activity_tree(task.process_instance_id or ""), task.activity_instance_id or "")
        return [str(one.get("activityId")).removesuffix(OF_BODY) for one in reversed(path[1:]) if one["id"] in places]


def _with_local(step: Step, activity: str, name: str) -> Step:
    """The step as if the model showed the variable: an input parameter of that activity."""
    if activity == step.id:
        return replace(step, own=_with_input(step.own, name))
    scopes = (
        replace(scope, own=_with_input(scope.own, name)) if scope.id == activity else scope for scope in step.scopes
    )
    return replace(step, scopes=tuple(scopes))


def _with_input(own: Variables, name: str) -> Variables:
    return replace(own, inputs=tuple(dict.fromkeys((*own.inputs, name))))
