"""Asks the engine for what a step needs beyond the fetched task; few steps need anything."""

from __future__ import annotations

from worker.model import FetchedTask
from worker.steps.java_objects import JavaObjects
from worker.steps.loops import Loops
from worker.steps.names import Names


class Details:
    """Adds to a task what a fetch does not hand out. Thread-safe."""

    def __init__(self, objects: JavaObjects, loops: Loops, names: Names) -> None:
        self._objects = objects
        self._loops = loops
        self._names = names

    def of(self, task: FetchedTask) -> FetchedTask:
        """The task with its lists and maps read, its `loops` and names.

        Raises `EngineError`, `LoopsUnknown`, `MappingFault`.
        """
        return self._names.of(self._loops.placed(self._objects.read(task)))
