"""What the groups of settings are made of: their common base, and types that several of them use."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from bitrix.address import fault_in, is_host, is_ipv6
from worker.mapping.outcomes import LONGEST_NAME
from worker.words.addresses import LEAVE_OUT, wrong_address
from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

METHOD = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
TOO_LONG = Phrase(
    "символов: {count}, а движок хранит не больше {most}: сократите",
    "has {count} characters, and the engine stores {most} at most: shorten it",
)
WITHOUT_BRACKETS = Phrase(
    "адрес IPv6 пишется здесь без квадратных скобок: {address}", "takes an IPv6 address without brackets: {address}"
)


def lower(value: object) -> object:
    """The text in lower case; another value as it is."""
    return value.lower() if isinstance(value, str) else value


def prove_length(text: str, *, most: int = LONGEST_NAME) -> str:
    """The text itself. Raises `InvalidSetting` if the engine's column does not hold it: the engine says so too late."""
    if len(text) > most:
        raise InvalidSetting(TOO_LONG.format(count=len(text), most=most))
    return text


def prove_address(text: str, example: Phrase, login: Phrase = LEAVE_OUT) -> None:
    """Raise `InvalidSetting` unless paths can be appended to the text: http or https, a server, its own path.

    `example`: of such an address; `login`: what to do with a user name in it.
    """
    if fault := fault_in(text):
        raise InvalidSetting(wrong_address(fault, example, login=login))


def method_name(text: str) -> str:
    """A method of the portal, as it is called: it becomes a part of the address."""
    if not METHOD.fullmatch(text.strip()):
        raise InvalidSetting(
            Phrase("ожидается имя метода портала, вида imena.camunda.sync", "must be a method, like imena.camunda.sync")
        )
    return text


def host_name(text: str) -> str:
    """A name or an address of this machine, without scheme and port."""
    name = text.strip(" \"'")  # quotes are told elsewhere, as those of any text
    if name[:1] + name[-1:] == "[]" and is_ipv6(name[1:-1]):
        raise InvalidSetting(WITHOUT_BRACKETS.format(address=name[1:-1]))
    if name.count(":") == 1 or not is_host(name.lower()):
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

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _plainly_meant(cls, said: object) -> object:
        """A group below which nothing stands is empty.

        Nobody means blanks around a number or a word of ours: an env file with Windows' line ends passes them on.
        """
        if not isinstance(said, dict):
            return {} if said is None else said
        kept = {name: value for name, value in said.items() if value is not None or not _is_mapping(cls, name)}
        return {name: _stripped(value, cls.model_fields.get(name)) for name, value in kept.items()}


def _is_mapping(model: type[BaseModel], name: str) -> bool:
    return name in model.model_fields and "Mapping" in str(model.model_fields[name].annotation)


def holds_text(field: FieldInfo) -> bool:
    """Whether a setting may be any text, so that blanks and signs in it may be meant."""
    return "str" in str(field.annotation).lower()


def _stripped(value: Any, field: FieldInfo | None) -> Any:
    return value.strip() if field and isinstance(value, str) and not holds_text(field) else value
