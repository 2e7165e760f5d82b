"""Finds conditions that compare two answers with each other: they hold after two times no as after two times yes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.juel_values import asked_in, read_in, value_of
from worker.steps.findings.served import Served
from worker.steps.findings.unset_names import is_answer_of


class Compared(NamedTuple):
    """A condition at an element, the names of the answers in it, and the values of both at which it gives the same."""

    at: str
    text: str
    names: tuple[str, str]
    values: list[Any]


def compared_answers(process: str, served: Served) -> Iterator[Compared]:
    """Those of a process. Not where another condition asks what the answers are: whether they agree may be meant."""
    answers, made = served.answers(), dict(served.model.made)
    whole = [(one, _whole(one.parts[0], made)) for one in served.model.conditions if one.single]
    for one, root in whole:
        names = next((names for node in root.walk() if (names := _pair(node)) and _bases(names, answers)), None)
        if names is None or one.at not in served.steps or served.steps[one.at].process != process:
            continue
        bases = _bases(names, answers)
        values = [value for value in dict.fromkeys(answers[bases[0]]) if value in answers[bases[-1]]]
        given = [value_of(root, dict.fromkeys(names, value)) for value in values]
        asked = any(is_answer_of(name, base) for _, other in whole for name in _alone(other) for base in bases)
        if values[1:] and not asked and all(each is given[0] for each in given):
            yield Compared(one.at, one.text, names, values)


def _whole(node: Node, made: Mapping[str, Node], *inside: str) -> Node:
    """The node with the expressions of which the model makes the variables in it."""
    name = read_in(node) or ""
    if name in made and name not in inside:
        return _whole(made[name], made, *inside, name)
    return node if name else replace(node, parts=tuple(_whole(part, made, *inside) for part in node.parts))


def _pair(node: Node) -> tuple[str, str] | None:
    """The two variables that a node compares with each other, and does nothing else."""
    compares = node.kind in ("eq", "ne") or (node.kind == "call" and node.value in ("equals", "equalsIgnoreCase"))
    names = [read_in(part) for part in node.parts] if compares else []
    return (names[0], names[1]) if len(names) == 2 and names[0] and names[1] and names[0] != names[1] else None


def _bases(names: tuple[str, str], answers: Mapping[str, list[Any]]) -> list[str]:
    """The answers, of one instance or plain, that two variables are; empty if one of them is none."""
    found = [base for name in names for base in answers if is_answer_of(name, base)]
    return found if len(found) == len(names) else []


def _alone(node: Node) -> Iterator[str]:
    """The variables that a node reads other than to compare two with each other."""
    if name := read_in(node) or asked_in(node):
        yield name
    elif _pair(node) is None:
        for part in node.parts:
            yield from _alone(part)
