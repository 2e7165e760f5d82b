"""Text for the portal: cleaned of what breaks it, and of what would come alive in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Any

INVISIBLE = "\u200b"
"""A zero-width space: neither BBCode nor a `#tag` may contain one where we put it."""
ELLIPSIS = "…"
STORED_EMOJI = 10
"""The portal stores a character beyond U+FFFF as ten: `:f09f9880:`."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# At the end of a value too: what the template prints next may complete the tag.
_TAG_OPENS = re.compile(r"\[(?=[A-Za-z/*]|\Z)")
# The portal reads `\s#word`. Something after the `#` would only become a part of the word, so it goes before.
_HASH_TAG = re.compile(r"(?:(?<=\s)|\A)#")


class LiveText(str):
    """Text that the template's author vouches for: its BBCode and `#tags` stay live."""

    __slots__ = ()


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, so that every JSON encoder takes it."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def harmless(text: str) -> str:
    """A clean text in which no BBCode and no `#tag` is live, whatever is printed before or after it."""
    return _HASH_TAG.sub(INVISIBLE + "#", _TAG_OPENS.sub("[" + INVISIBLE, clean(text)))


def is_unprintable(value: Any) -> bool:
    """Whether something is there, in a text or in one of a list, of which cleaning leaves nothing to see."""
    match value:
        case str():
            return bool(value.strip()) and not clean(value).strip()
        case list():
            return any(map(is_unprintable, value))
        case _:
            return False


def harmless_within(value: Any) -> Any:
    """The same with every text of a list; what is no text is left as it is."""
    match value:
        case str():
            return harmless(value)
        case list():
            return [harmless_within(item) for item in value]
        case _:
            return value


def single_line(text: str) -> str:
    return " ".join(clean(text).split())


def one(_: str) -> int:
    """Each character weighs the same."""
    return 1


def stored_characters(letter: str) -> int:
    return STORED_EMOJI if letter > "\uffff" else 1


def stored_bytes(letter: str) -> int:
    return STORED_EMOJI if letter > "\uffff" else len(letter.encode())


def shortened(text: str, limit: int, weight: Callable[[str], int] = one) -> str:
    """A clean text that weighs at most `limit`, ending in an ellipsis where something is cut. No letter weighs 0."""
    sums = list(accumulate(weight(letter) for letter in text[: limit + 1]))
    if not sums or sums[-1] <= limit:
        return text
    end = bisect_right(sums, limit - sum(map(weight, ELLIPSIS)))
    return text[:end].rstrip() + ELLIPSIS
