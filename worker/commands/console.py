"""Prints the output of commands: without secrets, safe for a terminal, and unaffected by a closed pipe."""

from __future__ import annotations

import os
import sys
import threading
from enum import StrEnum
from typing import TextIO

from bitrix.secrecy import hide
from worker.words.printable import printable

NEW_LINE = "\r\x1b[K"
"""On a terminal: wipe the line of the last progress, which may be longer."""


_LOST = threading.Event()


class Colour(StrEnum):
    """What a line means to who looks at it; the value is the terminal's code for it."""

    GOOD = "32"
    DOUBTFUL = "33"
    BAD = "31"


def say(text: str, colour: Colour | None = None) -> None:
    """Print a line, on a terminal in its colour. If it cannot be written, it is lost and the command continues."""
    shown = _shown(text)
    if colour and _shows_colours():
        shown = f"\x1b[{colour}m{shown}\x1b[0m"
    _put(f"{NEW_LINE if is_watched() else ''}{shown}\n", sys.stdout)


def progress(text: str) -> None:
    """Print a line that the next one replaces; only on a terminal."""
    if is_watched():
        _put(f"{NEW_LINE}{_shown(text)}", sys.stdout)


def is_watched() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _shows_colours() -> bool:
    """Whether standard output is a terminal with colours, and its person wants them (https://no-color.org)."""
    return is_watched() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def complain(text: str) -> None:
    """Print a line to standard error."""
    _put(f"{_shown(text)}\n", sys.stderr)


def let_go() -> None:
    """Flush the streams at the very end, so that Python's own flush cannot fail on a closed pipe."""
    for stream in (sys.stdout, sys.stderr):
        _put("", stream)
    _LOST.clear()


def is_lost() -> bool:
    """Whether standard output could not be written, though somebody would have read it: such as on a full disk."""
    return _LOST.is_set()


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
            _LOST.set()
            complain(f"stdout: {error.strerror}")


def _lead_nowhere(stream: TextIO) -> None:
    """Redirect the stream to /dev/null: at exit, Python writes again what is still in the buffer."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
