"""What a peer says, as plain values within limits: nothing that stands in an answer may end the process.

Readers give None where a value is not what was asked for; what that means is for the caller to say.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import reprlib
from itertools import accumulate
from typing import Any

LARGEST = 2**63 - 1
"""What a column of 64 bits holds."""
MOST_DIGITS = 19
"""Of a whole number of 64 bits."""
LONGEST_TEXT = 4000
DEEPEST = 200
"""Levels of a JSON document: printing and copying one walks down into it."""
MOST_FIGURE = 1e15
LONGEST_WORDS = 2000
"""Bytes of an answer that are read as words for people."""

_HALF = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED_IN_BYTES = re.compile(_ESCAPED_SURROGATE.pattern.encode())
_NO_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^"\[\]{}]+', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


class Unreadable(ValueError):
    """No JSON, or JSON beyond the limits."""


def loads(text: bytes | str) -> Any:
    """The JSON of an answer. Raises `Unreadable`.

    A whole number that no 64 bits can hold is a float, as most peers read it: it costs its own field, not the answer.
    Half a character is replaced, wherever it stands: no database, log or address takes one.
    """
    try:
        value = json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text, parse_int=_whole)
        halves = _ESCAPED_SURROGATE.search(text) if isinstance(text, str) else _ESCAPED_IN_BYTES.search(text)
        return _cleaned(value) if halves else value
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"not JSON: {_short(error)}") from None


def document(text: str) -> Any:
    """A JSON text that is somebody's value: whole numbers as they are, no NaN, at most `DEEPEST` levels.

    Raises `Unreadable`.
    """
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        raise Unreadable(f"broken JSON: more than {DEEPEST} levels")
    try:
        value = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"broken JSON: {_short(error)}") from None
    return _cleaned(value) if _ESCAPED_SURROGATE.search(text) or _HALF.search(text) else value


def words(body: bytes, charset: str | None = None) -> str:
    """The beginning of an answer that is no JSON, for people. `charset`: what the peer has named."""
    start = body[: 2 * LONGEST_WORDS]  # what is cut here is cut again, when secrets are hidden
    for name in ("utf-8", charset or "utf-8"):
        try:
            return storable(codecs.getincrementaldecoder(name)().decode(start))  # a letter may be cut at the end
        except (ValueError, LookupError):
            continue
    return storable(start.decode("utf-8", "replace"))


def encodable(text: str) -> str:
    """The text without the halves of characters that no UTF-8 can hold."""
    return _HALF.sub("\ufffd", text)


def storable(text: str) -> str:
    """The text as every database, log and address can take it: without half a character, and without NUL."""
    return encodable(text).replace("\0", "\ufffd")


def shown(value: object) -> str:
    """A value for people: what it is, bounded, in letters that every log takes."""
    return encodable(reprlib.repr(value))


def whole(value: object, *, least: int = 1, most: int = LARGEST) -> int | None:
    """A whole number between two bounds, or the decimal digits of one."""
    match value:
        case bool():
            return None
        case int():
            number = value
        case str() if len(value) <= MOST_DIGITS and value.isascii() and value.isdecimal():
            number = int(value)
        case _:
            return None
    return number if least <= number <= most else None


def figure(value: object) -> float | None:
    """A finite number of sensible size."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -MOST_FIGURE <= value <= MOST_FIGURE else None  # NaN is not between anything


def text(value: object, *, longest: int = LONGEST_TEXT) -> str | None:
    """Text that can be stored, of bounded length."""
    return storable(value) if isinstance(value, str) and len(value) <= longest else None


def written(value: object, *, longest: int = 1_000_000) -> str | None:
    """What a person has written: text, a number that stands for it, or nothing at all."""
    match value:
        case None:
            return ""
        case bool():
            return None
        case int() | float() if math.isfinite(value) and abs(value) <= LARGEST:
            return str(value)
        case _:
            return text(value, longest=longest)


def _whole(digits: str) -> int | float:
    number = int(digits) if len(digits) <= MOST_DIGITS + 1 else LARGEST + 1
    return number if abs(number) <= LARGEST else float(digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _short(error: Exception) -> str:
    return f"{error}"[:200]


def _depth(document: str) -> int:
    """How deeply brackets stand in brackets; those in strings do not count."""
    return max(accumulate(_STEPS.get(letter, 0) for letter in _NO_BRACKET.sub("", document)), default=0)


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return encodable(value)
        case list():
            return [_cleaned(item) for item in value]
        case dict():
            return {encodable(key): _cleaned(item) for key, item in value.items()}
        case _:
            return value
