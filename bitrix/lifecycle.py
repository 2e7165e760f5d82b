"""What becomes of a task after it was made: whether it is closed, by whom, with which answer; comments, closing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from bitrix import reading
from bitrix.client import BitrixClient
from bitrix.errors import LookupUnproven, malformed
from bitrix.limits.turnstile import Kind
from bitrix.methods import LIST

FIELDS = "imena.camunda.userfield.list"
ANSWER_FIELD = "UF_RESULT_ANSWER"
EXPECTED_FIELD = "UF_RESULT_EXPECTED"
NO_OPTION = "0"
"""Of a list: nothing was chosen; of a text field this is an answer like any other."""
LAST = 2**63
"""Where a row without a number goes."""
TOP = "0"
"""The parent of a checklist's heading."""
AT_ONCE = 50
"""Tasks in one call: the portal's page."""
LOOKED_AT = ("ID", "XML_ID", "STATUS", "CLOSED_BY", "CLOSED_DATE", "RESPONSIBLE_ID", ANSWER_FIELD)


class Status(IntEnum):
    """The stored status of a task (documentation: fields of a task; 1 is stored as 2)."""

    PENDING = 2
    IN_PROGRESS = 3
    AWAITS_CONTROL = 4
    """Done, and the creator has to approve it: only where the task was made with control."""
    COMPLETED = 5
    DEFERRED = 6
    DECLINED = 7


CLOSED = (Status.AWAITS_CONTROL, Status.COMPLETED, Status.DECLINED)


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task as the portal shows it now. `chosen`: the answer's options by their numbers as text; empty: none.

    `closed_at` is the portal's own text, ISO 8601 with offset. `fields`: those that were asked for besides.
    `xml_id`: the marker that it bears; None: none, as the tasks of the installation that we replace.
    """

    id: int
    status: int
    closed_by: int | None = None
    closed_at: str | None = None
    chosen: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    xml_id: str | None = None
    responsible: int | None = None


class Odd(StrEnum):
    """Why a row of a list could not be read."""

    NO_TASK = "row_no_task"
    NO_NUMBER = "row_no_number"
    NO_STATUS = "row_no_status"
    NO_ANSWER = "row_no_answer"
    """The field of the answer holds what is no answer."""
    TWICE = "row_twice"
    """The task is there twice, and not in the same way."""


@dataclass(frozen=True, slots=True)
class OddRow:
    """A row of a list that could not be read. `id` None: it has no number."""

    id: int | None
    why: Odd


@dataclass(frozen=True, slots=True)
class States:
    """What a list has shown: the tasks that could be read, and the rows that could not."""

    read: tuple[TaskState, ...]
    odd: tuple[OddRow, ...] = ()

    def may_hide(self, task_id: int) -> bool:
        """Whether an odd row is this task's, or may be: then the task is not missing."""
        return any(row.id in (None, task_id) for row in self.odd)

    def all(self) -> tuple[TaskState, ...]:
        """Every task that was shown. Raises `LookupUnproven` where one could not be read."""
        for row in self.odd:
            raise LookupUnproven(LIST, "malformed", f"task {row.id or 'without a number'}: {row.why}")
        return self.read


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One line of a task's checklist."""

    title: str
    done: bool


