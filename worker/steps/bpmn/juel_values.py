"""What an expression gives for known values of its variables, as far as that is certain, by JUEL's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from worker.steps.bpmn.expressions import Node


class _Sign:
    """A value that no variable has."""

    def __init__(self, name: str) -> None:
        self.name = name


UNKNOWN = _Sign("unknown")
"""Other variables or methods decide."""
FAILS = _Sign("fails")
"""The engine cannot evaluate it."""
UNSET = _Sign("unset")
"""There is no such variable: the engine cannot evaluate its bare name."""
READERS = ("getVariable", "getVariableLocal")
ASKERS = ("hasVariable", "hasVariableLocal")
"""The methods of `execution` that only say whether there is a variable."""
WRITERS: Mapping[str, int] = {"setVariable": 2, "setVariableLocal": 2, "removeVariable": 1, "removeVariableLocal": 1}
"""The methods that set or remove a variable, each with the number of its arguments."""


def _compared(one: str, other: str) -> int:
    """As Java compares texts: how far their first characters that differ are apart, otherwise how long they are."""
    return next((ord(a) - ord(b) for a, b in zip(one, other, strict=False) if a != b), len(one) - len(other))


_TEXT_METHODS: Mapping[str, Callable[..., Any]] = {
    "equals": str.__eq__,
    "equalsIgnoreCase": lambda one, other: one.casefold() == other.casefold(),
    "contains": str.__contains__,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "isEmpty": lambda one: not one,
    "length": len,
    "compareTo": _compared,
    "compareToIgnoreCase": lambda one, other: _compared(one.casefold(), other.casefold()),
    "toString": str,
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "trim": str.strip,
}
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
}


def read_in(node: Node) -> str | None:
    """The variable that a node reads, by its name or by a method of `execution`; None: it does something else."""
    if node.kind == "name":
        return str(node.value)
    if not node.parts or (key := _text_of(node.parts[-1]) if node.parts[1:] else node.value) is None:
        return None
    base = node.parts[0]
    if node.kind == "call" and node.value in READERS and _is_execution(base):
        return key
    by_key = node.kind in ("member", "index") or (node.kind == "call" and node.value == "get")
    return key if _of_all(base, "variables", "getVariables") and by_key else None


def asked_in(node: Node) -> str | None:
    """The variable of which a node only says whether it is there; None: it does something else."""
    if node.kind != "call" or len(node.parts) != 2 or (key := _text_of(node.parts[1])) is None:
        return None
    base = node.parts[0]
    by_key = node.value == "containsKey" and _of_all(base, "variables", "getVariables")
    by_name = node.value == "contains" and _of_all(base, "variableNames", "getVariableNames")
    return key if by_key or by_name or (node.value in ASKERS and _is_execution(base)) else None


def unquoted_in(node: Node) -> str | None:
    """The variable whose value a node takes for the name of the one that it reads; None: it does something else."""
    *bases, given = node.parts or (node,)
    asked = node.kind == "call" and node.value in (*READERS, *ASKERS) and _is_execution(*bases)
    return str(given.value) if asked and given.kind == "name" else None


def _text_of(node: Node) -> str | None:
    """What a literal text says: a name between brackets stands for the value of its variable."""
    return node.value if node.kind == "literal" and isinstance(node.value, str) else None


def _of_all(node: Node, *members: str) -> bool:
    """Whether a node is one of these members of `execution`."""
    return node.kind in ("member", "call") and node.value in members and _is_execution(*node.parts)


def names_in(node: Node) -> set[str]:
    """The variables that a node and its parts read, or of which they say whether they are there."""
    return {name for one in node.walk() if (name := read_in(one) or asked_in(one)) and name != "execution"}


def written_in(node: Node) -> tuple[str, Node | None] | None:
    """The variable that a call of `execution` sets, with its value; without one if it removes the variable."""
    base, *given = node.parts or (node,)
    if node.kind != "call" or len(given) != WRITERS.get(str(node.value)) or not _is_execution(base):
        return None
    name = given[0].value if given[0].kind == "literal" else None
    return (name, given[1] if given[1:] else None) if isinstance(name, str) else None


def _is_execution(*nodes: Node) -> bool:
    return [one.value for one in nodes if one.kind == "name"] == ["execution"] and len(nodes) == 1


def value_of(node: Node, values: Mapping[str, Any]) -> Any:
    """Its value; `UNKNOWN` or `FAILS`."""
    name = read_in(node)
    if name is not None:
        given = values.get(name, UNKNOWN)
        return given if given is not UNSET else FAILS if node.kind == "name" else None
    if (name := asked_in(node)) is not None:
        given = values.get(name, UNKNOWN)
        return UNKNOWN if given in (None, UNKNOWN) else given is not UNSET  # the worker sets null, a variable too
    match node.kind:
        case "literal":
            return node.value
        case "and" | "or":
            return _joined(node, values)
        case "choice":
            chosen = boolean(value_of(node.parts[0], values))
            return value_of(node.parts[1 if chosen else 2], values) if isinstance(chosen, bool) else chosen
    parts = [value_of(part, values) for part in node.parts]
    for sign in (FAILS, UNKNOWN):
        if any(part is sign for part in parts):
            return sign
    return _applied(node, parts)


def _applied(node: Node, parts: list[Any]) -> Any:
    match node.kind:
        case "not":
            given = boolean(parts[0])
            return not given if isinstance(given, bool) else given
        case "empty":
            return parts[0] is None or parts[0] == ""
        case "eq":
            return _equal(*parts)
        case "ne":
            same = _equal(*parts)
            return not same if isinstance(same, bool) else same
        case "lt" | "le" | "gt" | "ge":
            return _ordered(node.kind, *parts)
        case "negative":
            return -parts[0] if _is_number(parts[0]) else UNKNOWN
        case "call":
            return _called(node.value, *parts)
    return UNKNOWN


def _ordered(kind: str, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return one is other and kind in ("le", "ge")
    if isinstance(one, str) and isinstance(other, str):
        return _ORDERS[kind](one, other)
    if not any(map(_is_number, (one, other))) or not all(isinstance(part, str | int | float) for part in (one, other)):
        return UNKNOWN
    numbers = [*map(_number, (one, other))]
    return FAILS if None in numbers else _ORDERS[kind](*numbers)


def _number(value: Any) -> float | None:
    """As the engine makes a number of what stands beside one; None: it fails."""
    try:
        return None if isinstance(value, bool) else float(value or 0)
    except ValueError:
        return None


def _called(name: Any, base: Any, *given: Any) -> Any:
    if base is None:
        return FAILS
    method = _TEXT_METHODS.get(name)
    if isinstance(base, bool) and name == "equals" and len(given) == 1:
        return base is given[0]
    if method is None or not isinstance(base, str):
        return str(base).lower() if name == "toString" and isinstance(base, int) and not given else UNKNOWN
    if name == "equals" and len(given) == 1 and not isinstance(given[0], str):
        return False
    try:
        return method(base, *given)
    except (TypeError, AttributeError):  # other arguments than the method takes
        return UNKNOWN


def _joined(node: Node, values: Mapping[str, Any]) -> Any:
    """From left to right: behind a part that decides, nothing is evaluated."""
    decisive, known = node.kind == "or", True
    for one in (boolean(value_of(part, values)) for part in node.parts):
        if one is FAILS:
            return FAILS if known else UNKNOWN
        if one is decisive:
            return decisive
        known = known and one is not UNKNOWN
    return not decisive if known else UNKNOWN


def boolean(value: Any) -> Any:
    """A value as the engine turns it into yes or no: every text but `true` is no, and a number fails."""
    if isinstance(value, bool | _Sign):
        return value
    return FAILS if _is_number(value) else str(value or "").casefold() == "true"


def _equal(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return one is other
    if isinstance(one, bool) or isinstance(other, bool):
        pair = (boolean(one), boolean(other))
        return FAILS if FAILS in pair else pair[0] == pair[1]
    if _is_number(one) or _is_number(other):
        numbers = [*map(_number, (one, other))]
        return FAILS if None in numbers else numbers[0] == numbers[1]
    return bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
