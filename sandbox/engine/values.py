"""Typed variables as Camunda's REST API accepts, stores and refuses them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from json import dumps, loads
from typing import Any

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")
COLUMN = 4000
JAVA = "application/x-java-serialized-object"
MAGIC = "rO0AB"
WHOLE = {"Short": 2**15, "Integer": 2**31, "Long": 2**63}


class Refused(Exception):
    """A call that the engine answers with an error object."""

    def __init__(self, status: int, kind: str, message: str, code: int | None = 0) -> None:
        self.status = status
        self.kind = kind
        self.message = message
        self.code = code
        super().__init__(message)


class File(dict[str, Any]):
    """A File variable; its content is in no answer but that of its own address."""

    def __init__(self, shown: Mapping[str, Any], content: bytes) -> None:
        super().__init__(shown)
        self.content = content


def stored(given: Mapping[str, Mapping[str, Any]] | None) -> dict[str, dict[str, Any]]:
    """Variables as the engine stores them. Raises `Refused` for those it does not accept."""
    return {name: _stored(name, variable) for name, variable in (given or {}).items()}


def _stored(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    value = given.get("value")
    kind = given.get("type") or _kind_of(value)
    kind = kind[:1].upper() + kind[1:]
    info = dict(given.get("valueInfo") or {})
    if kind not in _CHECKS:
        raise Refused(400, "InvalidRequestException", f"Unsupported value type '{kind}'")
    if value is not None and not _CHECKS[kind](value):
        words = f"Cannot convert value '{value}' of type '{type(value).__name__}' to java type {kind}"
        raise Refused(400, "InvalidRequestException", words)
    if kind == "String" and value is not None and len(value.encode("utf-16-le")) > 2 * COLUMN:
        raise Refused(500, "ProcessEngineException", f"Value too long for column of variable {name}", 10002)
    if kind == "File":
        if "filename" not in info:
            raise Refused(500, "IllegalArgumentException", "file name must not be null")
        return File({"type": kind, "value": None, "valueInfo": info}, base64.b64decode(value or ""))
    if kind == "Object" and given.get("type") and value is not None and "objectTypeName" not in info:
        words = f"Cannot write serialized value for variable '{name}': no 'objectTypeName' provided for non-null value."
        raise Refused(400, "RestException", words)
    if kind == "Object" and "type" not in given:
        return java_object(value)
    return {"type": kind, "value": value, "valueInfo": info}


def java_object(value: Any) -> dict[str, Any]:
    """A value without a type as the engine stores it: serialised in a format that only Java and this engine read."""
    names: Mapping[type, str] = {dict: "java.util.LinkedHashMap", list: "java.util.ArrayList"}
    java = names.get(type(value), "java.math.BigInteger")
    about = {"objectTypeName": java, "serializationDataFormat": JAVA}
    return {"type": "Object", "value": MAGIC + base64.b64encode(dumps(value).encode()).decode(), "valueInfo": about}


def input_parameter(value: Any) -> dict[str, Any]:
    return {"type": "String", "value": value, "valueInfo": {}} if isinstance(value, str) else java_object(value)


def shown(variable: Mapping[str, Any]) -> dict[str, Any]:
    """One variable as a query by id returns it: deserialised."""
    if variable.get("valueInfo", {}).get("serializationDataFormat") != JAVA:
        return dict(variable)
    return dict(variable) | {"value": loads(base64.b64decode(variable["value"].removeprefix(MAGIC)))}


def _kind_of(value: Any) -> str:
    match value:
        case None:
            return "Null"
        case bool():
            return "Boolean"
        case int() if -(2**63) <= value < 2**63:
            return "Integer" if -(2**31) <= value < 2**31 else "Long"
        case float():
            return "Double"
        case str():
            return "String"
    return "Object"  # serialised as Java objects are: nobody else can read it


def _whole(bound: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and -bound <= value < bound


def _text(value: Any) -> bool:
    return isinstance(value, str)


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "Null": lambda value: value is None,
    "Boolean": lambda value: isinstance(value, bool),
    "Double": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "String": _text,
    "Date": lambda value: isinstance(value, str) and bool(DATE.fullmatch(value)),
    "Bytes": _text,
    "File": _text,
    "Json": _text,
    "Xml": _text,
    "Object": lambda _: True,
    **{kind: _whole(bound) for kind, bound in WHOLE.items()},
}