class Lifecycle:
    """Tasks after their making, through one webhook. Every method raises `PortalError`; thread-safe."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def closed(self, ids: Sequence[int], fields: Sequence[str] = ()) -> States:
        """Those of up to 50 tasks that are closed: completed, awaiting control, or declined. Safe to repeat.

        Filtered by REAL_STATUS: STATUS in a filter is the viewer's own (an overdue task has -1 there).
        """
        return self._states(ids, fields, {"REAL_STATUS": [int(status) for status in CLOSED]}, frozenset(CLOSED))

    def states(self, ids: Sequence[int], fields: Sequence[str] = ()) -> States:
        """Those of up to 50 tasks that are there, whatever their status. Safe to repeat.

        A missing one is deleted or hidden from the webhook's owner: one answer does not tell which.
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
        rows = result.get("tasks") if isinstance(result, dict) else None
        if not isinstance(rows, list):
            raise LookupUnproven(LIST, "malformed", "the answer is not a list of tasks")
        states = _told_apart([_state(row, fields) for row in rows])
        shown = {one.id for one in states.read} | {one.id for one in states.odd}
        strangers = shown - {None, *ids}
        if strangers or any(statuses and one.status not in statuses for one in states.read):
            raise LookupUnproven(LIST, "filter_ignored", "the answer has rows that were not asked for")
        return states

    def answer_text(self, option: str) -> str | None:
        """The text behind an option's number; None where the portal knows no such option.

        Where the field is a text by itself, that. Raises `MethodMissing` where the portal has no module to ask. Asked
        anew each time: an administrator may change the texts, and what is remembered would turn an answer round.
        """
        field = self._answer_field()
        if reading.text(field.get("USER_TYPE_ID")) == "string":
            return option
        options = field.get("ENUM_VALUES")
        read = [_option(one) for one in options] if isinstance(options, list) else [None]
        told = [one for one in read if one]
        if len(told) < len(read):
            raise malformed(FIELDS, f"the answer does not tell the options of {ANSWER_FIELD}")
        return dict(told).get(option)

    def _answer_field(self) -> Mapping[str, Any]:
        result = self._client.call(FIELDS, kind=Kind.BACKGROUND).result
        fields = result.get("userFields") if isinstance(result, dict) else None
        listed = fields if isinstance(fields, list) else ()
        named = [one for one in listed if isinstance(one, dict) and one.get("FIELD_NAME") == ANSWER_FIELD]
        return named[0] if named else {}

    def result_text(self, task_id: int) -> str:
        """What was written as the task's result, the newest last; empty where nothing was."""
        method = "tasks.task.result.list"
        rows = self._client.call(method, {"taskId": task_id}, kind=Kind.BACKGROUND).result
        in_order = sorted(_rows(method, rows), key=_by("id"))  # the portal answers the newest first
        return "\n".join(_written(method, row.get("text")) for row in in_order).strip()

    def checklist(self, task_id: int) -> tuple[ChecklistItem, ...]:
        """The lines of the task's checklists as the portal shows them, without their headings."""
        method = "task.checklistitem.getlist"
        rows = _rows(method, self._client.call(method, [task_id], kind=Kind.BACKGROUND).result)
        lines = [row for row in _as_shown(rows) if _parent(row) != TOP]
        return tuple(ChecklistItem(_written(method, row.get("TITLE")), row.get("IS_COMPLETE") == "Y") for row in lines)

    def comment(self, task_id: int, text: str) -> None:
        """Write a comment. A repeat writes a second one."""
        self._client.call("task.commentitem.add", [task_id, {"POST_MESSAGE": text}], kind=Kind.BACKGROUND)

    def close(self, task_id: int, status: int) -> None:
        """Close a task that has this status, also for its creator's control. Raises `Rejected` where only they may.

        To be repeated with the status that it has by then.
        """
        if status != Status.AWAITS_CONTROL:
            self._client.call("tasks.task.complete", {"taskId": task_id}, kind=Kind.BACKGROUND)
            [status] = [one.status for one in self.states([task_id]).all()] or [int(Status.COMPLETED)]
        if status == Status.AWAITS_CONTROL:
            self._client.call("tasks.task.approve", {"taskId": task_id}, kind=Kind.BACKGROUND)


def without_none(option: str) -> str | None:
    """An option that the portal knows no text of, as it is; None: it says that nothing was chosen."""
    return None if option == NO_OPTION else option


def _told_apart(rows: Iterable[TaskState | OddRow]) -> States:
    """What could be read, and what is odd. Of two different rows of one task nobody knows which is the true one."""
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
    """One row; odd rather than refused, because the others of its page are other people's tasks."""
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
    )


def _chosen(value: Any) -> tuple[str, ...] | None:
    """What was chosen in a field that is a list, a multiple list (PHP writes one as an object, too), or a text.

    None: it holds what is no answer.
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
    """One option as text, empty: none was chosen; None: that is no option."""
    if item is False:
        return ""
    text = reading.written(int(item) if isinstance(item, float) and item.is_integer() else item)
    return None if text is None else text.strip()


def _rows(method: str, result: Any) -> list[Mapping[str, Any]]:
    if not isinstance(result, list) or not all(isinstance(row, dict) for row in result):
        raise malformed(method, "the answer is not a list")
    return result


def _option(one: object) -> tuple[str, str] | None:
    """An option's number and text; None where it cannot be read."""
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
    """Order by numbers that may come as text; what is none comes last."""
    return lambda row: tuple(_order(row.get(name)) for name in names)


def _order(value: object) -> int:
    number = reading.whole(value, least=0)
    return LAST if number is None else number


def _parent(row: Mapping[str, Any]) -> str:
    return str(row.get("PARENT_ID") or TOP)


def _as_shown(rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Lines of a tree from top to bottom, whatever order they came in; one whose parent is missing is not lost."""
    ids = {str(row.get("ID")) for row in rows}
    below: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=_by("SORT_INDEX", "ID"), reverse=True):
        parent = _parent(row)
        below.setdefault(parent if parent in ids else TOP, []).append(row)
    waiting = below.pop(TOP, [])
    while waiting or below:
        waiting = waiting or below.popitem()[1]  # whoever is his own ancestor has no place in a tree: after all others
        row = waiting.pop()
        yield row
        waiting.extend(below.pop(str(row.get("ID")), []))


def _camel(name: str) -> str:
    """The portal takes `UF_RESULT_ANSWER` and answers `ufResultAnswer`."""
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
