"""Refuses operations by letter on a text that holds a number, a date or a list.

Forms and old installations store numbers and lists as texts. To Python, "9" is then greater than "10", "100" + "20" is
"10020", and the first of "106, 107" is user 1. All other texts work as usual.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

from jinja2.filters import make_attrgetter, make_multi_attrgetter

from worker.mapping.template_readings import as_boolean, several
from worker.mapping.template_values import TemplateFault, from_json

COMPARISONS = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}
SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
SAME = ("eq", "ne")
TESTS = {
    "eq": ("eq", "==", "equalto"),
    "ne": ("ne", "!="),
    "lt": ("lt", "<", "lessthan"),
    "lteq": ("le", "<="),
    "gt": ("gt", ">", "greaterthan"),
    "gteq": ("ge", ">="),
}
"""Jinja2's names for each comparison as a test."""
ORDERING = {"sort": 2, "min": 1, "max": 1, "groupby": 0, "sum": 0}
"""Filters that compare or add up their items, with the position of their argument `attribute`."""
THROUGH = ("list", "unique", "batch", "slice", "map", "select", "reject", "selectattr", "rejectattr")
"""Filters that iterate over a list."""
CHOOSING = {"select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}
"""Filters that, without a named test, choose by truth, with the number of arguments in that case."""
AS_CONDITION = "as a condition"
"""The name of the test for that. It contains blanks, so no template can use it."""

_DIGITS = r"[0-9]{1,300}|[0-9]{1,3}([ \u00a0\u202f'][0-9]{3})+"
_NUMBER = re.compile(rf"[+-]?({_DIGITS})([.,][0-9]+)?([eE][+-]?[0-9]{{1,2}})?")
_DAY_FIRST = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1([0-9]{4}|[0-9]{2})\b.*", re.DOTALL)
_BETWEEN = re.compile(r"\s*[,;\n]\s*")
_WORDS = re.compile(r"[^\s,;]+([,;\n][^\s,;]+)+[,;\n]?")


def is_number(text: Any) -> bool:
    """Whether a person reads this text as a number; also 12,50 and 1 500."""
    return isinstance(text, str) and bool(_NUMBER.fullmatch(text.strip()))


def is_numbers(text: str) -> bool:
    """Whether a text is a list of numbers, or a JSON list."""
    stripped = text.strip()
    if stripped.startswith("["):
        try:
            return isinstance(from_json(stripped), list)
        except TemplateFault:
            return False
    items = [item for item in _BETWEEN.split(stripped) if item]
    return len(items) > 1 and all(map(is_number, items))


def _is_day_first(text: str) -> bool:
    return bool(_DAY_FIRST.fullmatch(text.strip()))


def is_list(text: str) -> bool:
    """Whether a text is a list: of numbers, in JSON, or of words with a comma, semicolon or line break between them."""
    return is_numbers(text) or bool(_WORDS.fullmatch(text.strip()))


# --- operators ---


def compared(sign: str, left: Any, right: Any) -> bool:
    """A comparison. Raises `TemplateFault` if a number or date in a text would be compared letter by letter."""
    if isinstance(left, bool) or isinstance(right, bool):
        left, right = as_boolean(left), as_boolean(right)
    elif isinstance(left, str) or isinstance(right, str):
        _not_by_letters(sign, left, right)
    return bool(COMPARISONS[sign](left, right))


def _not_by_letters(sign: str, left: Any, right: Any) -> None:
    both_texts = isinstance(left, str) and isinstance(right, str)
    if both_texts and sign in SAME:
        return
    words = f"{left} {SIGNS[sign]} {right}"
    if all(is_number(one) or isinstance(one, int | float) for one in (left, right)):
        raise TemplateFault("number_in_text", words)
    if both_texts and _is_day_first(left) and _is_day_first(right):
        raise TemplateFault("date_in_text", words)


def contained(value: Any, several_: Any) -> bool:
    """The result of `in`. Raises `TemplateFault` for a number in a text that is a list of numbers."""
    if isinstance(several_, str):
        if is_number(value) and is_numbers(several_):
            raise TemplateFault("no_list", several_)
        return value in several_
    items = list(several_) if isinstance(several_, Iterator) else several_
    if isinstance(value, bool | int | float | str) and not isinstance(items, range):
        return value in items or any(compared("eq", value, item) for item in items)
    return value in items


def chained(values: Sequence[Any], signs: Sequence[str]) -> bool:
    """The result of `a < b < c`."""
    pairs = zip(signs, values, values[1:], strict=False)
    return all(related(sign, left, right) for sign, left, right in pairs)


def related(sign: str, left: Any, right: Any) -> bool:
    """The result of a comparison, of `in` or of `not in`."""
    if sign in COMPARISONS:
        return compared(sign, left, right)
    return contained(left, right) is (sign == "in")


def fit_to_reckon(sign: str, *values: Any, joining: bool = False) -> None:
    """Raises `TemplateFault` if a text would be joined or repeated though its number was meant.

    `joining`: one of the values is a text of the template itself.
    """
    texts = [one for one in values if isinstance(one, str)]
    numbers = [one for one in values if isinstance(one, int | float) and not isinstance(one, bool)]
    if not texts or len(texts) + len(numbers) < len(values):
        return
    match sign:
        case "+":
            is_meant = numbers or (not joining and _touch(*values) and all(map(is_number, texts)))
        case "*":
            is_meant = any(map(is_number, texts))
        case "%":
            is_meant = numbers[:1] == [values[0]] or is_number(values[0])
        case _:
            is_meant = True
    if is_meant:
        raise TemplateFault("reckoned", f" {sign} ".join(map(str, values)))


def _touch(left: str, right: str = "") -> bool:
    """Whether two texts, once joined, have no blank between them."""
    return not left[-1:].isspace() and not right[:1].isspace()


# --- parts of a text ---


def letter(text: Any, part: Any) -> None:
    """Raises `TemplateFault` if `text[part]` is a letter of a number or list, or a slice of a list of numbers."""
    if not isinstance(text, str):
        return
    if isinstance(part, slice):
        if is_numbers(text) and text[part] != text:
            raise TemplateFault("no_list", text)
    elif isinstance(part, int) and (is_number(text) or is_list(text)) and len(text) > 1:
        raise TemplateFault("letter", text)


# --- filters and tests ---


def guarded_filters(sandbox: Any) -> Mapping[str, Callable[..., Any]]:
    """Jinja2's filters, each with a guard that raises `TemplateFault`."""
    guards: dict[str, Callable[..., None]] = {name: lambda *_args, **_named: None for name in THROUGH}
    guards |= {name: _items_guard(sandbox, name, at) for name, at in ORDERING.items()}
    guards["dictsort"] = _dictsort_guard
    filters = {name: _guarded(sandbox.filters[name], guard, through=True) for name, guard in guards.items()}
    filters |= {name: _with_condition(filters[name], most) for name, most in CHOOSING.items()}
    for name in ("first", "last", "reverse"):
        filters[name] = _guarded(sandbox.filters[name], lambda value, *_args, **_named: letter(value, 0))
    for name in ("length", "count"):
        filters[name] = _guarded(sandbox.filters[name], _length_guard)
    for name in ("round", "abs"):
        filters[name] = _guarded(sandbox.filters[name], lambda value, *_args, **_named: fit_to_reckon("-", value))
    return filters


def guarded_tests(tests: Mapping[str, Any]) -> Mapping[str, Callable[..., Any]]:
    """Jinja2's tests, each changed to read values like the operator of its name."""
    guarded: dict[str, Callable[..., Any]] = {AS_CONDITION: lambda value: bool(as_boolean(value)), "in": contained}
    for sign, names in TESTS.items():
        guarded |= dict.fromkeys(names, lambda left, right, sign=sign: compared(sign, left, right))
    for name in ("divisibleby", "even", "odd"):
        guarded[name] = _guarded(tests[name], lambda *values: fit_to_reckon("%", *values))
    guarded["sameas"] = lambda value, other: (as_boolean(value) if isinstance(other, bool) else value) is other
    return guarded


def _guarded(original: Callable[..., Any], guard: Callable[..., None], *, through: bool = False) -> Callable[..., Any]:
    """The filter, called after its guard. `through`: both iterate over a list; an iterator is read into one first."""
    at = 1 if hasattr(original, "jinja_pass_arg") else 0

    @wraps(original)
    def guarded(*args: Any, **named: Any) -> Any:
        before, value, more = args[:at], args[at], args[at + 1 :]
        if through:
            value = several(value)
            value = list(value) if isinstance(value, Iterator) else value
        guard(value, *more, **named)
        return original(*before, value, *more, **named)

    return guarded


def _with_condition(original: Callable[..., Any], most: int) -> Callable[..., Any]:
    @wraps(original)
    def with_condition(context: Any, value: Any, *args: Any, **named: Any) -> Any:
        return original(context, value, *args, *([AS_CONDITION] if len(args) == most else ()), **named)

    return with_condition


def _items_guard(sandbox: Any, name: str, at: int) -> Callable[..., None]:
    def guard(value: Any, *args: Any, **named: Any) -> None:
        attribute = args[at] if len(args) > at else named.get("attribute")
        take = make_multi_attrgetter if name == "sort" else make_attrgetter
        taken = map(take(sandbox, attribute), value) if attribute is not None else value
        keys = [key for one in taken for key in (one if name == "sort" and attribute is not None else (one,))]
        if name == "sum":
            fit_to_reckon("+", 0, *[key for key in keys if isinstance(key, str)][:1])
        else:
            _in_order(keys)

    return guard


def _dictsort_guard(value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> None:  # noqa: FBT001, FBT002, ARG001 - Jinja2's own
    if isinstance(value, Mapping):
        _in_order(list(value.values() if by == "value" else value))


def _in_order(keys: Sequence[Any]) -> None:
    """Raises `TemplateFault` if two of the items would be sorted letter by letter."""
    texts = [key for key in keys if isinstance(key, str)]
    numbers = [*filter(is_number, texts), *(key for key in keys if isinstance(key, int | float))]
    dates = list(filter(_is_day_first, texts))
    if len(numbers) > 1 and is_number(numbers[0]):
        raise TemplateFault("number_in_text", f"{numbers[0]}, {numbers[1]}")
    if len(dates) > 1:
        raise TemplateFault("date_in_text", f"{dates[0]}, {dates[1]}")


def _length_guard(value: Any) -> None:
    if isinstance(value, str) and is_numbers(value):
        raise TemplateFault("no_list", value)
