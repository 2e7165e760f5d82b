"""Turns a peer's message into text for people: no markup, no secret, on one line, of bounded length."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from bitrix import reading
from bitrix.secrecy import hide

LONGEST = 500
TAG = re.compile(r"<!--.*?(?:-->|$)|<(?:[a-zA-Z/!?][^>]*)(?:>|$)", re.DOTALL)
UNSAID = re.compile(r"<(script|style|svg)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE)
"""Elements whose content a browser does not show as text."""
TITLE = re.compile(r"<title[^>]*>(?P<title>[^<]+)</title", re.IGNORECASE)
PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype|html|head|body|title|h1)\b", re.DOTALL | re.IGNORECASE
)


def plain(text: str, hide: Callable[[str], str] = hide) -> str:
    """A peer's text without markup, on one line, at most `LONGEST` characters. `hide` masks secrets."""
    start = hide(text[: 2 * reading.LONGEST_WORDS])[: reading.LONGEST_WORDS]  # masked first: a cut may halve a secret
    shown = _without_markup(html.unescape(_without_markup(start)))  # a portal sometimes escapes its own tags
    return hide(reading.storable(" ".join(shown.split())))[:LONGEST]


def is_page(text: str) -> bool:
    """Whether the text is an HTML page."""
    return PAGE.match(text) is not None


def of_answer(body: bytes, charset: str | None, hide: Callable[[str], str] = hide) -> str:
    """Text of an answer that is not JSON: the title of a page, otherwise its first words; "" if it has neither."""
    text = reading.words(body, charset).removeprefix("\ufeff")
    titled = TITLE.search(text) if is_page(text) else None
    return (plain(titled["title"], hide) if titled else "") or plain(text, hide)


def _without_markup(text: str) -> str:
    return TAG.sub(" ", UNSAID.sub(" ", text))
