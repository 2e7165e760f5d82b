from __future__ import annotations

import pytest

from worker.steps.bpmn.forks import beside
from worker.steps.bpmn.tree import tree_of


def model(flows: str, more: str = "") -> str:
    """Such as `f>a f>b`; ids that begin with f or j are parallel gateways, with x exclusive ones, else tasks."""
    pairs = [flow.split(">") for flow in flows.split()]
    kinds = {"f": "parallelGateway", "j": "parallelGateway", "x": "exclusiveGateway"}
    nodes = dict.fromkeys(id_ for pair in pairs for id_ in pair)
    elements = "".join(f'<{kinds.get(id_[0], "task")} id="{id_}"/>' for id_ in nodes)
    drawn = "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)
    return f'<definitions><process id="p">{elements}{drawn}{more}</process></definitions>'


def of(xml: str, id_: str) -> set[str]:
    return {other for other in beside(tree_of(xml)).get(id_, ()) if other[0] in "abcd"}


@pytest.mark.parametrize(
    ("flows", "id_", "others"),
    [
        ("f>a f>b a>j b>j", "a", {"b"}),
        ("f>a f>b a>c c>j b>j", "c", {"b"}),
        ("f>a f>b f>c", "a", {"b", "c"}),
        ("f>a f>b a>j b>j j>c c>d", "c", set()),
        ("x>a x>b", "a", set()),
        ("a>b b>c", "b", set()),
        ("a>b a>c", "b", {"c"}),
        ("f>x1 x1>a x1>b f>c", "a", {"c"}),
        ("f>a f>b a>f", "a", {"b"}),
    ],
)
def test_what_runs_beside_is_what_another_branch_of_a_fork_leads_to_before_they_meet(
    flows: str, id_: str, others: set[str]
) -> None:
    assert of(model(flows), id_) == others


def test_the_steps_of_a_sub_process_run_in_its_branch() -> None:
    more = '<subProcess id="s"><task id="a"/></subProcess><sequenceFlow id="x" sourceRef="f" targetRef="s"/>'
    assert of(model("f>b", more), "a") == {"b"}
    assert of(model("f>b", more), "b") == {"a"}


@pytest.mark.parametrize(("cancels", "others"), [("false", {"b"}), ("true", set())])
def test_a_boundary_event_that_does_not_interrupt_is_a_fork(cancels: str, others: set[str]) -> None:
    more = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="{cancels}"/>'
    more += '<sequenceFlow id="x" sourceRef="t" targetRef="b"/><task id="b"/>'
    assert of(model("a>c", more), "a") == others
