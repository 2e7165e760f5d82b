"""The frozen records that the worker's packages pass to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from worker.words.phrase import Phrase

MARKER_PREFIX = "camunda:"


def marker_of(external_task_id: str) -> str:
    """The `XML_ID` that ties a Bitrix24 task to its external task: 44 characters; the portal's column holds 50."""
    return MARKER_PREFIX + external_task_id


class Stage(StrEnum):
    """How far the task of a ledger row has come.

    Do not add a stage: an older worker on the same ledger would fail on it. Record a new state in a new column.
    """

    CREATING = "creating"
    """A create was about to be sent: the Bitrix24 task may exist."""
    CREATED = "created"
    """The Bitrix24 task exists; the engine does not have the outcome yet."""
    WAITING = "waiting"
    """The Bitrix24 task exists, and a person must close it first."""
    SETTLED = "settled"
    """The engine has accepted the outcome."""
    REJECTED = "rejected"
    """No Bitrix24 task exists; a failure is, or was, delivered to the engine."""
    SUPERSEDED = "superseded"
    """The engine has handed the external task to another worker."""


class ActState(StrEnum):
    """How far an act has come."""

    DUE = "due"
    """Not sent, or only in parts, each of which was answered."""
    BEGUN = "begun"
    """A call was about to be sent: it may have been executed."""
    DONE = "done"
    GIVEN_UP = "given_up"
    """It failed, or nobody can tell whether it was done, and the step went on without it."""


class Decided(StrEnum):
    """What a person did: about a parked synchronisation, or by another command that changes the ledger."""

    REPLAY = "replay"
    FORGET = "forget"
    RESYNC = "resync"
    """`audit --resync` queued a synchronisation."""
    TAKEOVER = "takeover"
    """`takeover` took a step over from another worker."""


class Promise(IntEnum):
    """What must happen to a Bitrix24 task before its step is completed. Of two promises the greater applies."""

    NOTHING = 0
    CLOSE = 1
    """A person closes the task."""
    ANSWER = 2
    """A person closes the task with an answer; the task holds the question."""


@dataclass(frozen=True, slots=True)
class UnreadableVariable:
    """A process variable that could not be decoded; only a template that uses it fails."""

    name: str
    type: str
    reason: Phrase


@dataclass(frozen=True, slots=True)
class UnreadName(UnreadableVariable):
    """A name that only the model has, and the model could not be read."""


@dataclass(frozen=True, slots=True)
class SerialisedObject(UnreadableVariable):
    """A Java object that could not be decoded. `java`: its class; `serialised`: its value as the engine sent it."""

    java: str
    serialised: str


@dataclass(frozen=True, slots=True)
class FileVariable:
    """A Camunda `File` variable: the engine sends its metadata, never its content."""

    filename: str
    mimetype: str | None = None
    encoding: str | None = None
    name: str = field(default="", compare=False)
    """The variable's own name."""


NO_TENANT = ""
"""The value in a ledger row whose step belongs to no tenant."""


@dataclass(frozen=True, slots=True)
class FetchedTask:
    """An external task as `fetchAndLock` returned it."""

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
    """None until the first failure has been reported to the engine."""
    priority: int = 0
    create_time: datetime | None = None
    """By the engine's clock. Engines before 7.21 do not send it: None."""
    lock_expiration: datetime | None = None
    """By the engine's clock."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Decoded values; an `UnreadableVariable` for each that could not be decoded."""
    extension_properties: Mapping[str, str] = field(default_factory=dict)
    activity_instance_id: str | None = None
    loops: tuple[int, ...] = ()
    """Its index in each multi-instance activity around it, the outermost first; empty: there is none."""
    activity_name: str | UnreadName | None = None
    """The name of the step in the model, in one line; None: it has none."""
    process_name: str | UnreadName | None = None

    @property
    def instance(self) -> str:
        """`loops` as the suffix of a variable's name: `2`, or `0_2` if multi-instances are nested."""
        return "_".join(map(str, self.loops))

    @property
    def step_shown(self) -> str | UnreadName:
        """The step's name; its id if it has none."""
        return self.activity_name or self.activity_id

    @property
    def process_shown(self) -> str | UnreadName | None:
        """The process's name; its key if it has none."""
        return self.process_name or self.definition_key

    @property
    def marker(self) -> str:
        return marker_of(self.id)

    @property
    def definition_key(self) -> str | None:
        """The process definition's key; if the engine sent none, the part of the definition's id before its first `:`.

        None: the engine sent neither.
        """
        return self.process_definition_key or (self.process_definition_id or "").partition(":")[0] or None


