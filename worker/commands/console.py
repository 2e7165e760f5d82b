"""Prints the output of commands: without secrets, safe for a terminal, and unaffected by a closed pipe."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from bitrix.secrecy import hide
from worker.words.printable import printable


def say(text: str) -> None:
    """Print a line. If it cannot be written, it is lost and the command continues."""
    _put(f"{_shown(text)}\n", sys.stdout)


def progress(text: str) -> None:
    """Print a line that the next one replaces; only on a terminal."""
    if is_watched():
        _put(f"\r{_shown(text)}", sys.stdout)


def is_watched() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def complain(text: str) -> None:
    """Print a line to standard error."""
    _put(f"{_shown(text)}\n", sys.stderr)


def let_go() -> None:
    """Flush the streams at the very end, so that Python's own flush cannot fail on a closed pipe."""
    for stream in (sys.stdout, sys.stderr):
        _put("", stream)


def _shown(text: str) -> str:
    return printable(hide(text))


def _put(text: str, stream: TextIO | None) -> None:
    if stream is None:  # the command was started with it closed
        return
    try:
        stream.write(text)
        stream.flush()
    except UnicodeEncodeError:
        _put(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding), stream)
    except OSError as error:
        _lead_nowhere(stream)
        if not isinstance(error, BrokenPipeError) and stream is not sys.stderr:
            complain(f"stdout: {error.strerror}")


def _lead_nowhere(stream: TextIO) -> None:
    """Redirect the stream to /dev/null: at exit, Python writes again what is still in the buffer."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
