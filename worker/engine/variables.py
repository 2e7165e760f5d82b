"""Process variables between the engine's typed JSON form and plain Python values.

`decode(encode(values)) == values` for None, bool, int, float, str, bytes, aware datetimes (to the millisecond)
and whatever JSON can hold; a Decimal comes back as the text that was sent. NUL and half a character become U+FFFD.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bitrix import reading
from bitrix.shown import shown
from worker.model import FileVariable, SerialisedObject, UnreadableVariable
from worker.words import value_words as words
from worker.words.foreign import translated
from worker.words.phrase import Phrase, PhraseError

LONGEST_REASON = 200
LONGEST_STRING = 4000
"""The longest `String` the engine's column holds, in UTF-16 units; with a longer one `complete` fails."""
JSON_FORMAT = "application/json"
JODA = "org.joda.time."
"""What `dateTime()` in an expression of the engine gives."""
JAVA_FORMAT = "application/x-java-serialized-object"

Raw = Mapping[str, Any]


class EncodeError(PhraseError):
    """A value that cannot be sent to the engine; `name`: the variable."""

    def __init__(self, name: str, reason: Phrase) -> None:
        self.name = name
        super().__init__(words.UNSENT.format(name=name, reason=reason))


def decode(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values of `fetchAndLock` with `deserializeValues` false.

    Never raises: an unreadable variable becomes an `UnreadableVariable`, so that one bad variable does not lose the
    whole fetch.
    """
    return {(name := reading.encodable(given)): _decoded(name, variable) for given, variable in raw.items()}


def encode(values: Mapping[str, Any], *, json_supported: bool = True) -> dict[str, dict[str, Any]]:
    """Typed values for the engine. Raises `EncodeError`.

    `json_supported` False: dicts and lists are sent as `Object` in JSON. An engine without Spin's JSON data format
    refuses `Json`, but stores such an object as sent (observed on Operaton 1.0.3).
    """
    return {name: _encoded(name, value, json_supported=json_supported) for name, value in values.items()}


def without_json(typed: Mapping[str, Raw]) -> dict[str, Raw]:
    """The same values with `Object` in JSON instead of `Json`, for an engine without the JSON data format."""
    return {name: _as_plain_object(raw) if raw["type"] == "Json" else raw for name, raw in typed.items()}


def _as_plain_object(raw: Raw) -> Raw:
    java = "java.util.LinkedHashMap" if str(raw["value"]).lstrip().startswith("{") else "java.util.ArrayList"
    return _as_object(java, raw["value"])


# --- decoding ---


class _Odd(ValueError):
    """A value that does not match its type."""

    def __init__(self, phrase: Phrase) -> None:
        self.phrase = phrase
        super().__init__(phrase.en)


def _decoded(name: str, variable: Any) -> Any:
    kind = (reading.text(variable.get("type"), longest=100) if isinstance(variable, dict) else None) or "?"
    if kind not in _DECODERS:
        return UnreadableVariable(name, kind, words.UNKNOWN_TYPE)
    try:
        value = variable["value"]
        if kind == "Object" and value is not None and (java := _java_class(variable)):
            return _serialised(name, java, value)
        decoded = None if value is None and kind != "File" else _DECODERS[kind](variable, value)
        return replace(decoded, name=name) if isinstance(decoded, FileVariable) else decoded
    except KeyError as error:
        return UnreadableVariable(name, kind, words.MISSING.format(name=error.args[0]))
    except _Odd as error:
        return UnreadableVariable(name, kind, error.phrase.cut(LONGEST_REASON))
    except reading.Unreadable as error:
        return UnreadableVariable(name, kind, translated(str(error), words.READING_JSON).cut(LONGEST_REASON))


def _odd(needed: str, value: Any) -> _Odd:
    given = shown(value) if isinstance(value, str) else words.kind_of(value)
    return _Odd(words.NEEDED[needed].format(given=given))


def _null(_: Raw, value: Any) -> None:
    raise _odd("Null", value)


def _text(_: Raw, value: Any) -> str:
    if not isinstance(value, str):
        raise _odd("String", value)
    return reading.encodable(value)


def _boolean(_: Raw, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _odd("Boolean", value)
    return value


def _whole(_: Raw, value: Any) -> int:
    number = None if isinstance(value, str) else reading.whole(value, least=-reading.LARGEST - 1)
    if number is None:
        raise _odd("Long", value)
    return number


def _double(_: Raw, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _odd("Double", value)
    try:
        return float(value)  # the engine writes NaN and infinities as text
    except (ValueError, OverflowError):
        raise _odd("Double", value) from None


def _date(variable: Raw, value: Any) -> datetime:
    text = _text(variable, value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _Odd(words.NEEDED["Date"].format(given=reading.storable(text))) from None
    if moment.tzinfo is None:
        raise _Odd(words.NO_OFFSET)
    return moment


def _bytes(variable: Raw, value: Any) -> bytes:
    try:
        return base64.b64decode(_text(variable, value), validate=True)
    except ValueError as error:
        raise error if isinstance(error, _Odd) else _odd("Bytes", value) from None


def _json(variable: Raw, value: Any) -> Any:
    return reading.document(_text(variable, value))


def _object(variable: Raw, value: Any) -> Any:
    about = variable.get("valueInfo")
    form = about.get("serializationDataFormat") if isinstance(about, dict) else None
    if form != JSON_FORMAT:
        raise _Odd(words.OTHER_FORM.format(form=reading.text(form)))
    return _json(variable, value)


def _java_class(variable: Raw) -> str | None:
    """The class of an object in Java serialisation; None if it is not in Java serialisation."""
    about = variable.get("valueInfo")
    if not isinstance(about, dict) or about.get("serializationDataFormat") != JAVA_FORMAT:
        return None
    return reading.text(about.get("objectTypeName")) or "?"


def _serialised(name: str, java: str, value: Any) -> SerialisedObject:
    """The Modeler's input types List and Map create such objects, and so does an untyped list sent over REST."""
    said = words.JAVA_DATE if java.startswith(JODA) else words.JAVA_OBJECT
    reason = said.format(java=java[:100], form=JAVA_FORMAT)
    return SerialisedObject(name, "Object", reason, java, value if isinstance(value, str) else "")


def _file(variable: Raw, _: Any) -> FileVariable:
    given = variable.get("valueInfo")
    about = given if isinstance(given, dict) else {}
    name = reading.text(about.get("filename"))
    if name is None:
        raise _Odd(words.NO_FILE_NAME)
    return FileVariable(name, reading.text(about.get("mimeType")), reading.text(about.get("encoding")))


_DECODERS: Mapping[str, Callable[[Raw, Any], Any]] = {
    "Null": _null,
    "String": _text,
    "Boolean": _boolean,
    "Short": _whole,
    "Integer": _whole,
    "Long": _whole,
    "Double": _double,
    "Date": _date,
    "Bytes": _bytes,
    "Json": _json,
    "Object": _object,
    "File": _file,
    "Xml": _text,
}


# --- encoding ---


def _encoded(name: str, value: Any, *, json_supported: bool) -> dict[str, Any]:
    match value:
        case None:
            return _typed("Null", None)
        case bool():  # before int: a bool is an int too
            return _typed("Boolean", value)
        case int():
            return _typed("Long", _long(name, value))
        case float():
            return _typed("Double", _finite(name, value))
        case Decimal():
            return _typed("String", str(value))
        case str():
            text = reading.storable(value)  # the engine's database takes neither NUL nor half a character
            return _typed("String", text) if _fits(text) else _as_object("java.lang.String", _dumped(name, text))
        case bytes():
            return _typed("Bytes", base64.b64encode(value).decode("ascii"))
        case datetime():
            return _typed("Date", _moment(name, value))
        case dict() | list() | tuple():
            text = _dumped(name, value)
            java = "java.util.LinkedHashMap" if isinstance(value, dict) else "java.util.ArrayList"
            return _typed("Json", text) if json_supported else _as_object(java, text)
        case _:
            raise EncodeError(name, words.NO_TYPE.format(kind=words.kind_of(value)))


def _typed(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


def _as_object(java_type: str, text: str) -> dict[str, Any]:
    about = {"objectTypeName": java_type, "serializationDataFormat": JSON_FORMAT}
    return {"type": "Object", "value": text, "valueInfo": about}


def _long(name: str, value: int) -> int:
    if not -reading.LARGEST - 1 <= value <= reading.LARGEST:
        raise EncodeError(name, words.TOO_LONG)
    return int(value)


def _finite(name: str, value: float) -> float:
    if not math.isfinite(value):
        raise EncodeError(name, words.NO_FIGURE.format(value=value))
    return value


def _fits(text: str) -> bool:
    return len(text) + sum(letter > "\uffff" for letter in text) <= LONGEST_STRING


def _moment(name: str, value: datetime) -> str:
    """The only format the engine reads correctly: it refuses `isoformat()`, and misreads microseconds by minutes."""
    offset = value.utcoffset()
    if offset is None:
        raise EncodeError(name, words.NO_OFFSET)
    if offset.total_seconds() % 60:  # the engine's format has no seconds in its offset
        try:
            value = value.astimezone(UTC)
        except OverflowError:
            raise EncodeError(name, words.NO_CALENDAR) from None
    text = value.isoformat(timespec="milliseconds")
    return text[:-3] + text[-2:]


def _dumped(name: str, value: Any) -> str:
    try:
        return reading.encodable(json.dumps(value, ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise EncodeError(name, translated(str(error), words.WRITING_JSON)) from None
