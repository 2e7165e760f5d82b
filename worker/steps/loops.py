"""Finds which instance of a multi-instance a task is, so that each person's answer gets its own variable.

`loopCounter` is a local variable of each instance, and of each instance of a sub-process around it. The task sees only
the innermost. The outer ones are found in the tree of activity instances (seen on Camunda 7.24): the variable of a
parallel instance carries the id of the scope that runs in it, that of a sequential one the id of the body around it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Protocol

from worker.engine.errors import EngineDenied
from worker.mapping.faults import MappingFault, reason_of
from worker.mapping.marks import LOOP_COUNTER
from worker.model import FetchedTask
from worker.steps.bpmn.activity_path import path_to
from worker.steps.bpmn.step import Step
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.words.phrase import Phrase, PhraseError

BODY = "multiInstanceBody"
NO_RIGHT = Phrase(
    "{counter}: {error}; дайте пользователю движка право READ на экземпляры процессов",
    "{counter}: {error}; grant the engine's user READ on process instances",
)
NOT_LISTED = Phrase(
    "{counter}: движок не показывает {instance} среди выполняющихся шагов",
    "{counter}: {instance} is not among the engine's activity instances",
)
NO_COUNTER = Phrase("движок не показывает {counter} у {activity}", "the engine does not show {counter} of {activity}")


class LoopsUnknown(PhraseError):
    """The task's instance is unknown; the text says what to do."""


class Source(Protocol):
    """The engine, which knows the running instance."""

    def activity_tree(self, process_instance_id: str) -> Mapping[str, Any]: ...
    def variables_named(self, process_instance_id: str, name: str) -> Sequence[Mapping[str, Any]]: ...


class Loops:
    """Finds the place of a task among the instances of its loops. Thread-safe."""

    def __init__(self, source: Source, definitions: Definitions) -> None:
        self._source = source
        self._definitions = definitions

    def placed(self, task: FetchedTask) -> FetchedTask:
        """The task with its `loops`. Raises `EngineError`, `LoopsUnknown`; `MappingFault` if its variable would clash.

        It asks the engine about the instance only if loops are nested or the definition could not be read.
        """
        counter = task.variables.get(LOOP_COUNTER)
        if isinstance(counter, bool) or not isinstance(counter, int):
            return task
        depth = self._depth(task)
        if depth == 0:
            return task  # a variable of the process happens to have this name
        placed = replace(task, loops=(counter,) if depth == 1 else (*self._outer(task), counter))
        own = f"{task.activity_id}_{placed.instance}"
        if self._definitions.has(task, own):
            raise MappingFault(task.topic, f"multiInstance.{own}", None, reason_of("name_taken", own), of_model=True)
        return placed

    def _depth(self, task: FetchedTask) -> int | None:
        try:
            return sum(loop.multi for _, loop in self._definitions.step(task).loops)
        except DefinitionUnread:
            return None

    def _outer(self, task: FetchedTask) -> tuple[int, ...]:
        instance = task.process_instance_id or ""
        try:
            tree = self._source.activity_tree(instance)
            counters = self._source.variables_named(instance, LOOP_COUNTER)
        except EngineDenied as error:
            if error.is_of_login:
                raise
            raise LoopsUnknown(NO_RIGHT.format(counter=LOOP_COUNTER, error=error)) from None
        return outer_counters(tree, counters, task.activity_instance_id or "")


def numbered_as(step: Step, steps: Collection[str]) -> list[str]:
    """The elements of the model whose ids are names that instances of the step get: such an instance is refused."""
    depth = sum(loop.multi for _, loop in step.loops)
    own = re.compile(rf"{re.escape(step.id)}(_\d+){{{depth}}}")
    return [id_ for id_ in steps if depth and own.fullmatch(id_)]


def outer_counters(
    tree: Mapping[str, Any], counters: Sequence[Mapping[str, Any]], activity_instance_id: str
) -> tuple[int, ...]:
    """The counters of the loops around the innermost one, outermost first. Raises `LoopsUnknown`."""
    path = path_to(tree, activity_instance_id)
    if not path:
        raise LoopsUnknown(NOT_LISTED.format(counter=LOOP_COUNTER, instance=activity_instance_id))
    around = [(body, inner) for body, inner in pairwise(path) if body.get("activityType") == BODY]
    return tuple(_counter(body, inner, counters) for body, inner in around[:-1])


def _counter(body: Mapping[str, Any], inner: Mapping[str, Any], counters: Sequence[Mapping[str, Any]]) -> int:
    for id_ in (inner.get("id"), body.get("id")):
        found = [one.get("value") for one in counters if one.get("activityInstanceId") == id_]
        if len(found) == 1 and isinstance(found[0], int):
            return found[0]
    raise LoopsUnknown(NO_COUNTER.format(counter=LOOP_COUNTER, activity=body.get("activityId")))
