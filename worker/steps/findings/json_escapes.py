r"""Finds paths in JSON texts that lose a backslash: `C:\new` is `C:`, a line break and `ew`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bitrix import reading
from bitrix.shown import in_text
from worker.config.settings import TopicSettings
from worker.steps.findings.quoted_expressions import read_as_json

_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_LOST = re.compile(r"(?<!\w)[A-Za-z]:\\[bfnrtu]|^\\\\\w+\\[bfnrt]")
"""A drive's letter before a single backslash, or a name on the network that begins with one pair of them."""
_ESCAPES = re.compile(r"\\(.)", re.DOTALL)
_NEVER_MEANT = frozenset("bf")


def lost_backslashes(given: Iterable[tuple[str, Any]], topic: TopicSettings) -> Iterator[tuple[str, str]]:
    """(name, text) of each value that the topic reads as JSON, with the first text in it that is no longer the path."""
    is_read = read_as_json(topic)
    for name, value in given:
        if isinstance(value, str) and is_read(name) and (found := _first_in(value)):
            yield name, in_text(found)


def _first_in(text: str) -> str | None:
    """None also if the text is no JSON: then its step says so."""
    if not text.lstrip().startswith(("[", "{")) or "\\" not in text:
        return None
    lost = next((said for said in _STRINGS.findall(text) if _loses(said)), None)
    try:
        reading.document(text)
    except reading.Unreadable:
        return None
    return lost


def _loses(said: str) -> bool:
    return bool(_LOST.search(said) or _NEVER_MEANT.intersection(_ESCAPES.findall(said)))
