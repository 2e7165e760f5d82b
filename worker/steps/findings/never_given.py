"""Judges expressions about an answer by trying every answer: comparisons that none meets.

`${Approve == 'ДА'}`, `${Approve.equals('yes')}` and `${Approve and urgent}` are false after every answer, and a default
flow then is a silent no. With `${Approve}` the engine refuses the completion, after somebody has answered. What depends
on other variables too is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from worker.mapping.letters import told_from_texts
from worker.steps.bpmn.expressions import Node, expressions_in
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, names_in, read_in, value_of
from worker.steps.bpmn.step import Condition, Loop
from worker.words.phrase import Phrase, joined, unchanged

_TRUTHS = ("eq", "ne", "lt", "le", "gt", "ge", "empty")
_ASKING = ("equals", "equalsIgnoreCase", "contains", "startsWith", "endsWith", "isEmpty")
"""Methods of a text that give yes or no."""
_MEASURES = ("length", "isEmpty", "compareTo", "compareToIgnoreCase")
"""Methods of a text that give something about it: what is compared then is not the text."""
_OTHER_TEXT, _OTHER_NUMBER = "\0", -7.5e300
"""An answer that nobody gives."""


class Answers:
    """The values that a step's answer may have, and those of the variables that the model makes of it alone."""

    def __init__(self, variable: str, values: Sequence[Any], made: Iterable[tuple[str, Node]] = ()) -> None:
        """`made`: variables that only one element of the model sets, each with the expression that gives the value."""
        self.variable = variable
        texts = any(isinstance(value, str) for value in values)
        several = (*values, None, _OTHER_TEXT if texts else _OTHER_NUMBER)
        self._of: dict[str, list[Any]] = {variable: list(several)}
        self._instance = re.compile(rf"{re.escape(variable)}(?:_\d+)+")
        todo, before = dict(made), 0
        while before != len(self._of):  # one may be made of another
            before = len(self._of)
            for name, node in todo.items():
                if name not in self._of and (found := self.outcomes(node)) and UNKNOWN not in found:
                    self._of[name] = found

    @property
    def values(self) -> list[Any]:
        """Those of the answer itself."""
        return self._of[self.variable][:-2]

    @property
    def names(self) -> frozenset[str]:
        """The variable of the answer, and those that the model makes of it."""
        return frozenset(self._of)

    def values_of(self, name: str) -> list[Any]:
        """What one of these variables may be after the answers, each value once."""
        return [one for one in dict.fromkeys(self._of[name][:-2]) if one is not FAILS]

    def values_with(self, number: int) -> dict[str, Any]:
        """What these variables have with one of the answers: its number in `outcomes`."""
        return {name: values[number] for name, values in self._of.items()}

    def outcomes(self, node: Node) -> list[Any]:
        """What a node gives for each value, then without an answer, then for an answer that nobody gives.

        Empty if it does not read exactly one of these variables.
        """
        names = names_in(node)
        base = self._base(next(iter(names))) if len(names) == 1 else None
        return [value_of(node, dict.fromkeys(names, value)) for value in self._of[base]] if base else []

    def sides(self, node: Node) -> list[tuple[Any, ...]]:
        """What the parts of a node give for each value of the answer; empty if other variables decide."""
        of_parts = [
            [part.value] * len(self.values) if part.kind == "literal" else self.outcomes(part)[:-2]
            for part in node.parts
        ]
        return list(zip(*of_parts, strict=False))

    def made_from(self, node: Node) -> bool:
        """Whether the node reads what the model makes of the answer, and that is not there at first."""
        return all(name in self._of and name != self.variable for name in names_in(node))

    def is_read(self, node: Node) -> bool:
        """Whether the node is one of these variables, as a value that is neither yes nor no."""
        base = self._base(read_in(node) or "")
        return base is not None and not all(isinstance(value, bool) for value in self._of[base][:-2])

    def are_booleans(self) -> bool:
        """Whether the engine turns each answer into the yes or no that it says."""
        return {str(value).casefold() for value in self.values} <= {"true", "false"}

    def _base(self, name: str) -> str | None:
        if name in self._of:
            return name
        return self.variable if self._instance.fullmatch(name) else None


