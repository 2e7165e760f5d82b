"""The checklists of the portal stand-in's tasks: what REST may do with them, and what people do.

The methods are those of the portal's old interface. They take their parameters by order and refuse keys they do not
know. A PARENT_ID that is a text, as it always is in a batch, finds no neighbours: an item without SORT_INDEX comes
first. Behaviour by the portal's `classes/general/checklistitem.php` and the documentation of `task.checklistitem.*`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from sandbox.portal.records import ChecklistItem, Refused, StoredTask, now, number

KEYS = ("TITLE", "PARENT_ID", "SORT_INDEX", "IS_COMPLETE", "IS_IMPORTANT", "MEMBERS", "ATTACHMENTS")
ORDERS = (
    *("ID", "TASK_ID", "CREATED_BY", "PARENT_ID", "TITLE"),
    *("SORT_INDEX", "IS_COMPLETE", "IS_IMPORTANT", "TOGGLED_BY", "TOGGLED_DATE"),
)
FIRST_LIST = "BX_CHECKLIST_1"
"""The title of the list that the portal makes for an item without a parent."""
TITLE_LENGTH = 255
ROLES: Mapping[str, str] = {"A": "ACCOMPLICES", "U": "AUDITORS"}

Sees = Callable[[Any, int | None], StoredTask | None]
Joins = Callable[[int, str, Iterable[int]], None]


class Checklists:
    """The items of all tasks. Thread-safe.

    `sees(task, person)`: the task, None if it is not there for the person (None: the webhook). `joins(task, field,
    people)` makes the members of an item accomplices or auditors of its task.
    """

    def __init__(self, owner: int, sees: Sees, joins: Joins, guard: threading.RLock) -> None:
        self._owner = owner
        self._sees = sees
        self._joins = joins
        self._guard = guard
        self._numbers = count(1)
        self._items: dict[int, list[ChecklistItem]] = {}

    # --- REST ---

    def add(self, arguments: list[Any]) -> int:
        """`task.checklistitem.add`: the number of the new item."""
        task_id, fields = whole("ctaskchecklistitem::add", arguments[0]), arguments[1]
        if not isinstance(fields, dict) or not fields:
            raise wrong("Param #1 (arFields) expected by method ctaskchecklistitem::add(), but not given.")
        known_keys("ctaskchecklistitem::add", fields, KEYS)
        with self._guard:
            if self._sees(task_id, None) is None:
                raise failed("Adding item: action not allowed")
            title = str(fields.get("TITLE") or "").strip()
            if not title:
                raise failed("Item name not specified")
            if len(title) > TITLE_LENGTH:
                raise failed("Item name is too long")
            return self._put(task_id, title, fields)

    def rows(self, arguments: list[Any]) -> list[dict[str, Any]]:
        """`task.checklistitem.getlist`; without an order by number, the newest first."""
        task_id, order = whole("ctaskchecklistitem::getlist", arguments[0]), arguments[1] or {"ID": "desc"}
        known_keys("ctaskchecklistitem::getlist", order, ORDERS, what="Param #1 (arOrder)")
        rows = [_row(item) for item in self.of(task_id)]
        for key, direction in reversed(list(order.items())):
            rows.sort(key=lambda row: _sortable(row[key]), reverse=str(direction).lower() == "desc")
        return rows

    # --- people ---

    def of(self, task_id: Any, by: int | None = None) -> list[ChecklistItem]:
        """The items of a task in the order of their making. Raises `Refused` if the task is not there."""
        with self._guard:
            task = self._sees(task_id, by)
            if task is None:
                raise failed("Action failed")
            return list(self._items.get(task.id, []))

    def shown(self, task_id: int) -> Iterator[tuple[int, ChecklistItem]]:
        """(depth, item) as the task's page shows them: each under its parent, by their places."""
        with self._guard:
            items = list(self._items.get(task_id, []))
        yield from _below(items, 0, 0)

    def write(self, task_id: int, title: str, *, complete: bool = False, parent_id: int = 0) -> int:
        """Add an item at the end, as a person does; returns its number."""
        with self._guard:
            places = [one.sort_index for one in self._items.get(task_id, []) if one.parent_id == parent_id]
            return self._store(task_id, title, parent_id, max(places, default=-1) + 1, complete=complete)

    def change(self, item_id: int, *, complete: bool | None = None, title: str | None = None, by: int = 0) -> None:
        """Tick, untick or rename an item. Raises `KeyError` if it is not there."""
        with self._guard:
            items, place = self._place(item_id)
            changes: dict[str, Any] = {} if title is None else {"title": title}
            if complete is not None:
                changes |= {"complete": complete, "toggled_by": by or self._owner, "toggled": now()}
            items[place] = replace(items[place], **changes)

    def remove(self, item_id: int) -> None:
        """Delete an item with all below it. Raises `KeyError` if it is not there."""
        with self._guard:
            items, place = self._place(item_id)
            gone = {item_id, *(item.id for _, item in _below(items, items[place].id, 0))}
            items[:] = [item for item in items if item.id not in gone]

    # --- inside ---

    def _put(self, task_id: int, title: str, fields: Mapping[str, Any]) -> int:
        parent = fields["PARENT_ID"] if fields.get("PARENT_ID") is not None else self._first_list(task_id)
        items = self._items.setdefault(task_id, [])
        index = fields.get("SORT_INDEX")
        if index is None:  # the portal compares strictly: with a text as parent, every item is the first
            index = max((one.sort_index for one in items if one.parent_id == parent), default=0) + 1
        there = {one.id for one in items}
        parent_id = number(parent) or 0
        parent_id = parent_id if parent_id in there else 0  # a parent that is not there: a new list
        self._make_room(items, parent_id, number(index) or 0)
        members = _members(fields.get("MEMBERS"))
        complete, important = _yes(fields.get("IS_COMPLETE")), _yes(fields.get("IS_IMPORTANT"))
        place = number(index) or 0
        made = self._store(task_id, title, parent_id, place, complete=complete, important=important, members=members)
        for role, field in ROLES.items():
            self._joins(task_id, field, [person for person, kind in members if kind == role])
        return made

    @staticmethod
    def _make_room(items: list[ChecklistItem], parent_id: int, index: int) -> None:
        """Move the item that has this place, and all after it."""
        if any(one.parent_id == parent_id and one.sort_index == index for one in items):
            items[:] = [
                replace(one, sort_index=one.sort_index + 1)
                if one.parent_id == parent_id and one.sort_index >= index
                else one
                for one in items
            ]

    def _first_list(self, task_id: int) -> int:
        lists = [item for item in self._items.get(task_id, []) if item.parent_id == 0]
        if lists:
            return min(lists, key=lambda item: item.sort_index).id
        return self._store(task_id, FIRST_LIST, 0, 0)

    def _store(self, task_id: int, title: str, parent_id: int, index: int, **fields: Any) -> int:
        item = ChecklistItem(next(self._numbers), task_id, title, fields.pop("complete", False), parent_id, index)
        self._items.setdefault(task_id, []).append(replace(item, author=self._owner, **fields))
        return item.id

    def _place(self, item_id: int) -> tuple[list[ChecklistItem], int]:
        for items in self._items.values():
            for place, item in enumerate(items):
                if item.id == item_id:
                    return items, place
        raise KeyError(f"checklist item {item_id}")


