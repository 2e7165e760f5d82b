"""Defines the settings: names, defaults and limits. `worker.config.loading` creates the one frozen object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from bitrix.proxy import Route
from worker.config.cockpit import base_of, is_cockpit
from worker.config.engine_auth import AuthSettings
from worker.config.files import FileSettings
from worker.config.ledger_url import ledger_url
from worker.config.origin import Origin
from worker.config.portal_settings import BitrixSettings, LimitSettings
from worker.config.proxies import ProxySetting
from worker.config.setting_types import Group, Seconds, host_name, lower, method_name, prove_address, prove_length
from worker.config.template_switch import TemplateSwitch
from worker.config.tenants import Tenants, ids_said
from worker.config.working_time import WorkingTimeSettings
from worker.mapping.fields import is_blank
from worker.mapping.outcomes import Answers, Outcome, OutcomeOrWait
from worker.mapping.task_fields import portal_name
from worker.words.config_faults import InvalidSetting, Problem
from worker.words.phrase import Language, Phrase, unchanged

DEFAULT_TOPIC = "bitrix_create_task"
SURELY_FIRST_SECONDS = 10.0
"""P1: no create can have been sent for a step that is locked within this time of its creation."""
ENGINE_FORM = unchanged("http://engine:8080/engine-rest")
ENGINE_LOGIN = Phrase(
    "задайте его в camunda.auth_username и camunda.auth_password",
    "set it in camunda.auth_username and camunda.auth_password",
)
IS_COCKPIT = Phrase(
    f"это адрес Cockpit, его место в camunda.cockpit_url; нужен адрес REST API, вида {ENGINE_FORM}",
    f"is Cockpit's address, which belongs into camunda.cockpit_url; it must be the REST API's, like {ENGINE_FORM}",
)
COCKPIT_FORM = unchanged("http://engine:8080/camunda/app/cockpit/default")
NO_COCKPIT = Phrase(
    f"в пути нет /cockpit: нужен адрес Cockpit из браузера, вида {COCKPIT_FORM}",
    f"has no /cockpit in its path: it must be Cockpit's address in the browser, like {COCKPIT_FORM}",
)


class CamundaSettings(Group):
    """The engine. All times in seconds."""

    base_url: str
    tenant_ids: Annotated[tuple[str, ...], BeforeValidator(ids_said)] = ()
    """The tenants whose steps are served; empty: all tenants of the engine."""
    without_tenant: bool = False
    """Serve only steps that belong to no tenant."""
    worker_id: Annotated[str, AfterValidator(prove_length)] | None = None
    """None: made from the host name and the ledger."""
    lock_seconds: Seconds = 150.0
    clock_skew_seconds: Annotated[float, Field(ge=0, le=3600)] = 10.0
    """How far apart the clocks of the engine's nodes may be. Locks are requested that much longer than relied on."""
    long_poll_seconds: Annotated[float, Field(ge=0, le=8)] = 8.0
    """A stop waits until the poll ends, and must not take longer than 12 seconds."""
    max_in_flight: Annotated[int, Field(ge=1, le=512)] = 32
    auth_enabled: bool = False
    auth_username: str | None = None
    auth_password: SecretStr | None = None
    auth: AuthSettings = AuthSettings()
    ca_file: str | None = None
    """A PEM file with the certificate authorities to trust; None: the default ones."""
    client_cert: str | None = None
    """Our own certificate, in PEM, for a server that asks for one."""
    client_key: str | None = None
    """None: in the file of the certificate. Without a password."""
    verify_tls: bool = True
    proxy: ProxySetting = None
    cockpit_url: str | None = None
    """Where people open Cockpit in a browser; None: page and `status` show incidents without a link."""

    @property
    def route(self) -> Route:
        return Route(self.ca_file, self.proxy, self.client_cert, self.client_key, self.verify_tls)

    @field_validator("cockpit_url")
    @classmethod
    def _is_a_cockpit(cls, value: str | None) -> str | None:
        address = base_of(value or "")
        if address:
            prove_address(address, COCKPIT_FORM)
            if not is_cockpit(address):
                raise InvalidSetting(NO_COCKPIT)
        return address or None

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        address = value.strip().rstrip("/")
        prove_address(address, ENGINE_FORM, ENGINE_LOGIN)
        if is_cockpit(address):
            raise InvalidSetting(IS_COCKPIT)
        return address

    @property
    def most_in_hand(self) -> int:
        """Tasks locked at once: besides those that are handled the next ones, which are looked up meanwhile."""
        return 2 * self.max_in_flight - 1

    @property
    def tenants(self) -> Tenants:
        return Tenants(self.tenant_ids, self.without_tenant)


