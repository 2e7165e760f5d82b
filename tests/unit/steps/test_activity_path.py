"""What the engine must be told to begin a step anew: alone, as a multi-instance, in a branch of a sub-process."""

from __future__ import annotations

from typing import Any

import pytest

from worker.steps.activity_path import Beginning, beginning_of


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
