"""Reads a list from what a process gives for one: a list, a text that holds one, or a single value."""

from __future__ import annotations

import re
from typing import Any

from bitrix import reading
from worker.mapping.bbcode import harmless_within

_BETWEEN = re.compile(r"[,;\r\n]")


def items_of(value: Any) -> list[Any]:
    """The items of a list, of text that holds one (as JSON or with separators), or the single value as a list.

    Null and blank text are no items, however the list is given.
    """
    if isinstance(value, str):
        in_json = json_list(value)
        value = _BETWEEN.split(value) if in_json is None else in_json
    if not isinstance(value, list | tuple):
        return [value]
    return [item for one in value if (item := one.strip() if isinstance(one, str) else one) not in ("", None)]


def at_fault(value: Any, item: Any) -> Any:
    """What to show where an item is refused: the whole text if it was meant for JSON, whose pieces nobody wrote."""
    meant_for_json = isinstance(value, str) and value.lstrip()[:1] in ("[", "{") and json_list(value) is None
    return value if meant_for_json else item


def json_list(value: str) -> list[Any] | None:
    """The list that a JSON text holds; None if it is not JSON, or holds no list."""
    if not value.strip().startswith("["):
        return None
    try:
        found = reading.document(value)
    except reading.Unreadable:
        return None
    # Made harmless once more: until it was decoded, an escaped `[` did not look like one.
    return harmless_within(found) if isinstance(found, list) else None
