"""Existing tasks: whether they are closed, by whom and with which answer; comments on them, and closing them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from bitrix import reading, shapes
from bitrix.added import group_of
from bitrix.client import BitrixClient
from bitrix.errors import LookupUnproven, malformed
from bitrix.limits.limiter import Kind
from bitrix.methods import LIST

FIELDS = "imena.camunda.userfield.list"
ANSWER_FIELD = "UF_RESULT_ANSWER"
EXPECTED_FIELD = "UF_RESULT_EXPECTED"
NO_OPTION = "0"
"""In a list field: no option was chosen. In a text field: an answer like any other."""
LAST = 2**63
"""The sort key of a row without a number."""
TOP = "0"
"""The parent of a checklist's heading."""
AT_ONCE = 50
"""Tasks in one call: the size of a page of the portal's lists."""
LOOKED_AT = ("ID", "XML_ID", "STATUS", "CLOSED_BY", "CLOSED_DATE", "RESPONSIBLE_ID", ANSWER_FIELD)


class Status(IntEnum):
    """The stored status of a task (documentation: fields of a task; 1 is stored as 2)."""

    PENDING = 2
    IN_PROGRESS = 3
    AWAITS_CONTROL = 4
    """Done, and the creator has to approve it: only for tasks created with control by the creator."""
    COMPLETED = 5
    DEFERRED = 6
    DECLINED = 7


CLOSED = (Status.AWAITS_CONTROL, Status.COMPLETED, Status.DECLINED)


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task as the portal shows it now. `chosen`: ids of the answer options, or a text field's text; empty: no answer.

    `closed_at`: the portal's own text, ISO 8601 with offset. `fields`: the additional fields asked for, by name.
    `xml_id`: the task's marker; None: no marker, as on tasks of the old installation. `group`: as in `Added`.
    """

    id: int
    status: int
    closed_by: int | None = None
    closed_at: str | None = None
    chosen: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    xml_id: str | None = None
    responsible: int | None = None
    group: str | None = None


class Odd(StrEnum):
    """Why a row of a list could not be read."""

    NO_TASK = "row_no_task"
    NO_NUMBER = "row_no_number"
    NO_STATUS = "row_no_status"
    NO_ANSWER = "row_no_answer"
    """The answer field holds a value that is not an answer."""
    TWICE = "row_twice"
    """The list has two different rows for the task."""


@dataclass(frozen=True, slots=True)
class OddRow:
    """A row of a list that could not be read. `id`: the task's id; None: the row has none."""

    id: int | None
    why: Odd


@dataclass(frozen=True, slots=True)
class States:
    """One answer of the list: the tasks that could be read, and the rows that could not."""

    read: tuple[TaskState, ...]
    odd: tuple[OddRow, ...] = ()

    def may_hide(self, task_id: int) -> bool:
        """Whether an unreadable row belongs to this task, or may belong to it: then the task is not missing."""
        return any(row.id in (None, task_id) for row in self.odd)

    def all(self) -> tuple[TaskState, ...]:
        """Every task of the answer. Raises `LookupUnproven` if any row could not be read."""
        for row in self.odd:
            raise LookupUnproven(LIST, "malformed", f"task {row.id or 'without a number'}: {row.why}")
        return self.read


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item of a task's checklist."""

    title: str
    done: bool


