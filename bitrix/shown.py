"""Writes a value for people: a text as it is, anything else as JSON of bounded length; never as Python writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any

from bitrix.reading import encodable

MOST_ITEMS = 6
DEEPEST = 4
LONGEST_ITEM = 60
"""Characters of a text in it."""
LONGEST = 250
MORE = "…"


def in_text(value: object) -> str:
    """For a place in a sentence that has its own quotes, or needs none."""
    return encodable(value) if isinstance(value, str) else shown(value)


def shown(value: object) -> str:
    """The same, but a text is in quotes too, so that its ends are seen."""
    return _cut(encodable(json.dumps(_plain(value, DEEPEST), ensure_ascii=False)), LONGEST)


def _plain(value: object, levels: int) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return _cut(value, LONGEST_ITEM)
        case Mapping() | list() | tuple() if not levels:
            return MORE
        case Mapping():
            shown_ = {str(key): _plain(one, levels - 1) for key, one in islice(value.items(), MOST_ITEMS)}
            return shown_ | ({MORE: MORE} if len(value) > MOST_ITEMS else {})
        case list() | tuple():
            items = [_plain(one, levels - 1) for one in value[:MOST_ITEMS]]
            return [*items, MORE] if len(value) > MOST_ITEMS else items
        case date():
            return value.isoformat()
        case _:
            return type(value).__name__


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + MORE
