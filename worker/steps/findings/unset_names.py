"""Finds names in conditions that no step sets, where the answer of a step or a text was meant.

With `${Aprove == 'ok'}` the engine refuses the completion, after somebody has answered; `execution.getVariable` makes a
silent no of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from worker.mapping.marks import is_answer
from worker.mapping.nearest import nearest
from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.juel_values import names_in, read_in
from worker.steps.bpmn.step import Condition
from worker.steps.findings.never_given import is_truth

NEAR = 0.85
"""How similar a name must be to be told as a misspelt one."""
_TEARING = ("sum", "member")
_LITERALS = ("true", "false", "null")


def misspelt_in(conditions: Iterable[Condition], variable: str, known: Collection[str]) -> list[str]:
    """The names in conditions that resemble the variable, and are none that is `known`."""
    names = dict.fromkeys(name for one in conditions for root in one.parts for name in sorted(names_in(root)))
    others = (name for name in names if name not in known and name != variable and not name.startswith(f"{variable}_"))
    return [name for name in others if nearest(name, [variable], cutoff=NEAR)]


def mistaken_for_it(
    conditions: Collection[Condition], variable: str, values: Mapping[str, Any], known: Collection[str]
) -> list[str]:
    """The names that conditions compare with a value of the answer, while none reads the answer itself."""
    names = {name for one in conditions for root in one.parts for name in names_in(root)}
    if any(_belongs(name, variable) for name in names):
        return []
    compared = (node for one in conditions for root in one.parts for node in root.walk() if is_truth(node))
    read = {name for node in compared if _names_one_of(node, values) for name in names_in(node)}
    return [name for name in sorted(read) if name not in known]


def _names_one_of(node: Node, values: Mapping[str, Any]) -> bool:
    return any(part.kind == "literal" and part.value in values.values() for part in node.parts)


def torn_names(conditions: Iterable[Condition], variable: str, known: Collection[str]) -> dict[str, set[str]]:
    """Where an answer is read whose name the engine takes for something else, `a-b` or `a.b`, with what it reads."""
    nodes = (node for one in conditions for root in one.parts for node in root.walk() if node.kind in _TEARING)
    found = {node.text: names_in(node) for node in nodes if is_answer_of(node.text, variable)}
    return {text: parts for text, parts in found.items() if not parts <= {*known}}


def never_set(
    conditions: Iterable[Condition], variable: str, texts: Collection[str], depths: Collection[int], of: str
) -> Iterator[tuple[str, str]]:
    """Names that no process sets, each with what was meant.

    `texts`: options and values of answers. `depths`: how many loops multiply the steps that leave the variable.
    `of`: the id of the step; people expect its answer under that name.
    """
    words = {text.casefold(): text for text in texts}
    for node in (node for one in conditions for root in one.parts for node in root.walk()):
        name = read_in(node) or ""
        if is_answer(name):
            yield name, variable
        elif _depth(name, variable) not in {0, *depths}:
            yield name, _instance(name, variable, depths)
        elif variable != of and is_answer_of(name, of):
            yield name, variable + name.removeprefix(of)
        elif node.kind == "name" and (literal := _literal(name)):
            yield name, literal
        elif is_truth(node) and any(_belongs(one, variable) for one in names_in(node)):
            plain = (str(part.value) for part in node.parts if part.kind == "name")
            yield from ((one, f"'{words[one.casefold()]}'") for one in plain if one.casefold() in words)


def _instance(name: str, variable: str, depths: Collection[int]) -> str:
    """The name with as many numbers as loops multiply the step; without one, the variable itself."""
    numbers, depth = name.removeprefix(variable).split("_")[1:], min(depths)
    return "_".join((variable, *numbers[:depth], *["0"] * (depth - len(numbers))))


def _literal(name: str) -> str | None:
    """The literal that a name is a slip of."""
    said = name.casefold()
    swapped = (one for one in _LITERALS if one[:1] == said[:1] and sorted(one) == sorted(said))
    return next(swapped, None)


def is_answer_of(name: str, variable: str) -> bool:
    """Whether a name is that of the answer, or of an instance's answer."""
    return name == variable or _depth(name, variable) > 0


def _belongs(name: str, variable: str) -> bool:
    """Whether a name is that of an answer, or has the variable's name and more in it."""
    return is_answer_of(name, variable) or bool(re.match(rf"{re.escape(variable)}_.+_", name))


def _depth(name: str, variable: str) -> int:
    """How many numbers of instances stand behind the variable in a name; 0: it is none of an instance."""
    found = re.fullmatch(rf"{re.escape(variable)}((?:_\d+)+)", name)
    return found[1].count("_") if found else 0
