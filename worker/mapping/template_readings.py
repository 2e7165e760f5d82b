"""Defines how conditions, loops and number filters of templates read values.

If Python would read a value differently from the modeller, it is read as the modeller means it, or the template fails.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from jinja2 import Undefined, nodes

from bitrix.flags import flag
from bitrix.shown import in_text
from worker.mapping.fields import due
from worker.mapping.template_values import Method, TemplateFault, boolean, number_of
from worker.mapping.unfit import Unfit


def as_boolean(value: Any) -> Any:
    """A value as a condition reads it: the texts true and false become booleans, others stay as they are."""
    known = boolean(value)
    return value if known is None else known


def several(value: Any) -> Any:
    """The value that a loop iterates over. Raises `TemplateFault` for a text: its letters are never meant."""
    if isinstance(value, str):
        raise TemplateFault("no_list", value)
    return value


def mark_conditions(tree: nodes.Template) -> None:
    """Change the template so that conditions read texts as booleans and loops refuse texts.

    Conditions are `{% if %}`, `{% for … if %}`, `… if … else …`,
    the left side of `and` and `or`, and what `not` negates.
    """
    for node in list(tree.find_all(nodes.Node)):
        match node:
            case nodes.If(test=nodes.Expr() as test) | nodes.CondExpr(test=test) | nodes.For(test=nodes.Expr() as test):
                node.test = _read_as_boolean(test)
            case nodes.Not(node=inner):
                node.node = _read_as_boolean(inner)
            case nodes.And(left=left) | nodes.Or(left=left):
                node.left = _read_as_boolean(left)
    for loop in tree.find_all(nodes.For):
        loop.iter = _through("several", loop.iter)


def _read_as_boolean(node: nodes.Expr) -> nodes.Expr:
    return _through("boolean", node)


def _through(name: str, node: nodes.Node) -> nodes.Expr:
    """A call of the environment's method `name` with this node."""
    called = nodes.EnvironmentAttribute(name, lineno=node.lineno)
    return nodes.Call(called, [node], [], None, None, lineno=node.lineno)


def of_booleans(test: Any) -> Any:
    @wraps(test)
    def of_booleans(value: Any) -> Any:
        known = boolean(value)
        return test(value if known is None else known)

    return of_booleans


def default(value: Any, default_value: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002 - Jinja2's own
    """Jinja2's filter, but null counts as missing too: process variables can be null."""
    missing = isinstance(value, Undefined) or value is None or (boolean and not value)
    return default_value if missing else value


def number_filter(original: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja2's filter, but without a given default it raises `TemplateFault` for a value that is no number."""

    def number(value: Any, *args: Any, **named: Any) -> Any:
        if isinstance(value, Undefined):
            return str(value)  # raises
        if not args and "default" not in named and number_of(value) is None:
            raise TemplateFault("no_number", "" if isinstance(value, Method) else in_text(value))
        return original(value, *args, **named)

    return number


def date(value: Any, *replacement: Any) -> Any:
    """The filter `date`: the value itself if a date field takes it, also `P2D` and `2 working days`.

    Otherwise, and if the value is missing, the replacement. Without one it raises `TemplateFault`.
    """
    if isinstance(value, Undefined):
        return replacement[0] if replacement else str(value)  # raises
    try:
        due(value, None)
    except Unfit:
        if replacement:
            return replacement[0]
        raise TemplateFault("no_date", "" if isinstance(value, Method) else in_text(value)) from None
    return value


def yes(value: Any) -> bool:
    """The filter `yes`: reads a word like a step's marks (`bitrix.flags`). Raises `TemplateFault` for other words."""
    if isinstance(value, Undefined):
        return bool(value)  # raises
    said = flag(value)
    if said is None:
        raise TemplateFault("no_yes", "" if isinstance(value, Method) else in_text(value))
    return said
