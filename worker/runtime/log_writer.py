"""Writes whole lines to a stream in a thread of its own, so that logging never waits for a slow reader.

Lines that the reader has not taken are kept up to a limit. Beyond it, the oldest lines are dropped and counted.
"""

from __future__ import annotations

import errno
import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

MOST_LINES = 10_000
MOST_CHARACTERS = 8_000_000
"""Limits the memory that a stopped reader can cost."""
BATCH_LINES = 100
GATHER_SECONDS = 0.02
"""How long lines gather after a write: to wake the thread for each line would cost the others more than the line."""
CLOSED = OSError(errno.EBADF, os.strerror(errno.EBADF))
PROBE_SECONDS = 1.0
"""How often to retry a non-blocking stream that is full."""


class LogWriter:
    """Writes lines in order. Thread-safe; a full or broken stream neither blocks the caller nor raises.

    `on_dropped` gets the number of dropped lines and the stream's error when it refused them (None: they were not
    read fast enough). The writing thread calls it before the next lines are written. A line that it writes goes out
    first. `on_written` is called once the stream has taken lines after that.
    """

    def __init__(
        self,
        stream: TextIO | None,
        on_dropped: Callable[[int, OSError | None], object],
        on_written: Callable[[], object] = bool,
    ) -> None:
        self._put = _way_to(stream)
        self._on_dropped = on_dropped
        self._on_written = on_written
        self._changed = threading.Condition()
        self._waiting: deque[str] = deque()
        self._characters = 0
        self._writing = False
        self._closing = threading.Event()
        self._torn = False
        self._untold = 0
        self._refusal: OSError | None = None
        self._thread: threading.Thread | None = None
        self.dropped = 0
        """Number of dropped lines since the start."""

    def write(self, line: str) -> None:
        """Queue a line; returns at once."""
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
        """Wait up to `seconds` for every line to be written; True if none is left. Safe to repeat."""
        self._closing.set()
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, max(seconds, 0.0))

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                self._writing = True
                untold, self._untold = self._untold, 0
                refusal, self._refusal = self._refusal, None
            if untold:
                self._on_dropped(untold, refusal)
            lines = self._batch()
            written, refused = self._put(lines)
            if untold and written == len(lines):
                self._on_written()
            with self._changed:
                self._refusal = refused
                self._note(lines, written, untold)
                self._writing = False
                self._changed.notify_all()
                gathers = len(self._waiting) < BATCH_LINES
            if gathers:
                self._closing.wait(GATHER_SECONDS)

    def _note(self, lines: bytes, written: int, untold: int) -> None:
        """Count the lines that were not written whole. If one was cut, the next batch begins on a new line."""
        if written == len(lines):
            self._torn = False
            return
        if written:
            self._torn = not lines[:written].endswith(b"\n")
        count = lines[written:].count(b"\n")
        if untold and written <= lines.find(b"\n", 1):  # the first line reports dropped lines and is not one of them
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


def _way_to(stream: TextIO | None) -> Callable[[bytes], tuple[int, OSError | None]]:
    """A function that writes bytes and returns how many were written, and why the rest was refused (None: it was not).

    It bypasses Python's own buffer: a stuck write would hold the buffer's lock.
    """
    if stream is None:  # started with standard error closed: its descriptor may belong to another file by now
        return lambda data: (0, CLOSED)  # noqa: ARG005 - writes nothing
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return lambda data: _to_text(stream, data)
    return lambda data: _to_descriptor(descriptor, data)


def _to_text(stream: TextIO, data: bytes) -> tuple[int, OSError | None]:
    try:
        stream.write(data.decode("utf-8"))
        stream.flush()
    except OSError as error:
        return 0, error
    except ValueError:
        return 0, CLOSED
    return len(data), None


def _to_descriptor(descriptor: int, data: bytes) -> tuple[int, OSError | None]:
    written = 0
    while written < len(data):
        try:
            written += os.write(descriptor, data[written:])
        except BlockingIOError:  # another process that shares the stream has made it non-blocking
            poll = select.poll()
            poll.register(descriptor, select.POLLOUT)
            poll.poll(PROBE_SECONDS * 1000)
        except OSError as error:  # the reader has closed, or the disk is full: the ledger is the record, not the log
            return written, error
    return written, None
