"""`config show`, and which files a command works with: where settings come from, without their secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from bitrix.proxy import Proxy
from bitrix.secrecy import HIDDEN
from bitrix.webhook import WebhookUrl
from worker.commands import console
from worker.commands.derived import derived
from worker.config.ledger_mark import place_of_ledger
from worker.config.origin import Source, SourceKind
from worker.config.portal_settings import LimitSettings
from worker.config.secrets import shown_address
from worker.config.settings import Settings
from worker.config.text_file import shown_file
from worker.words.config_faults import CONFIGURATION
from worker.words.phrase import Phrase

LEDGER = Phrase("Журнал: {place}", "Ledger: {place}")
NOT_SET = Phrase("не задано", "not set")


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it counts. `value`: plain data in which secrets are masked; None: not set."""

    path: str
    value: Any
    source: Source


def places(settings: Settings) -> Iterator[str]:
    """The lines that name the configuration file and the ledger."""
    language = settings.log.language
    yield CONFIGURATION.format(file=settings.origin.told).in_(language)
    yield LEDGER.format(place=place_of_ledger(settings.ledger.url)).in_(language)


def introduce(settings: Settings) -> None:
    """Print which file and ledger a command works with, and what is doubtful in the settings."""
    for line in places(settings):
        console.say(line)
    for line in doubtful(settings):
        console.say(line, console.Colour.DOUBTFUL)


def doubtful(settings: Settings) -> Iterator[str]:
    """A line for each warning about the settings."""
    return (one.warned(settings.log.language) for one in settings.warnings)


def config_show(settings: Settings, *, as_json: bool) -> str:
    """Every setting with its value and its source."""
    found = list(shown(settings))
    if as_json:
        file = settings.origin.file
        told = {
            "file": str(file.absolute()) if file else None,
            "ledger": place_of_ledger(settings.ledger.url),
            "settings": [
                {
                    "path": one.path,
                    "value": one.value,
                    "source": one.source.kind,
                    "name": one.source.name or None,
                    "line": one.source.line or None,
                }
                for one in found
            ],
        }
        return json.dumps(told, ensure_ascii=False, indent=2)
    return "\n".join((*places(settings), *(_line(one, settings) for one in found)))


def _line(one: Shown, settings: Settings) -> str:
    language = settings.log.language
    unread = next((fault.phrase for fault in settings.origin.unread if fault.path == one.path), NOT_SET)
    value = unread.in_(language) if one.value is None else json.dumps(one.value, ensure_ascii=False)
    return f"{one.path}: {value} ({one.source.told.in_(language)})"


def shown(settings: Settings) -> Iterator[Shown]:
    """The settings in the order of the code, those of each topic last."""
    known = {path: Shown(path, _plain(path, value), source) for path, value, source in derived(settings)}
    yield from (known.get(one.path, one) for one in _as_set(settings))


def _as_set(settings: Settings) -> Iterator[Shown]:
    for group in type(settings).model_fields:
        if group == "topics":
            for name, topic in settings.topics.items():
                yield from _of_group(topic, f"topics.{name}", settings)
        else:
            yield from _of_group(getattr(settings, group), group, settings)


def _of_group(group: BaseModel, path: str, settings: Settings) -> Iterator[Shown]:
    for name in type(group).model_fields:
        value, own = getattr(group, name), f"{path}.{name}"
        if isinstance(group, LimitSettings) and name in group.of_preset:
            yield Shown(own, group.of_preset[name], Source(SourceKind.PRESET, group.preset))
        elif isinstance(value, BaseModel):
            yield from _of_group(value, own, settings)
        else:
            known = own not in settings.origin.missing
            yield Shown(own, _plain(own, value) if known else None, settings.origin.of(own))


def _plain(path: str, value: object) -> object:
    match value:
        case SecretStr():
            return HIDDEN
        case WebhookUrl():
            return f"{value.portal}/rest/{HIDDEN}"
        case Proxy():
            return value.address if not value.password else value.address.replace("://", f"://{HIDDEN}@")
        case str() if path == "camunda.auth.token_file":
            return value if HIDDEN not in shown_file(value) else HIDDEN
        case str() if path == "ledger.url":
            return shown_address(value)
        case Mapping():
            return {str(name): _plain("", inner) for name, inner in value.items()}
        case tuple() | list():
            return [_plain("", one) for one in value]
    return value
