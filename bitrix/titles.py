"""Titles as the portal shows them: it may have trimmed them, and escaped them for HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

UNESCAPED = re.compile(r"<|&(?!(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);)")
"""What an escaped title never contains. Quotes do not count: not every escaping covers them."""


def folded(title: str) -> str:
    """The title with single blanks, and none at its ends."""
    return " ".join(title.split())


def fits(sent: str, shown: str, *, escaped: bool | None = None) -> bool:
    """Whether the portal may show the title `sent` as `shown`. `&amp;` in `sent` stays as it is: it may be meant.

    `escaped`: whether the portal escapes what it shows; None: unknown, both forms fit.
    """
    forms = {None: {shown, html.unescape(shown)}, True: {html.unescape(shown)}, False: {shown}}
    return folded(sent) in map(folded, forms[escaped])


def is_ambiguous(title: str) -> bool:
    """Whether escaping changes this title."""
    return html.escape(title) != title


def shows_escaped(shown: Iterable[str], sent_and_shown: Iterable[tuple[str, str]]) -> bool | None:
    """Whether the portal escapes titles, by all titles shown, and by those known to be ours. None: unknown."""
    if any(UNESCAPED.search(title) for title in shown):
        return False
    for sent, title in sent_and_shown:
        if is_ambiguous(sent):
            plain, undone = (folded(sent) == folded(form) for form in (title, html.unescape(title)))
            if plain is not undone:
                return undone
    return None
