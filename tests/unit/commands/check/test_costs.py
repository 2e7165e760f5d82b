"""What a task with more than a create costs is told before anybody wonders."""

from __future__ import annotations

from typing import Any

import pytest

from worker.commands.check.costs import CREATE_SECONDS, ITEM_SECONDS, OTHER_SECONDS, cost_of

TEN = [f"item {n}" for n in range(10)]


@pytest.mark.parametrize(
    ("added", "calls", "seconds"),
    [
        ({"COMMENT": "{{ words }}"}, 2, CREATE_SECONDS + OTHER_SECONDS),
        ({"DEPENDS_ON": [1, 2]}, 3, CREATE_SECONDS + 2 * OTHER_SECONDS),
        ({"CHECKLISTS": [{"title": "A", "items": TEN}]}, 3, CREATE_SECONDS + 11 * ITEM_SECONDS),
        ({"CHECKLISTS": {"title": "A", "items": TEN * 6}}, 4, CREATE_SECONDS + 61 * ITEM_SECONDS),
        (
            {"CHECKLISTS": [{"title": "A", "items": [{"title": "B", "items": TEN}]}]},
            4,
            CREATE_SECONDS + 12 * ITEM_SECONDS,
        ),
    ],
)
def test_calls_and_execution_time_are_told(added: dict[str, Any], calls: int, seconds: float) -> None:
    told = cost_of(added)
    assert told.en == f"{calls} calls to the portal, about {seconds:.1f} s of execution time"
    assert told.ru.startswith(f"вызовов портала {calls},")


def test_what_templates_give_is_said_to_be_unknown() -> None:
    assert "templates" in cost_of({"CHECKLISTS": "{{ lists }}"}).en
