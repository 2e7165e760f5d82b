"""What the groups of settings are made of: their common base, and types that several of them use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bitrix.certificates import PemFault, authorities_fault
from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase


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


PEM_FAULTS: Mapping[PemFault, Phrase] = {
    PemFault.UNREADABLE: Phrase(
        "{file}: нет такого файла, или его нельзя прочитать; проверьте путь и права",
        "{file} is no file that can be read: check its path and permissions",
    ),
    PemFault.NO_CERTIFICATE: Phrase(
        "в файле {file} нет сертификата в формате PEM: укажите файл с BEGIN CERTIFICATE",
        "{file} holds no certificate in PEM: name a file with BEGIN CERTIFICATE",
    ),
    PemFault.NO_KEY: Phrase(
        "в файле {file} нет ключа в формате PEM: укажите в client_key файл с BEGIN PRIVATE KEY",
        "{file} holds no private key in PEM: set client_key to a file with BEGIN PRIVATE KEY",
    ),
    PemFault.KEY_LOCKED: Phrase(
        "ключ в файле {file} под паролем, такие не поддерживаются: сохраните его без пароля (openssl pkey -in старый "
        "-out новый) и закройте файл от других (chmod 600)",
        "{file} holds a key with a password, which is not supported: save it without one (openssl pkey -in old -out "
        "new), and close the file to others (chmod 600)",
    ),
    PemFault.OTHER_KEY: Phrase(
        "ключ в файле {file} не от этого сертификата: укажите тот, для которого сертификат выпущен",
        "{file} holds a key that does not belong to the certificate: name the one it was issued for",
    ),
    PemFault.BROKEN: Phrase(
        "файл PEM {file} повреждён: получите его заново", "{file} is damaged PEM: get the file anew"
    ),
}


def _authorities(value: str | None) -> str | None:
    if value and (fault := authorities_fault(value)):
        raise InvalidSetting(PEM_FAULTS[fault].format(file=value))
    return value


CaFile = Annotated[str | None, AfterValidator(_authorities)]
"""A PEM file with the certificate authorities to trust; None: the default ones."""
Seconds = Annotated[float, Field(gt=0, le=86400)]


class Group(BaseModel):
    """One group of settings: frozen, without unknown names, its values in no error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
