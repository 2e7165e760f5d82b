"""Titles as the portal gives them back: it may have trimmed them, and escaped them for HTML."""

from __future__ import annotations

import html


def folded(title: str) -> str:
    """The title with each run of blanks as one, and none around it."""
    return " ".join(title.split())


def fits(sent: str, shown: str) -> bool:
    """Whether a title that was sent may be shown so. What was sent is taken by the letter: `&amp;` may be meant."""
    return folded(sent) in {folded(shown), folded(html.unescape(shown))}