EXTERNAL_TASK: Mapping[str, str] = {
    name: name
    for name in (
        *("id", "topic", "activity_id", "business_key", "process_instance_id", "retries", "tenant_id", "priority"),
        "create_time",
    )
} | {
    "process_definition_key": "definition_key",
    "activity_name": "step_shown",
    "process_name": "process_shown",
}
"""What templates see of an external task: the name in templates → the attribute of `FetchedTask`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an external task is now: its process instance may be migrated while the step waits."""

    activity_id: str | None
    process_definition_id: str | None
    suspended: bool = False
    """The engine accepts no outcome until the process instance is activated again."""

    def is_of(self, task: FetchedTask) -> bool:
        """Whether the external task is still at the activity and definition of `task`.

        The definition is not compared if the engine did not send it with `task`.
        """
        definition = task.process_definition_id or self.process_definition_id
        return (self.activity_id, self.process_definition_id) == (task.activity_id, definition)


QUESTIONNAIRES = "questionnaires"
"""The kind of the act that adds them, as `Act.kind`."""


@dataclass(frozen=True, slots=True)
class Act:
    """One more call that a task needs after its create, made exactly once: a checklist, a comment."""

    kind: str
    payload: Mapping[str, Any]
    """JSON values, in the form that the kind defines."""


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """A Bitrix24 task to be created: its fields as `tasks.task.add` takes them, and what is done after the create."""

    marker: str
    fields: Mapping[str, Any]
    promise: Promise = Promise.NOTHING
    answer_variable: str | None = None
    """The process variable that takes the answer; None: no answer is expected."""
    acts: tuple[Act, ...] = ()
    """In this order, after the create."""
    templated: Mapping[str, int] = field(default_factory=dict)
    """The fields that a task template of the portal has filled, with its number."""


@dataclass(frozen=True, slots=True)
class PortalTask:
    """A Bitrix24 task that exists."""

    id: int
    url: str


class Ending(StrEnum):
    """How the wait for a Bitrix24 task ended. Templates see the value as `task.status`."""

    COMPLETED = "completed"
    AWAITS_CONTROL = "awaits_control"
    DECLINED = "declined"
    DELETED = "deleted"
    RETURNED = "returned"
    """It was closed, the step could not be completed with its answer, and a person has opened it again."""


@dataclass(frozen=True, slots=True)
class ClosedTask:
    """A Bitrix24 task for which a step no longer waits, as result templates see it."""

    id: int
    url: str
    status: Ending
    closed_by: int | None = None
    """The user's id; None if the portal did not send it."""
    closed_at: str | None = None
    """ISO 8601 with offset."""
    answers: tuple[str, ...] = ()
    """The texts of the chosen options. More than one is an error; empty: nothing was chosen."""
    result: str = ""
    checklist: tuple[Any, ...] = ()
    """Items with `title` and `done`."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The other task fields that the topic's templates use, by their names on the portal."""
    questionnaires: tuple[Any, ...] | None = None
    """`bitrix.questionnaires.Questionnaire` with answers; empty: the task has none; None: they are not read."""

    @property
    def answer(self) -> str | None:
        """The answer as templates see it; None: nothing was chosen."""
        return ", ".join(self.answers) or None


@dataclass(frozen=True, slots=True)
class Complete:
    """Settlement: the external task is done."""

    variables: Mapping[str, Any]
    """Typed values in the engine's own form (`{"type": …, "value": …}`), so that the ledger can store them."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Settlement: this attempt failed. With `retries` 0 the engine raises an incident."""

    message: str
    details: str
    retries: int
    retry_timeout: float
    """Seconds until the engine may hand the task out again."""


@dataclass(frozen=True, slots=True)
class BpmnError:
    """Settlement: a BPMN error, which the model catches by its code."""

    code: str
    message: str
    variables: Mapping[str, Any] = field(default_factory=dict)


Settlement = Complete | Failure | BpmnError


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """One outstanding `imena.camunda.sync` to the portal's module."""

    process_instance_id: str
    process_definition_key: str
