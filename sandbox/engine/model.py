"""The part of BPMN that the built-in engine runs: external tasks in sequence, parallel and exclusive gateways."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
RUNS = ("startEvent", "endEvent", "serviceTask", "parallelGateway", "exclusiveGateway")
LOOKED_OVER = ("sequenceFlow", "documentation", "extensionElements", "textAnnotation", "association", "laneSet")


class NotDeployable(Exception):
    """A model with an element that this engine cannot run; the text names it."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element. `topic` None: not an external task. `arrivals`: how many flows lead here."""

    id: str
    kind: str
    topic: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    nameless: bool = False
    """Whether an extension property has no name; then the engine cannot write the answer to a fetch."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """Texts, and lists and maps of them."""
    next: tuple[str, ...] = ()
    arrivals: int = 0
    conditions: tuple[str, ...] = ()
    """Of an exclusive gateway: what must be true for each of `next`; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Model:
    """One executable process."""

    key: str
    nodes: Mapping[str, Node]
    xml: str
    """The file as it was deployed."""

    @property
    def start(self) -> Node:
        return next(node for node in self.nodes.values() if node.kind == "startEvent")


def parse(xml: bytes) -> list[Model]:
    """The executable processes of a file; raises `NotDeployable`."""
    try:
        root = ET.fromstring(xml)  # noqa: S314 - the person's own file, on loopback
    except ET.ParseError as error:
        raise NotDeployable(f"not XML: {error}") from None
    processes = [process for process in root.iter(f"{BPMN}process") if process.get("isExecutable") == "true"]
    text = xml.decode(errors="replace")
    return [_model(process, text) for process in processes]


def _model(process: ET.Element, xml: str) -> Model:
    if not process.get(f"{CAMUNDA}historyTimeToLive"):
        raise NotDeployable(f"process {process.get('id')}: History Time To Live (TTL) cannot be null")
    arrows = process.findall(f"{BPMN}sequenceFlow")
    flows = [_flow(arrow) for arrow in arrows]
    nodes = {}
    for element in process:
        kind = element.tag.removeprefix(BPMN)
        if kind in LOOKED_OVER:
            continue
        if kind not in RUNS:
            raise NotDeployable(f"the built-in engine does not run <{kind}>: choose ENGINE=camunda")
        node = _node(element, kind, flows)
        nodes[node.id] = node
    model = Model(str(process.get("id")), nodes, xml)
    if not any(node.kind == "startEvent" for node in nodes.values()):
        raise NotDeployable(f"process {model.key} has no start event")
    return model


def _flow(arrow: ET.Element) -> tuple[str, str, str]:
    """Where it comes from, where it leads, and its condition."""
    condition = arrow.findtext(f"{BPMN}conditionExpression") or ""
    return str(arrow.get("sourceRef")), str(arrow.get("targetRef")), condition.strip()


def _node(element: ET.Element, kind: str, flows: list[tuple[str, str, str]]) -> Node:
    id_ = str(element.get("id"))
    if kind == "exclusiveGateway" and element.get(f"{CAMUNDA}asyncBefore") != "true":
        raise NotDeployable(f"the built-in engine runs gateway {id_} only with asyncBefore: choose ENGINE=camunda")
    topic = element.get(f"{CAMUNDA}topic")
    if kind == "serviceTask" and (element.get(f"{CAMUNDA}type") != "external" or not topic):
        raise NotDeployable(f"service task {id_} is not an external task with a topic")
    properties = list(element.iter(f"{CAMUNDA}property"))
    inputs = element.iter(f"{CAMUNDA}inputParameter")
    return Node(
        id_,
        kind,
        topic,
        {str(one.get("name")): one.get("value") or "" for one in properties},
        any(one.get("name") is None for one in properties),
        {str(one.get("name")): _value(one) for one in inputs},
        tuple(target for source, target, _ in flows if source == id_),
        sum(target == id_ for _, target, _ in flows),
        tuple(condition for source, _, condition in flows if source == id_),
    )


def _value(element: ET.Element) -> Any:
    """The value of an input parameter: a text, or what the Modeler's types List and Map write."""
    if (listed := element.find(f"{CAMUNDA}list")) is not None:
        return [one.text or "" for one in listed]
    if (mapped := element.find(f"{CAMUNDA}map")) is not None:
        return {str(one.get("key")): _value(one) for one in mapped}
    return element.text or ""
