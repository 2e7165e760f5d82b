"""Defines the settings: names, defaults and limits. `worker.config.loading` creates the one frozen object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PrivateAttr,
    SecretStr,
    field_validator,
)

from bitrix.limits.presets import PRESETS, Limits, Preset
from bitrix.proxy import Route
from bitrix.webhook import WebhookError, WebhookUrl
from worker.config.proxies import ProxySetting
from worker.config.tenants import Tenants, ids_said
from worker.mapping.outcomes import Answers, Outcome, OutcomeOrWait
from worker.words.addresses import WEBHOOK
from worker.words.config_faults import InvalidSetting, Problem
from worker.words.phrase import Language, Phrase

DEFAULT_TOPIC = "bitrix_create_task"
SURELY_FIRST_SECONDS = 10.0
"""P1: no create can have been sent for a step that is locked within this time of its creation."""


def _webhook(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return WebhookUrl.parse(value)
    except WebhookError as error:
        raise InvalidSetting(WEBHOOK[error.fault]) from None


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _readable(value: str | None) -> str | None:
    if value and not Path(value).is_file():
        raise InvalidSetting(Phrase("нет такого файла", "is no file that can be read"))
    return value


def _preset_alone(value: object) -> object:
    return {"preset": value} if isinstance(value, str) else value


CaFile = Annotated[str | None, AfterValidator(_readable)]
"""A PEM file with the certificate authorities to trust; None: the default ones."""
Webhook = Annotated[InstanceOf[WebhookUrl], BeforeValidator(_webhook)]
Seconds = Annotated[float, Field(gt=0, le=86400)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _is_address(text: str) -> bool:
    """Whether paths can be appended to it: http or https, a valid host, and nothing after its own path."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    rest = parts.query or parts.fragment or "@" in text or any(letter.isspace() for letter in text)
    return parts.scheme in ("http", "https") and bool(host) and not rest


class CamundaSettings(_Group):
    """The engine. All times in seconds."""

    base_url: str
    tenant_ids: Annotated[tuple[str, ...], BeforeValidator(ids_said)] = ()
    """The tenants whose steps are served; empty: all tenants of the engine."""
    without_tenant: bool = False
    """Serve only steps that belong to no tenant."""
    worker_id: str | None = None
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
    ca_file: CaFile = None
    proxy: ProxySetting = None

    @property
    def route(self) -> Route:
        return Route(self.ca_file, self.proxy)

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        address = value.strip().rstrip("/")
        if not _is_address(address):
            raise InvalidSetting(
                Phrase(
                    "ожидается вид http://engine:8080/engine-rest (имя пользователя задаётся в camunda.auth_username)",
                    "must look like http://engine:8080/engine-rest (a user name belongs into camunda.auth_username)",
                )
            )
        return address

    @property
    def tenants(self) -> Tenants:
        return Tenants(self.tenant_ids, self.without_tenant)


class LimitSettings(_Group):
    """What the portal allows: a preset, and values that differ from it. None: the preset's value."""

    preset: Preset = "self-hosted"
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] | None = None
    burst: Annotated[float, Field(ge=1, le=10000)] | None = None
    operating_seconds: Seconds | None = None
    """Execution time that one method may use within `window_seconds`."""
    window_seconds: Seconds | None = None
    concurrency: Annotated[int, Field(ge=1, le=512)] | None = None
    """Simultaneous creates; fewer while the portal is slow."""
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """This worker's share of the limits, if several workers use one webhook."""

    def resolved(self, slots: int = 1) -> Limits:
        """The preset with the values that differ. `slots`: the most simultaneous creates, whatever the settings say."""
        said = {name: value for name, value in self.model_dump(exclude={"preset"}).items() if value is not None}
        limits = replace(PRESETS[self.preset], **said)
        return replace(limits, concurrency=min(limits.concurrency, slots))


class BitrixSettings(_Group):
    """The portal. All times in seconds."""

    webhook_url: Webhook
    request_timeout: Seconds = 75.0
    server_max_seconds: Seconds = 60.0
    """The longest time from send to end on the portal's server, its queue included."""
    margin_seconds: Seconds = 10.0
    default_responsible_id: Annotated[int, Field(ge=1)] | None = None
    default_priority: Annotated[int, Field(ge=0, le=2)] = 1
    max_description_length: Annotated[int, Field(ge=100, le=60000)] = 30000
    limits: Annotated[LimitSettings, BeforeValidator(_preset_alone)] = LimitSettings()
    ca_file: CaFile = None
    proxy: ProxySetting = None

    @property
    def route(self) -> Route:
        return Route(self.ca_file, self.proxy)

    @property
    def delivery_seconds(self) -> float:
        """Time to reach the portal's machine; later, the request is dropped. Below the margin: packets take time."""
        return self.margin_seconds * 0.8


