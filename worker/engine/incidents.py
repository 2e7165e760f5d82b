"""External tasks without retries: the engine hands them out to nobody until a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worker.engine.answers import something_else
from worker.engine.rows import moment, said

INCIDENT_TYPE = "failedExternalTask"


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


def times(answer: Any) -> dict[str, float]:
    """When each incident of a list began, by the id of its external task; those without a readable time are missing.

    Raises `EngineUnreachable` if it is no such list.
    """
    if not isinstance(answer, list) or not all(isinstance(one, dict) and "incidentType" in one for one in answer):
        raise something_else("incident", doubtful=False)
    read = ((said(one, "configuration"), moment(one.get("incidentTimestamp"))) for one in answer)
    return {id_: at for id_, at in read if id_ and at is not None}
