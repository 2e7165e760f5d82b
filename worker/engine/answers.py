"""The engine's answers as records. An answer of another format does not come from an engine and counts as an outage.

One unreadable external task among others becomes an `OddTask`, and the others are worked on as usual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from sys import intern
from typing import Any, TypeVar

import requests

from bitrix import diagnosis, reading, wording
from bitrix.causes import Cause
from bitrix.shown import shown
from bitrix.wire import MEGABYTE
from worker.config.tenants import Tenants
from worker.engine import variables
from worker.engine.errors import EngineUnreachable
from worker.model import FetchedTask, Place
from worker.words.phrase import Phrase, joined, unchanged
from worker.words.unbelieved import OTHER_TOPIC, OTHER_WORKER, TOO_LARGE, TWICE

ID = re.compile(r"[\w.:-]{1,42}", re.ASCII)
"""An external task's id. It is part of addresses and, with our prefix, of the portal's marker of 50 characters."""
INSTANCE_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
MOST_RETRIES = 2**31 - 1
LONGEST_ODD = 300
LONGEST_SAID = 200
LARGEST_STEP = 8 * MEGABYTE
"""The most characters that the variables of one step may have together."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OddTask:
    """An external task with unreadable parts. `what`: which fields, and their contents.

    `task`: what could be read; None if not even its id and topic could.
    """

    what: Phrase
    task: FetchedTask | None = None


def json_object(answer: requests.Response) -> Mapping[str, Any] | None:
    try:
        body = reading.loads(answer.content)
    except reading.Unreadable:
        return None
    return body if isinstance(body, dict) else None


def tasks_in(call: str, answer: Any) -> list[dict[str, Any]]:
    """A list of external tasks. Raises `EngineUnreachable` if something else answers at this address.

    One odd row among others is left to the reader of rows; if all rows are odd, this is not an engine.
    """
    rows = answer if isinstance(answer, list) else [None]
    known = [raw for raw in rows if isinstance(raw, dict) and "topicName" in raw]
    if rows and not known:
        raise something_else(call, doubtful=True)
    return [raw if isinstance(raw, dict) else {} for raw in rows]


def said(answer: requests.Response) -> str:
    """The beginning of an unexpected answer, as text for people; of a redirect, where it leads to."""
    if 300 <= answer.status_code < 400:
        return diagnosis.redirected_to(answer)
    return wording.of_answer(answer.content, answer.encoding)[:LONGEST_SAID]


def something_else(call: str, *, doubtful: bool) -> EngineUnreachable:
    return EngineUnreachable(call, "", doubtful=doubtful, cause=Cause.ODD_ANSWER)


def external_task(raw: Mapping[str, Any]) -> FetchedTask | OddTask:
    """One external task; whatever is missing or odd among what we need makes it an odd one."""
    fields = _Fields(raw)
    task = FetchedTask(
        id=fields.id("id", ID, needed=True) or "",
        topic=intern(fields.text("topicName", needed=True) or ""),
        worker_id=intern(fields.text("workerId", needed=True) or ""),
        activity_id=intern(fields.text("activityId", needed=True) or ""),
        process_instance_id=fields.id("processInstanceId", INSTANCE_ID),
        process_definition_key=_one_of_few(fields.text("processDefinitionKey")),
        process_definition_id=_one_of_few(fields.text("processDefinitionId")),
        business_key=fields.text("businessKey"),
        tenant_id=fields.text("tenantId"),
        retries=fields.whole("retries", 0, MOST_RETRIES),
        priority=fields.whole("priority", -reading.LARGEST, reading.LARGEST) or 0,
        create_time=fields.time("createTime"),
        lock_expiration=fields.time("lockExpirationTime"),
        variables=variables.decode(fields.bounded("variables")),
        extension_properties=fields.properties("extensionProperties"),
        activity_instance_id=fields.text("activityInstanceId"),
    )
    if not fields.odd:
        return task
    if task.retries is None and raw.get("retries") is not None:
        task = replace(task, retries=1)  # the number is unreadable: make its failure the last one
    return OddTask(joined("; ", fields.odd).cut(LONGEST_ODD), task if task.id and task.topic else None)


