"""Cuts the connections of transactions that take too long: a silent server would block its callers for ever."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

TICK_SECONDS = 1.0


class SilenceWatch:
    """Cuts each connection that is in use for longer than `seconds`; its user gets the driver's `OperationalError`.

    TCP's own time-outs do not notice a stopped server process, because its kernel still acknowledges. Thread-safe.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._used: dict[object, tuple[psycopg.Connection, float]] = {}
        self._guard = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def close(self) -> None:
        """Stop watching; safe to repeat."""
        self._closed.set()

    @contextmanager
    def over(self, connection: psycopg.Connection, seconds: float | None = None) -> Iterator[None]:
        """Watch this use of the connection. The next use may begin before this one has been recorded as ended.

        `seconds`: how long this one may take; None: as long as any.
        """
        use = object()
        with self._guard:
            self._used[use] = connection, time.monotonic() + (seconds or self._seconds)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="ledger-silence", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._guard:
                del self._used[use]

    def _watch(self) -> None:
        while not self._closed.wait(TICK_SECONDS):
            now = time.monotonic()
            with self._guard:  # held while cutting: the connection stays open, its descriptor cannot be reused
                for connection, until in self._used.values():
                    if until < now:
                        _cut(connection)


def _cut(connection: psycopg.Connection) -> None:
    """Shut down its socket in both directions: a thread waiting for the server sees a closed connection."""
    from psycopg import Error  # noqa: PLC0415 - imported late: commands on a file start without the driver

    with suppress(OSError, Error), socket.socket(fileno=os.dup(connection.fileno())) as own:
        own.shutdown(socket.SHUT_RDWR)
