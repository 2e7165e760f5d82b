"""The example processes as files: complete, drawn, and as the sandbox describes them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from sandbox.demo.examples import BPMN, CAMUNDA, EXAMPLES, FOLDER, Example

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
POINTS = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
NODES = ("startEvent", "endEvent", "boundaryEvent", "serviceTask", "exclusiveGateway", "parallelGateway")
every = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


def root(example: Example) -> ET.Element:
    return ET.parse(example.path).getroot()  # noqa: S314 - our own files


def process(example: Example) -> ET.Element:
    found = root(example).find(f"{BPMN}process")
    assert found is not None
    return found


def nodes(example: Example) -> dict[str | None, ET.Element]:
    return {one.get("id"): one for kind in NODES for one in process(example).iter(BPMN + kind)}


def flows(example: Example) -> list[ET.Element]:
    return process(example).findall(f"{BPMN}sequenceFlow")


def test_every_file_of_the_folder_is_an_example() -> None:
    assert {path.stem for path in FOLDER.glob("*.bpmn")} == set(EXAMPLES)


@every
def test_the_key_is_the_files_name_and_the_engine_may_keep_history(example: Example) -> None:
    assert process(example).get("id") == example.key
    assert process(example).get(f"{CAMUNDA}historyTimeToLive")
    assert process(example).get("isExecutable") == "true"


@every
def test_everything_is_drawn(example: Example) -> None:
    shapes = {shape.get("bpmnElement"): shape.find(BOUNDS) for shape in root(example).iter(f"{DI}BPMNShape")}
    edges = {edge.get("bpmnElement"): edge.findall(POINTS) for edge in root(example).iter(f"{DI}BPMNEdge")}
    assert set(shapes) == set(nodes(example))
    assert set(edges) == {flow.get("id") for flow in flows(example)}
    assert all(bounds is not None for bounds in shapes.values())
    for flow in flows(example):
        points = [(float(point.attrib["x"]), float(point.attrib["y"])) for point in edges[flow.get("id")]]
        for end, point in (("sourceRef", points[0]), ("targetRef", points[-1])):
            bounds = shapes[flow.get(end)]
            assert bounds is not None
            x, y, width, height = (float(bounds.attrib[name]) for name in ("x", "y", "width", "height"))
            assert x <= point[0] <= x + width, (flow.get("id"), end)
            assert y <= point[1] <= y + height, (flow.get("id"), end)


@every
def test_names_are_russian_and_documentation_english(example: Example) -> None:
    named = [one for one in nodes(example).values() if "Gateway" not in one.tag or one.get("default")]
    assert all(re.search("[а-я]", one.get("name") or "") for one in [process(example), *named])
    texts = [one.text or "" for one in process(example).iter(f"{BPMN}documentation")]
    assert len(texts) > len(example.steps())
    assert not any(re.search("[а-я]", text) for text in texts)


@every
def test_steps_go_to_the_worker_and_end_in_a_job(example: Example) -> None:
    for step in process(example).iter(f"{BPMN}serviceTask"):
        assert step.get(f"{CAMUNDA}type") == "external"
        assert step.get(f"{CAMUNDA}topic") == "bitrix_create_task"
        assert step.get(f"{CAMUNDA}asyncAfter") == "true"


@every
def test_who_asks_says_what_and_a_gateway_reads_the_answer(example: Example) -> None:
    asking = {step.id for step in example.steps().values() if step.question}
    conditions = " ".join(one.text or "" for one in process(example).iter(f"{BPMN}conditionExpression"))
    assert set(re.findall(r"(\w+?)(?: == 'ok'|_ORDER_APPROVED == true)", conditions)) == asking
    for flow in flows(example):
        gateway = nodes(example)[flow.get("sourceRef")]
        if gateway.get("default"):
            has_condition = flow.find(f"{BPMN}conditionExpression") is not None
            assert has_condition == (gateway.get("default") != flow.get("id"))


@every
def test_what_a_person_fills_in_is_what_the_sandbox_gives(example: Example) -> None:
    asked = {one.get("id") for one in process(example).iter(f"{CAMUNDA}formField")}
    assert asked == set(example.variables(1)) - set(example.files), "a form of the engine takes no files"


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_readmes_name_each_example_and_its_variables(name: str) -> None:
    text = (Path(FOLDER) / name).read_text(encoding="utf-8")
    for example in EXAMPLES.values():
        assert f"{example.key}.bpmn" in text
        assert all(f"`{variable}`" in text for variable in example.variables(1)), example.key
        assert all(f"`{step.id}`" in text for step in example.steps().values()), example.key