def told_apart(
    rows: Iterable[Mapping[str, Any]], topics: Collection[str], worker_id: str
) -> tuple[tuple[FetchedTask, ...], tuple[OddTask, ...]]:
    """The tasks of a fetch, each one once, and the odd ones.

    The engine locks what we asked for, under our worker id. Anything else is not ours, neither to work on nor to fail.
    If two rows have the same id, nobody knows which one is right: the first is used.
    """
    tasks: dict[str, FetchedTask] = {}
    odd = []
    for row in rows:
        read = external_task(row)
        named = read.task if isinstance(read, OddTask) else read
        if named and named.topic not in topics:
            odd.append(OddTask(OTHER_TOPIC.format(topic=shown(named.topic))))
        elif named and named.worker_id not in ("", worker_id):
            odd.append(OddTask(OTHER_WORKER.format(worker=shown(named.worker_id))))
        elif named and named.id in tasks:
            odd.append(OddTask(TWICE.format(id=shown(named.id))))
        elif isinstance(read, OddTask):
            odd.append(replace(read, task=named and replace(named, worker_id=worker_id)))
        else:
            tasks[read.id] = read
    return tuple(tasks.values()), tuple(odd)


@dataclass(frozen=True, slots=True)
class Existing:
    """An external task the engine has. `worker_id`: who locked it last; None if nobody did, or it is unreadable."""

    worker_id: str | None
    topic: str | None
    tenant_id: str | None
    suspended: bool = False


def existing(rows: Sequence[Mapping[str, Any]], asked: Collection[str]) -> dict[str, Existing]:
    """Those of the tasks in question that exist, by id."""
    read = {reading.text(row.get("id")): _existing(row) for row in rows}
    known = {id_: found for id_, found in read.items() if id_ is not None and id_ in asked}
    if len(known) < len(read):  # if the filter was ignored, or an id is unreadable, the answer proves nothing
        raise something_else("external-task", doubtful=False)
    return known


def _existing(row: Mapping[str, Any]) -> Existing:
    holder, topic, tenant = (_one_of_few(reading.text(row.get(name))) for name in ("workerId", "topicName", "tenantId"))
    return Existing(holder, topic, tenant, suspended=row.get("suspended") is True)


def _one_of_few(text: str | None) -> str | None:
    """The same text, one object for all that are equal: a hundred thousand waiting steps hold few different ones."""
    return intern(text) if text else text


def of_tenants(call: str, rows: list[dict[str, Any]], tenants: Tenants) -> list[dict[str, Any]]:
    """All rows. Raises `EngineUnreachable` if one is another tenant's: then the filter was dropped on its way."""
    named = (row.get("tenantId") for row in rows)
    if not all(tenants.serve(name) for name in named if name is None or isinstance(name, str)):
        raise EngineUnreachable(call, "tenants that were not asked for", doubtful=True, cause=Cause.ODD_ANSWER)
    return rows


