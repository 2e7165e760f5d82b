"""What the engine leaves to a person: external tasks without retries, and its own jobs that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from worker.engine.answers import something_else
from worker.engine.rows import moment, said

INCIDENT_TYPE = "failedExternalTask"
JOB_TYPE = "failedJob"
HANGS = "hangs"
"""The kind of a process that waits at a gateway for ever: no incident of the engine's."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A step of ours that needs a person's decision. What the engine did not tell readably is None.

    `reason`: the message of its last failure. `since`: when the retries ran out, by the engine's clock in seconds
    since the epoch. The last three come from elsewhere: `step_name` from the model, `portal_task_id` from the ledger,
    `cockpit_url` from the settings; each is None if unknown.
    """

    external_task_id: str
    topic: str
    tenant: str | None
    activity_id: str | None
    process_instance_id: str | None
    process_definition_id: str | None
    process_definition_key: str | None
    business_key: str | None
    reason: str | None
    since: float | None = None
    step_name: str | None = None
    portal_task_id: int | None = None
    cockpit_url: str | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """An incident of the engine's own, such as a job that failed: no worker is asked, a person must decide.

    `root_id`: the id of the incident that caused it, in a called process; otherwise its own. The last six come from
    elsewhere: the model, the ledger, the settings, and `called` from that incident; None: it is its own, or unknown.
    `job_id`: None: no job has failed, or only one in a called process.
    """

    id: str
    root_id: str
    kind: str
    activity_id: str | None
    process_instance_id: str | None
    process_definition_id: str | None
    reason: str | None
    since: float | None = None
    step_name: str | None = None
    process_definition_key: str | None = None
    business_key: str | None = None
    portal_task_id: int | None = None
    cockpit_url: str | None = None
    called: Stuck | None = None
    job_id: str | None = None

    @property
    def process_key(self) -> str | None:
        """The key of the process of its definition."""
        return self.process_definition_id.partition(":")[0] if self.process_definition_id else None


def with_called(found: Sequence[Stuck], others: Sequence[Stuck] = ()) -> list[Stuck]:
    """Each with the incident that caused it, and its reason, if that is among them or the `others`."""
    by_id = {one.id: one for one in (*found, *others)}
    causes = {one.id: by_id.get(one.root_id) for one in found if one.root_id != one.id}
    return [
        replace(one, called=cause, reason=one.reason or cause.reason) if (cause := causes.get(one.id)) else one
        for one in found
    ]


def incident(topic: str, row: Mapping[str, Any]) -> Incident:
    """One row of the engine's list of external tasks as an incident."""
    return Incident(
        external_task_id=said(row, "id") or "?",
        topic=topic,
        tenant=said(row, "tenantId"),
        activity_id=said(row, "activityId"),
        process_instance_id=said(row, "processInstanceId"),
        process_definition_id=said(row, "processDefinitionId"),
        process_definition_key=said(row, "processDefinitionKey"),
        business_key=said(row, "businessKey"),
        reason=said(row, "errorMessage"),
    )


def stuck(answer: Any) -> list[Stuck]:
    """Incidents other than those of external tasks. Raises `EngineUnreachable` if the answer is no list of them."""
    if not _are_incidents(answer):
        raise something_else("incident", doubtful=False)
    return [_stuck(one) for one in answer if one["incidentType"] != INCIDENT_TYPE]


def _stuck(row: Mapping[str, Any]) -> Stuck:
    id_ = said(row, "id") or "?"
    root_id = said(row, "rootCauseIncidentId") or id_
    return Stuck(
        id=id_,
        root_id=root_id,
        kind=said(row, "incidentType") or "?",
        activity_id=said(row, "failedActivityId") or said(row, "activityId"),
        process_instance_id=said(row, "processInstanceId"),
        process_definition_id=said(row, "processDefinitionId"),
        reason=said(row, "incidentMessage"),
        since=moment(row.get("incidentTimestamp")),
        job_id=said(row, "configuration") if row.get("incidentType") == JOB_TYPE else None,
    )


def waiting_at(answer: Any) -> list[Stuck]:
    """What waits at activities, by the history. Raises `EngineUnreachable` if the answer is no list of those."""
    if not isinstance(answer, list) or not all(isinstance(one, dict) for one in answer):
        raise something_else("history/activity-instance", doubtful=False)
    return [_waiting_at(one) for one in answer]


def _waiting_at(row: Mapping[str, Any]) -> Stuck:
    id_ = said(row, "id") or "?"
    return Stuck(
        id=id_,
        root_id=id_,
        kind=HANGS,
        activity_id=said(row, "activityId"),
        process_instance_id=said(row, "processInstanceId"),
        process_definition_id=said(row, "processDefinitionId"),
        reason=None,
        since=moment(row.get("startTime")),
        step_name=said(row, "activityName"),
    )


def _are_incidents(answer: Any) -> bool:
    return isinstance(answer, list) and all(isinstance(one, dict) and "incidentType" in one for one in answer)


def times(answer: Any) -> dict[str, float]:
    """When each incident of a list began, by the id of its external task; those without a readable time are missing.

    Raises `EngineUnreachable` if it is no such list.
    """
    if not _are_incidents(answer):
        raise something_else("incident", doubtful=False)
    read = ((said(one, "configuration"), moment(one.get("incidentTimestamp"))) for one in answer)
    return {id_: at for id_, at in read if id_ and at is not None}