class TaskStates:
    """Existing tasks, through one webhook. Every method raises `PortalError`; thread-safe."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def closed(self, ids: Sequence[int], fields: Sequence[str] = ()) -> States:
        """Those of up to 50 tasks that are closed: completed, awaiting control, or declined. Safe to repeat.

        The filter is REAL_STATUS: STATUS in a filter depends on the viewer (an overdue task has -1 there).
        `fields`: more fields to read, by their names on the portal.
        """
        return self._states(ids, fields, {"REAL_STATUS": [int(status) for status in CLOSED]}, frozenset(CLOSED))

    def states(self, ids: Sequence[int], fields: Sequence[str] = ()) -> States:
        """Those of up to 50 tasks that the portal shows, whatever their status. Safe to repeat.

        A missing task is deleted, or hidden from the webhook's owner: one answer does not show which.
        """
        return self._states(ids, fields, {}, None)

    def _states(
        self, ids: Sequence[int], fields: Sequence[str], condition: Mapping[str, Any], statuses: frozenset[int] | None
    ) -> States:
        if not 0 < len(ids) <= AT_ONCE:
            raise ValueError(f"{len(ids)} ids: an empty filter finds every task, a long one is cut short")
        select = list(dict.fromkeys([*LOOKED_AT, *fields]))
        params = {"filter": {"ID": list(ids), **condition}, "select": select, "order": {"ID": "asc"}, "start": -1}
        result = self._client.call(LIST, params, kind=Kind.BACKGROUND).result
        states = _told_apart([_state(row, fields) for row in shapes.tasks(result)])
        shown = {one.id for one in states.read} | {one.id for one in states.odd}
        strangers = shown - {None, *ids}
        if strangers or any(statuses and one.status not in statuses for one in states.read):
            raise LookupUnproven(LIST, "filter_ignored", "the answer has rows that were not asked for")
        return states

    def answer_text(self, option: str) -> str | None:
        """The text of an answer option by its id; None if the portal has no such option.

        In a text field `option` is the text itself. Raises `MethodMissing` if the portal lacks the module. Not cached:
        an administrator may change the texts, and an old text could turn a "no" into a "yes".
        """
        field = self._answer_field()
        if reading.text(field.get("USER_TYPE_ID")) == "string":
            return option
        options = field.get("ENUM_VALUES")
        read = [_option(one) for one in options] if isinstance(options, list) else [None]
        options = [one for one in read if one]
        if len(options) < len(read):
            raise malformed(FIELDS, f"the answer does not tell the options of {ANSWER_FIELD}")
        return dict(options).get(option)

    def _answer_field(self) -> Mapping[str, Any]:
        result = self._client.call(FIELDS, kind=Kind.BACKGROUND).result
        fields = result.get("userFields") if isinstance(result, dict) else None
        listed = fields if isinstance(fields, list) else ()
        named = [one for one in listed if isinstance(one, dict) and one.get("FIELD_NAME") == ANSWER_FIELD]
        return named[0] if named else {}

    def result_text(self, task_id: int) -> str:
        """The texts of the task's results, one after another, the newest last; empty if there are none."""
        method = "tasks.task.result.list"
        rows = self._client.call(method, {"taskId": task_id}, kind=Kind.BACKGROUND).result
        in_order = sorted(_rows(method, rows), key=_by("id"))  # the portal lists the newest first
        return "\n".join(_written(method, row.get("text")) for row in in_order).strip()

    def checklist(self, task_id: int) -> tuple[ChecklistItem, ...]:
        """The items of the task's checklists, in the portal's order, without the checklists' headings."""
        method = "task.checklistitem.getlist"
        rows = _rows(method, self._client.call(method, [task_id], kind=Kind.BACKGROUND).result)
        lines = [row for row in _as_shown(rows) if _parent(row) != TOP]
        return tuple(ChecklistItem(_written(method, row.get("TITLE")), row.get("IS_COMPLETE") == "Y") for row in lines)

    def comment(self, task_id: int, text: str) -> None:
        """Add a comment. Not safe to repeat: a second call adds a second comment."""
        self._client.call("task.commentitem.add", [task_id, {"POST_MESSAGE": text}], kind=Kind.BACKGROUND)

    def close(self, task_id: int, status: int) -> None:
        """Complete a task, and approve it if it awaits control. `status`: its current one, also when repeated.

        Raises `Rejected` if only the task's creator may approve it.
        """
        if status != Status.AWAITS_CONTROL:
            self._client.call("tasks.task.complete", {"taskId": task_id}, kind=Kind.BACKGROUND)
            [status] = [one.status for one in self.states([task_id]).all()] or [int(Status.COMPLETED)]
        if status == Status.AWAITS_CONTROL:
            self._client.call("tasks.task.approve", {"taskId": task_id}, kind=Kind.BACKGROUND)


def without_none(option: str) -> str | None:
    """An option that has no text on the portal, unchanged; None for `NO_OPTION`, which means no choice."""
    return None if option == NO_OPTION else option


