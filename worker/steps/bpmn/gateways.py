"""Finds flows that the engine takes, or never takes, without a look at the conditions of the diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import get
from worker.words.phrase import Phrase


class OddFlows(NamedTuple):
    """`kind`: a key of `FINDINGS`, `facts`: of its words."""

    gateway: Element
    kind: str
    facts: Mapping[str, Phrase | str]


def odd_flows(root: Element) -> Iterator[OddFlows]:
    """One for each element at fault."""
    leaving = dict[str, list[Element]]()
    for one in root.iter("sequenceFlow"):
        leaving.setdefault(one.get("sourceRef", ""), []).append(one)
    there = {get(one, "id") for one in root.iter("sequenceFlow")}
    for gateway in root.iter():
        flows, default = leaving.get(get(gateway, "id") or "", []), get(gateway, "default")
        usual, always = (
            [one for one in flows if _is(one, default) is same and not _asks(one)] for same in (True, False)
        )
        if default and flows and not any(_is(one, default) for one in flows) and default in there:
            yield OddFlows(gateway, "default_elsewhere", {"flow": default})
        if gateway.tag == "exclusiveGateway":
            yield from _refused(gateway, flows, default)
        if usual and always and gateway.tag != "parallelGateway":
            kind = "default_refused" if gateway.tag == "exclusiveGateway" else "default_never"
            yield OddFlows(gateway, kind, {"flows": _ids(always), "default": _ids(usual)})
        if gateway.tag == "parallelGateway" and (asking := [one for one in flows if _asks(one)]):
            yield OddFlows(gateway, "parallel_conditions", {"flows": _ids(asking)})
        if gateway.tag == "exclusiveGateway" and not default:
            first = next((number for number, one in enumerate(flows) if not _asks(one)), len(flows))
            if (behind := flows[first + 1 :]) and all(map(_asks, behind)):
                yield OddFlows(gateway, "never_tried", {"flow": _ids(flows[first : first + 1]), "others": _ids(behind)})


def _refused(gateway: Element, flows: list[Element], default: str | None) -> Iterator[OddFlows]:
    """What `BpmnParse` refuses of an exclusive gateway, besides a flow without a condition beside its default flow."""
    asking, plain = [one for one in flows if _asks(one)], [one for one in flows if not _asks(one)]
    if asking and len(flows) == 1:
        yield OddFlows(gateway, "only_flow_asks", {"flow": _ids(asking)})
    elif usual := [one for one in asking if _is(one, default)]:
        yield OddFlows(gateway, "default_asks", {"flow": _ids(usual)})
    if plain[1:] and not default:
        yield OddFlows(gateway, "several_plain", {"flows": _ids(plain)})


def _is(flow: Element, id_: str | None) -> bool:
    return get(flow, "id") == id_ and id_ is not None


def _asks(flow: Element) -> bool:
    return flow.find("conditionExpression") is not None


def _ids(flows: list[Element]) -> str:
    return ", ".join(get(one, "id") or "?" for one in flows)
