"""Defines the values that templates see, and how a value is written as text: never as Python writes it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jinja2 import Undefined
from jinja2.runtime import LoopContext

from bitrix import reading
from worker.model import FileVariable, UnreadableVariable, UnreadName
from worker.words.foreign import translated
from worker.words.phrase import Language, Phrase
from worker.words.template_words import TOO_LONG_TEXT, UNREAD_NAME, UNREADABLE
from worker.words.value_words import READING_JSON, kind_of

LONGEST_OUTPUT = 4_000_000
"""The most characters that one template may print, and the largest result of `*` and `**` (bits or items)."""
BOOLEANS: Mapping[bool, Phrase] = {False: Phrase("нет", "no"), True: Phrase("да", "yes")}
TEXTS: Mapping[str, bool] = {"true": True, "false": False}
BETWEEN = ", "
DIGITS = 15
"""Significant digits of a printed fraction: a double holds at least this many."""
MOST_PLACES = 21
"""Digits before or after the point. A number with more is printed with an exponent."""
_NUMBER = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
SEVERAL = (list, tuple, range, KeysView, ValuesView, ItemsView, Iterator)
PLAIN = (bool, int, float, Decimal, bytes, datetime, date, FileVariable)
"""Types that a template of a single expression keeps."""


class TemplateFault(Exception):
    """A template that cannot give a value.

    `kind` is one of undefined, unreadable, unprintable, syntax, too_large, method, bytes, no_value, not_json, no_yes,
    no_date, no_number, no_list, number_in_text, date_in_text, reckoned, letter, failed. `detail`: what its text in
    `worker.mapping.faults` says besides.
    """

    def __init__(self, kind: str, detail: Phrase | str) -> None:
        self.kind = kind
        self.detail = detail
        super().__init__(f"{kind}: {detail}")


class Values(Mapping[str, Any]):
    """Process variables by name. Reading one that could not be decoded raises `TemplateFault`."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> Any:
        return readable(self._variables[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class Method:
    """A method that a template may call. Any other use raises `TemplateFault`: `{{ order.items }}` means a field."""

    __slots__ = ("_call", "name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name = name
        self._call = call

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._call(*args, **named)

    def fail(self, *_: object) -> Any:
        raise no_value(self)

    __str__ = __repr__ = __bool__ = __len__ = __iter__ = __contains__ = __eq__ = __lt__ = __gt__ = __hash__ = fail


class Figure(float):
    """A number as an argument of a format: `%d` and `%.2f` accept it, and `%s` writes it like `printed`."""

    __slots__ = ()

    def __str__(self) -> str:
        return _plain(float(self))

    __repr__ = __str__


def boolean(value: Any) -> bool | None:
    """A boolean, also as text in the engine's form (true, false); None: the value is no boolean.

    «нет» and 0 do not count: they may be meant as text and number.
    """
    match value:
        case bool():
            return value
        case str():
            return TEXTS.get(value.strip().casefold())
        case _:
            return None


def number_of(value: Any) -> float | None:
    """A number, also one in a text, in ASCII digits; None: the value is no number."""
    match value:
        case int() | float() | Decimal():
            return float(value)
        case str() if _NUMBER.fullmatch(value.strip()):
            return float(value)
        case _:
            return None


def readable(value: Any) -> Any:
    """The value itself. Raises `TemplateFault` for a variable that could not be decoded."""
    if isinstance(value, UnreadableVariable):
        raise no_value(value)
    return value


def printed(value: Any, language: Language) -> str:
    """The value as text, always the same for the same value. Raises `TemplateFault` if it is not a value."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return BOOLEANS[value].in_(language)
        case Mapping():
            return as_json(value)
        case Undefined():
            return str(value)  # raises
        case _ if (items := items_of(value)) is not None:
            return joined(_between(printed(item, language) for item in items))
        case _:
            return _plain(value)


def items_of(value: Any) -> Iterable[Any] | None:
    """The items of a list or a similar collection; None: the value is something else."""
    # Jinja2's `loop` is an iterator too: printing it would consume it.
    return value if isinstance(value, SEVERAL) and not isinstance(value, LoopContext) else None


def attributes_of(kind: type) -> tuple[str, ...]:
    """The names that a template may take from a record of this class: fields and properties."""
    properties = (name for name, one in vars(kind).items() if isinstance(one, property))
    return (*(one.name for one in fields(kind)), *properties)


def as_value(value: Any) -> Any:
    """What a record holds, as templates see it: records in it are mappings."""
    match value:
        case tuple():
            return tuple(map(as_value, value))
        case _ if is_dataclass(value) and not isinstance(value, (*PLAIN, UnreadableVariable, UnreadName)):
            return {name: as_value(getattr(value, name)) for name in attributes_of(type(value))}
        case _:
            return value


def no_value(value: Any) -> TemplateFault:
    """The fault to raise for an object that can be neither printed nor sent."""
    match value:
        case UnreadName():
            return TemplateFault("name_unread", UNREAD_NAME.format(name=value.name, reason=value.reason))
        case UnreadableVariable():
            return TemplateFault("unreadable", UNREADABLE.format(name=value.name, type=value.type, reason=value.reason))
        case bytes():
            return TemplateFault("bytes", str(len(value)))
        case Method():
            return TemplateFault("method", value.name)
        case float() | Decimal():
            return TemplateFault("no_value", str(value))
        case _:
            return TemplateFault("no_value", getattr(value, "__name__", "") or type(value).__name__)


def _plain(value: Any) -> str:
    match value:
        case float() | Decimal() if not math.isfinite(value):
            raise no_value(value)
        case int():
            return str(value)
        case float() | Decimal():
            return _number(value)
        case datetime() | date():
            return value.isoformat()
        case FileVariable():
            return value.filename
        case _:
            raise no_value(value)


def _number(value: float | Decimal) -> str:
    """As a person writes it: no `.0`, and no rounding error as in 0.1 + 0.2. Exponents only beyond `MOST_PLACES`."""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 10**MOST_PLACES:
            return str(int(value))
        value = Decimal(f"{value:.{DIGITS}g}")
    return f"{value:f}" if abs(value.adjusted()) < MOST_PLACES else str(value)


def as_json(value: Any, indent: int | None = None) -> str:
    """JSON that a person can read: letters are not escaped, keys are sorted."""
    encoder = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, sort_keys=True, indent=indent, default=_plain_for_json
    )
    return joined(encoder.iterencode(value))


def from_json(value: Any) -> Any:
    """The content of a JSON text; a list or mapping is returned as it is. Raises `TemplateFault`."""
    if isinstance(value, list | Mapping):
        return value
    if not isinstance(value, str):
        raise TemplateFault("not_json", kind_of(value))
    try:
        return reading.document(value)
    except reading.Unreadable as error:
        raise TemplateFault("not_json", translated(str(error), READING_JSON)) from None


def joined(pieces: Iterable[str]) -> str:
    """The pieces as one text. Raises `TemplateFault` if it exceeds `LONGEST_OUTPUT`."""
    kept, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST_OUTPUT:
            raise TemplateFault("too_large", TOO_LONG_TEXT.format(most=LONGEST_OUTPUT))
        kept.append(piece)
    return "".join(kept)


def _between(pieces: Iterable[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        if number:
            yield BETWEEN
        yield piece


def _plain_for_json(value: Any) -> Any:
    match value:
        case Mapping():
            return dict(value)
        case Undefined():
            return str(value)  # raises
        case Decimal():
            return float(value)
        case _ if (items := items_of(value)) is not None:
            return list(items)
        case _:
            return _plain(value)