class SyncSettings(_Group):
    """The portal module's synchronisation."""

    enabled: bool = True
    method: str = "imena.camunda.sync"
    give_up_after_hours: Annotated[float, Field(gt=0, le=8760)] = 24.0
    slots: Annotated[int, Field(ge=1, le=256)] = 8
    """Simultaneous synchronisations, in addition to `camunda.max_in_flight` creates."""


POSTGRESQL = re.compile(r"postgresql\+psycopg://([^:/@]+(:[^@]*)?@)?(\[[0-9a-fA-F:]+\]|[^:/@?]*)(:\d+)?/[^/@?]+(\?.*)?")
"""Refuses an `@` in the password that is not escaped: the rest would be read as the host, and shown."""


class LedgerSettings(_Group):
    """Where the ledger is."""

    url: Annotated[str, Field(repr=False)] = "sqlite:///worker.db"
    """Secret if it holds a password."""
    heartbeat_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """For a shared ledger. A worker that misses six heartbeats counts as dead, and the others deliver its requests."""

    @field_validator("url")
    @classmethod
    def _is_known(cls, value: str) -> str:
        known = value.startswith("sqlite:///") and value != "sqlite:///"
        if not known and not POSTGRESQL.fullmatch(value):
            raise InvalidSetting(
                Phrase(
                    "ожидается вид sqlite:///worker.db или postgresql+psycopg://пользователь:пароль@хост/база (знак @ "
                    "в "
                    "пароле пишется %40)",
                    "must look like sqlite:///worker.db or postgresql+psycopg://user:password@host/database (an @ in "
                    "the "
                    "password is written %40)",
                )
            )
        return value


class LogSettings(_Group):
    """The log's level, language and format."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    language: Annotated[Language, BeforeValidator(_lower)] = "ru"
    format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = "console"


class HttpSettings(_Group):
    """The status page, health and metrics. `port` 0: off."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8090


class WaitingSettings(_Group):
    """How tasks are watched until they are closed. All times in seconds."""

    poll_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    sweep_seconds: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """How often to check that task and step still exist. A task counts as deleted if two checks did not find it."""
    lock_seconds: Annotated[float, Field(gt=0, le=86400)] = 600.0
    """The minimum. With many tasks the locks are longer, so that on average one lock per second is extended."""
    gone_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    """If a larger share of the waiting tasks is missing at once, portal or engine is at fault: nothing is concluded."""
    application_token: SecretStr | None = None
    """The token of the portal's outgoing webhook; None: its events are not accepted."""


class WaitSettings(_Group):
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


class TopicSettings(_Group):
    """One topic: templates for the task's fields and the result variables. `retries`: the total number of attempts."""

    task: Mapping[str, Any] = Field(default_factory=dict)
    result: Mapping[str, Any] = Field(default_factory=dict)
    variables: Literal["needed", "all"] = "needed"
    """Which process variables are fetched: those that `worker.steps.needed` finds, or all."""
    retries: Annotated[int, Field(ge=1, le=100)] = 3
    lock_seconds: Seconds | None = None
    """None: `camunda.lock_seconds`."""
    wait_for_close: bool = False
    """Complete the step only when its task is closed. A step's own property `waitForCompletion` overrides it."""
    wait: WaitSettings = WaitSettings()


class Settings(_Group):
    """All settings. `warnings`: settings that are allowed but probably not meant."""

    camunda: CamundaSettings
    bitrix: BitrixSettings
    sync: SyncSettings = SyncSettings()
    ledger: LedgerSettings = LedgerSettings()
    log: LogSettings = LogSettings()
    http: HttpSettings = HttpSettings()
    waiting: WaitingSettings = WaitingSettings()
    topics: Mapping[str, TopicSettings] = Field(default_factory=lambda: {DEFAULT_TOPIC: TopicSettings()}, min_length=1)
    _warnings: tuple[Problem, ...] = PrivateAttr(default=())

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

    def with_warnings(self, warnings: tuple[Problem, ...]) -> Settings:
        """Attach the warnings; returns the same object."""
        self._warnings = warnings
        return self


GROUPS: Mapping[str, type[_Group]] = {
    name: annotation
    for name, field in Settings.model_fields.items()
    if isinstance(annotation := field.annotation, type) and issubclass(annotation, _Group)
}
