"""The built-in engine's data: definitions, instances and external tasks, and their JSON form."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.engine.model import Model, Node

Values = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Definition:
    """A deployed version of a model."""

    id: str
    version: int
    deployment: str
    model: Model
    tenant_id: str | None = None


@dataclass(slots=True)
class Instance:
    """A running process instance; `joined` counts the flows that have reached a parallel gateway."""

    id: str
    definition: Definition
    business_key: str | None
    variables: Values
    suspended: bool = False
    joined: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """What the engine itself has to do before a gateway, and has failed at."""

    id: str
    instance: Instance
    node: Node


@dataclass(slots=True)
class Task:
    """An external task. Times in seconds since the epoch; `lock_until` None: never locked, or unlocked."""

    id: str
    node: Node
    instance: Instance
    created: float
    local: Values
    worker_id: str | None = None
    lock_until: float | None = None
    retries: int | None = None
    error_message: str | None = None
    error_details: str = ""

    @property
    def tenant_id(self) -> str | None:
        return self.instance.definition.tenant_id

    @property
    def locked(self) -> bool:
        return self.lock_until is not None and self.lock_until > time.time()

    @property
    def can_be_fetched(self) -> bool:
        return not self.locked and not self.instance.suspended and self.retries != 0

    def shown(self) -> dict[str, Any]:
        """The task as a query returns it."""
        return {
            "id": self.id,
            "topicName": self.node.topic,
            "workerId": self.worker_id,
            "lockExpirationTime": moment(self.lock_until),
            "createTime": moment(self.created),
            "retries": self.retries,
            "errorMessage": self.error_message,
            "suspended": self.instance.suspended,
            "activityId": self.node.id,
            "activityInstanceId": f"{self.node.id}:{self.id}",
            "executionId": self.id,
            "processInstanceId": self.instance.id,
            "processDefinitionId": self.instance.definition.id,
            "processDefinitionKey": self.instance.definition.model.key,
            "processDefinitionVersionTag": None,
            "businessKey": self.instance.business_key,
            "tenantId": self.tenant_id,
            "priority": 0,
        }

    def fetched(self, names: Collection[str] | None) -> dict[str, Any]:
        """The task as fetchAndLock returns it. `names`: the variables asked for; None: all."""
        variables = self.instance.variables | self.local
        asked = {name: value for name, value in variables.items() if names is None or name in names}
        more = {"extensionProperties": dict(self.node.properties), "variables": asked}
        return self.shown() | {"suspended": False, "errorDetails": self.error_details or None} | more


def incident(kind: str, of: str, message: str | None, instance: Instance, node: Node) -> dict[str, Any]:
    """What a query returns of a task without retries, or of a job that failed: `of` is its id."""
    id_ = str(uuid.uuid4())
    return {
        "id": id_,
        "causeIncidentId": id_,
        "rootCauseIncidentId": id_,
        "incidentType": kind,
        "configuration": of,
        "incidentMessage": message,
        "incidentTimestamp": moment(time.time()),
        "tenantId": instance.definition.tenant_id,
        "processInstanceId": instance.id,
        "processDefinitionId": instance.definition.id,
        "activityId": node.id,
        "failedActivityId": node.id,
    }


def moment(seconds: float | None) -> str | None:
    """A time in the engine's format: milliseconds, and an offset without a colon."""
    if seconds is None:
        return None
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "+0000"


def of_tenants(wanted: Mapping[str, Any], *, query: bool = False) -> Callable[[str | None], bool]:
    """The rule of a topic of fetchAndLock; an empty list is none, ids go before `withoutTenantId`.

    A `query` of external tasks knows ids only, as the real one does.
    """
    named = wanted.get("tenantIdIn") or ()
    ids = named.split(",") if isinstance(named, str) else named
    if ids:
        return lambda tenant_id: tenant_id in ids
    if wanted.get("withoutTenantId") is True and not query:
        return lambda tenant_id: tenant_id is None
    return lambda tenant_id: True  # noqa: ARG005 - of all
