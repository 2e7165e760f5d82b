"""Process variables between the engine's typed JSON form and plain Python values.

`decode(encode(values)) == values` for None, bool, int, float, str, bytes, aware datetimes (to the millisecond)
and whatever JSON can hold; a Decimal comes back as the text that was sent.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from worker.model import FileVariable, UnreadableVariable

LONGEST_STRING = 4000
"""What the engine's column holds of a `String`, in UTF-16 units; a longer one is an error 500 on `complete`."""
LARGEST_LONG = 2**63 - 1
JSON_FORMAT = "application/json"

Raw = Mapping[str, Any]


class EncodeError(Exception):
    """A value that the engine has no type for; `name` is the variable."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"variable {name!r} cannot be sent to the engine: {reason}")


def decode(raw: Mapping[str, Raw]) -> dict[str, Any]:
    """Plain values from `fetchAndLock` with `deserializeValues` false.

    Never raises: what cannot be read becomes an `UnreadableVariable`, so that one bad variable
    does not lose the whole batch.
    """
    return {name: _decoded(name, variable) for name, variable in raw.items()}


def encode(values: Mapping[str, Any], *, json_supported: bool = True) -> dict[str, dict[str, Any]]:
    """Typed values for the engine; raises `EncodeError`.

    `json_supported` False: dicts and lists go as `Object` in JSON. An engine without the JSON data format of Spin
    refuses `Json`, but keeps such an object as it is sent (seen on Operaton 1.0.3).
    """
    return {name: _encoded(name, value, json_supported=json_supported) for name, value in values.items()}


def without_json(typed: Mapping[str, Raw]) -> dict[str, Raw]:
    """The same values for an engine that refuses `Json`: as `Object` in JSON, which needs no data format there."""
    return {name: _as_plain_object(raw) if raw["type"] == "Json" else raw for name, raw in typed.items()}


def _as_plain_object(raw: Raw) -> Raw:
    java = "java.util.LinkedHashMap" if str(raw["value"]).lstrip().startswith("{") else "java.util.ArrayList"
    return _as_object(java, raw["value"])


# --- decoding ---


def _decoded(name: str, variable: Raw) -> Any:
    kind = "?"
    try:
        kind = str(variable["type"])
        return _DECODERS[kind](variable) if kind in _DECODERS else UnreadableVariable(name, kind, "unknown type")
    except Exception as error:  # noqa: BLE001 - whatever the engine sent, the other tasks of the batch must be served
        return UnreadableVariable(name, kind, str(error) or type(error).__name__)


def _plain(variable: Raw) -> Any:
    return variable["value"]


def _double(variable: Raw) -> float | None:
    value = variable["value"]  # the engine writes NaN and infinities as text
    return None if value is None else float(value)


def _date(variable: Raw) -> datetime | None:
    if variable["value"] is None:
        return None
    moment = datetime.fromisoformat(variable["value"])
    if moment.tzinfo is None:
        raise ValueError("a date without offset")
    return moment


def _bytes(variable: Raw) -> bytes | None:
    return None if variable["value"] is None else base64.b64decode(variable["value"], validate=True)


def _json(variable: Raw) -> Any:
    if variable["value"] is None:
        return None
    try:
        return json.loads(variable["value"], parse_constant=_no_constant)
    except ValueError as error:
        raise ValueError(f"broken JSON: {error}") from None


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _object(variable: Raw) -> Any:
    form = (variable.get("valueInfo") or {}).get("serializationDataFormat")
    if form != JSON_FORMAT:
        raise ValueError(f"an object serialised as {form}; only {JSON_FORMAT} can be read")
    return _json(variable)


def _file(variable: Raw) -> FileVariable:
    about = variable["valueInfo"]
    return FileVariable(about["filename"], about.get("mimeType"), about.get("encoding"))


_DECODERS: Mapping[str, Callable[[Raw], Any]] = {
    "Null": _plain,
    "String": _plain,
    "Boolean": _plain,
    "Short": _plain,
    "Integer": _plain,
    "Long": _plain,
    "Double": _double,
    "Date": _date,
    "Bytes": _bytes,
    "Json": _json,
    "Object": _object,
    "File": _file,
    "Xml": _plain,
}


# --- encoding ---


def _encoded(name: str, value: Any, *, json_supported: bool) -> dict[str, Any]:
    match value:
        case None:
            return _typed("Null", None)
        case bool():  # before int, which it is too
            return _typed("Boolean", value)
        case int():
            return _typed("Long", _long(name, value))
        case float():
            return _typed("Double", _finite(name, value))
        case Decimal():
            return _typed("String", str(value))
        case str():
            return _typed("String", value) if _fits(value) else _as_object("java.lang.String", _dumped(name, value))
        case bytes():
            return _typed("Bytes", base64.b64encode(value).decode("ascii"))
        case datetime():
            return _typed("Date", _moment(name, value))
        case dict() | list() | tuple():
            text = _dumped(name, value)
            java = "java.util.LinkedHashMap" if isinstance(value, dict) else "java.util.ArrayList"
            return _typed("Json", text) if json_supported else _as_object(java, text)
        case _:
            raise EncodeError(name, f"no type for {type(value).__name__}")


def _typed(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


def _as_object(java_type: str, text: str) -> dict[str, Any]:
    about = {"objectTypeName": java_type, "serializationDataFormat": JSON_FORMAT}
    return {"type": "Object", "value": text, "valueInfo": about}


def _long(name: str, value: int) -> int:
    if not -LARGEST_LONG - 1 <= value <= LARGEST_LONG:
        raise EncodeError(name, "a whole number beyond 64 bits")
    return int(value)


def _finite(name: str, value: float) -> float:
    if not math.isfinite(value):
        raise EncodeError(name, f"{value} is not a number that JSON can carry")
    return value


def _fits(text: str) -> bool:
    return len(text) + sum(letter > "\uffff" for letter in text) <= LONGEST_STRING


def _moment(name: str, value: datetime) -> str:
    """The one form that is read as meant: `isoformat()` is refused, and microseconds shift it by minutes."""
    offset = value.utcoffset()
    if offset is None:
        raise EncodeError(name, "a date without offset")
    if offset.total_seconds() % 60:  # the engine's format has no seconds in its offset
        value = value.astimezone(UTC)
    text = value.isoformat(timespec="milliseconds")
    return text[:-3] + text[-2:]


def _dumped(name: str, value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise EncodeError(name, str(error)) from None
