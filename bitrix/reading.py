"""Reads a peer's answers as plain values within limits: no content of an answer may end the process.

The readers of single values return None for a value of another kind; the caller decides what that means.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections import Counter
from datetime import datetime
from itertools import accumulate
from typing import Any

LARGEST = 2**63 - 1
"""The largest number in a signed column of 64 bits."""
MOST_DIGITS = 19
"""Digits of the largest whole number of 64 bits."""
LONGEST_TEXT = 4000
DEEPEST = 200
"""Nested levels of a JSON document: printing and copying it recurse into each."""
MOST_FIGURE = 1e15
LONGEST_WORDS = 2000
"""Characters of an answer's text that are kept to be shown."""

_HALF = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED_IN_BYTES = re.compile(_ESCAPED_SURROGATE.pattern.encode())
_NO_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^"\[\]{}]+', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


class Unreadable(ValueError):
    """Not JSON, or JSON beyond the limits."""


def loads(text: bytes | str) -> Any:
    """The JSON of an answer. Raises `Unreadable`.

    A whole number beyond 64 bits becomes a float, as most JSON parsers read it: only its own field is lost, not the
    whole answer. A lone surrogate is replaced, because no database, log or address can store it.
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
    """Parse a JSON text that is a value of a process or a person: whole numbers stay exact, NaN is refused.

    So is a name that stands twice in an object: one of its values would be lost. At most `DEEPEST` levels. Raises
    `Unreadable`.
    """
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        raise Unreadable(f"broken JSON: more than {DEEPEST} levels")
    try:
        value = json.loads(text.removeprefix("\ufeff"), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"broken JSON: {_short(error)}") from None
    return _cleaned(value) if _ESCAPED_SURROGATE.search(text) or _HALF.search(text) else value


def words(body: bytes, charset: str | None = None) -> str:
    """The beginning of an answer that is not JSON, as text to be shown. `charset`: the one that the peer named."""
    start = body[: 2 * LONGEST_WORDS]  # cut further after its secrets are masked, so that none is cut in half
    for name in ("utf-8", charset or "utf-8"):
        try:
            return storable(codecs.getincrementaldecoder(name)().decode(start))  # the last character may be incomplete
        except (ValueError, LookupError):
            continue
    return storable(start.decode("utf-8", "replace"))


def encodable(text: str) -> str:
    """The text with lone surrogates replaced, which UTF-8 cannot encode."""
    return _HALF.sub("\ufffd", text)


def storable(text: str) -> str:
    """The text with lone surrogates and NUL replaced, so that every database, log and address can store it."""
    return encodable(text).replace("\0", "\ufffd")


def whole(value: object, *, least: int = 1, most: int = LARGEST) -> int | None:
    """A whole number from `least` to `most`, given as a number or as decimal digits; None otherwise."""
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
    """A finite number of at most 10¹⁵ in size; None otherwise. Text is not read."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -MOST_FIGURE <= value <= MOST_FIGURE else None  # NaN is not between anything


def instant(value: object) -> datetime | None:
    """A time in ISO 8601 with an offset; None otherwise."""
    try:
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return when if when and when.tzinfo else None


def text(value: object, *, longest: int = LONGEST_TEXT) -> str | None:
    """Text made storable; None if it is longer than `longest`, or not text."""
    return storable(value) if isinstance(value, str) and len(value) <= longest else None


def written(value: object, *, longest: int = 1_000_000) -> str | None:
    """A text that may come as text, as a number or as null (""); None for anything else."""
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


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"the name {_short(json.dumps(twice, ensure_ascii=False))} stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _short(said: object) -> str:
    return f"{said}"[:200]


def _depth(document: str) -> int:
    """The deepest nesting of brackets, not counting those within strings."""
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
