"""Refuses to unpack a text, as in `{% set a, b = text %}`: the names would get its letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from jinja2 import nodes

from worker.mapping.template_values import TemplateFault

ONE, EACH = "of parts", "each of parts"
"""Names of internal filters. They contain blanks, so no template can use them."""


def mark_unpacked(template: nodes.Template) -> None:
    """Change the template so that each unpacked value first passes one of the filters below."""
    for one in template.find_all(nodes.Assign):
        if isinstance(one.target, nodes.Tuple) and not isinstance(one.node, nodes.Tuple):
            one.node = _filtered(one.node, ONE)
    for loop in template.find_all(nodes.For):
        if isinstance(loop.target, nodes.Tuple):
            loop.iter = _filtered(loop.iter, EACH)


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(
        cast(nodes.Expr, node), name, [], [], None, None, lineno=node.lineno, environment=node.environment
    )


def _of_parts(value: Any) -> Any:
    if isinstance(value, str):
        raise TemplateFault("no_list", value)
    return value


def _each_of_parts(values: Iterable[Any]) -> list[Any]:
    return [_of_parts(value) for value in _of_parts(values)]


UNPACKING: Mapping[str, Any] = {ONE: _of_parts, EACH: _each_of_parts}
