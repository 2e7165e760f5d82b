"""Arrows between tasks of the stand-in."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.portal.state import Refused, Tasks

END = {"END_DATE_PLAN": "2026-09-30T18:00:00+03:00"}


def stocked(*fields: dict[str, Any]) -> Tasks:
    tasks = Tasks()
    for given in fields:
        tasks.add({"TITLE": "x", "RESPONSIBLE_ID": 1, **given})
    return tasks


def link(tasks: Tasks, before: int, after: int) -> None:
    tasks.link({"taskIdFrom": before, "taskIdTo": after, "linkType": 2})


def test_an_arrow_is_made_once() -> None:
    tasks = stocked(END, END, END)
    link(tasks, 1, 2)
    link(tasks, 2, 3)
    assert tasks.links == [(1, 2), (2, 3)]
    for before, after in ((1, 2), (3, 1)):  # twice, and in a circle
        with pytest.raises(Refused) as refused:
            link(tasks, before, after)
        assert refused.value.code == "ILLEGAL_NEW_LINK"


@pytest.mark.parametrize("fields", [({}, END), (END, {}), ({}, {})])
def test_both_tasks_need_their_planned_end(fields: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(Refused) as refused:
        link(stocked(*fields), 1, 2)
    assert refused.value.code == "ACTION_NOT_ALLOWED"
