"""Cuts the connections of transactions that take too long: a silent server would hold its callers for ever."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

TICK_SECONDS = 1.0


class SilenceWatch:
    """Cuts each connection that is used for longer than `seconds`: its user gets the driver's `OperationalError`.

    TCP's own limits do not see a server process that is stopped: its kernel goes on acknowledging. Thread-safe.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._used: dict[object, tuple[psycopg.Connection, float]] = {}
        self._guard = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def close(self) -> None:
        """Watch no longer; safe to repeat."""
        self._closed.set()

    @contextmanager
    def over(self, connection: psycopg.Connection) -> Iterator[None]:
        """Watch over this use of the connection; another may follow before this one has ended here."""
        use = object()
        with self._guard:
            self._used[use] = connection, time.monotonic() + self._seconds
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
            with self._guard:  # held while cutting: nobody closes the connection, and its number is nobody else's
                for connection, until in self._used.values():
                    if until < now:
                        _cut(connection)


def _cut(connection: psycopg.Connection) -> None:
    """End both directions of its socket: whoever waits for the server finds the connection closed."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as own:
        own.shutdown(socket.SHUT_RDWR)
