"""People who answer the questionnaire of a task and close it as soon as the task has all it needs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sandbox.portal import Portal
from sandbox.portal.records import OPEN, StoredTask

LOOK_SECONDS = 0.2
END_SECONDS = 30
ANSWERED = "ORDER.APPROVED"
"""The question of `tests.support.old_process` that they answer with yes."""


@contextmanager
def answering(
    portal: Portal, tasks: Callable[[], Iterable[StoredTask]], is_furnished: Callable[[StoredTask], bool]
) -> Iterator[None]:
    """Meanwhile they work on those of `tasks()` that are open and furnished."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(LOOK_SECONDS):
            for task in tasks():
                if task.status in OPEN and is_furnished(task):
                    portal.fill_in(task.id, {ANSWERED: "true"})
                    portal.complete(task.id)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(END_SECONDS)
