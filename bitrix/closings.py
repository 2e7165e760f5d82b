"""Which tasks of the whole portal are closed and were changed lately: far fewer than those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bitrix import reading, shapes
from bitrix.client import BitrixClient
from bitrix.errors import LookupUnproven
from bitrix.limits.limiter import Kind
from bitrix.methods import LIST
from bitrix.task_states import AT_ONCE, CLOSED

SECOND = timedelta(seconds=1)
"""The portal keeps dates to the second."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed task, and when it was last changed."""

    id: int
    changed: datetime


class Closings:
    """Reads the list by the date of the last change, through one webhook. Thread-safe."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def since(self, when: datetime, *, most_pages: int) -> frozenset[Closing] | None:
        """The closed tasks that were changed at `when` or later. None: they are more than `most_pages`.

        Pages go by the task's number, not by the date: a task that is changed meanwhile keeps its place, and a second
        in which a thousand tasks were changed is paged like any other. Raises `PortalError`, as `LookupUnproven` if
        the rows show that this portal's dates cannot be relied on.
        """
        found: set[Closing] = set()
        last = 0
        for _ in range(most_pages):
            page = self._page(when, last)
            found.update(page)
            if len(page) < AT_ONCE:
                return frozenset(found)
            last = max(one.id for one in page)
        return None

    def _page(self, when: datetime, last: int) -> list[Closing]:
        params: dict[str, Any] = {
            "filter": {
                "REAL_STATUS": [int(status) for status in CLOSED],
                ">=CHANGED_DATE": when.isoformat(timespec="seconds"),
                ">ID": last,
            },
            "select": ["ID", "STATUS", "CHANGED_DATE"],
            "order": {"ID": "asc"},
            "start": -1,
        }
        rows = shapes.tasks(self._client.call(LIST, params, kind=Kind.BACKGROUND).result)
        return [_closing(row, when, last) for row in rows]


def _closing(row: object, when: datetime, last: int) -> Closing:
    told = row if isinstance(row, dict) else {}
    id_, changed = reading.whole(told.get("id")), reading.instant(told.get("changedDate"))
    if id_ is None:
        raise LookupUnproven(LIST, "malformed", "a row without a task's number")
    if changed is None:
        raise LookupUnproven(LIST, "malformed", f"task {id_}: changedDate is no date with an offset")
    if id_ <= last or changed < when - SECOND or reading.whole(told.get("status")) not in CLOSED:
        raise LookupUnproven(LIST, "filter_ignored", f"task {id_} was not asked for")
    return Closing(id_, changed)