class SyncSettings(Group):
    """The portal module's synchronisation."""

    enabled: bool = True
    method: Annotated[str, AfterValidator(method_name)] = "imena.camunda.sync"
    give_up_after_hours: Annotated[float, Field(gt=0, le=8760)] = 24.0
    slots: Annotated[int, Field(ge=1, le=256)] | None = None
    """The most simultaneous synchronisations. None: as many as `bitrix.limits.concurrency` leaves to them."""


class LedgerSettings(Group):
    """Where the ledger is."""

    url: Annotated[str, Field(repr=False), AfterValidator(ledger_url)] = "sqlite:///worker.db"
    """Secret if it holds a password."""
    heartbeat_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """For a shared ledger. A worker that misses six heartbeats counts as dead, and the others deliver its requests."""


LEVELS_ELSEWHERE = {"warn": "warning", "critical": "error", "fatal": "error", "notset": "debug"}
"""Python's other names of levels, by ours: the worker logs nothing above `error`, and nothing below `debug`."""


def _level(value: object) -> object:
    named = lower(value)
    return LEVELS_ELSEWHERE.get(named, named) if isinstance(named, str) else named


class LogSettings(Group):
    """The log's level, language and format."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_level)] = "info"
    language: Annotated[Language, BeforeValidator(lower)] = "ru"
    format: Annotated[Literal["console", "json"], BeforeValidator(lower)] = "console"


class HttpSettings(Group):
    """The status page, health and metrics. `port` 0: off."""

    host: Annotated[str, AfterValidator(host_name)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8090


class WaitingSettings(Group):
    """How tasks are watched until they are closed. All times in seconds."""

    poll_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    sweep_seconds: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """How often to check that task and step still exist. A task counts as deleted if two checks did not find it."""
    full_look_minutes: Annotated[float, Field(ge=0, le=1440)] = 60.0
    """In how much time each waiting task is looked at, changed or not. 0: every poll and every sweep looks at all."""
    lock_seconds: Annotated[float, Field(gt=0, le=86400)] = 600.0
    """The minimum. With many tasks the locks are longer, so that on average one lock per second is extended."""
    gone_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    """If a larger share of the waiting tasks is missing at once, portal or engine is at fault: nothing is concluded."""
    application_token: SecretStr | None = None
    """The token of the portal's outgoing webhook; None: its events are not accepted."""


class WaitSettings(Group):
    """What the end of a task means for its step: an `Outcome`, or `wait`."""

    done_in_control: bool = False
    """Whether a task that awaits its creator's control counts as done."""
    declined: Outcome = "incident"
    deleted: Outcome = "incident"
    returned: OutcomeOrWait = "wait"
    cancelled: Literal["comment", "close", "leave"] = "comment"
    """What to do with an open task whose step no longer exists: comment on it, comment and close it, or nothing."""
    answers: Answers = Field(default_factory=lambda: {"ДА": "ok", "НЕТ": "no"}, min_length=1)
    """The value of each answer, or `error:CODE` for a BPMN error."""
    answer_variable: str = "{{ external_task.activity_id }}"


class TopicSettings(Group):
    """One topic: templates for the task's fields and the result variables. `retries`: the total number of attempts."""

    task: Mapping[str, Any] = Field(default_factory=dict)
    portal_templates: bool | None = None
    """None: `bitrix.portal_templates`."""
    result: Mapping[str, Any] = Field(default_factory=dict)
    bad_files: Literal["incident", "leave_out"] = "incident"
    """What becomes of a task with a file that is gone, empty or too large: none is made, or it is made without it."""
    variables: Literal["auto", "needed", "all"] = "auto"
    """Which process variables a step has: those that `worker.steps.needed` finds, or all. `auto`: those needed, but
    the engine is asked for all of them while that costs less."""
    retries: Annotated[int, Field(ge=1, le=100)] = 3
    lock_seconds: Seconds | None = None
    """None: `camunda.lock_seconds`."""
    wait_for_close: bool = False
    """Complete the step only when its task is closed. A step's own property `waitForCompletion` overrides it."""
    wait: WaitSettings = WaitSettings()
    incomplete: Literal["incident", "go_on"] = "incident"
    """If the portal refuses a part of a created task for good, such as a checklist: ask a person, or go on without."""

    @property
    def filled(self) -> Mapping[str, str]:
        """Each field that `task` fills: its portal name, and as it is written."""
        return {portal_name(name): name for name, template in self.task.items() if not is_blank(template)}


