"""Counts how many tokens can come to a gateway of a process or sub-process at most."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element

from worker.steps.bpmn.flows import links_in, reached
from worker.steps.bpmn.forks import DECIDES, NON_INTERRUPTING, may_repeat
from worker.steps.bpmn.tree import get, words_within

Worth = Mapping[str, Fraction | float]
"""For an element, how many tokens one token that is there can bring to a gateway at most. 0 where it is missing."""


class Way(NamedTuple):
    """A way from an element to the next one. `by`: the id of the flow or of the boundary event."""

    by: str
    to: str
    default: bool = False
    conditional: bool = False
    asked: frozenset[str] = frozenset()
    """The words in its condition."""
    condition: str = ""
    """Its text without blanks around."""


@dataclass(frozen=True, slots=True)
class Net:
    """The elements directly in one process or sub-process, and the ways between them.

    `entering`: the flows to each element. `ending`: the boundary events that interrupt, `beside`: those that do not,
    each by the id of its activity.
    """

    nodes: Mapping[str, Element]
    leaving: Mapping[str, list[Way]]
    entering: Mapping[str, list[Way]]
    ending: Mapping[str, list[Way]]
    beside: Mapping[str, list[Way]]

    @property
    def starts(self) -> list[str]:
        """The ids of its start events."""
        return [id_ for id_, one in self.nodes.items() if one.tag == "startEvent"]

    def options(self, id_: str) -> list[Way]:
        """The ways from an element of which the engine takes only one; empty: it does not choose."""
        flows, ending = self.leaving.get(id_, []), self.ending.get(id_, [])
        return [*flows, *ending] if self.nodes[id_].tag in DECIDES or ending else []

    def onward(self, *, to: str = "") -> Mapping[str, list[str]]:
        """The elements behind each one, boundary events among them, up to an element."""
        return {id_: [] if id_ == to else [way.to for way in self._ways(id_)] for id_ in self.nodes}

    def sinks(self, starts: Collection[str], *, to: str) -> set[str]:
        """Where the flow may end on its way from `starts` without having come to an element."""
        onward = self.onward(to=to)
        return {id_ for id_ in reached(starts, onward) if id_ != to and not onward.get(id_)}

    def asked(self, id_: str) -> frozenset[str]:
        """The words in the conditions on the flows from an element."""
        return frozenset(word for way in self.leaving.get(id_, ()) for word in way.asked)

    def worth(self, gateway: str) -> Worth | None:
        """What each element is worth for a gateway that has not gone on yet. None: there may be ever more tokens."""
        worth, changes, before = dict[str, Fraction | float]({gateway: Fraction(1)}), Counter[str](), self._before()
        todo = deque(before[gateway])
        while todo:
            id_ = todo.popleft()
            value = self._value(id_, worth) if id_ != gateway else worth[id_]
            if value == worth.get(id_, 0):
                continue
            changes[id_] += 1
            if value == math.inf or changes[id_] > len(self.nodes):
                return None
            worth[id_] = value
            todo.extend(before[id_])
        return worth

    def _value(self, id_: str, worth: Worth) -> Fraction | float:
        tag, flows = self.nodes[id_].tag, self.leaving.get(id_, [])
        if tag in DECIDES:
            taken = _most(flows, worth)
        elif tag == "parallelGateway":  # the engine makes one token of all that it has waited for
            taken = sum((worth.get(one.to, 0) for one in flows), Fraction()) / max(1, len(self.entering.get(id_, ())))
        else:
            usual, others = [one for one in flows if one.default], [one for one in flows if not one.default]
            taken = max(sum((worth.get(one.to, 0) for one in others), Fraction()), _most(usual, worth))
        more = (worth[one.to] * self._times(one) for one in self.beside.get(id_, ()) if worth.get(one.to))
        return sum(more, max(taken, _most(self.ending.get(id_, []), worth)))

    def _times(self, event: Way) -> float | int:
        return math.inf if may_repeat(self.nodes[event.by]) else 1

    def _ways(self, id_: str) -> Iterator[Way]:
        for several in (self.leaving, self.ending, self.beside):
            yield from several.get(id_, ())

    def _before(self) -> Mapping[str, list[str]]:
        before = defaultdict[str, list[str]](list)
        for id_ in self.nodes:
            for way in self._ways(id_):
                before[way.to].append(id_)
        return before


def net_of(scope: Element) -> Net:
    """The net of a process or sub-process; an empty one if a flow leads nowhere: no engine takes such a model."""
    nodes = {id_: one for one in scope if (id_ := get(one, "id")) and one.tag != "sequenceFlow"}
    defaults = {one.get("default") for one in nodes.values()} - {None}
    leaving, ending, beside = (defaultdict[str, list[Way]](list) for _ in range(3))
    for one in scope.iterfind("sequenceFlow"):
        id_, source, target = (one.get(name, "") for name in ("id", "sourceRef", "targetRef"))
        if not {source, target} <= nodes.keys():
            return Net({}, {}, {}, {}, {})
        asked = one.find("conditionExpression")
        words = frozenset[str]() if asked is None else words_within(asked)
        text = "" if asked is None else (asked.text or "").strip()
        leaving[source].append(Way(id_, target, id_ in defaults, asked is not None, words, text))
    for source, target in links_in(scope):
        leaving[source].append(Way(source, target))
    for id_, one in nodes.items():
        if one.tag == "boundaryEvent" and one.find("compensateEventDefinition") is None:
            several = beside if one.get("cancelActivity") == NON_INTERRUPTING else ending
            several[one.get("attachedToRef", "")].append(Way(id_, id_))
    entering = defaultdict[str, list[Way]](list)
    for way in (one for several in leaving.values() for one in several):
        entering[way.to].append(way)
    return Net(nodes, dict(leaving), dict(entering), dict(ending), dict(beside))


def _most(ways: list[Way], worth: Worth) -> Fraction | float:
    return max((worth.get(one.to, 0) for one in ways), default=Fraction())