def lock_holders(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({holder for row in rows if (holder := reading.text(row.get("workerId")))})


def left(answer: Any) -> tuple[str, int | None]:
    """(topic, retries) of one task."""
    [row] = tasks_in("external-task", [answer])
    topic, given = reading.text(row.get("topicName")), row.get("retries")
    retries = reading.whole(given, least=0, most=MOST_RETRIES)
    if topic is None or (retries is None and given is not None):
        raise something_else("external-task", doubtful=False)
    return topic, retries


def place(answer: Any) -> Place:
    [row] = tasks_in("external-task", [answer])
    suspended = row.get("suspended", False)
    activity = reading.text(row.get("activityId")) or None
    if activity is None or not isinstance(suspended, bool):
        raise something_else("external-task", doubtful=False)
    return Place(activity, reading.text(row.get("processDefinitionId")) or None, suspended)


def version(answer: Any) -> str:
    told = reading.text(answer.get("version"), longest=100) if isinstance(answer, dict) else None
    if not told:
        raise something_else("version", doubtful=False)
    return told


def activity_tree(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, dict) or "childActivityInstances" not in answer:
        raise something_else("activity-instances", doubtful=False)
    return answer


def variables_named(name: str, answer: Any) -> list[Mapping[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(one, dict) and one.get("name") == name for one in answer):
        raise something_else("variable-instance", doubtful=False)
    return answer


def variables_at(places: Collection[str], answer: Any) -> list[Mapping[str, Any]]:
    listed = isinstance(answer, list) and all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in answer
    )
    if not listed or not all(one.get("activityInstanceId") in places for one in answer):
        raise something_else("variable-instance", doubtful=False)
    return list(answer)


def variable_value(answer: Any) -> Any:
    if not isinstance(answer, dict) or "value" not in answer:
        raise something_else("variable-instance", doubtful=False)
    return answer["value"]


def count(answer: Any) -> int:
    told = reading.whole(answer.get("count"), least=0) if isinstance(answer, dict) else None
    if told is None:
        raise something_else("count", doubtful=False)
    return told


def definition_key(answer: Any) -> str | None:
    return reading.text(answer.get("processDefinitionKey")) or None if isinstance(answer, dict) else None


def moment(when: datetime) -> str:
    """A time in the format of the engine's queries: milliseconds, and an offset without a colon."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03}+0000"


def topic_names(answer: Any) -> list[str]:
    names = [reading.text(name) for name in answer] if isinstance(answer, list) else [None]
    known = [name for name in names if name]
    if len(known) < len(names):
        raise something_else("topic-names", doubtful=False)
    return known


class _Fields:
    """The fields of one row; `odd` lists the unreadable ones with their contents."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.odd: list[Phrase] = []

    def text(self, name: str, *, needed: bool = False) -> str | None:
        return self._read(name, reading.text, needed=needed)

    def id(self, name: str, shape: re.Pattern[str], *, needed: bool = False) -> str | None:
        return self._read(
            name, lambda value: value if isinstance(value, str) and shape.fullmatch(value) else None, needed=needed
        )

    def whole(self, name: str, least: int, most: int) -> int | None:
        return self._read(
            name, lambda value: None if isinstance(value, str) else reading.whole(value, least=least, most=most)
        )

    def time(self, name: str) -> datetime | None:
        """None also if the engine uses a date format of its own; such a task is always looked up."""
        return reading.instant(self.text(name))

    def mapping(self, name: str) -> Mapping[str, Any]:
        return self._read(name, lambda value: value if isinstance(value, dict) else None) or {}

    def bounded(self, name: str) -> Mapping[str, Any]:
        """The variables, unless they are too large: they stay in memory until the step ends."""
        given = self.mapping(name)
        values = (one.get("value") for one in given.values() if isinstance(one, dict))
        size = sum(len(value) for value in values if isinstance(value, str))
        if size <= LARGEST_STEP:
            return given
        self.odd.append(TOO_LARGE.format(name=name, size=size / MEGABYTE, limit=LARGEST_STEP / MEGABYTE))
        return {}

    def properties(self, name: str) -> Mapping[str, str]:
        return self._read(name, _properties) or {}

    def _read(self, name: str, reader: Callable[[Any], T | None], *, needed: bool = False) -> T | None:
        value = self._raw.get(name)
        if value is None and not needed:
            return None
        read = reader(value)
        if read is None or (read == "" and needed):
            self.odd.append(unchanged(f"{name} = {shown(value)}"))
            return None
        return read


def _properties(value: Any) -> Mapping[str, str] | None:
    if not isinstance(value, dict):
        return None
    read = {reading.storable(name): reading.written(given) for name, given in value.items()}
    known = {name: text for name, text in read.items() if text is not None}
    return known if len(known) == len(read) else None
