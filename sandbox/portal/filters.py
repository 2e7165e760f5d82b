"""Filters of `tasks.task.list`. As on a real portal, unknown conditions are silently ignored."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sandbox.portal.records import COLUMNS, DATES, OPEN, PENDING, StoredTask, number

Fields = Mapping[str, Any]
Condition = Callable[[Fields], bool]

NEARLY_OVERDUE, UNSEEN, OVERDUE = "-3", "-2", "-1"
DAY = 86_400


def conditions(given: Any, user_fields: Collection[str], viewer: int) -> Iterator[Condition]:
    """The conditions that the portal honours; `REAL_STATUS` is the stored status, `STATUS` the viewer's."""
    if not isinstance(given, dict):
        return
    for key, value in given.items():
        prefix, name = _split(str(key).upper())
        known = name in COLUMNS or name in user_fields
        if not known or value in ([], {}) or prefix not in OPERATIONS:
            continue
        if name in DATES and moment(value) is None:
            continue  # dates take one scalar that can be read as a date
        if name in DATES:
            yield _dated(name, prefix, moment(value))
        else:
            yield _condition(_reader(name, viewer), prefix, value)


def sorting(name: str) -> Callable[[StoredTask], tuple[float, str]]:
    """The key to sort tasks by a column."""
    if name in DATES:
        return lambda task: (moment(task.fields.get(name)) or 0.0, "")
    return lambda task: _ordered(task.fields.get(_stored(name)))


def meta_status(fields: Fields, viewer: int) -> str:
    """The status that the viewer's list shows instead of the stored one while the task is open."""
    status = str(fields.get("STATUS"))
    deadline = moment(fields.get("DEADLINE"))
    if status not in OPEN:
        return status
    left = None if deadline is None else deadline - time.time()
    if left is not None and left < 0:
        return OVERDUE
    if left is not None and left < DAY:
        return NEARLY_OVERDUE
    if status == PENDING and str(fields.get("CREATED_BY")) != str(viewer):
        return UNSEEN  # reading through a webhook does not count as viewing
    return status


def moment(value: Any) -> float | None:
    """A date as seconds; one without an offset is the server's time; None if it cannot be read."""
    try:
        return datetime.fromisoformat(str(value)).astimezone().timestamp()
    except (ValueError, OverflowError):
        return None


def _stored(name: str) -> str:
    return "STATUS" if name == "REAL_STATUS" else name


def _reader(name: str, viewer: int) -> Callable[[Fields], Any]:
    if name == "STATUS":
        return lambda fields: meta_status(fields, viewer)
    return lambda fields: fields.get(_stored(name))


def _condition(read: Callable[[Fields], Any], prefix: str, value: Any) -> Condition:
    wanted = value if isinstance(value, list) else [value]
    if prefix in ("", "=", "!"):  # by a set: fifty numbers against ten thousand tasks are asked for all day
        texts = {str(one) for one in wanted}
        return lambda fields: (str(read(fields) or "") in texts) != (prefix == "!")
    matches = OPERATIONS[prefix]
    return lambda fields: any(matches(read(fields), one) for one in wanted)


def _dated(name: str, prefix: str, wanted: float | None) -> Condition:
    compare = OPERATIONS[prefix]

    def holds(fields: Fields) -> bool:
        ours = moment(fields.get(name))
        return prefix == "!" if ours is None else compare(ours, wanted)

    return holds


def _split(key: str) -> tuple[str, str]:
    name = key.lstrip("!<>=%@")
    return key[: len(key) - len(name)], name


def _equals(ours: Any, theirs: Any) -> bool:
    return str(ours or "") == str(theirs)


def _as_number(ours: Any, theirs: Any) -> bool:
    return (number(ours) or 0) == (number(theirs) or 0)  # the `@` prefix casts to int: texts become 0


OPERATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "": _equals,
    "=": _equals,
    "!": lambda ours, theirs: not _equals(ours, theirs),
    "%": lambda ours, theirs: str(theirs).lower() in str(ours or "").lower(),
    ">": lambda ours, theirs: _ordered(ours) > _ordered(theirs),
    ">=": lambda ours, theirs: _ordered(ours) >= _ordered(theirs),
    "<": lambda ours, theirs: _ordered(ours) < _ordered(theirs),
    "<=": lambda ours, theirs: _ordered(ours) <= _ordered(theirs),
    "@": _as_number,
}


def _ordered(value: Any) -> tuple[float, str]:
    if isinstance(value, float):
        return (value, "")
    whole = number(value)
    return (whole, "") if whole is not None else (0, str(value or ""))
