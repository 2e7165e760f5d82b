"""The tasks and users of the portal stand-in, with the habits of the real one's `tasks.task.*` methods."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

TITLE_LENGTH = 250
XML_ID_LENGTH = 50
PAGE = 50
USER_FIELDS: Mapping[str, str] = {
    "UF_CAMUNDA_ID_EXTERNAL_TASK": "string",
    "UF_PROCESS_INSTANCE_ID": "string",
    "UF_ELEMENT_ID": "string",
    "UF_RESULT_EXPECTED": "boolean",
    "UF_RESULT_QUESTION": "string",
    "UF_RESULT_ANSWER": "enumeration",
}
COLUMNS = (
    "ID",
    "TITLE",
    "DESCRIPTION",
    "RESPONSIBLE_ID",
    "CREATED_BY",
    "ACCOMPLICES",
    "AUDITORS",
    "STATUS",
    "REAL_STATUS",
    "PRIORITY",
    "DEADLINE",
    "START_DATE_PLAN",
    "END_DATE_PLAN",
    "GROUP_ID",
    "PARENT_ID",
    "TAGS",
    "XML_ID",
    "CREATED_DATE",
    "CHANGED_DATE",
    "CLOSED_DATE",
    "CLOSED_BY",
)
ALWAYS = ("ID", "TITLE", "STATUS")
DONE = "5"


class Refused(Exception):
    """The portal's own error: code and words, HTML included."""

    def __init__(self, code: str, words: str, status: int = 400) -> None:
        self.code = code
        self.words = words
        self.status = status
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task as the portal keeps it; `fields` in upper case."""

    id: int
    fields: Mapping[str, Any]

    @property
    def xml_id(self) -> str:
        return str(self.fields.get("XML_ID") or "")


class Tasks:
    """All tasks of the portal. `owner` is the webhook's user; `admin` False hides what is not the owner's."""

    def __init__(self, owner: int = 1, users: tuple[int, ...] = (1, 7, 42, 106)) -> None:
        self.owner = owner
        self.admin = True
        self.users = users
        self.user_fields = dict(USER_FIELDS)
        self.ignore_filters = False
        self._tasks: dict[int, StoredTask] = {}
        self._last = 0
        self._guard = threading.Lock()

    def all(self) -> list[StoredTask]:
        with self._guard:
            return list(self._tasks.values())

    def add(self, given: Any) -> dict[str, Any]:
        """`tasks.task.add`: validates as the portal does, and silently puts right what it puts right."""
        if not isinstance(given, dict):
            raise Refused("100", "Could not find value for parameter {fields}")
        fields = {str(key).upper(): value for key, value in given.items()}
        title = str(fields.get("TITLE") or "").strip()
        if not title:
            raise Refused("ERROR_CORE", "Не указано название задачи<br>")
        if _number(fields.get("RESPONSIBLE_ID")) not in self.users:
            raise Refused("ERROR_CORE", "Не найден пользователь, указанный в поле &quot;Ответственный&quot;<br>")
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        stored = {name: fields[name] for name in COLUMNS if name in fields} | {
            "TITLE": title[:TITLE_LENGTH],
            "RESPONSIBLE_ID": str(_number(fields["RESPONSIBLE_ID"])),
            "CREATED_BY": str(_number(fields.get("CREATED_BY")) or self.owner),
            "PRIORITY": str(fields.get("PRIORITY")) if str(fields.get("PRIORITY")) in ("0", "1", "2") else "1",
            "STATUS": "2",
            "XML_ID": str(fields["XML_ID"])[:XML_ID_LENGTH] if fields.get("XML_ID") else None,
            "CREATED_DATE": now,
            "CHANGED_DATE": now,
        }
        stored |= {name: self._user_value(name, fields[name]) for name in self.user_fields if name in fields}
        with self._guard:
            self._last += 1
            task = self._tasks[self._last] = StoredTask(self._last, stored | {"ID": str(self._last)})
        return self._shown(task, COLUMNS)

    def _user_value(self, name: str, value: Any) -> Any:
        if self.user_fields[name] != "boolean":
            return value
        return "0" if value in (None, "", "0", 0, False) else "1"  # PHP: "N" and "false" are true

    def get(self, task_id: Any, select: Any) -> Any:
        """`tasks.task.get`: a missing or hidden task is an empty list, not an error."""
        task = self._visible(_number(task_id))
        return {"task": self._shown(task, _names(select))} if task else []

    def update(self, task_id: Any, given: Mapping[str, Any]) -> Any:
        """`tasks.task.update`."""
        task = self._existing(task_id)
        fields = {str(key).upper(): value for key, value in given.items()}
        fields |= {name: self._user_value(name, fields[name]) for name in self.user_fields if name in fields}
        with self._guard:
            self._tasks[task.id] = task = replace(task, fields={**task.fields, **fields})
        return {"task": self._shown(task, COLUMNS)}

    def complete(self, task_id: Any) -> Any:
        """`tasks.task.complete`."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        return self.update(task_id, {"STATUS": DONE, "CLOSED_DATE": now, "CLOSED_BY": str(self.owner)})

    def delete(self, task_id: Any) -> Any:
        """`tasks.task.delete`."""
        task = self._existing(task_id)
        with self._guard:
            del self._tasks[task.id]
        return {"task": True}

    def find(self, params: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """`tasks.task.list`: one page and the total. A condition it does not know is dropped without a word."""
        order = params.get("order") or {}
        for key in order:
            if str(key).upper() not in COLUMNS:
                raise Refused("0", f"Unknown order field {key}")
        conditions = [] if self.ignore_filters else list(self._conditions(params.get("filter") or {}))
        found = [task for task in self._all_visible() if all(holds(task.fields) for holds in conditions)]
        for key, direction in reversed(list(order.items())):
            found.sort(key=_sorting(str(key).upper()), reverse=str(direction).lower() == "desc")
        start = max(_number(params.get("start")) or 0, 0)
        page = found[start : start + PAGE]
        return [self._shown(task, _names(params.get("select"))) for task in page], len(found)

    def _conditions(self, given: Any) -> Iterator[Callable[[Mapping[str, Any]], bool]]:
        if not isinstance(given, dict):
            return
        for key, value in given.items():
            prefix, name = _split(str(key).upper())
            name = "STATUS" if name == "REAL_STATUS" else name
            known = name in COLUMNS or name in self.user_fields
            if known and value not in ([], {}) and prefix in OPERATIONS:
                yield _condition(name, OPERATIONS[prefix], value)

    def _all_visible(self) -> list[StoredTask]:
        return [task for task in self.all() if self._may_see(task)]

    def _may_see(self, task: StoredTask) -> bool:
        people = (task.fields.get("CREATED_BY"), task.fields.get("RESPONSIBLE_ID"))
        return self.admin or str(self.owner) in people

    def _visible(self, task_id: int | None) -> StoredTask | None:
        with self._guard:
            task = self._tasks.get(task_id or 0)
        return task if task and self._may_see(task) else None

    def _existing(self, task_id: Any) -> StoredTask:
        task = self._visible(_number(task_id))
        if task is None:
            raise Refused("ERROR_CORE", "Задача не найдена или недоступна<br>")
        return task

    def _shown(self, task: StoredTask, names: tuple[str, ...] | Any) -> dict[str, Any]:
        chosen = [*ALWAYS, *names] if names else [name for name in COLUMNS if name != "REAL_STATUS"]
        known = [name for name in chosen if name in COLUMNS or name in self.user_fields]
        return {_camel(name): task.fields.get(name) for name in known}


def _equals(ours: Any, theirs: Any) -> bool:
    return str(ours or "") == str(theirs)


def _as_number(ours: Any, theirs: Any) -> bool:
    return (_number(ours) or 0) == (_number(theirs) or 0)  # the `@` prefix casts to int: texts become 0


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


def _condition(name: str, matches: Callable[[Any, Any], bool], value: Any) -> Callable[[Mapping[str, Any]], bool]:
    wanted = value if isinstance(value, list) else [value]
    return lambda fields: any(matches(fields.get(name), one) for one in wanted)


def _split(key: str) -> tuple[str, str]:
    name = key.lstrip("!<>=%@")
    return key[: len(key) - len(name)], name


def _ordered(value: Any) -> tuple[int, str]:
    number = _number(value)
    return (number, "") if number is not None else (0, str(value or ""))


def _sorting(name: str) -> Callable[[StoredTask], tuple[int, str]]:
    return lambda task: _ordered(task.fields.get(name))


def _names(select: Any) -> tuple[str, ...]:
    return tuple(str(name).upper() for name in select) if isinstance(select, list) else ()


def _number(value: Any) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
