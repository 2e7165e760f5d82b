"""The nouns of the program: frozen records that travel between its modules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

MARKER_PREFIX = "camunda:"


def marker_of(external_task_id: str) -> str:
    """The `XML_ID` that ties a Bitrix24 task to its external task: 44 characters of the column's 50."""
    return MARKER_PREFIX + external_task_id


class Stage(StrEnum):
    """How far the task of a ledger row has come.

    An older program that shares the ledger fails on a stage that it does not know: a new state needs a column instead.
    """

    CREATING = "creating"
    """A create was about to be sent: the Bitrix24 task may exist."""
    CREATED = "created"
    """The Bitrix24 task exists, the engine has not been told yet."""
    WAITING = "waiting"
    """The Bitrix24 task exists and somebody must close it first."""
    SETTLED = "settled"
    """The engine has accepted the outcome."""
    REJECTED = "rejected"
    """No Bitrix24 task exists, and the engine gets or got a failure."""
    SUPERSEDED = "superseded"
    """The engine has given the external task to another worker."""


class Promise(IntEnum):
    """What must come of a Bitrix24 task before its step is completed; the greater one outweighs the lesser."""

    NOTHING = 0
    CLOSE = 1
    """Somebody closes it."""
    ANSWER = 2
    """Somebody closes it with an answer: the task bears the question."""


@dataclass(frozen=True, slots=True)
class UnreadableVariable:
    """Stands for a process variable that could not be decoded; only a template that uses it fails."""

    name: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class SerialisedObject(UnreadableVariable):
    """The same, of a Java object. `java`: its class; `serialised`: its bytes as the engine gave them."""

    java: str
    serialised: str


@dataclass(frozen=True, slots=True)
class FileVariable:
    """A Camunda `File` variable: the engine sends what it is, never its content."""

    filename: str
    mimetype: str | None = None
    encoding: str | None = None


NO_TENANT = ""
"""In a row of the ledger: its step belongs to no tenant."""


@dataclass(frozen=True, slots=True)
class FetchedTask:
    """An external task as `fetchAndLock` handed it out."""

    id: str
    topic: str
    worker_id: str
    activity_id: str
    process_instance_id: str | None
    process_definition_key: str | None
    process_definition_id: str | None = None
    business_key: str | None = None
    tenant_id: str | None = None
    retries: int | None = None
    """None until the first failure has been reported."""
    priority: int = 0
    create_time: datetime | None = None
    """None from engines before 7.21."""
    lock_expiration: datetime | None = None
    """By the engine's clock."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Decoded values; `UnreadableVariable` where that was impossible."""
    extension_properties: Mapping[str, str] = field(default_factory=dict)
    activity_instance_id: str | None = None
    loops: tuple[int, ...] = ()
    """Which instance it is of each multi-instance around it, the outermost first; empty: of none."""

    @property
    def instance(self) -> str:
        """The same as the end of a variable's name: `2`, or `0_2` where loops are nested."""
        return "_".join(map(str, self.loops))

    @property
    def marker(self) -> str:
        return marker_of(self.id)

    @property
    def definition_key(self) -> str | None:
        """The key as the engine gave it; from an engine that gives none, what stands before the id's first `:`."""
        return self.process_definition_key or (self.process_definition_id or "").partition(":")[0] or None


EXTERNAL_TASK: Mapping[str, str] = {
    name: name
    for name in (
        *("id", "topic", "activity_id", "business_key", "process_instance_id", "retries", "tenant_id", "priority"),
        "create_time",
    )
} | {"process_definition_key": "definition_key"}
"""What templates see of an external task: the name there, and the attribute of a `FetchedTask`."""

REFERENCES = ("RESPONSIBLE_ID", "CREATED_BY", "ACCOMPLICES", "AUDITORS", "GROUP_ID", "PARENT_ID")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an external task is now: a process instance may be migrated while its step waits."""

    activity_id: str | None
    process_definition_id: str | None
    suspended: bool = False
    """No outcome is accepted until its instance is activated."""

    def is_of(self, task: FetchedTask) -> bool:
        """Whether it is still where it was handed out; what was not told then is not compared."""
        definition = task.process_definition_id or self.process_definition_id
        return (self.activity_id, self.process_definition_id) == (task.activity_id, definition)


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """The fields of a Bitrix24 task about to be created, as `tasks.task.add` takes them."""

    marker: str
    fields: Mapping[str, Any]
    promise: Promise = Promise.NOTHING
    answer_variable: str | None = None
    """The process variable that takes the answer; None: none is expected."""

    @property
    def references(self) -> str:
        """What the draft refers to on the portal: the usual reason why one is refused."""
        named = {name: self.fields[name] for name in REFERENCES if name in self.fields}
        return ", ".join(f"{name} = {value}" for name, value in named.items())


@dataclass(frozen=True, slots=True)
class PortalTask:
    """A Bitrix24 task that exists."""

    id: int
    url: str


class Ending(StrEnum):
    """How the waiting for a Bitrix24 task has ended, in the words that templates see as `task.status`."""

    COMPLETED = "completed"
    AWAITS_CONTROL = "awaits_control"
    DECLINED = "declined"
    DELETED = "deleted"
    RETURNED = "returned"
    """It had been closed before, the step could not be completed with that, and now it is open again."""


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A Bitrix24 task whose waiting has ended, as result templates see it."""

    id: int
    url: str
    status: Ending
    closed_by: int | None = None
    """Number of the person; None where the portal does not say."""
    closed_at: str | None = None
    """ISO 8601 with offset."""
    answers: tuple[str, ...] = ()
    """The texts of the chosen options: one where all is well; empty: nothing was chosen."""
    result: str = ""
    checklist: tuple[Any, ...] = ()
    """Lines with `title` and `done`."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Any other field of the task that the topic's templates name, by its name on the portal."""

    @property
    def answer(self) -> str | None:
        """What was answered, as templates see it; None: nothing."""
        return ", ".join(self.answers) or None


@dataclass(frozen=True, slots=True)
class Complete:
    """Settlement: the external task is done."""

    variables: Mapping[str, Any]
    """Typed values in the engine's own form (`{"type": …, "value": …}`), so that a row can keep them."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Settlement: this attempt failed; at `retries` 0 the engine raises an incident."""

    message: str
    details: str
    retries: int
    retry_timeout: float
    """Seconds until the engine may hand the task out again."""


@dataclass(frozen=True, slots=True)
class BpmnError:
    """Settlement: an outcome that the model catches by its code."""

    code: str
    message: str
    variables: Mapping[str, Any] = field(default_factory=dict)


Settlement = Complete | Failure | BpmnError


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """One `imena.camunda.sync` that the portal's module is owed."""

    process_instance_id: str
    process_definition_key: str
