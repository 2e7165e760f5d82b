"""What the log says of a task or process instance besides its id: the step, the process, and its business key."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping

MOST_TASKS = 10_000
"""Those noted last are kept. A step that waits for people is noted again whenever the engine hands it out."""


class TaskNames:
    """The names of the last tasks, or of the last process instances, by their ids. Bounded; thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, Mapping[str, str]] = OrderedDict()

    def note(self, task_id: str, **names: str | None) -> None:
        """Record the names of a task; None: it has none, or it is not known."""
        with self._guard:
            self._kept[task_id] = {name: value for name, value in names.items() if value}
            self._kept.move_to_end(task_id)
            if len(self._kept) > MOST_TASKS:
                self._kept.popitem(last=False)

    def of(self, task_id: object) -> Mapping[str, str]:
        """The names of a task; empty if it was not noted."""
        with self._guard:
            return self._kept.get(task_id, {}) if isinstance(task_id, str) else {}