def whole(method: str, value: Any) -> int:
    """The task's number, the first parameter of the old methods."""
    try:
        return int(str(value))
    except ValueError:
        raise wrong(
            f"Param #0 (taskId) for method {method}() expected to be of type &quot;integer&quot;, "
            "but given something else."
        ) from None


def known_keys(method: str, given: Any, keys: Iterable[str], what: str = "Param #1 (arFields)") -> None:
    """Refuse keys that the method does not know."""
    for key in given if isinstance(given, dict) else ():
        if key not in keys:
            raise wrong(f"{what} for method {method}() must not contain key &quot;{key}&quot;.")


def wrong(words: str) -> Refused:
    """The refusal of a parameter."""
    return Refused("ERROR_CORE", f"TASKS_ERROR_EXCEPTION_#256; {words}; 256/TE/WRONG_ARGUMENTS<br>")


def failed(words: str) -> Refused:
    """The refusal of an action."""
    return Refused("ERROR_CORE", f"TASKS_ERROR_EXCEPTION_#8; {words}; 8/TE/ACTION_FAILED_TO_BE_PROCESSED<br>")


def _below(items: list[ChecklistItem], parent_id: int, depth: int) -> Iterator[tuple[int, ChecklistItem]]:
    for item in sorted((one for one in items if one.parent_id == parent_id), key=lambda one: one.sort_index):
        yield depth, item
        yield from _below(items, item.id, depth + 1)


def _row(item: ChecklistItem) -> dict[str, Any]:
    return {
        "ID": str(item.id),
        "TASK_ID": str(item.task_id),
        "PARENT_ID": str(item.parent_id) if item.parent_id else 0,  # the real one's, too
        "CREATED_BY": str(item.author),
        "TITLE": item.title,
        "SORT_INDEX": str(item.sort_index),
        "IS_COMPLETE": "Y" if item.complete else "N",
        "IS_IMPORTANT": "Y" if item.important else "N",
        "TOGGLED_BY": str(item.toggled_by) if item.toggled_by else None,
        "TOGGLED_DATE": item.toggled,
        "MEMBERS": [{"ID": str(person), "TYPE": kind, "NAME": f"№ {person}"} for person, kind in item.members],
        "ATTACHMENTS": [],
    }


def _sortable(value: Any) -> tuple[int, str]:
    whole_number = number(value)
    return (whole_number, "") if whole_number is not None else (0, str(value or ""))


def _members(given: Any) -> tuple[tuple[int, str], ...]:
    """(person, role) of each; the role is A unless it says U."""
    people = given.items() if isinstance(given, dict) else ()
    roles = ((number(key), value.get("TYPE") if isinstance(value, dict) else None) for key, value in people)
    return tuple((person, "U" if role == "U" else "A") for person, role in roles if person)


def _yes(value: Any) -> bool:
    return value in ("Y", True, "1", 1)
