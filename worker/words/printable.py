"""Text of others, harmless for a terminal: nothing in it is obeyed, and none of it turns the line around."""

from __future__ import annotations

import re

from bitrix.secrecy import LONGEST_FORM, hide

OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but tab and new line
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they change the direction of what follows
    "\u2028\u2029\ufeff\ud800-\udfff]"  # new lines of other kinds, and what cannot be written at all
)


def printable(text: str) -> str:
    """Each such character as its code, as JSON writes it: a line of JSON stays valid, and means the same."""
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def lines(text: str) -> str:
    """Printable with its line breaks, whichever system has written them, and without secrets."""
    return printable(hide(text.replace("\r\n", "\n")))


def one_line(text: str, longest: int) -> str:
    """Printable, on one line of bounded length, without a secret that is cut in half."""
    shown = printable(hide(" ".join(text[: longest + LONGEST_FORM].split())))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
