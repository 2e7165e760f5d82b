"""What the engine tells of one external task: as it is now, its log in the history, and its activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bitrix import reading
from worker.engine.answers import something_else
from worker.engine.rows import moment, said

KINDS = {
    "creationLog": "created",
    "failureLog": "failed",
    "successLog": "completed",
    "deletionLog": "deleted",
}
"""The engine's flags of one entry of its log, and what the entry tells."""

OVER = frozenset({"completed", "deleted"})


@dataclass(frozen=True, slots=True)
class TaskNow:
    """An external task as the engine lists it. What it did not tell readably is None. Times in seconds since the epoch.

    `retries` None: no failure has been reported yet. `error`: the message of the last failure.
    """

    external_task_id: str
    topic: str | None
    activity_id: str | None
    activity_instance_id: str | None
    process_instance_id: str | None
    execution_id: str | None
    process_definition_id: str | None
    process_definition_key: str | None
    business_key: str | None
    tenant: str | None
    worker_id: str | None
    locked_until: float | None
    retries: int | None
    error: str | None
    suspended: bool
    created: float | None = None
    """None: an engine before 7.21 does not tell it."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the external task's log. `kind`: a value of `KINDS`; `retries`: what was left before it."""

    at: float | None
    kind: str
    external_task_id: str | None
    activity_instance_id: str | None
    worker_id: str | None
    retries: int | None
    message: str | None


@dataclass(frozen=True, slots=True)
class ActivityRun:
    """The run of the step's activity. `ended` None: it runs; `canceled`: it ended without being completed."""

    name: str | None
    started: float | None
    ended: float | None
    canceled: bool


def task_now(answer: Any) -> TaskNow:
    """One external task. Raises `EngineUnreachable` if the answer is none."""
    if not isinstance(answer, dict) or not said(answer, "id"):
        raise something_else("external-task", doubtful=False)
    return TaskNow(
        external_task_id=said(answer, "id") or "",
        topic=said(answer, "topicName"),
        activity_id=said(answer, "activityId"),
        activity_instance_id=said(answer, "activityInstanceId"),
        process_instance_id=said(answer, "processInstanceId"),
        execution_id=said(answer, "executionId"),
        process_definition_id=said(answer, "processDefinitionId"),
        process_definition_key=said(answer, "processDefinitionKey"),
        business_key=said(answer, "businessKey"),
        tenant=said(answer, "tenantId"),
        worker_id=said(answer, "workerId"),
        locked_until=moment(answer.get("lockExpirationTime")),
        retries=reading.whole(answer.get("retries"), least=0),
        error=said(answer, "errorMessage"),
        suspended=answer.get("suspended") is True,
        created=moment(answer.get("createTime")),
    )


def tasks_now(answer: Any) -> list[TaskNow]:
    """Several external tasks. Raises `EngineUnreachable` if the answer is not a list of them."""
    if not isinstance(answer, list):
        raise something_else("external-task", doubtful=False)
    return [task_now(one) for one in answer]


def ids(answer: Any) -> list[str]:
    """The ids of process instances. Raises `EngineUnreachable` if the answer is not a list of them."""
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        raise something_else("process-instance", doubtful=False)
    return [id_ for one in answer if (id_ := said(one, "id"))]


@dataclass(frozen=True, slots=True)
class KnownInstance:
    """A process instance as the engine's history keeps it. `deleted`: by a person or a program, not by its model."""

    definition_key: str | None
    business_key: str | None
    ended: float | None = None
    deleted: bool = False
    why: str | None = None
    """The reason that was given with the deletion."""


def known_instances(answer: Any) -> dict[str, KnownInstance]:
    """By their ids. Raises `EngineUnreachable` if the answer is not a list of process instances."""
    ids(answer)
    named = ((said(one, "id"), one) for one in answer)
    return {id_: _kept(one) for id_, one in named if id_}


def _kept(row: Mapping[str, Any]) -> KnownInstance:
    return KnownInstance(
        said(row, "processDefinitionKey"),
        said(row, "businessKey"),
        ended=moment(row.get("endTime")),
        deleted=row.get("state") == "EXTERNALLY_TERMINATED",
        why=said(row, "deleteReason"),
    )


def instance_now(answer: Any) -> KnownInstance:
    """One process instance that runs. Raises `EngineUnreachable` if the answer is none."""
    if not ids([answer]):
        raise something_else("process-instance", doubtful=False)
    definition = said(answer, "definitionId")
    return KnownInstance(definition.partition(":")[0] if definition else None, said(answer, "businessKey"))


def caller(answer: Any) -> tuple[str, str] | None:
    """(id, id of its definition) of the only process instance; None: of none, or of several."""
    return _only(answer, "definitionId")


def former_caller(answer: Any) -> tuple[str, str] | None:
    """The same of the history's list."""
    return _only(answer, "processDefinitionId")


def _only(answer: Any, definition: str) -> tuple[str, str] | None:
    found = ids(answer)
    of = said(answer[0], definition) if len(found) == len(answer) == 1 else None
    return (found[0], of) if of else None


def task_log(answer: Any) -> list[LogEntry]:
    """The entries of a log, in the engine's order. Raises `EngineUnreachable` if the answer is none."""
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        raise something_else("external-task-log", doubtful=False)
    entries = ((next((kind for flag, kind in KINDS.items() if one.get(flag) is True), None), one) for one in answer)
    return [_entry(kind, one) for kind, one in entries if kind]


def activity_run(answer: Any) -> ActivityRun:
    """One activity of the history. Raises `EngineUnreachable` if the answer is none."""
    if not isinstance(answer, dict) or not said(answer, "id"):
        raise something_else("history/activity-instance", doubtful=False)
    return ActivityRun(
        name=said(answer, "activityName"),
        started=moment(answer.get("startTime")),
        ended=moment(answer.get("endTime")),
        canceled=answer.get("canceled") is True,
    )


def _entry(kind: str, one: Mapping[str, Any]) -> LogEntry:
    return LogEntry(
        at=moment(one.get("timestamp")),
        kind=kind,
        external_task_id=said(one, "externalTaskId"),
        activity_instance_id=said(one, "activityInstanceId"),
        worker_id=said(one, "workerId"),
        retries=reading.whole(one.get("retries"), least=0),
        message=said(one, "errorMessage"),
    )
