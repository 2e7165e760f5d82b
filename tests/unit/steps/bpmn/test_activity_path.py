"""What the tree of activity instances tells: how to begin a step anew, and where branches wait for others."""

from __future__ import annotations

from typing import Any

import pytest

from worker.steps.bpmn.activity_path import Beginning, beginning_of, waiting_in


def node(id_: str, *inside: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "activityId": id_.partition(":")[0], "childActivityInstances": list(inside)}


ALONE = node("P:1", node("A:1"), node("B:1"))
MANY = node("P:1", node("A#multiInstanceBody:1", node("A:1"), node("A:2")))
BRANCHES = node("P:1", node("Sub#multiInstanceBody:1", node("Sub:1", node("A:1")), node("Sub:2", node("A:2"))))
BOTH = node("P:1", node("Sub#multiInstanceBody:1", node("Sub:1", node("A#multiInstanceBody:1", node("A:2")))))


@pytest.mark.parametrize(
    ("tree", "anew"),
    [
        (ALONE, None),
        (node("P:1", node("A:2")), Beginning("A", "A:2", "P:1")),
        (MANY, Beginning("A#multiInstanceBody", "A#multiInstanceBody:1", "P:1")),
        (BRANCHES, Beginning("A", "A:2", "Sub:2")),
        (BOTH, Beginning("A#multiInstanceBody", "A#multiInstanceBody:1", "Sub:1")),
    ],
)
def test_the_step_begins_as_a_whole_in_its_own_branch(tree: dict[str, Any], anew: Beginning | None) -> None:
    assert beginning_of(tree, "A:2") == anew


def leaf(id_: str, kind: str = "serviceTask") -> dict[str, Any]:
    return node(id_) | {"activityType": kind}


GATE, GATE2, INNER = leaf("G:1", "parallelGateway"), leaf("G:2", "parallelGateway"), leaf("H:1", "inclusiveGateway")
JOB = {"childTransitionInstances": [{"id": "job", "activityId": "A"}]}


@pytest.mark.parametrize(
    ("tree", "waiting"),
    [
        (node("P:1", GATE), [("G:1", "G", True)]),
        (node("P:1", GATE, GATE2), [("G:1", "G", True)]),
        (node("P:1", GATE, INNER), [("G:1", "G", True), ("H:1", "H", True)]),
        (node("P:1", GATE, leaf("A:1")), [("G:1", "G", False)]),
        (node("P:1", GATE) | JOB, [("G:1", "G", False)]),
        (node("P:1", GATE) | {"childTransitionInstances": [GATE2]}, [("G:1", "G", False)]),
        (node("P:1") | {"childTransitionInstances": [GATE]}, []),
        (node("P:1", GATE, node("S:1", leaf("A:1"))), [("G:1", "G", False)]),
        (node("P:1", leaf("A:1"), node("S:1", INNER)), [("H:1", "H", True)]),
        (node("P:1", GATE, node("S:1", INNER)), [("G:1", "G", True), ("H:1", "H", True)]),
        (node("P:1", leaf("A:1")), []),
    ],
)
def test_what_waits_at_a_gateway_waits_in_vain_if_nothing_else_is_active_in_its_scope(
    tree: dict[str, Any], waiting: list[tuple[str, str, bool]]
) -> None:
    assert [*waiting_in(tree)] == waiting
