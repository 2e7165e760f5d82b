"""Lets go, beside new work, of steps that an earlier run left waiting: they come back by fetch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from worker.engine.client import Engine
from worker.engine.errors import NOT_OURS, EngineBusy, EngineDenied, EngineError, EngineUnreachable
from worker.runtime.telemetry import Telemetry

AT_ONCE = 4


class Freeing:
    """`free_after`: seconds until a lock that is let go ends. `stopping(seconds)` waits and tells.

    Not at once: an earlier run may have made a step's task a second ago, and another worker would take the step for
    surely first.
    """

    def __init__(
        self,
        engine: Engine,
        free_after: float,
        submit: Callable[[Callable[[], None]], object],
        stopping: Callable[[float], bool],
        telemetry: Telemetry,
    ) -> None:
        self._engine = engine
        self._telemetry = telemetry
        self._free_after = free_after
        self._submit = submit
        self._stopping = stopping
        self._left: set[str] = set()

    def begin(self, task_ids: Iterable[str], at_once: int = AT_ONCE) -> None:
        """New work does not wait for it, however many they are."""
        ids = list(task_ids)
        self._left.update(ids)
        for part in range(at_once):
            if some := ids[part::at_once]:
                self._submit(partial(self._free, some))

    def not_this(self, task_id: str) -> None:
        """It has been handed out anew meanwhile: its lock is a new one."""
        self._left.discard(task_id)

    def _free(self, task_ids: Sequence[str]) -> None:
        for task_id in task_ids:
            while task_id in self._left and not self._stopping(0.0):
                try:
                    self._engine.extend_lock(task_id, self._free_after)
                except (EngineUnreachable, EngineDenied, EngineBusy):
                    self._stopping(1.0)  # of the first two the engine's gate tells
                    continue
                except NOT_OURS:
                    pass
                except EngineError as error:
                    self._telemetry.emit("lock.not_shortened", task=task_id, reason=self._telemetry.words(error))
                self._left.discard(task_id)
