"""Read-only calls to the engine, for commands, page and metrics. All are safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from bitrix import reading
from bitrix.causes import Cause
from worker.config.tenants import Tenants
from worker.engine import answers, definition_answers, incidents, step_life
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable, TaskGone
from worker.engine.incident_looks import IncidentLooks
from worker.engine.incidents import Incident
from worker.engine.instance_looks import MOST_TASKS, InstanceLooks
from worker.engine.line import CALL_SECONDS, LEAST_LEFT_SECONDS, LIST_BYTES, PAGE, PERSON_SECONDS, EngineLine
from worker.engine.step_life import OVER, ActivityRun, LogEntry, TaskNow
from worker.model import Place
from worker.runtime import clock

MOST_ENTRIES = 100
FILE_SECONDS = 60.0
"""The time-out for the content of a file."""
NOBODYS = {"workerId": "nobody (is it there?)", "newDuration": 1}
T = TypeVar("T")
MOST_COUNTED = 10_000
"""No count of the engine selects steps without a tenant, so they are counted from pages: at most this many."""


class Looks(IncidentLooks, InstanceLooks):
    """Counts, lists and names; of our tenants only, unless a method says otherwise. Raises `EngineError`."""

    _line: EngineLine
    tenants: Tenants

    def version(self) -> str:
        """The engine's version, such as `7.24.0`. Any name of an engine gets that answer, so a count tries the name."""
        version = self._line.json("version", "/version", read=answers.version)
        if self._line.names_engine:
            self._line.send("count", "/external-task/count", seconds=CALL_SECONDS)
        return version

    def told_time(self) -> datetime | None:
        """The clock of the answering node, to the second; None if it sends none. Opens a new connection each time."""
        self._line.close()
        answer = self._line.send("count", "/external-task/count", seconds=CALL_SECONDS)
        try:
            told = parsedate_to_datetime(str(answer.headers.get("Date")))
        except ValueError:
            return None
        return told if told.tzinfo else None

    def backlog(self, topic: str, *, timeout: float = CALL_SECONDS) -> int:
        """How many tasks of a topic wait for a worker. `timeout`: seconds to connect, and again to read."""
        return self._count(timeout, topicName=topic, notLocked="true", withRetriesLeft="true")

    def locked_beyond(self, topic: str, until: datetime, *, timeout: float = CALL_SECONDS) -> list[TaskNow]:
        """The tasks of a topic that are locked beyond `until`, at most a page of them."""
        query = {"topicName": topic, "withRetriesLeft": "true", "lockExpirationAfter": answers.moment(until)}
        return step_life.tasks_now(list(self._pages(query, until=clock.boottime() + timeout, most=PAGE)))

    def incidents(self, topic: str, *, timeout: float = CALL_SECONDS) -> int:
        """How many tasks of a topic have no retries left. Each is an incident until a person raises its retries."""
        return self._count(timeout, topicName=topic, noRetriesLeft="true")

    def incidents_of(self, topic: str, *, timeout: float = CALL_SECONDS) -> tuple[list[Incident], int]:
        """The incidents of a topic, at most a page of them and without their times, and how many there are."""
        rows, count = self._first_page({"topicName": topic, "noRetriesLeft": "true"}, timeout)
        return [incidents.incident(topic, row) for row in rows], count

    def unlocked(self, topic: str, *, timeout: float = CALL_SECONDS) -> tuple[list[str], int]:
        """The tasks of a topic that wait for a worker, at most a page of their ids, and how many there are."""
        rows, count = self._first_page({"topicName": topic, "notLocked": "true", "withRetriesLeft": "true"}, timeout)
        return [id_ for row in rows if (id_ := reading.text(row.get("id")))], count

    def steps_waiting(self, topic: str, *, timeout: float = CALL_SECONDS) -> tuple[list[TaskNow], int]:
        """The same tasks as the engine lists them, at most a page of them, and how many there are."""
        rows, count = self._first_page({"topicName": topic, "notLocked": "true", "withRetriesLeft": "true"}, timeout)
        return step_life.tasks_now(rows), count

    def _first_page(self, query: Mapping[str, str], timeout: float) -> tuple[list[dict[str, Any]], int]:
        """At most a page of these tasks, and how many there are."""
        most = MOST_COUNTED if self.tenants.without else PAGE  # the query cannot select steps without a tenant
        rows = list(self._pages(query, until=clock.boottime() + timeout, most=most))
        whole = self.tenants.without or len(rows) < PAGE
        return rows[:PAGE], len(rows) if whole else self._count(timeout, **query)

    def _count(self, timeout: float, **query: str) -> int:
        if self.tenants.without:  # no count selects them
            return sum(1 for _ in self._pages(query, until=clock.boottime() + timeout, most=MOST_COUNTED))
        return self._number("/external-task/count", timeout, query | self.tenants.of_query())

    def _number(self, path: str, timeout: float, query: Mapping[str, str]) -> int:
        return answers.count(self._line.json("count", path, seconds=timeout, params=query))

    def models_of_key(self, key: str) -> dict[str | None, str]:
        """The BPMN of a process's newest version, by tenant: of ours only; None is the one without a tenant.

        A list leaves out what our user may not read; then the call for one model says why there is none.
        """
        query = {"key": key, "latestVersion": "true"} | self.tenants.of_definitions()
        call, read = "process-definition", definition_answers.ids_by_tenant
        found = self._line.json(call, f"/{call}", params=query, read=read, most_bytes=LIST_BYTES)
        if found:
            return {tenant: self.definition_xml(id_) for tenant, id_ in found.items()}
        one = next(iter(self.tenants.ids), None)
        return {one: self._xml_of_key(key, one)}

    def _xml_of_key(self, key: str, tenant: str | None) -> str:
        whose = f"/tenant-id/{quote(tenant, safe='')}" if tenant else ""
        path, read = f"/process-definition/key/{quote(key, safe='')}{whose}/xml", definition_answers.definition_xml
        return self._line.json("process-definition/xml", path, read=read, most_bytes=LIST_BYTES)

    def definitions_waiting(self, topic: str) -> list[str]:
        """The ids of the process definitions of a topic's steps in the engine, from the first page of steps."""
        rows = self._pages({"topicName": topic}, most=PAGE)
        return sorted({id_ for row in rows if isinstance(id_ := row.get("processDefinitionId"), str)})

    def activity_tree(self, process_instance_id: str, *, timeout: float = CALL_SECONDS) -> Mapping[str, Any]:
        """The activity instances of a process instance as a tree. Raises `TaskGone` if it has ended."""
        path = f"/process-instance/{quote(process_instance_id, safe='')}/activity-instances"
        call, read = "activity-instances", answers.activity_tree
        return self._line.json(call, path, read=read, seconds=timeout, most_bytes=LIST_BYTES)

    def variables_named(self, process_instance_id: str, name: str) -> list[Mapping[str, Any]]:
        """All variables of this name in a process instance, whatever their scope."""
        return self._variables_where(process_instance_id, partial(answers.variables_named, name), variableName=name)

    def variables_at(self, process_instance_id: str, activity_instance_ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """The variables of these activity instances themselves, not those of the scopes around them."""
        read = partial(answers.variables_at, frozenset(activity_instance_ids))
        return self._variables_where(process_instance_id, read, activityInstanceIdIn=",".join(activity_instance_ids))

    def _variables_where(self, process_instance_id: str, read: Callable[[Any], T], **query: str) -> T:
        params = {"processInstanceIdIn": process_instance_id, "deserializeValues": "false"} | query
        path = "/variable-instance"
        return self._line.json("variable-instance", path, read=read, params=params, most_bytes=LIST_BYTES)

    def variable_as_json(self, variable_id: str) -> Any:
        """The value of one variable as the engine's REST API turns it into JSON, Java objects included."""
        path = f"/variable-instance/{quote(variable_id, safe='')}"
        return self._line.json("variable-instance", path, read=answers.variable_value, most_bytes=LIST_BYTES)

    def file_content(
        self, variable_id: str, read: Callable[[Iterator[bytes]], T], *, mime_type: str, most_bytes: int
    ) -> T:
        """What `read` makes of a File variable's content, piece by piece; each attempt calls it anew.

        `mime_type`: as the engine tells it. Raises `AnswerTooLong` beyond `most_bytes`, and `TaskGone` if the variable
        or its process instance is gone.
        """
        path = f"/variable-instance/{quote(variable_id, safe='')}/data"
        return self._line.content(
            "variable-instance", path, read, mime_type=mime_type, seconds=FILE_SECONDS, most_bytes=most_bytes
        )

    def waiting_topics(self, *, timeout: float = CALL_SECONDS) -> list[str]:
        """The topics with tasks waiting for a worker, of all tenants: this query has no tenant filter."""
        query = {"withUnlockedTasks": "true", "withRetriesLeft": "true"}
        path = "/external-task/topic-names"
        return answers.topic_names(self._line.json("topic-names", path, seconds=timeout, params=query))

    def topics_seen(self, *, timeout: float = CALL_SECONDS) -> list[str]:
        """The topics of all tasks in the engine, locked ones too, of all tenants."""
        return answers.topic_names(self._line.json("topic-names", "/external-task/topic-names", seconds=timeout))

    def knows_tenant(self, tenant_id: str, *, timeout: float = CALL_SECONDS) -> bool:
        """Whether a tenant currently has a process definition or an external task that we may read."""
        query = {"tenantIdIn": tenant_id}
        paths = ("/process-definition/count", "/external-task/count")
        return any(self._number(path, timeout, query) for path in paths)

    def tenants_seen(self, *, timeout: float = CALL_SECONDS) -> list[str]:
        """The tenants of the first page of process definitions, for people to read. There may be more."""
        query = {"latestVersion": "true", "maxResults": str(PAGE), "sortBy": "tenantId", "sortOrder": "asc"}
        path, read = "/process-definition", definition_answers.tenants_of
        return self._line.json(path[1:], path, params=query, read=read, seconds=timeout, most_bytes=LIST_BYTES)

    def knows_process(self, key: str, *, begins: bool = False) -> bool:
        """Whether our user may read a definition with this key, of any tenant; `begins`: a key that begins so.

        `_` in such a beginning stands for any letter, so the answer may be a wrong yes, never a wrong no.
        """
        query = {"keyLike": f"{key}%"} if begins else {"key": key}
        return bool(self._number("/process-definition/count", CALL_SECONDS, query))

    def exists(self, task_id: str) -> bool:
        """Whether an external task exists, even if our user may not read it. Changes nothing.

        Lists and queries by id hide what the user may not read as if it did not exist (`AuthorizationManager`). A call
        that changes a task first looks it up without regard to rights, and then refuses (engine 7.24,
        `HandleExternalTaskCmd`). This call is refused in any case, as it comes from a worker that holds no lock.
        """
        try:
            self._line.send("extendLock", f"/external-task/{task_id}/extendLock", body=NOBODYS, seconds=CALL_SECONDS)
        except EngineUnreachable:
            raise
        except TaskGone:
            return False
        except EngineError:
            return True
        return True

    def place(self, task_id: str) -> Place:
        """Where an external task is now. Raises `TaskGone` if there is none, `EngineDenied` if we may not read it."""
        return self._by_id(task_id, answers.place)

    def task_now(self, task_id: str, *, timeout: float = PERSON_SECONDS) -> TaskNow | None:
        """An external task as it is now; None: the engine shows none, because it ended or is kept from us."""
        path = f"/external-task/{quote(task_id, safe='')}"
        try:
            return self._line.json("external-task", path, read=step_life.task_now, seconds=timeout)
        except TaskGone:
            return None

    def tasks_at(self, process_instance_id: str, *, timeout: float = PERSON_SECONDS) -> list[TaskNow]:
        """External tasks that a process instance waits at now, at most `MOST_TASKS`."""
        query = {"processInstanceId": process_instance_id, "sortBy": "id", "sortOrder": "asc"}
        query |= {"firstResult": "0", "maxResults": str(MOST_TASKS)}
        call, read = "external-task", step_life.tasks_now
        return self._line.json(call, f"/{call}", read=read, seconds=timeout, params=query, most_bytes=LIST_BYTES)

    def task_log(self, *, timeout: float = PERSON_SECONDS, **of: str) -> list[LogEntry]:
        """The first entries of the history `of` an external task or a process instance, the oldest first.

        Empty if the engine has no such call, or a proxy keeps it from us: first ask for what every engine answers.
        """
        query = of | {"sortBy": "timestamp", "sortOrder": "asc", "firstResult": "0", "maxResults": str(MOST_ENTRIES)}
        call, read = "history/external-task-log", step_life.task_log
        try:
            return self._line.json(call, f"/{call}", read=read, seconds=timeout, params=query, most_bytes=LIST_BYTES)
        except EngineUnreachable as error:
            if error.cause is Cause.ENGINE_PATH:
                return []
            raise

    def knows_end(self, task_id: str) -> bool:
        """Whether the engine's history tells that an external task was completed or removed; it may keep none."""
        return any(one.kind in OVER for one in self.task_log(externalTaskId=task_id))

    def activity_run(self, activity_instance_id: str, *, timeout: float = PERSON_SECONDS) -> ActivityRun | None:
        """A run of an activity by the engine's history; None if it has none."""
        call, read = "history/activity-instance", step_life.activity_run
        path = f"/{call}/{quote(activity_instance_id, safe='')}"
        try:
            return self._line.json(call, path, read=read, seconds=timeout)
        except TaskGone:
            return None

    def retries(self, task_id: str) -> tuple[str, int | None]:
        """(topic, retries) of one task; retries None before its first failure. Raises the same errors as `place`."""
        return self._by_id(task_id, answers.left)

    def _by_id(self, task_id: str, read: Callable[[Any], T]) -> T:
        try:
            return self._line.json("external-task", f"/external-task/{task_id}", read=read)
        except TaskGone as gone:
            if self.exists(task_id):
                raise EngineDenied("external-task", gone.reason, cause=Cause.ENGINE_RIGHTS) from gone
            raise

    def definition_key(self, process_instance_id: str) -> str | None:
        """The process key of an instance, ended or not; None if the engine's history does not have it."""
        return answers.definition_key(self._history(process_instance_id))

    def is_of_others(self, process_instance_id: str) -> bool:
        """Whether the instance certainly belongs to another tenant. Asks only if the settings name tenants."""
        found = None if self.tenants.all else self._history(process_instance_id)
        return isinstance(found, dict) and not self.tenants.serve(found.get("tenantId"))

    def _history(self, process_instance_id: str) -> Any:
        try:
            return self._line.json("history", f"/history/process-instance/{process_instance_id}")
        except TaskGone:
            return None

    def definition_xml(self, definition_id: str, *, timeout: float = CALL_SECONDS) -> str:
        """The BPMN of a process definition, if we may read it. Raises `TaskGone` if it does not exist."""
        path = f"/process-definition/{quote(definition_id, safe='')}/xml"
        answer: Any = self._line.json("process-definition/xml", path, seconds=timeout, most_bytes=LIST_BYTES)
        return definition_answers.definition_xml(answer)

    def _pages(
        self, query: Mapping[str, str], *, until: float | None = None, most: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """External tasks, a page for each call. `until`: boot time to end by. `most`: rows to read, of all tenants."""
        query = dict(query) | self.tenants.of_query() | {"sortBy": "id", "sortOrder": "asc", "maxResults": str(PAGE)}
        first = 0
        while most is None or first < most:
            page = self._line.json(
                "external-task",
                "/external-task",
                seconds=CALL_SECONDS if until is None else max(until - clock.boottime(), LEAST_LEFT_SECONDS),
                params=query | {"firstResult": str(first)},
                most_bytes=LIST_BYTES,
                read=partial(answers.tasks_in, "external-task"),
            )
            picked = [row for row in page if row.get("tenantId") is None] if self.tenants.without else page
            yield from answers.of_tenants("external-task", picked, self.tenants)
            if len(page) < PAGE:
                return
            first += PAGE
