"""Makes foreign text harmless for a terminal: no control codes, and no characters that reverse the direction."""

from __future__ import annotations

import re

from bitrix.secrecy import LONGEST_FORM, hide

LONGEST_REASON = 700
"""Of a failure's message that is shown: the engine's column for it holds 666 characters, so none is cut."""
CUT = " … "
OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, except tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they change the direction of the text after them
    "\u2028\u2029\ufeff\ud800-\udfff]"  # other line breaks, byte order mark, and surrogates, which cannot be encoded
)


def printable(text: str) -> str:
    """Replace each such character by its JSON escape, so that a line of JSON keeps its meaning."""
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def lines(text: str) -> str:
    """The text printable and without secrets; its line breaks stay, and CR LF becomes LF."""
    return printable(hide(text.replace("\r\n", "\n")))


def one_line(text: str, longest: int) -> str:
    """The text printable, on one line of at most `longest` characters; secrets are masked before the cut."""
    shown = printable(hide(" ".join(text[: longest + LONGEST_FORM].split())))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def both_ends(text: str, longest: int) -> str:
    """The text itself; if it is longer, its beginning and its end, where a message has its place and its cure."""
    left = longest - len(CUT)
    return text if len(text) <= longest else text[: left - left // 2] + CUT + text[len(text) - left // 2 :]
