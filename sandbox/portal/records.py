"""The portal stand-in's data: tasks, comments, results, checklists, and the names of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TITLE_LENGTH = 250
XML_ID_LENGTH = 50
USER_FIELDS: Mapping[str, str] = {
    "UF_CAMUNDA_ID_EXTERNAL_TASK": "string",
    "UF_PROCESS_INSTANCE_ID": "string",
    "UF_ELEMENT_ID": "string",
    "UF_RESULT_EXPECTED": "boolean",
    "UF_RESULT_QUESTION": "string",
    "UF_RESULT_ANSWER": "enumeration",
}
ANSWERS: Mapping[str, str] = {"45": "ДА", "46": "НЕТ", "47": "ДОРАБОТАТЬ"}
SWITCHES = (
    "TASK_CONTROL",
    "ALLOW_CHANGE_DEADLINE",
    "MATCH_WORK_TIME",
    "ADD_IN_REPORT",
    "ALLOW_TIME_TRACKING",
    "SUBORDINATE",
)
"""Fields that are yes only as exactly `Y`."""
DATES = ("DEADLINE", "START_DATE_PLAN", "END_DATE_PLAN", "CREATED_DATE", "CHANGED_DATE", "CLOSED_DATE")
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
    *SWITCHES,
    "TIME_ESTIMATE",
    "STAGE_ID",
    "FLOW_ID",
    "SE_PARAMETER",
    "XML_ID",
    "CREATED_DATE",
    "CHANGED_DATE",
    "CHANGED_BY",
    "CLOSED_DATE",
    "CLOSED_BY",
)
ALWAYS = ("ID", "TITLE", "STATUS")

PENDING, IN_PROGRESS, AWAITS_CONTROL, COMPLETED, DEFERRED, DECLINED = "2", "3", "4", "5", "6", "7"
OPEN = (PENDING, IN_PROGRESS, DEFERRED)
CLOSED = (AWAITS_CONTROL, COMPLETED)


class Refused(Exception):
    """The portal's own error: its code and text, HTML included."""

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

    @property
    def status(self) -> str:
        return str(self.fields.get("STATUS"))


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment under a task."""

    id: int
    task_id: int
    author: int
    text: str
    created: str


@dataclass(frozen=True, slots=True)
class Result:
    """A comment marked as the task's result; `closed` once the task was completed, and for ever."""

    id: int
    task_id: int
    author: int
    text: str
    created: str
    closed: bool = False
    files: tuple[int, ...] = ()
    """The attached objects."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """A line of a checklist; without a parent it is the checklist's heading."""

    id: int
    task_id: int
    title: str
    complete: bool
    parent_id: int
    sort_index: int = 0
    """Its place among the lines of the same parent."""
    important: bool = False
    author: int = 0
    members: tuple[tuple[int, str], ...] = ()
    """(person, role), the role A or U."""
    toggled_by: int = 0
    toggled: str = ""


def now(ahead: float = 0.0) -> str:
    """A time in the portal's format, by a clock that is so many seconds ahead."""
    return (datetime.now().astimezone() + timedelta(seconds=ahead)).isoformat(timespec="seconds")


def number(value: Any) -> int | None:
    """A whole number, or None."""
    try:
        return int(str(value))
    except ValueError:
        return None


def camel(name: str) -> str:
    """`CLOSED_BY` → `closedBy`."""
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
