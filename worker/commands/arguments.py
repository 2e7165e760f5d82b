"""Reads the values of arguments. It imports little: the parser of every command needs it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from worker.commands.parser import BadArgument
from worker.config.home_path import home_fault
from worker.mapping.outcomes import LONGEST_NAME
from worker.words.command_line import (
    BLANK_ID,
    BLANK_MODEL,
    BLANK_PATH,
    BLANK_REASON,
    NO_ADDRESS,
    NO_DASH,
    NO_TIME,
    NOT_UTF8,
    NOT_YET,
    TOO_LONG,
)

AGE = re.compile(r"-?0*([1-9][0-9]*)([smhd])")
"""Counted back from now, so a minus says the same; a span of none leaves nothing to look at."""
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def some_words(text: str) -> str:
    """An argument that is not blank. Raises `BadArgument`."""
    if not text.strip():
        raise BadArgument(BLANK_REASON)
    return _prove_text(text)


def some_model(text: str) -> str:
    """A file, a folder or a key that is not blank. Raises `BadArgument`."""
    if not text.strip():
        raise BadArgument(BLANK_MODEL)
    a_path(text)
    return text


def _prove_text(text: str) -> str:
    """The argument itself. Raises `BadArgument` if it holds bytes that are no text: no ledger takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadArgument(NOT_UTF8) from None
    return text


def a_path(text: str) -> Path:
    """A file or a folder, of which a shell has left nothing to expand. Raises `BadArgument`.

    Of an address `init` would make folders, and the secret in it would lie on the disk.
    """
    if not text.strip():
        raise BadArgument(BLANK_PATH)
    _prove_text(text)
    if text == "-":
        raise BadArgument(NO_DASH)
    if "://" in text:
        raise BadArgument(NO_ADDRESS)
    if phrase := home_fault(text):
        raise BadArgument(phrase)
    return Path(text)


def some_id(text: str) -> str:
    """What names a step, whole or in part. Raises `BadArgument`."""
    if not text.strip():
        raise BadArgument(BLANK_ID)
    return _prove_text(text)


def an_id(text: str) -> str:
    """An argument that may be the id of a worker. Raises `BadArgument`."""
    some_id(text)
    if len(text) > LONGEST_NAME:
        raise BadArgument(TOO_LONG.format(count=len(text), most=LONGEST_NAME))
    return text


def moment(text: str) -> datetime:
    """`2h` or `-2h`, two hours ago, or an ISO time; without an offset, in this machine's zone. Raises `BadArgument`."""
    try:
        found = _moment(text.strip())
    except (ValueError, OverflowError):
        raise BadArgument(NO_TIME.format(given=text)) from None
    if found > datetime.now(UTC):
        raise BadArgument(NOT_YET.format(given=text))
    return found


def _moment(text: str) -> datetime:
    if match := AGE.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{UNITS[match[2]]: int(match[1])})
    return datetime.fromisoformat(text).astimezone()
