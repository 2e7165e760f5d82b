"""What the groups of settings are made of: their common base, and types that several of them use."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field


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


Seconds = Annotated[float, Field(gt=0, le=86400)]


class Group(BaseModel):
    """One group of settings: frozen, without unknown names, its values in no error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
