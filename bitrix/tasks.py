"""Creates tasks, looks them up so that absence is proven, and reads facts about the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bitrix import reading, shapes
from bitrix.added import Added, added_of
from bitrix.causes import Cause
from bitrix.client import BitrixClient
from bitrix.errors import Doubtful, ListBehind, LookupUnproven, malformed
from bitrix.flags import flag, says_yes
from bitrix.limits.limiter import Kind, Ticket
from bitrix.methods import ADD, LIST, PROFILE, SCOPES

SCOPE = "task"
"""The scope that the webhook needs for the task methods."""
MARKER_PREFIX = "camunda:"
INSTANCE_FIELD = "UF_PROCESS_INSTANCE_ID"
OLD_FIELD = "UF_CAMUNDA_ID_EXTERNAL_TASK"
MARKER_LENGTH = 50
"""The length of the portal's column: the portal silently cuts a longer marker."""
MOST_MARKERS = 40
"""Markers in one look-up: a page has 50 rows, and copies of a task carry the same marker."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class CreatedTask:
    """A task of the portal. `marker` empty: a person or another program has made it, such as the old installation.

    `process_instance_id` None: the field is missing or empty.
    """

    id: int
    marker: str
    process_instance_id: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """The webhook's owner: every call has this user's rights. `id` 0: not in the answer."""

    id: int
    is_admin: bool


@dataclass(frozen=True, slots=True)
class MethodState:
    """Whether a method exists on the portal, and whether this webhook's scopes allow it."""

    exists: bool
    available: bool


@dataclass(frozen=True, slots=True)
class UserField:
    """A user field of tasks. `type` or `multiple` None: not in the answer.

    `default`: the value that the portal fills in by default; None: no default, or not in the answer.
    """

    type: str | None
    multiple: bool | None
    default: str | None = None


