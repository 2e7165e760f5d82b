"""Readers for answers of PHP code: a list that is empty may be null, an empty mapping may be a list.

They raise `Doubtful` for any other shape, and those of look-ups `LookupUnproven`: what cannot be read is not "none".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bitrix import reading
from bitrix.causes import Cause
from bitrix.errors import LookupUnproven, malformed
from bitrix.methods import LIST


def mapping(method: str, value: object, what: str) -> Mapping[str, Any]:
    """A mapping; empty for null and for an empty list."""
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise malformed(method, f"{what} is no mapping")
    return value


def listed(method: str, value: object, what: str) -> list[Any]:
    """A list, or a mapping with numbers as keys, as PHP writes a list with gaps; empty for null."""
    several = list(value.values()) if isinstance(value, dict) else [] if value is None else value
    if not isinstance(several, list):
        raise malformed(method, f"{what} is no list")
    return several


def rows(method: str, value: object, what: str) -> Sequence[Mapping[str, Any]]:
    """A list of mappings, in either form of a list."""
    several = listed(method, value, what)
    if not all(isinstance(row, dict) for row in several):
        raise malformed(method, f"{what} is no list of mappings")
    return several


def found(method: str, result: object, what: str) -> list[dict[str, Any]]:
    """The rows of a look-up. Another shape proves no absence: raises `LookupUnproven`."""
    if not isinstance(result, list) or not all(isinstance(row, dict) for row in result):
        raise LookupUnproven(method, Cause.MALFORMED, f"the answer is not a list of {what}")
    return result


def tasks(result: object) -> list[Any]:
    """The rows of `tasks.task.list`, whatever they are. Raises `LookupUnproven` for another shape."""
    several = result.get("tasks") if isinstance(result, dict) else None
    if not isinstance(several, list):
        raise LookupUnproven(LIST, Cause.MALFORMED, "the answer is not a list of tasks")
    return several


def items(method: str, value: object, what: str) -> Sequence[Mapping[str, Any]]:
    """The rows of `{"items": […]}`, or of a bare list."""
    inner = value.get("items") if isinstance(value, dict) else value
    return rows(method, inner, what)


def text(method: str, value: object, what: str) -> str:
    """A text that may come as a number; "" for null."""
    read = reading.written(value)
    if read is None:
        raise malformed(method, f"{what} is no text")
    return read


def number(method: str, value: object, what: str) -> int | None:
    """A whole number above zero; None for null, 0 and "", with which the portal says "none"."""
    if value in (None, "", False):
        return None
    read = reading.whole(value.strip() if isinstance(value, str) else value, least=0)
    if read is None:
        raise malformed(method, f"{what} is no number")
    return read or None