def _switch(bitrix: BitrixSettings, topics: Mapping[str, TopicSettings]) -> TemplateSwitch:
    said = {name: topic.portal_templates for name, topic in topics.items()}
    return TemplateSwitch.of(said, default=bitrix.portal_templates, exceptions=bitrix.portal_templates_except)


class Settings(Group):
    """All settings. `warnings`: settings that are allowed but probably not meant."""

    camunda: CamundaSettings
    bitrix: BitrixSettings
    sync: SyncSettings = SyncSettings()
    ledger: LedgerSettings = LedgerSettings()
    log: LogSettings = LogSettings()
    http: HttpSettings = HttpSettings()
    waiting: WaitingSettings = WaitingSettings()
    working_time: WorkingTimeSettings = WorkingTimeSettings()
    files: FileSettings = FileSettings()
    topics: Mapping[str, TopicSettings] = Field(
        default_factory=lambda: {DEFAULT_TOPIC: TopicSettings()}, validate_default=True
    )
    _warnings: tuple[Problem, ...] = PrivateAttr(default=())
    _origin: Origin = PrivateAttr(default=Origin())

    @field_validator("topics", mode="before")
    @classmethod
    def _of_none(cls, topics: object) -> object:
        return {DEFAULT_TOPIC: {}} if topics in (None, {}) else topics

    @field_validator("topics")
    @classmethod
    def _with_all_variables(
        cls, topics: Mapping[str, TopicSettings], info: ValidationInfo
    ) -> Mapping[str, TopicSettings]:
        """A template of the portal may find people and fill blocks by any process variable."""
        bitrix = info.data.get("bitrix")
        read = _switch(bitrix, topics).topics if bitrix else frozenset()
        return {n: t.model_copy(update={"variables": "all"}) if n in read else t for n, t in topics.items()}

    @property
    def templates(self) -> TemplateSwitch:
        """For which steps the portal's templates are read."""
        return _switch(self.bitrix, self.topics)

    @property
    def with_questionnaires(self) -> bool:
        """Whether they are added, and read before the step of a closed task is completed."""
        said = self.bitrix.questionnaires
        return self.templates.anywhere if said is None else said

    @property
    def hold_seconds(self) -> float:
        """How long a create may still be running after its send, including the margin."""
        return self.bitrix.server_max_seconds + self.bitrix.margin_seconds

    @property
    def first_within_seconds(self) -> float:
        """No create can have been sent for a step locked at a lower age, by the engine's clocks (P1). 0: never sure.

        A step handed out after a create was sent for it is at least `hold_seconds` old; clocks that differ may make it
        look younger.
        """
        most = min(self.bitrix.server_max_seconds, SURELY_FIRST_SECONDS)
        return max(min(most, self.hold_seconds - self.camunda.clock_skew_seconds), 0.0)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return self._warnings

    @property
    def origin(self) -> Origin:
        return self._origin

    @property
    def engine(self) -> str | None:
        """The engine that the ledger must belong to; None: not set, as a command that only reads the ledger allows."""
        return None if "camunda.base_url" in self._origin.missing else self.camunda.base_url

    @property
    def portal(self) -> str | None:
        """The portal that the ledger must belong to; None as with `engine`."""
        return None if "bitrix.webhook_url" in self._origin.missing else self.bitrix.webhook_url.portal

    def read_from(self, origin: Origin, warnings: tuple[Problem, ...]) -> Settings:
        """Attach where they were read, and the warnings; returns the same object."""
        self._origin, self._warnings = origin, warnings
        return self


GROUPS: Mapping[str, type[Group]] = {
    name: annotation
    for name, field in Settings.model_fields.items()
    if isinstance(annotation := field.annotation, type) and issubclass(annotation, Group)
}


def parts_of(model: type[Group]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """(path within the model, field) of each setting. A group in it is its parts; `limits` also takes a text."""
    for name, field in model.model_fields.items():
        inner = field.annotation if isinstance(field.annotation, type) and issubclass(field.annotation, Group) else None
        if inner in (None, LimitSettings):
            yield (name,), field
        if inner:
            yield from (((name, *path), part) for path, part in parts_of(inner))
