"""Whole lines to a stream, by one thread of its own: who logs never waits for who reads.

What a slow reader has not taken is kept up to a bound, then the oldest lines are dropped, and counted.
"""

from __future__ import annotations

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

MOST_LINES = 10_000
MOST_CHARACTERS = 8_000_000
"""What a reader who has stopped reading may cost in memory."""
BATCH_LINES = 100
PROBE_SECONDS = 1.0
"""How often to try a stream that takes nothing and was set not to block."""


class LogWriter:
    """Writes lines in their order. Thread-safe; neither a full nor a broken stream is felt by who writes.

    `on_dropped` is told, in the writing thread and before the next lines go out, how many were dropped; what it
    writes goes out first.
    """

    def __init__(self, stream: TextIO | None, on_dropped: Callable[[int], object]) -> None:
        self._put = _way_to(stream)
        self._on_dropped = on_dropped
        self._changed = threading.Condition()
        self._waiting: deque[str] = deque()
        self._characters = 0
        self._writing = False
        self._torn = False
        self._untold = 0
        self._thread: threading.Thread | None = None
        self.dropped = 0
        """Lines in all, since the start."""

    def write(self, line: str) -> None:
        """Take a line; returns at once."""
        with self._changed:
            self._characters += len(line) + 1
            if threading.current_thread() is self._thread:
                self._waiting.appendleft(line + "\n")
                return
            self._waiting.append(line + "\n")
            while len(self._waiting) > MOST_LINES or self._characters > MOST_CHARACTERS:
                self._take()
                self._note_dropped(1)
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="log", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    debug = info = warning = error = write

    def close(self, seconds: float) -> bool:
        """Wait until everything is out, but not longer than so many seconds; True when it is. Safe to repeat."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, max(seconds, 0.0))

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                self._writing = True
                untold, self._untold = self._untold, 0
            if untold:
                self._on_dropped(untold)
            lines = self._batch()
            written = self._put(lines)
            with self._changed:
                self._note(lines, written, untold)
                self._writing = False
                self._changed.notify_all()

    def _note(self, lines: bytes, written: int, untold: int) -> None:
        """What the stream has not taken is dropped; a line that it took in part is ended before the next."""
        if written == len(lines):
            self._torn = False
            return
        if written:
            self._torn = not lines[:written].endswith(b"\n")
        count = lines[written:].count(b"\n")
        if untold and written <= lines.find(b"\n", 1):  # the first line tells of the others, and is none of them
            self._untold += untold
            count -= 1
        self._note_dropped(count)

    def _batch(self) -> bytes:
        with self._changed:
            count = min(len(self._waiting), BATCH_LINES)
            lines = "".join(self._take() for _ in range(count))
        return (("\n" if self._torn else "") + lines).encode("utf-8", "backslashreplace")

    def _take(self) -> str:
        line = self._waiting.popleft()
        self._characters -= len(line)
        return line

    def _note_dropped(self, count: int) -> None:
        self.dropped += count
        self._untold += count


def _way_to(stream: TextIO | None) -> Callable[[bytes], int]:
    """Writes bytes and returns how many were taken: past Python's own buffer, whose lock a stuck write would keep."""
    if stream is None:  # started with standard error closed: its number may be another file's by now
        return lambda data: 0  # noqa: ARG005 - takes nothing
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return lambda data: _to_text(stream, data)
    return lambda data: _to_descriptor(descriptor, data)


def _to_text(stream: TextIO, data: bytes) -> int:
    try:
        stream.write(data.decode("utf-8"))
        stream.flush()
    except (OSError, ValueError):
        return 0
    return len(data)


def _to_descriptor(descriptor: int, data: bytes) -> int:
    written = 0
    while written < len(data):
        try:
            written += os.write(descriptor, data[written:])
        except BlockingIOError:  # somebody who shares it has set it not to block
            poll = select.poll()
            poll.register(descriptor, select.POLLOUT)
            poll.poll(PROBE_SECONDS * 1000)
        except OSError:  # the reader has gone, or the disk is full: the ledger is the record, not the log
            break
    return written
