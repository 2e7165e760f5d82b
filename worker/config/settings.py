"""The settings: one frozen object with its names, defaults and limits. `worker.config.loading` makes it."""

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
"""P1: a step that is locked so soon after its making is nobody's yet."""


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
"""Certificates of the authorities to trust, in PEM; None: the usual ones."""
Webhook = Annotated[InstanceOf[WebhookUrl], BeforeValidator(_webhook)]
Seconds = Annotated[float, Field(gt=0, le=86400)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _is_address(text: str) -> bool:
    """Whether paths can be added to it: a host that can be read, and nothing after its own path."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    rest = parts.query or parts.fragment or "@" in text or any(letter.isspace() for letter in text)
    return parts.scheme in ("http", "https") and bool(host) and not rest


class CamundaSettings(_Group):
    """The engine. Times in seconds."""

    base_url: str
    tenant_ids: Annotated[tuple[str, ...], BeforeValidator(ids_said)] = ()
    """The tenants whose steps are served; none: all of the engine."""
    without_tenant: bool = False
    """Serve only steps that belong to no tenant."""
    worker_id: str | None = None
    """None: host name and ledger."""
    lock_seconds: Seconds = 150.0
    clock_skew_seconds: Annotated[float, Field(ge=0, le=3600)] = 10.0
    """How far apart the clocks of the engine's nodes may be. Locks are asked for that much longer than counted on."""
    long_poll_seconds: Annotated[float, Field(ge=0, le=8)] = 8.0
    """A stop waits it out, and a stop takes 12 seconds at most."""
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
    """What the portal allows: a preset, and what is different from it. None: as the preset says."""

    preset: Preset = "self-hosted"
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] | None = None
    burst: Annotated[float, Field(ge=1, le=10000)] | None = None
    operating_seconds: Seconds | None = None
    """Execution time that one method may cost within `window_seconds`."""
    window_seconds: Seconds | None = None
    concurrency: Annotated[int, Field(ge=1, le=512)] | None = None
    """Creates at once; fewer while the portal is slow."""
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """Of what is allowed, where several workers use one webhook."""

    def resolved(self, slots: int = 1) -> Limits:
        """The preset with what was said; never more creates at once than there are `slots` for them."""
        said = {name: value for name, value in self.model_dump(exclude={"preset"}).items() if value is not None}
        limits = replace(PRESETS[self.preset], **said)
        return replace(limits, concurrency=min(limits.concurrency, slots))


class BitrixSettings(_Group):
    """The portal. Times in seconds."""

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
        """Within which a request reaches the portal's machine or never: less than the margin, for the way itself."""
        return self.margin_seconds * 0.8


class SyncSettings(_Group):
    """The portal module's synchronisation."""

    enabled: bool = True
    method: str = "imena.camunda.sync"
    give_up_after_hours: Annotated[float, Field(gt=0, le=8760)] = 24.0
    slots: Annotated[int, Field(ge=1, le=256)] = 8
    """Synchronisations at once, besides `camunda.max_in_flight` creates."""


POSTGRESQL = re.compile(r"postgresql\+psycopg://([^:/@]+(:[^@]*)?@)?(\[[0-9a-fA-F:]+\]|[^:/@?]*)(:\d+)?/[^/@?]+(\?.*)?")
"""An `@` in the password that is not escaped ends it: the rest would be taken for the host, and shown."""


class LedgerSettings(_Group):
    """Where the ledger is."""

    url: Annotated[str, Field(repr=False)] = "sqlite:///worker.db"
    """A secret where it holds a password."""
    heartbeat_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Of a shared ledger: who misses six is dead, and the others deliver what it owed."""

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
    """What the log looks like."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    language: Annotated[Language, BeforeValidator(_lower)] = "ru"
    format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = "console"


class HttpSettings(_Group):
    """The status page, health and metrics. `port` 0: off."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8090


class WaitingSettings(_Group):
    """How tasks are watched until they are closed. Times in seconds."""

    poll_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    sweep_seconds: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """How often to look whether task and step still exist; a task is deleted when it was missing twice."""
    lock_seconds: Annotated[float, Field(gt=0, le=86400)] = 600.0
    """The least; with many tasks the locks get longer, so that a step is extended once a second on average."""
    gone_share: Annotated[float, Field(gt=0, le=1)] = 0.05
    """When more of the waiting tasks are gone at once, portal or engine is at fault and nothing is concluded."""
    application_token: SecretStr | None = None
    """Of the portal's outgoing webhook; None: it is not listened to."""


class WaitSettings(_Group):
    """What the end of a task means for its step: an `Outcome`, or `wait`."""

    done_in_control: bool = False
    """Whether a task that awaits its creator's control counts as done."""
    declined: Outcome = "incident"
    deleted: Outcome = "incident"
    returned: OutcomeOrWait = "wait"
    cancelled: Literal["comment", "close", "leave"] = "comment"
    """What to do with an open task whose step is no more: comment on it, comment and close, or nothing."""
    answers: Answers = Field(default_factory=lambda: {"ДА": "ok", "НЕТ": "no"}, min_length=1)
    """What each answer gives: a value, or `error:CODE`."""
    answer_variable: str = "{{ external_task.activity_id }}"


class TopicSettings(_Group):
    """One topic: templates for the task's fields and for the result variables. `retries`: attempts in all."""

    task: Mapping[str, Any] = Field(default_factory=dict)
    result: Mapping[str, Any] = Field(default_factory=dict)
    variables: Literal["needed", "all"] = "needed"
    """Which process variables are fetched: those that `worker.steps.needed` finds, or every one."""
    retries: Annotated[int, Field(ge=1, le=100)] = 3
    lock_seconds: Seconds | None = None
    """None: that of `camunda`."""
    wait_for_close: bool = False
    """Complete the step only when its task is closed; a step's property `waitForCompletion` says it for one."""
    wait: WaitSettings = WaitSettings()


class Settings(_Group):
    """Everything that can be set; `warnings` are what is allowed and yet probably not meant."""

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
        """How long after its send a create may still be running, with the margin."""
        return self.bitrix.server_max_seconds + self.bitrix.margin_seconds

    @property
    def first_within_seconds(self) -> float:
        """How young a step must be, by the engine's clocks, to be nobody's yet (P1); 0: none is.

        No create is old enough to be found by whoever is handed its step: that takes `hold_seconds`, and the clocks may
        make the step look younger.
        """
        most = min(self.bitrix.server_max_seconds, SURELY_FIRST_SECONDS)
        return max(min(most, self.hold_seconds - self.camunda.clock_skew_seconds), 0.0)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return self._warnings

    def with_warnings(self, warnings: tuple[Problem, ...]) -> Settings:
        """The same settings, about which this is to be said."""
        self._warnings = warnings
        return self


GROUPS: Mapping[str, type[_Group]] = {
    name: annotation
    for name, field in Settings.model_fields.items()
    if isinstance(annotation := field.annotation, type) and issubclass(annotation, _Group)
}
