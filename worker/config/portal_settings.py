"""Defines the settings of the portal: its webhook, its limits, and what every task gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import BeforeValidator, Field, InstanceOf

from bitrix.limits.presets import PRESETS, Limits, Preset
from bitrix.proxy import Route
from bitrix.webhook import WebhookError, WebhookUrl
from worker.config.proxies import ProxySetting
from worker.config.setting_types import Group, Seconds, lower
from worker.config.template_switch import processes_said
from worker.mapping.fields import LARGEST_ID
from worker.words.addresses import wrong_webhook
from worker.words.config_faults import NO_TEXT, InvalidSetting


def _webhook(value: object) -> object:
    if isinstance(value, WebhookUrl):
        return value
    if not isinstance(value, str):
        raise InvalidSetting(NO_TEXT)
    try:
        return WebhookUrl.parse(value)
    except WebhookError as error:
        raise InvalidSetting(wrong_webhook(error.fault)) from None


def _preset_alone(value: object) -> object:
    return {"preset": value} if isinstance(value, str) else value


Webhook = Annotated[InstanceOf[WebhookUrl], BeforeValidator(_webhook)]


class LimitSettings(Group):
    """What the portal allows: a preset, and values that differ from it. None: the preset's value."""

    preset: Annotated[Preset, BeforeValidator(lower)] = "self-hosted"
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] | None = None
    burst: Annotated[float, Field(ge=1, le=10000)] | None = None
    operating_seconds: Seconds | None = None
    """Execution time that one method may use within `window_seconds`."""
    window_seconds: Seconds | None = None
    concurrency: Annotated[int, Field(ge=1, le=512)] | None = None
    """Simultaneous calls of all kinds. None: `camunda.max_in_flight`."""
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    """This worker's share of the limits, if several workers use one webhook."""

    @property
    def without_effect(self) -> Iterator[tuple[str, str]]:
        """Figures that are set for nothing, each with the figure that it needs."""
        limits = self.resolved()
        for name, needed in (("burst", "requests_per_second"), ("window_seconds", "operating_seconds")):
            if getattr(self, name) is not None and getattr(limits, needed) is None:
                yield name, needed

    @property
    def of_preset(self) -> Mapping[str, float | None]:
        """The figures that only the preset states, by name; None: it sets no limit."""
        preset = PRESETS[self.preset]
        names = ("requests_per_second", "burst", "operating_seconds", "window_seconds", "share")
        return {name: getattr(preset, name) for name in names if getattr(self, name) is None}

    def resolved(self, slots: int = 1) -> Limits:
        """The preset with the values that differ. `slots`: the most simultaneous calls, whatever the settings say."""
        said = {name: value for name, value in self.model_dump(exclude={"preset"}).items() if value is not None}
        limits = replace(PRESETS[self.preset], **said)
        return replace(limits, concurrency=min(limits.concurrency, slots))


class BitrixSettings(Group):
    """The portal. All times in seconds."""

    webhook_url: Webhook
    request_timeout: Seconds = 75.0
    server_max_seconds: Seconds = 60.0
    """The longest time from send to end on the portal's server, its queue included."""
    margin_seconds: Seconds = 10.0
    default_responsible_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    default_priority: Annotated[int, Field(ge=0, le=2)] = 1
    max_description_length: Annotated[int, Field(ge=100, le=60000)] = 30000
    questionnaires: bool | None = None
    """Whether tasks have questionnaires of the portal's module, whose answers become process variables.

    None: as `portal_templates` of any topic, whose templates add them.
    """
    portal_templates: bool = False
    """Take what a task contains from the templates of the portal's module. All process variables are fetched then."""
    portal_templates_except: Annotated[tuple[str, ...], BeforeValidator(processes_said)] = ()
    """Keys of processes whose steps have no templates; an asterisk at the end covers all keys that begin so."""
    limits: Annotated[LimitSettings, BeforeValidator(_preset_alone)] = LimitSettings()
    ca_file: str | None = None
    """A PEM file with the certificate authorities to trust; None: the default ones."""
    client_cert: str | None = None
    """Our own certificate, in PEM, for a server that asks for one."""
    client_key: str | None = None
    """None: in the file of the certificate. Without a password."""
    verify_tls: bool = True
    proxy: ProxySetting = None

    @property
    def route(self) -> Route:
        return Route(self.ca_file, self.proxy, self.client_cert, self.client_key, self.verify_tls)

    @property
    def delivery_seconds(self) -> float:
        """Time to reach the portal's machine; later, the request is dropped. Below the margin: packets take time."""
        return self.margin_seconds * 0.8
