"""External tasks without retries: the engine hands them out to nobody until a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bitrix import reading
from worker.engine.answers import something_else

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
        external_task_id=_said(row, "id") or "?",
        topic=topic,
        tenant=_said(row, "tenantId"),
        activity_id=_said(row, "activityId"),
        process_instance_id=_said(row, "processInstanceId"),
        process_definition_id=_said(row, "processDefinitionId"),
        process_definition_key=_said(row, "processDefinitionKey"),
        business_key=_said(row, "businessKey"),
        reason=_said(row, "errorMessage"),
    )


def times(answer: Any) -> dict[str, float]:
    """When each incident of a list began, by the id of its external task; those without a readable time are missing.

    Raises `EngineUnreachable` if it is no such list.
    """
    if not isinstance(answer, list) or not all(isinstance(one, dict) and "incidentType" in one for one in answer):
        raise something_else("incident", doubtful=False)
    read = ((_said(one, "configuration"), _time(one.get("incidentTimestamp"))) for one in answer)
    return {id_: at for id_, at in read if id_ and at is not None}


def _said(row: Mapping[str, Any], name: str) -> str | None:
    return reading.text(row.get(name)) or None


def _time(value: object) -> float | None:
    when = reading.instant(value)
    return when.timestamp() if when else None