class Tasks:
    """Bitrix24 tasks through one webhook. Every method raises `PortalError`."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def add(
        self, fields: Mapping[str, Any], *, turn: Ticket | None = None, before_send: Callable[[], None] | None = None
    ) -> Added:
        """Create a task. Not safe to repeat: the portal has no idempotency key, a second call is a second task.

        Raises `Doubtful` for an answer with another task's marker, too: it belongs to another create, and the outcome
        of this one is unknown. `turn`, `before_send`: see `BitrixClient.call`.
        """
        method = ADD
        answer = self._client.call(
            method, {"fields": dict(fields)}, before_send=before_send, kind=Kind.CREATE, turn=turn
        )
        task = answer.result.get("task") if isinstance(answer.result, dict) else None
        number = reading.whole(task.get("id")) if isinstance(task, dict) else None
        if not isinstance(task, dict) or number is None:
            # The method answers `result: []` if it created the task but the webhook's owner may not read it.
            raise Doubtful(method, "no_id", "the answer carries no task number", status=200)
        said, sent = task.get("xmlId"), str(fields.get("XML_ID") or "")
        if said not in (None, "", sent, sent[:MARKER_LENGTH]):
            raise Doubtful(method, "anothers_answer", "the answer is about another task", status=200)
        return added_of(number, said, task)

    def look_up(
        self,
        markers: Sequence[str],
        witnesses: Sequence[str] = (),
        *,
        some_exist: bool = False,
        youngest: str | None = None,
    ) -> dict[str, int]:
        """Marker → id of its oldest task. A marker that is not in the result is proven to have no task.

        `witnesses`: markers known to exist; an answer without any of them proves no absence. If none are given, the
        portal's newest marked tasks are used. If there are none either, an administrator's webhook and a well-formed
        list suffice, but not if `some_exist`. `youngest`: a witness created lately, whose absence means that the list
        (a replica) is behind: raises `ListBehind`. Raises `LookupUnproven` if absence is not proven. Safe to repeat.
        """
        if not witnesses:
            witnesses = self.newest_marked()
            if not witnesses and some_exist:
                raise LookupUnproven(LIST, "no_witness", "marked tasks exist, and none is shown")
            if not witnesses and not self.profile().is_admin:
                raise LookupUnproven(PROFILE, "not_admin", "tasks may be hidden from the webhook's owner")
        found = self._list("XML_ID", "xmlId", [*markers, *witnesses])
        if youngest is not None and found.keys() >= set(markers):
            return {marker: found[marker] for marker in markers}  # only absence needs proof
        if youngest is not None and youngest not in found:
            raise ListBehind(LIST, "list_behind", f"{youngest}, made lately, is not shown yet")
        if witnesses and not found.keys() & set(witnesses):
            raise LookupUnproven(LIST, "no_witness", "a task known to exist was not in the answer")
        return {marker: found[marker] for marker in markers if marker in found}

    def look_up_by_field(self, external_task_ids: Sequence[str]) -> dict[str, int]:
        """External task id → id of its oldest task, by the field that the old installation filled. Safe to repeat."""
        return self._list(OLD_FIELD, "ufCamundaIdExternalTask", external_task_ids)

    def _list(self, key: str, key_out: str, values: Sequence[str]) -> dict[str, int]:
        if not 0 < len(values) <= MOST_MARKERS:
            raise ValueError(f"{len(values)} values: an empty filter finds every task, a long one is cut short")
        rows = self._rows({"filter": {key: list(values)}, "select": ["ID", key], "order": {"ID": "asc"}, "start": -1})
        if len(rows) >= PAGE:
            raise LookupUnproven(LIST, "cut_short", f"{len(rows)} rows on one page")
        found: dict[str, int] = {}
        for number, row in rows:
            value = _marker(row.get(key_out))
            if value not in values:
                raise LookupUnproven(LIST, "filter_ignored", "the answer has rows that were not asked for")
            found[value] = min(number, found.get(value, number))
        return found

    def is_gone(self, task_id: int) -> bool:
        """Whether the portal has no task with this id, or hides it from the webhook's owner. Safe to repeat.

        Reads the task by its id, so that a fault of the list does not matter. The portal answers with an empty list
        for a missing task, not with an error (documentation of `tasks.task.get`).
        """
        method = "tasks.task.get"
        result = self._client.call(method, {"taskId": task_id, "select": ["ID"]}).result
        if result == []:
            return True
        task = result.get("task") if isinstance(result, dict) else None
        if not isinstance(task, dict) or reading.whole(task.get("id")) != task_id:
            raise LookupUnproven(method, "malformed", "the answer is not the task that was asked for")
        return False

    def newest_listed(self) -> int:
        """The id of the newest task in the list; 0: the list is empty."""
        rows = self._rows({"order": {"ID": "desc"}, "select": ["ID"], "start": -1})
        return max((number for number, _ in rows), default=0)

    def newest_marked(self, limit: int = 3) -> list[str]:
        """Markers of the newest marked tasks, the newest first, at most `limit`."""
        rows = self._rows(
            {"filter": {"%XML_ID": MARKER_PREFIX}, "select": ["ID", "XML_ID"], "order": {"ID": "desc"}, "start": -1}
        )
        markers = (_marker(row.get("xmlId")) for _, row in rows)
        return _distinct(marker for marker in markers if marker.startswith(MARKER_PREFIX))[:limit]

    def marked_before(self, moment: datetime) -> int | None:
        """The newest marked task created before `moment`; None: there is none. Raises `PortalError`."""
        rows = self._rows(
            {
                "filter": {"%XML_ID": MARKER_PREFIX, "<CREATED_DATE": moment.isoformat()},
                "select": ["ID", "XML_ID"],
                "order": {"ID": "desc"},
                "start": -1,
            }
        )
        return next((number for number, row in rows if _marker(row.get("xmlId")).startswith(MARKER_PREFIX)), None)

    def created_since(self, moment: datetime, *, marked: bool) -> Iterator[CreatedTask]:
        """All tasks created at `moment` or later, or the `marked` ones only, the oldest first, read page by page.

        Raises `PortalError`, also between two pages; `LookupUnproven` if a page holds rows that do not match.
        """
        last = 0
        while True:
            rows = self._rows(
                {
                    "filter": _since(moment, marked=marked) | {">ID": last},
                    "select": ["ID", "XML_ID", INSTANCE_FIELD],
                    "order": {"ID": "asc"},
                    "start": -1,
                }
            )
            for id_, row in rows:
                marker = _marker(row.get("xmlId"))
                if id_ <= last or (marked and MARKER_PREFIX not in marker):
                    raise LookupUnproven(LIST, "filter_ignored", "rows that were not asked for")
                last = id_
                yield CreatedTask(id_, marker, reading.written(row.get("ufProcessInstanceId")) or None)
            if len(rows) < PAGE:
                return

    def count_created_since(self, moment: datetime, *, marked: bool) -> int | None:
        """How many tasks `created_since` yields; None if the portal's answer does not tell. Safe to repeat."""
        asked = {"filter": _since(moment, marked=marked), "select": ["ID"], "order": {"ID": "asc"}}
        return reading.whole(self._client.call(LIST, asked).body.get("total"), least=0)

    def _rows(self, params: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
        """The rows of a list, each with its id. An unreadable row may be the wanted one: raises `LookupUnproven`."""
        rows = shapes.tasks(self._client.call(LIST, params).result)
        read = [(number, row) for row in rows if (number := _number_of(row)) is not None]
        if len(read) < len(rows):
            raise LookupUnproven(LIST, Cause.MALFORMED, "a task without a number")
        return read

    # --- facts about the portal ---

    def profile(self) -> Profile:
        """The webhook's owner. `profile` is the neutral call: it needs no scope."""
        result = self._mapping(PROFILE)
        owner = result.get("ID")
        number = reading.whole(owner) if owner else 0
        if number is None:
            raise malformed(PROFILE, "the owner has no number")
        return Profile(number, says_yes(result.get("ADMIN")))

    def answers(self) -> bool:
        """Whether the neutral call succeeds at its first try."""
        return self._client.works(PROFILE)

    def scopes(self) -> frozenset[str]:
        """The webhook's scopes."""
        result = self._client.call(SCOPES).result
        named = [reading.text(scope) for scope in result] if isinstance(result, list) else []
        return frozenset(scope for scope in named if scope)

    def method_state(self, name: str) -> MethodState:
        """Whether a method exists. The portal caches this for seven days; only calling the method is certain."""
        result = self._mapping("method.get", {"name": name.lower()})
        return MethodState(says_yes(result.get("isExisting")), says_yes(result.get("isAvailable")))

    def user_fields(self) -> Mapping[str, UserField]:
        """The user fields of tasks, by name."""
        method = "task.item.userfield.getlist"
        result = self._client.call(method, {"ORDER": {"ID": "asc"}, "FILTER": {}}).result
        if not isinstance(result, list):
            raise malformed(method, "the answer is not a list of fields")
        named = {reading.text(row.get("FIELD_NAME")): row for row in result if isinstance(row, dict)}
        return {name: _user_field(row) for name, row in named.items() if name}

    def server_time(self) -> datetime:
        """The portal's clock, with its UTC offset."""
        method = "server.time"
        try:
            time = datetime.fromisoformat(reading.text(self._client.call(method).result, longest=64) or "")
        except ValueError:
            time = None
        if time is None or time.tzinfo is None:
            raise malformed(method, "the answer is not a time with its offset")
        return time

    def _mapping(self, method: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        result = self._client.call(method, params).result
        if result == []:  # PHP's empty map
            return {}
        if not isinstance(result, dict):
            raise malformed(method, "the answer is not an object")
        return result


def _user_field(row: Mapping[str, Any]) -> UserField:
    return UserField(
        reading.text(row.get("USER_TYPE_ID")) or None,
        flag(row["MULTIPLE"]) if row.get("MULTIPLE") else None,
        _default(row),
    )


def _default(row: Mapping[str, Any]) -> str | None:
    """The default of a user field; "?": it has one that cannot be read; None: it has none.

    Lists mark an option as default (`CUserFieldEnum`); other types have DEFAULT_VALUE in SETTINGS, dates with a TYPE
    (documentation of `task.item.userfield.getlist`).
    """
    options = row.get("LIST")
    for option in options if isinstance(options, list) else ():
        if isinstance(option, dict) and flag(option.get("DEF")):
            return reading.written(option.get("VALUE")) or "?"
    settings = row.get("SETTINGS")
    value = settings.get("DEFAULT_VALUE") if isinstance(settings, dict) else None
    if isinstance(value, dict):
        value = None if value.get("TYPE") in (None, "", "NONE") else value.get("VALUE") or value["TYPE"]
    nothing = value is None or value is False or value == [] or str(value).strip() in ("", "0", "0.0")
    return None if nothing else reading.written(value) or "?"


def _since(moment: datetime, *, marked: bool) -> dict[str, Any]:
    return ({"%XML_ID": MARKER_PREFIX} if marked else {}) | {">=CREATED_DATE": moment.isoformat()}


def _number_of(row: object) -> int | None:
    return reading.whole(row.get("id")) if isinstance(row, dict) else None


def _marker(value: object) -> str:
    """A marker, or an id from the old field, as the portal stores it; "" if the value is neither."""
    return reading.text(value) or ""


def _distinct(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
