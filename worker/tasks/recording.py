"""Records what has happened on the portal: repeated until the ledger takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from worker.ledger import LedgerUnavailable
from worker.runtime.threads import Threads

LEDGER_RETRY_SECONDS = 0.5
T = TypeVar("T")


def recorded(threads: Threads, write: Callable[[], T]) -> T:
    """What `write` returns once the ledger has taken it. Raises `LedgerUnavailable` at a stop, and `StaleRow`.

    The row then stays as it was, and the next run decides by it: it looks up what was begun.
    """
    while True:
        try:
            return write()
        except LedgerUnavailable:
            if threads.stopping(LEDGER_RETRY_SECONDS):
                raise
