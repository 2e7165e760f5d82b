"""Titles as the portal gives them back: it may have trimmed them, and escaped them for HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

UNESCAPED = re.compile(r"<|&(?!(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);)")
"""What no escaped title shows. Quotes do not count: not everything that escapes does so with them."""


def folded(title: str) -> str:
    """The title with each run of blanks as one, and none around it."""
    return " ".join(title.split())


def fits(sent: str, shown: str, *, escaped: bool | None = None) -> bool:
    """Whether a title that was sent may be shown so. What was sent is taken by the letter: `&amp;` may be meant.

    `escaped`: whether the portal escapes what it shows; None: not known, either form fits.
    """
    forms = {None: {shown, html.unescape(shown)}, True: {html.unescape(shown)}, False: {shown}}
    return folded(sent) in map(folded, forms[escaped])


def is_ambiguous(title: str) -> bool:
    """Whether an escaped title differs from this one, or from what this one is when unescaped."""
    return html.escape(title) != title


def shows_escaped(shown: Iterable[str], sent_and_shown: Iterable[tuple[str, str]]) -> bool | None:
    """Whether the portal escapes titles, from all titles shown and from those known to be ours. None: unknown."""
    if any(UNESCAPED.search(title) for title in shown):
        return False
    for sent, title in sent_and_shown:
        if is_ambiguous(sent):
            plain, undone = (folded(sent) == folded(form) for form in (title, html.unescape(title)))
            if plain is not undone:
                return undone
    return None
