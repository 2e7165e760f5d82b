"""Cleans text for the portal: removes characters that break it, and disables BBCode and `#tags` in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Any

INVISIBLE = "\u200b"
"""A zero-width space. Where we insert it, the portal recognises neither BBCode nor a `#tag`."""
ELLIPSIS = "…"
STORED_EMOJI = 10
"""The portal stores a character beyond U+FFFF as ten: `:f09f9880:`."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Also at the end of a value: what the template prints next may complete the tag.
_TAG_OPENS = re.compile(r"\[(?=[A-Za-z/*]|\Z)")
_REFERENCE_OPENS = re.compile(r"\[(?=/?(?:USER|DEPARTMENT|PROJECT|DISK|FILE|ATTACH)\b)", re.IGNORECASE)
# The portal reads `\s#word`. A character after the `#` would become part of the word, so it is inserted before.
_HASH_TAG = re.compile(r"(?:(?<=\s)|\A)#")


class LiveText(str):
    """Text whose BBCode and `#tags` stay live, because the template's author says so (filter `bbcode`)."""

    __slots__ = ()


class CutText(str):
    """Text that was longer than fits: its beginning, with an ellipsis."""

    __slots__ = ()


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, so that every JSON encoder accepts it."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def harmless(text: str) -> str:
    """The cleaned text with all BBCode and `#tags` disabled, whatever is printed before or after it."""
    return _HASH_TAG.sub(INVISIBLE + "#", _TAG_OPENS.sub("[" + INVISIBLE, clean(text)))


def without_tags(text: str) -> str:
    """The cleaned text of a person on the portal: it keeps its BBCode, but adds no `#tag`, mention or file."""
    return _HASH_TAG.sub(INVISIBLE + "#", _REFERENCE_OPENS.sub("[" + INVISIBLE, clean(text)))


def is_unprintable(value: Any) -> bool:
    """Whether a text, or a text in a list, is not blank but becomes blank when it is cleaned."""
    match value:
        case str():
            return bool(value.strip()) and not clean(value).strip()
        case list():
            return any(map(is_unprintable, value))
        case dict():
            return any(map(is_unprintable, value.values()))
        case _:
            return False


def harmless_within(value: Any) -> Any:
    """A text, or every text in a list or mapping, made harmless; other values stay as they are."""
    match value:
        case str():
            return harmless(value)
        case list():
            return [harmless_within(item) for item in value]
        case dict():
            return {key: harmless_within(item) for key, item in value.items()}
        case _:
            return value


def single_line(text: str) -> str:
    return " ".join(clean(text).split())


def one(_: str) -> int:
    """The weight that counts characters."""
    return 1


def stored_characters(letter: str) -> int:
    return STORED_EMOJI if letter > "\uffff" else 1


def stored_bytes(letter: str) -> int:
    return STORED_EMOJI if letter > "\uffff" else len(letter.encode())


def shortened(text: str, limit: int, weight: Callable[[str], int] = one) -> str:
    """A clean text cut to a weight of `limit`, with an ellipsis if it was cut. `weight` of a character: at least 1."""
    sums = list(accumulate(weight(letter) for letter in text[: limit + 1]))
    if not sums or sums[-1] <= limit:
        return text
    end = bisect_right(sums, limit - sum(map(weight, ELLIPSIS)))
    return CutText(text[:end].rstrip() + ELLIPSIS)