class _Same(NamedTuple):
    """What a node gives after every answer; whether it fails or gives the same without one, and for any other."""

    given: bool
    without: bool
    other: bool


def never_given(conditions: Iterable[Condition], answers: Answers) -> list[str]:
    """The comparisons of an answer that have the same outcome after every answer, and without one."""
    nodes = (one for condition in conditions for root in condition.parts for one in root.walk())
    truths = (one for one in nodes if is_truth(one) and not _measures(one))
    found = (one for one in truths if (same := _same(one, answers)) and same.without and same.other)
    return list(dict.fromkeys(one.text for one in found))


def by_variable(texts: Iterable[str], answers: Answers) -> Mapping[str, list[str]]:
    """These comparisons, by the variable that each of them reads; one with the answers' own values is as the answer."""
    found, own = dict[str, list[str]](), answers.values_of(answers.variable)
    for text in texts:
        names = {name for root in expressions_in(f"${{{text}}}") for name in names_in(root)} & answers.names
        others = [name for name in names if {*answers.values_of(name)} != {*own}]
        found.setdefault(others[0] if others else answers.variable, []).append(text)
    return found


def only_whether_given(conditions: Iterable[Condition], answers: Answers) -> list[tuple[Condition, str, bool]]:
    """The parts of conditions that only ask whether there is an answer, with their outcome if there is one."""
    found = _indifferent(conditions, answers)
    return [(condition, one.text, same.given) for condition, one, same in found if same.other and not same.without]


def same_after_all(
    conditions: Iterable[Condition], answers: Answers, given_at: Callable[[str], bool]
) -> list[tuple[str, bool]]:
    """The parts of conditions that have the same outcome after several answers, though another would change it.

    `given_at`: whether there is an answer wherever an element evaluates its condition.
    """
    found = _indifferent(conditions, answers) if len({*answers.values}) > 1 else ()
    return list(
        dict.fromkeys(
            (one.text, same.given)
            for condition, one, same in found
            if _measures(one) or not same.other
            if same.without or (not same.other and given_at(condition.at))
        )
    )


def _measures(node: Node) -> bool:
    return any(one.kind == "call" and one.value in _MEASURES for one in node.walk())


def _indifferent(conditions: Iterable[Condition], answers: Answers) -> Iterator[tuple[Condition, Node, _Same]]:
    """The widest parts of conditions that do not tell the answers apart, or wholes whose parts do so in vain.

    Not those beside a part that does: guards.
    """
    for condition in conditions:
        for root in condition.parts:
            if condition.single and root.kind in ("and", "or", "not") and (same := _same(root, answers)):
                yield condition, root, same
            elif not any(_tells_apart(one, answers) for one in root.walk()):
                parts = ((one, _same(one, answers)) for one in widest(root, answers))
                yield from ((condition, one, same) for one, same in parts if same)


def _tells_apart(node: Node, answers: Answers) -> bool:
    return {True, False} <= {value for value in answers.outcomes(node)[:-2] if isinstance(value, bool)}


def widest(node: Node, answers: Answers) -> Iterator[Node]:
    """The parts for whose value the answer is all that counts, and that are in no other such part."""
    outcomes = answers.outcomes(node)
    if outcomes and UNKNOWN not in outcomes[:-2]:
        yield node
    else:
        for part in node.parts:
            yield from widest(part, answers)


def _same(node: Node, answers: Answers) -> _Same | None:
    """None: the node tells the answers apart, or others decide."""
    *given, without, other = answers.outcomes(node) or (UNKNOWN, UNKNOWN, UNKNOWN)
    firm = {value for value in given if value is not FAILS} or {False}
    same = next(iter(firm))
    if len(firm) > 1 or not isinstance(same, bool) or _takes_for_yes(node, answers):
        return None
    if answers.made_from(node) and value_of(node, dict.fromkeys(names_in(node))) not in (same, FAILS):
        return None
    return _Same(same, without in (same, FAILS), other in (same, FAILS))


