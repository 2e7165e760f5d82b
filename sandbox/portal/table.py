"""The tasks of the portal stand-in, with the behaviour of a real portal's `tasks.task.*` methods."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.portal.disk import FILES_FIELD, Disk
from sandbox.portal.filters import conditions, sorting
from sandbox.portal.hashtags import tags
from sandbox.portal.options import CRM, of_flow, options
from sandbox.portal.records import (
    ALWAYS,
    ANSWERS,
    CLOSED,
    COLUMNS,
    DATES,
    OPEN,
    PENDING,
    TITLE_LENGTH,
    USER_FIELDS,
    XML_ID_LENGTH,
    Refused,
    StoredTask,
    camel,
    now,
    number,
)

PAGE = 50
ONLY_SELECTED = (CRM, FILES_FIELD, "DEPENDS_ON")
"""Shown only where they are asked for by name."""
UPDATED, DELETED = "ONTASKUPDATE", "ONTASKDELETE"


class Table:
    """All tasks of the portal. `owner` is the webhook's user; `admin` False hides what is not the owner's.

    `by` is the person who acts; None is the webhook's owner, who acts by REST and touches only what he may see.
    `dismissed`: dismissed users, who get tasks all the same. `multiple`: the user fields with several values, shown as
    lists. `answers`: the options of UF_RESULT_ANSWER by id. `defaults`: the default values of user fields. `flows`: the
    responsible person of each flow. `list_lag`: how many seconds later the list, a replica, shows new and changed
    tasks. `ahead`: how many seconds its clock is ahead. `offsets` False: dates are shown without their offset.
    `keeps_changed_date`: a change does not move CHANGED_DATE. `on_change` is called with the event and the task's id.
    `group_names`: the groups that there are.
    """

    def __init__(self, owner: int = 1, users: tuple[int, ...] = (1, 7, 42, 106)) -> None:
        self.owner = owner
        self.admin = True
        self.users = users
        self.dismissed: set[int] = set()
        self.user_fields = dict(USER_FIELDS)
        self.multiple: set[str] = set()
        self.answers = dict(ANSWERS)
        self.defaults: dict[str, str] = {}
        self.flows: dict[int, int] = {}
        self.group_names: Callable[[], Mapping[int, str]] = dict
        self.ignore_filters = False
        self.list_lag = 0.0
        self.ahead = 0.0
        self.offsets = True
        self.keeps_changed_date = False
        self.disk = Disk(owner)
        self._made: dict[int, float] = {}
        self._before: dict[int, list[tuple[float, StoredTask]]] = {}
        """What the list may still show of changed tasks: each state, with the moment of the change that ended it."""
        self.on_change: Callable[[str, int], None] | None = None
        self._tasks: dict[int, StoredTask] = {}
        self._bin: dict[int, StoredTask] = {}
        self._last = 0
        self._guard = threading.RLock()

    def all(self) -> list[StoredTask]:
        with self._guard:
            return list(self._tasks.values())

    def time(self) -> str:
        """What the portal's clock shows."""
        return now(self.ahead)

    def add(self, given: Any) -> dict[str, Any]:
        """`tasks.task.add`: validates and silently corrects the same fields as a real portal."""
        if not isinstance(given, dict):
            raise Refused("100", "Could not find value for parameter {fields}")
        fields = {str(key).upper(): value for key, value in given.items()}
        title = str(fields.get("TITLE") or "").strip()
        if not title:
            raise Refused("ERROR_CORE", "Не указано название задачи<br>")
        responsible = number(of_flow(fields, self.flows))
        if responsible not in self.users:
            raise Refused("ERROR_CORE", "Не найден пользователь, указанный в поле &quot;Ответственный&quot;<br>")
        files = self.disk.checked(fields.get(FILES_FIELD))
        creator = str(number(fields.get("CREATED_BY")) or self.owner)
        stored = {name: fields[name] for name in COLUMNS if name in fields and name != "REAL_STATUS"} | {
            "TITLE": title[:TITLE_LENGTH],
            "RESPONSIBLE_ID": str(responsible),
            "CREATED_BY": creator,
            "PRIORITY": str(fields.get("PRIORITY")) if str(fields.get("PRIORITY")) in ("0", "1", "2") else "1",
            "XML_ID": str(fields["XML_ID"])[:XML_ID_LENGTH] if fields.get("XML_ID") else None,
            **options(fields),
            "CREATED_DATE": self.time(),
            "CHANGED_DATE": self.time(),
            "CHANGED_BY": creator,
        }
        stored |= tags(fields) | self._status(_settable(fields.get("STATUS") or PENDING), creator)
        stored |= {"DEPENDS_ON": fields["DEPENDS_ON"]} if fields.get("DEPENDS_ON") else {}
        filled = self.defaults | fields
        stored |= {name: self._user_value(name, filled[name]) for name in self.user_fields if name in filled}
        with self._guard:
            self._last += 1
            self._made[self._last] = time.monotonic()
            task = self._tasks[self._last] = StoredTask(self._last, stored | {"ID": str(self._last)})
            self.disk.set_files(task.id, files)
        return self._shown(task, COLUMNS)

    def get(self, task_id: Any, select: Any) -> Any:
        """`tasks.task.get`: a missing or hidden task is an empty list, not an error."""
        task = self._seen(task_id, None)
        return {"task": self._shown(task, _names(select))} if task else []

    def update(self, task_id: Any, given: Mapping[str, Any], by: int | None = None) -> Any:
        """`tasks.task.update`."""
        fields = {str(key).upper(): value for key, value in given.items()}
        fields.pop("REAL_STATUS", None)
        if "STATUS" in fields:
            fields["STATUS"] = _settable(fields["STATUS"])
        fields |= {name: self._user_value(name, fields[name]) for name in self.user_fields if name in fields}
        if FILES_FIELD in fields:
            with self._guard:
                task = self._existing(task_id, by)
                self.disk.set_files(task.id, self.disk.checked(fields.pop(FILES_FIELD), task.id))
        return self._change(task_id, lambda task: fields | tags(fields, task.fields.get("TAGS")), by)

    def delete(self, task_id: Any, by: int | None = None) -> Any:
        """`tasks.task.delete`: into the bin."""
        with self._guard:
            task = self._existing(task_id, by)
            self._bin[task.id] = self._tasks.pop(task.id)
        self._tell(DELETED, task.id)
        return {"task": True}

    def restore(self, task_id: int) -> None:
        """Restore a task from the bin, with its id and without an event. Raises `KeyError` if it is not there."""
        with self._guard:
            self._tasks[task_id] = self._bin.pop(task_id)
            self._tasks = dict(sorted(self._tasks.items()))

    def find(self, params: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """`tasks.task.list`: one page and the total. Unknown conditions are silently ignored."""
        order = params.get("order") or {}
        for key in order:
            if str(key).upper() not in COLUMNS:
                raise Refused("0", f"Unknown order field {key}")
        given = {} if self.ignore_filters else params.get("filter") or {}
        asked = list(conditions(given, self.user_fields, self.owner))
        there = [task for task in self._listed(given) if self._may_see(task)]
        found = [task for task in there if all(holds(task.fields) for holds in asked)]
        for key, direction in reversed(list(order.items())):
            found.sort(key=sorting(str(key).upper()), reverse=str(direction).lower() == "desc")
        start = max(number(params.get("start")) or 0, 0)
        page = found[start : start + PAGE]
        return [self._shown(task, _names(params.get("select"))) for task in page], len(found)

    # --- for the methods built on it ---

    def _change(self, task_id: Any, fields_of: Callable[[StoredTask], Mapping[str, Any]], by: int | None) -> Any:
        """Change a task by what `fields_of` makes of it, as one step, and tell those who listen."""
        actor = str(by or self.owner)
        with self._guard:
            task = self._existing(task_id, by)
            fields = dict(fields_of(task))
            if fields.get("STATUS", task.status) != task.status:
                fields = self._status(fields["STATUS"], actor) | fields
            told = {} if self.keeps_changed_date else {"CHANGED_DATE": self.time()}
            if self.list_lag:
                self._before.setdefault(task.id, []).append((time.monotonic(), task))
            changed = {**task.fields, **told, "CHANGED_BY": actor, **fields}
            task = self._tasks[task.id] = replace(task, fields=changed)
        self._tell(UPDATED, task.id)
        return {"task": self._shown(task, COLUMNS)}

    def _listed(self, given: Any) -> list[StoredTask]:
        """The tasks as the list knows them; of those asked for by their numbers, no others are looked at."""
        until = time.monotonic() - self.list_lag
        ids = given.get("ID") if isinstance(given, dict) else None
        with self._guard:
            asked = {number(one) or 0 for one in ids} if ids and isinstance(ids, list) else self._tasks
            some = [self._tasks[id_] for id_ in sorted(asked) if id_ in self._tasks]
            return [self._as_of(until, task) for task in some if self._made[task.id] <= until]

    def _as_of(self, until: float, task: StoredTask) -> StoredTask:
        return next((before for ended, before in self._before.get(task.id, ()) if ended > until), task)

    def _status(self, status: str, actor: str) -> dict[str, Any]:
        """A new status with its fields: 4 and 5 both close a task (the approver has closed it), others open it."""
        closed = status in CLOSED
        return {
            "STATUS": status,
            "CLOSED_DATE": self.time() if closed else None,
            "CLOSED_BY": actor if closed else None,
        }

    def _user_value(self, name: str, value: Any) -> Any:
        if name not in self.multiple:
            return self._one_value(name, value)
        given = value if isinstance(value, list) else [value]
        return [one for item in given if (one := self._one_value(name, item)) not in (None, "")]

    def _one_value(self, name: str, value: Any) -> Any:
        if self.user_fields[name] == "boolean":
            return "0" if value in (None, "", "0", 0, False) else "1"  # PHP: "N" and "false" are true
        if self.user_fields[name] == "enumeration":
            return str(number(value)) if number(value) else None  # an option's id; a text is no number
        return value

    def _may_see(self, task: StoredTask) -> bool:
        people = (task.fields.get("CREATED_BY"), task.fields.get("RESPONSIBLE_ID"))
        return self.admin or str(self.owner) in people

    def _seen(self, task_id: Any, by: int | None) -> StoredTask | None:
        with self._guard:
            task = self._tasks.get(number(task_id) or 0)
        return task if task and (by is not None or self._may_see(task)) else None

    def _existing(self, task_id: Any, by: int | None) -> StoredTask:
        task = self._seen(task_id, by)
        if task is None:
            raise Refused("ERROR_CORE", "Задача не найдена или недоступна<br>")
        return task

    def _tell(self, event: str, task_id: int) -> None:
        if self.on_change:
            self.on_change(event, task_id)

    def _shown(self, task: StoredTask, names: tuple[str, ...]) -> dict[str, Any]:
        chosen = [*ALWAYS, *names] if names else COLUMNS
        known = ["STATUS" if name == "REAL_STATUS" else name for name in chosen]
        there = [name for name in known if name in COLUMNS or name in (*self.user_fields, *ONLY_SELECTED)]
        return {camel(name): self._value(task, name) for name in there} | self._group(task, there)

    def _group(self, task: StoredTask, shown: list[str]) -> dict[str, Any]:
        """A number of no group is kept and shown as it was sent, beside a group that is empty."""
        id_ = number(task.fields.get("GROUP_ID")) or 0
        name = self.group_names().get(id_)
        return {"group": {"id": str(id_), "name": name} if name else []} if "GROUP_ID" in shown else {}

    def _value(self, task: StoredTask, name: str) -> Any:
        if name == FILES_FIELD:
            return [one.id for one in self.disk.attached_to("task", task.id)] or False  # PHP's empty value
        if name in DATES and not self.offsets:
            return str(task.fields.get(name) or "")[: len("2026-03-01T10:00:00")] or None
        return task.fields.get(name, [] if name in self.multiple else None)


def _settable(value: Any) -> str:
    status = PENDING if str(value) == "1" else str(value)
    if status not in (*OPEN, *CLOSED):
        raise Refused("ERROR_CORE", "Неверно указан статус задачи<br>")
    return status


def _names(select: Any) -> tuple[str, ...]:
    return tuple(str(name).upper() for name in select) if isinstance(select, list) else ()
