"""The engine's answers as records: what is not of the expected shape is somebody else's answer, an outage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests

from worker import variables
from worker.engine_errors import EngineUnreachable
from worker.model import FetchedTask


def json_object(answer: requests.Response) -> Mapping[str, Any] | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def tasks_in(call: str, answer: Any) -> list[dict[str, Any]]:
    """A list of external tasks, or the outage that it means when something else answers at this address."""
    if not isinstance(answer, list) or not all(isinstance(raw, dict) and "topicName" in raw for raw in answer):
        raise something_else(call, doubtful=True)
    return answer


def something_else(call: str, *, doubtful: bool) -> EngineUnreachable:
    return EngineUnreachable(call, "the answer is not that of a Camunda 7 REST API", doubtful=doubtful)


def fetched_task(raw: Mapping[str, Any]) -> FetchedTask:
    return FetchedTask(
        id=raw["id"],
        topic=raw["topicName"],
        worker_id=raw["workerId"],
        activity_id=raw["activityId"],
        process_instance_id=raw.get("processInstanceId"),
        process_definition_key=raw.get("processDefinitionKey"),
        process_definition_id=raw.get("processDefinitionId"),
        business_key=raw.get("businessKey"),
        tenant_id=raw.get("tenantId"),
        retries=raw.get("retries"),
        priority=raw.get("priority") or 0,
        create_time=_time(raw.get("createTime")),
        lock_expiration=_time(raw.get("lockExpirationTime")),
        variables=variables.decode(raw.get("variables") or {}),
        extension_properties=raw.get("extensionProperties") or {},
    )


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z") if text else None
    except ValueError:
        return None  # an engine with a date format of its own: the task is looked up, never taken as surely first
