"""Finds parallel gateways at which a process waits for ever: fewer branches come than the gateway waits for.

The engine counts what has come, by whichever flow (seen on Camunda 7.24). Only what is certain is found: in doubt, more
branches come.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple
from xml.etree.ElementTree import Element

from worker.steps.bpmn.expressions import expressions_in
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.forks import DECIDES, JOINS, NON_INTERRUPTING, comes_back_alone
from worker.steps.bpmn.gateways import OddFlows
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.tokens import Net, Way, Worth, net_of
from worker.steps.bpmn.tree import SCOPES, get
from worker.words.findings.joins import BEGIN_ALL_ANEW, LET_EACH_PASS, MEET_BEFORE, ONLY_ONE, UNREACHED
from worker.words.phrase import Phrase, joined

ONE_OR_ALL = (*DECIDES, "parallelGateway")
"""Gateways that take one of their flows, or all, whichever conditions are true."""
THROWING = ("endEvent", "intermediateThrowEvent")
MOST_LOOKED_AT = 100_000
"""Gateways times elements: a larger process than any that people draw would hold the worker up."""
ENOUGH = "multiInstanceLoopCharacteristics/completionCondition"
Parents = Mapping[Element, Element]
Facts = Mapping[str, Phrase | str]


def hanging_joins(root: Element) -> Iterator[OddFlows]:
    """One for each gateway at fault."""
    parents = {child: parent for parent in root.iter() for child in parent}
    for scope in (one for one in root.iter() if one.tag in SCOPES):
        net = net_of(scope)
        joins = [
            id_ for id_, one in net.nodes.items() if one.tag == "parallelGateway" and net.entering.get(id_, ())[1:]
        ]
        found = dict[str, tuple[str, Facts]]()
        for id_ in joins if len(joins) * len(net.nodes) < MOST_LOOKED_AT else ():
            worth = net.worth(id_)
            if worth and (one := _Join(net, id_, len(net.entering[id_]), worth).found(scope, parents)):
                found[id_] = one
        behind = _behind(net, [id_ for id_, (kind, _) in found.items() if kind == "join_never"])
        yield from (OddFlows(net.nodes[id_], *one) for id_, one in found.items() if id_ not in behind)


def _behind(net: Net, hanging: Collection[str]) -> set[str]:
    """The gateways that the flow reaches only through one where it hangs for ever: what they lack, they lack by it."""
    onward = net.onward()
    first = reached(net.starts, {**onward, **{id_: [] for id_ in hanging}})
    return reached(hanging, onward) - first


class LeftOtherwise(NamedTuple):
    """The waits in a model that something around them may end, such as a timer.

    `gateways`: the ids of those that join branches. `calls`: whether a call of another process is one.
    """

    gateways: frozenset[str] = frozenset()
    calls: bool = False


def left_otherwise(root: Element) -> LeftOtherwise:
    """Which waits do not last for ever, though nothing comes."""
    parents = {child: parent for parent in root.iter() for child in parent}
    joins = (one for one in parents if one.tag in JOINS and _may_be_ended(parents[one], parents))
    calls = any(one.tag == "callActivity" and _may_be_ended(one, parents) for one in parents)
    return LeftOtherwise(frozenset(get(one, "id") or "" for one in joins), calls)


@dataclass(frozen=True, slots=True)
class _Join:
    """A parallel gateway that joins. `worth`: of the elements before it."""

    net: Net
    id: str
    waits_for: int
    worth: Worth

    def found(self, scope: Element, parents: Parents) -> tuple[str, Facts] | None:
        come = max((self._of(one) for one in self.net.starts), default=0)
        if 0 < come < self.waits_for:
            facts: Facts = {"needs": str(self.waits_for), "come": str(math.floor(come)), "why": self._why()}
            return "join_never", {**facts, "cure": self._cure(come)}
        sure = come == self.waits_for and not _may_be_ended(scope, parents)
        for kind, ways in (("join_on_route", self._left()), ("join_if_all", self._choices())) if sure else ():
            if left := sorted({way.by for way in ways}):
                return kind, {"ways": ", ".join(left)}
        return None

    def _of(self, id_: str) -> Fraction | float:
        return self.worth.get(id_, 0)

    def _why(self) -> Phrase:
        """Where only one of several ways to the gateway is taken, and the flows by which nothing comes."""
        onward = self.net.onward(to=self.id)
        ahead = reached(self.net.starts, onward)
        choosing = [one for one in self.net.nodes if one in ahead and self._parts(one, onward)]
        never = [way.by for source, way in self._entering() if source not in ahead]
        said = [ONLY_ONE.format(at=", ".join(choosing))] if choosing else []
        return joined("", [*said, *([UNREACHED.format(flows=", ".join(never))] if never else [])])

    def _cure(self, come: Fraction | float) -> Phrase:
        """How the gateway gets what it waits for, or need not wait."""
        flows = {id_: [way.to for way in ways] for id_, ways in self.net.leaving.items()}
        splits = {id_ for id_, to in flows.items() if to[1:] and self.net.nodes[id_].tag not in DECIDES}
        if self.id in splits:
            return MEET_BEFORE
        if come < 2:
            return LET_EACH_PASS
        return BEGIN_ALL_ANEW if comes_back_alone(self.id, flows, splits) else MEET_BEFORE

    def _parts(self, id_: str, onward: Mapping[str, list[str]]) -> bool:
        """Whether the engine chooses at an element between ways by which different flows enter the gateway."""
        several = [reached([one.to], onward) for one in self.net.options(id_) if self._of(one.to)]
        sources = {frozenset(source for source, _ in self._entering() if source in one) for one in several}
        direct = [one.by for one in self.net.options(id_) if one.to == self.id]
        return id_ != self.id and (len(sources) > 1 or len(direct) > 1)

    def _entering(self) -> list[tuple[str, Way]]:
        return [(source, way) for source, ways in self.net.leaving.items() for way in ways if way.to == self.id]

    def _left(self) -> Iterator[Way]:
        """The ways in one branch that lead past the gateway, while another branch surely comes to it."""
        onward = self.net.onward(to=self.id)
        for fork in (one for one in reached(self.net.starts, onward) if self._of(one) == self.waits_for):
            branches = [one for one in self._branches(fork) if self._of(one.to)]
            regions = [reached([one.to], onward) for one in branches]
            for branch, region in zip(branches, regions, strict=True):
                others = [one for one in branches if one is not branch]
                if any(not self.net.sinks([one.to], to=self.id) for one in others):
                    own = region.difference(*(reached([one.to], onward) for one in others))
                    yield from self._past(own, onward)

    def _choices(self) -> Iterator[Way]:
        """The flows to the gateway that are taken only if a condition is true, while another branch may come alone."""
        onward = self.net.onward(to=self.id)
        for fork in reached(self.net.starts, onward):
            several = [one for one in self.net.leaving.get(fork, ()) if self._of(one.to)]
            if self._of(fork) < self.waits_for or self.net.nodes[fork].tag in ONE_OR_ALL or fork == self.id:
                continue
            for way in (
                one for one in several if one.conditional and any(map(names_in, expressions_in(one.condition)))
            ):
                others = (one for one in several if not (one.default or one.condition == way.condition))
                if any(not self.net.sinks([one.to], to=self.id) for one in others):
                    yield way

    def _branches(self, fork: str) -> list[Way]:
        """The ways that the engine surely takes all at once."""
        tag, flows = self.net.nodes[fork].tag, self.net.leaving.get(fork, [])
        sure = [one for one in flows if tag == "parallelGateway" or not (one.conditional or one.default)]
        return [] if fork == self.id or tag in DECIDES else sure

    def _past(self, region: Collection[str], onward: Mapping[str, list[str]]) -> Iterator[Way]:
        """The ways from elements of a region by which too few branches come, and nothing else ends the wait."""
        for id_ in (one for one in region if one != self.id and self._is_free(one, region)):
            for way in self._exits(id_):
                if self._of(way.to) < self._of(id_) and not any(map(self._ends_otherwise, reached([way.to], onward))):
                    yield way

    def _exits(self, id_: str) -> list[Way]:
        """The ways from an element that the engine may take without any other one."""
        flows = self.net.leaving.get(id_, [])
        if self.net.nodes[id_].tag in ONE_OR_ALL or self.net.options(id_):
            return self.net.options(id_)
        to_it = [one for one in flows if self._of(one.to)]
        may_miss = all(one.default or one.conditional for one in to_it)
        return [one for one in flows if may_miss and all(one.condition != other.condition for other in to_it)]

    def _is_free(self, id_: str, region: Collection[str]) -> bool:
        """Whether nothing outside the region decides by the same names, so that the two cannot be tied together."""
        own, others = (
            {word for one in several for word in self.net.asked(one)}
            for several in ([id_], self.net.nodes.keys() - region)
        )
        return own.isdisjoint(others)

    def _ends_otherwise(self, id_: str) -> bool:
        """Whether an element may end more than its own branch."""
        node = self.net.nodes[id_]
        events = [one for one in node.iter() if one.tag.endswith("EventDefinition")]
        return node.tag in THROWING and bool(events)


def _may_be_ended(scope: Element, parents: Parents) -> bool:
    """Whether something around a wait may end it: an event, the end of everything, or enough other instances.

    `scope`: where it waits.
    """
    around = [scope]
    while (parent := parents.get(around[-1])) is not None:
        around.append(parent)
    at = {get(one, "id") for one in around}
    for one in around:
        if one.find(ENOUGH) is not None:
            return True
        for event in one:
            interrupts = event.tag == "boundaryEvent" and event.get("attachedToRef") in at
            if interrupts and event.get("cancelActivity") != NON_INTERRUPTING:
                return True
            if event.get("triggeredByEvent") == "true" and any(map(_interrupts, event.iterfind("startEvent"))):
                return True
            if one is not scope and event.tag == "endEvent" and any(map(_is_definition, event)):
                return True
    return False


def _is_definition(part: Element) -> bool:
    return part.tag.endswith("EventDefinition")


def _interrupts(start: Element) -> bool:
    return start.get("isInterrupting") != NON_INTERRUPTING