def fails_after(conditions: Iterable[Condition], answers: Answers) -> list[tuple[str, list[Any]]]:
    """The parts that the engine cannot evaluate after some answers, a number beside texts, each with these answers."""
    found = dict[str, list[Any]]()
    for one in (part for condition in conditions for root in condition.parts for part in widest(root, answers)):
        outcomes = [*zip(answers.values, answers.outcomes(one), strict=False)]
        failing = [value for value, outcome in outcomes if outcome is FAILS]
        if 0 < len(failing) < len(outcomes) and not _takes_for_yes(one, answers):
            found[one.text] = failing
    return [*found.items()]


def told_values(values: Iterable[Any], compared: Iterable[str]) -> dict[str, Phrase]:
    """`given`: the values of answers; `meant`: with the letters by which a compared text differs from one like it."""
    nodes = (node for text in compared for root in expressions_in(f"${{{text}}}") for node in root.walk())
    texts = [one.value for one in nodes if one.kind == "literal" and isinstance(one.value, str)]
    given = sorted({*map(str, values)})
    meant = joined(", ", [told_from_texts(one, texts) for one in given])
    return {"given": unchanged(", ".join(given)), "meant": meant}


def is_truth(node: Node) -> bool:
    return node.kind in _TRUTHS or (node.kind == "call" and node.value in _ASKING)


def yes_as_text(conditions: Iterable[Condition], answers: Answers) -> list[str]:
    """The comparisons of a yes or no that the model makes of the answer with a text, which the engine takes for no."""
    nodes = (node for one in conditions for root in one.parts for node in root.walk() if node.kind in ("eq", "ne"))
    of_two = (one for one in nodes if not any(isinstance(part.value, bool) for part in one.parts))
    found = (one for one in of_two if any(map(_is_yes_with_text, answers.sides(one))))
    return list(dict.fromkeys(one.text for one in found if not _takes_for_yes(one, answers)))


def _is_yes_with_text(sides: tuple[Any, ...]) -> bool:
    texts = [one for one in sides if isinstance(one, str) and one.casefold() not in ("true", "false")]
    return bool(texts) and any(isinstance(one, bool) for one in sides)


def alone(conditions: Iterable[Condition], answers: Answers) -> list[str]:
    """The conditions that are nothing but the answer, or an instance's own: the engine takes only a boolean."""
    found = (one for one in conditions if one.single and answers.is_read(one.parts[0]))
    return list(dict.fromkeys(one.text for one in found))


def taken_for_boolean(conditions: Iterable[Condition], answers: Answers) -> list[str]:
    """The conditions that join the answer with others by `and`, `or`, `not` or `?`."""
    found = (one for one in conditions if any(_takes_for_yes(root, answers) for root in one.parts))
    return list(dict.fromkeys(one.text for one in found))


def _takes_for_yes(node: Node, answers: Answers) -> bool:
    joining = (one for one in node.walk() if one.kind in ("and", "or", "not", "choice"))
    return any(answers.is_read(part) for one in joining for part in one.parts[: 1 if one.kind == "choice" else 2])


def numbered_early(conditions: Iterable[Condition], variable: str, loops: Iterable[tuple[str, Loop]]) -> list[str]:
    """The answers of single instances that a `completionCondition` reads by name: they are missing at first.

    The engine evaluates it after each instance, and `execution.getVariable` gives null for an answer that is missing.
    """
    of, numbered = dict(loops), re.compile(rf"{re.escape(variable)}(?:_\d+)*_(\d+)")
    found = dict[str, None]()
    for condition in conditions:
        loop = of.get(condition.at) if condition.ends_loop else None
        for one in (part for root in condition.parts for part in root.walk() if loop and part.kind == "name"):
            number = numbered.fullmatch(str(one.value))
            if number and loop and not (loop.sequential and number[1] == "0"):
                found[str(one.value)] = None
    return sorted(found)