def _told_apart(rows: Iterable[TaskState | OddRow]) -> States:
    """Separate readable from odd rows. Two different rows of one task are odd: neither is known to be the right one."""
    read: dict[int, TaskState] = {}
    odd: dict[OddRow, None] = {}
    for row in rows:
        if isinstance(row, OddRow):
            odd[row] = None
        elif read.setdefault(row.id, row) != row:
            odd[OddRow(row.id, Odd.TWICE)] = None
    unclear = {row.id for row in odd}
    return States(tuple(one for id_, one in read.items() if id_ not in unclear), tuple(odd))


def _state(row: object, fields: Sequence[str]) -> TaskState | OddRow:
    """Read one row. An unreadable row does not fail the whole answer: its other rows are other tasks."""
    if not isinstance(row, dict):
        return OddRow(None, Odd.NO_TASK)
    status = reading.whole(row.get("status"), least=0)
    id_ = reading.whole(row.get("id"))
    chosen = _chosen(row.get(_camel(ANSWER_FIELD)))
    if id_ is None:
        return OddRow(None, Odd.NO_NUMBER)
    if status is None:
        return OddRow(id_, Odd.NO_STATUS)
    if chosen is None:
        return OddRow(id_, Odd.NO_ANSWER)
    return TaskState(
        id=id_,
        status=status,
        closed_by=reading.whole(row.get("closedBy")),
        closed_at=reading.text(row.get("closedDate")) or None,
        chosen=chosen,
        fields={name: row.get(_camel(name)) for name in fields},
        xml_id=reading.written(row.get("xmlId")) or None,
        responsible=reading.whole(row.get("responsibleId")),
        group=group_of(row),
    )


def _chosen(value: Any) -> tuple[str, ...] | None:
    """The answer in a list field, a multiple list field (PHP may write it as an object) or a text field.

    Empty: no answer. None: the value is not an answer.
    """
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
    read = [_choice(item) for item in items]
    chosen = [one for one in read if one is not None]
    if len(chosen) < len(read):
        return None
    given = dict.fromkeys(one for one in chosen if one not in ("", NO_OPTION))
    written = any(isinstance(item, str) and item.strip() == NO_OPTION for item in items)
    return tuple(given) or ((NO_OPTION,) if written else ())


def _choice(item: Any) -> str | None:
    """One option as text; empty: nothing was chosen; None: the value is not an option."""
    if item is False:
        return ""
    text = reading.written(int(item) if isinstance(item, float) and item.is_integer() else item)
    return None if text is None else text.strip()


def _rows(method: str, result: Any) -> list[Mapping[str, Any]]:
    if not isinstance(result, list) or not all(isinstance(row, dict) for row in result):
        raise malformed(method, "the answer is not a list")
    return result


def _option(one: object) -> tuple[str, str] | None:
    """An option's id and text; None if it cannot be read."""
    if not isinstance(one, dict):
        return None
    number, text = reading.written(one.get("ID")), reading.written(one.get("VALUE"))
    return None if not number or text is None else (number, text)


def _written(method: str, value: object) -> str:
    text = reading.written(value)
    if text is None:
        raise malformed(method, "what was written is no text")
    return text


def _by(*names: str) -> Callable[[Mapping[str, Any]], tuple[int, ...]]:
    """A sort key by numbers that may come as text; rows without a number come last."""
    return lambda row: tuple(_order(row.get(name)) for name in names)


def _order(value: object) -> int:
    number = reading.whole(value, least=0)
    return LAST if number is None else number


def _parent(row: Mapping[str, Any]) -> str:
    return str(row.get("PARENT_ID") or TOP)


def _as_shown(rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The rows of a tree from top to bottom. A row whose parent is missing counts as a top row, so none is lost."""
    ids = {str(row.get("ID")) for row in rows}
    below: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=_by("SORT_INDEX", "ID"), reverse=True):
        parent = _parent(row)
        below.setdefault(parent if parent in ids else TOP, []).append(row)
    waiting = below.pop(TOP, [])
    while waiting or below:
        waiting = waiting or below.popitem()[1]  # rows in a parent loop come last
        row = waiting.pop()
        yield row
        waiting.extend(below.pop(str(row.get("ID")), []))


def _camel(name: str) -> str:
    """The name of a field in an answer: the portal takes `UF_RESULT_ANSWER` and returns `ufResultAnswer`."""
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
