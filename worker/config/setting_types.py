"""What the groups of settings are made of: their common base, and types that several of them use."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

METHOD = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


def lower(value: object) -> object:
    """The text in lower case; another value as it is."""
    return value.lower() if isinstance(value, str) else value


def is_address(text: str) -> bool:
    """Whether paths can be appended to it: http or https, a valid host, and nothing after its own path."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    rest = parts.query or parts.fragment or "@" in text or any(letter.isspace() for letter in text)
    return parts.scheme in ("http", "https") and bool(host) and not rest


def method_name(text: str) -> str:
    """A method of the portal, as it is called: it becomes a part of the address."""
    if not METHOD.fullmatch(text.strip()):
        raise InvalidSetting(
            Phrase("ожидается имя метода портала, вида imena.camunda.sync", "must be a method, like imena.camunda.sync")
        )
    return text


def host_name(text: str) -> str:
    """A name or an address of this machine, without scheme and port."""
    name = text.strip()
    if not name or any(letter.isspace() or letter in "/[]@" for letter in name) or name.count(":") == 1:
        raise InvalidSetting(
            Phrase(
                "ожидается имя или адрес этой машины без http:// и порта, например 0.0.0.0; порт задаётся в http.port",
                "must be a name or address of this machine without http:// and port, like 0.0.0.0; http.port is the "
                "port",
            )
        )
    return text


Seconds = Annotated[float, Field(gt=0, le=86400)]


class Group(BaseModel):
    """One group of settings: frozen, without unknown names, its values in no error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
