"""Values as templates see them, and how a value reads in a text: never as Python writes it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jinja2 import Undefined
from jinja2.runtime import LoopContext

from bitrix import reading
from worker.model import FileVariable, UnreadableVariable
from worker.words.phrase import Language, Phrase

LONGEST_OUTPUT = 4_000_000
"""Characters that one template may print; also the bits of a number while it is worked out."""
BOOLEANS: Mapping[bool, Phrase] = {False: Phrase("нет", "no"), True: Phrase("да", "yes")}
TEXTS: Mapping[str, bool] = {"true": True, "false": False}
BETWEEN = ", "
DIGITS = 15
"""Of a fraction that is printed: a double holds so many for certain."""
MOST_PLACES = 21
"""Before or after the point; what has more is printed with its exponent."""
_NUMBER = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
SEVERAL = (list, tuple, range, KeysView, ValuesView, ItemsView, Iterator)
PLAIN = (bool, int, float, Decimal, bytes, datetime, date, FileVariable)
"""What keeps its type where it is all that a template gives."""


class TemplateFault(Exception):
    """A template that gives no value.

    `kind` is one of undefined, unreadable, unprintable, syntax, too_large, method, bytes, no_value, not_json, no_yes,
    no_number, no_list, number_in_text, date_in_text, reckoned, letter, failed.
    """

    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        self.detail = detail
        super().__init__(f"{kind}: {detail}")


class Values(Mapping[str, Any]):
    """Process variables by name; one that could not be decoded fails whoever takes it."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables

    def __getitem__(self, name: str) -> Any:
        return readable(self._variables[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class Method:
    """A method, which a template may call; whoever takes it for a value fails: `{{ order.items }}` means a field."""

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
    """A number as an argument of a format: `%d` and `%.2f` take it, and `%s` writes it as it reads in any text."""

    __slots__ = ()

    def __str__(self) -> str:
        return _plain(float(self))

    __repr__ = __str__


def boolean(value: Any) -> bool | None:
    """A boolean, also as the engine writes it into a text; None: it is none.

    Other words, «нет» or 0, may be meant as words.
    """
    match value:
        case bool():
            return value
        case str():
            return TEXTS.get(value.strip().casefold())
        case _:
            return None


def number_of(value: Any) -> float | None:
    """A number, also one in a text, of the digits that everybody reads; None: it is none."""
    match value:
        case int() | float() | Decimal():
            return float(value)
        case str() if _NUMBER.fullmatch(value.strip()):
            return float(value)
        case _:
            return None


def readable(value: Any) -> Any:
    """The value itself; raises `TemplateFault` for a variable that could not be decoded."""
    if isinstance(value, UnreadableVariable):
        raise TemplateFault("unreadable", f"{value.name} ({value.type}): {value.reason}")
    return value


def printed(value: Any, language: Language) -> str:
    """How a value reads in a text; raises `TemplateFault` for what is no value. The same value reads the same."""
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
    """The items of a list or of what is as good as one; None: it is something else."""
    # A loop is an iterator too: to print it would end it.
    return value if isinstance(value, SEVERAL) and not isinstance(value, LoopContext) else None


def attributes_of(kind: type) -> tuple[str, ...]:
    """What a template may take from one of our records."""
    properties = (name for name, one in vars(kind).items() if isinstance(one, property))
    return (*(one.name for one in fields(kind)), *properties)


def no_value(value: Any) -> TemplateFault:
    """What to raise for a thing that can be neither printed nor sent."""
    match value:
        case UnreadableVariable():
            return TemplateFault("unreadable", f"{value.name} ({value.type}): {value.reason}")
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
    """As a person writes it: no `.0`, no exponent, and not the last digits of 0.1 + 0.2, which are none of theirs."""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 10**MOST_PLACES:
            return str(int(value))
        value = Decimal(f"{value:.{DIGITS}g}")
    return f"{value:f}" if abs(value.adjusted()) < MOST_PLACES else str(value)


def as_json(value: Any, indent: int | None = None) -> str:
    """JSON that a person can read: letters as they are, keys sorted."""
    encoder = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, sort_keys=True, indent=indent, default=_plain_for_json
    )
    return joined(encoder.iterencode(value))


def from_json(value: Any) -> Any:
    """What a JSON text holds; a list or mapping has been read already."""
    if isinstance(value, list | Mapping):
        return value
    if not isinstance(value, str):
        raise TemplateFault("not_json", type(value).__name__)
    try:
        return reading.document(value)
    except reading.Unreadable as error:
        raise TemplateFault("not_json", str(error)) from None


def joined(pieces: Iterable[str]) -> str:
    """The pieces as one text; raises `TemplateFault` once it is too long."""
    kept, length = [], 0
    for piece in pieces:
        length += len(piece)
        if length > LONGEST_OUTPUT:
            raise TemplateFault("too_large", f"more than {LONGEST_OUTPUT} characters")
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
