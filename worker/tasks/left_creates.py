"""The creates that an earlier run had begun when it ended: their steps come back once its locks have ended."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping

from worker.runtime import clock
from worker.words.begun_creates import left_until
from worker.words.phrase import Phrase


class LeftCreates:
    """Known from the start of this run until the engine hands each step out again. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._left: frozenset[str] = frozenset()
        self._until = 0.0

    def begin(self, external_task_ids: Collection[str], *, until: float) -> None:
        """These were found at the start. `until`: the boot time at which their locks end."""
        with self._guard:
            self._left, self._until = frozenset(external_task_ids), until

    def handed_out(self, external_task_id: str) -> None:
        """The engine has handed it out again."""
        if external_task_id in self._left:
            with self._guard:
                self._left -= {external_task_id}

    def said(self) -> Mapping[str, Phrase]:
        """What each waits for, by external task."""
        left, seconds = self._left, self._until - clock.boottime()
        return dict.fromkeys(left, left_until(clock.wall() + seconds if seconds > 0 else None)) if left else {}
