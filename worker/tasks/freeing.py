"""Shortens the locks of waiting steps that an earlier run left, beside new work, so that they are fetched again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from worker.engine.client import Engine
from worker.engine.errors import NOT_OURS, EngineBusy, EngineDenied, EngineError, EngineUnreachable
from worker.runtime.deadlines import Deadlines
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.words.causes import with_needed_cure

AT_ONCE = 4


class Freeing:
    """Makes each lock expire in `free_after` seconds.

    Not at once: an earlier run may have created the step's task a second ago, and another worker would take the step
    for surely first (P10).
    """

    def __init__(self, engine: Engine, deadlines: Deadlines, threads: Threads, telemetry: Telemetry) -> None:
        self._engine = engine
        self._telemetry = telemetry
        self._free_after = deadlines.free_after
        self._threads = threads
        self._left: set[str] = set()

    def begin(self, task_ids: Iterable[str], at_once: int = AT_ONCE) -> None:
        """Shorten these locks in up to `at_once` threads of the pool; returns at once."""
        ids = list(task_ids)
        self._left.update(ids)
        for part in range(at_once):
            if some := ids[part::at_once]:
                self._threads.submit(partial(self._free, some))

    def not_this(self, task_id: str) -> None:
        """Leave this task alone: the engine has handed it out again, so its lock is a new one."""
        self._left.discard(task_id)

    def _free(self, task_ids: Sequence[str]) -> None:
        for task_id in task_ids:
            while task_id in self._left and not self._threads.stopping():
                try:
                    self._engine.extend_lock(task_id, self._free_after)
                except (EngineUnreachable, EngineDenied, EngineBusy):
                    self._threads.stopping(1.0)  # the engine's gate reports the first two
                    continue
                except NOT_OURS:
                    pass
                except EngineError as error:
                    self._telemetry.emit("lock.not_shortened", task=task_id, reason=with_needed_cure(error))
                self._left.discard(task_id)
