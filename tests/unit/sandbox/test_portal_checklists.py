"""The stand-in's checklists: the old interface with its strictness, and people who touch the items meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.portal import Portal
from sandbox.portal.state import Refused, Tasks
from sandbox.portal.task_page import task_page


@pytest.fixture
def tasks() -> Tasks:
    tasks = Tasks()
    tasks.add({"TITLE": "x", "RESPONSIBLE_ID": 42, "ACCOMPLICES": [7]})
    return tasks


def add(tasks: Tasks, **fields: Any) -> int:
    return tasks.checklists.add([1, fields])


def tree(tasks: Tasks) -> list[tuple[int, str]]:
    return [(depth, item.title) for depth, item in tasks.checklists.shown(1)]


def test_items_added_in_order_stay_in_order(tasks: Tasks) -> None:
    top = add(tasks, TITLE="list", PARENT_ID=0)
    for title in "abc":
        add(tasks, TITLE=title, PARENT_ID=top)
    assert tree(tasks) == [(0, "list"), (1, "a"), (1, "b"), (1, "c")]


def test_a_parent_given_as_text_turns_the_order_around(tasks: Tasks) -> None:
    top = add(tasks, TITLE="list", PARENT_ID=0)
    for title in "abc":
        add(tasks, TITLE=title, PARENT_ID=str(top))
    assert tree(tasks) == [(0, "list"), (1, "c"), (1, "b"), (1, "a")]


def test_a_place_that_is_taken_moves_those_after_it(tasks: Tasks) -> None:
    top = add(tasks, TITLE="list", PARENT_ID=0)
    for title in "abc":
        add(tasks, TITLE=title, PARENT_ID=top, SORT_INDEX=10)
    assert tree(tasks) == [(0, "list"), (1, "c"), (1, "b"), (1, "a")]


def test_an_item_without_a_parent_goes_into_the_first_list_or_makes_it(tasks: Tasks) -> None:
    add(tasks, TITLE="a")
    add(tasks, TITLE="other list", PARENT_ID=0)
    add(tasks, TITLE="b")
    assert tree(tasks) == [(0, "BX_CHECKLIST_1"), (1, "a"), (1, "b"), (0, "other list")]


def test_a_parent_that_is_not_there_makes_a_list(tasks: Tasks) -> None:
    add(tasks, TITLE="lost", PARENT_ID=4711)
    assert tree(tasks) == [(0, "lost")]


def test_adding_twice_makes_two(tasks: Tasks) -> None:
    assert add(tasks, TITLE="a", PARENT_ID=0) != add(tasks, TITLE="a", PARENT_ID=0)
    assert len(tree(tasks)) == 2


def test_members_join_the_task(tasks: Tasks) -> None:
    add(tasks, TITLE="a", MEMBERS={"7": {"TYPE": "A"}, "106": {"TYPE": "A"}, "42": {"TYPE": "U"}})
    [task] = tasks.all()
    assert (task.fields["ACCOMPLICES"], task.fields["AUDITORS"]) == ([7, 106], [42])
    assert {(one["ID"], one["TYPE"]) for one in tasks.checklists.rows([1, None])[0]["MEMBERS"]} == {
        ("7", "A"),
        ("106", "A"),
        ("42", "U"),
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", {"TITLE": "a"}], "#256.*integer"),
        ([1, {"TITLE": "a", "COLOR": "red"}], "#256.*must not contain key &quot;COLOR&quot;"),
        ([1, None], "#256.*but not given"),
        ([1, {"TITLE": " "}], "#8; Item name not specified"),
        ([2, {"TITLE": "a"}], "#8; Adding item: action not allowed"),
        ([1, {"TITLE": "a" * 256}], "#8"),
    ],
)
def test_what_it_does_not_understand_is_refused(tasks: Tasks, arguments: list[Any], words: str) -> None:
    with pytest.raises(Refused, match=words) as refused:
        tasks.checklists.add(arguments)
    assert refused.value.code == "ERROR_CORE"
    assert tree(tasks) == []


def test_rows_are_texts_in_the_order_asked_for(tasks: Tasks) -> None:
    top = add(tasks, TITLE="list", PARENT_ID=0)
    item = add(tasks, TITLE="a", PARENT_ID=top, IS_COMPLETE="Y", IS_IMPORTANT="Y")
    first, second = tasks.checklists.rows([1, {"PARENT_ID": "asc", "SORT_INDEX": "asc"}])
    assert (first["ID"], first["PARENT_ID"], first["IS_COMPLETE"]) == (str(top), 0, "N")
    assert (second["ID"], second["PARENT_ID"], second["IS_COMPLETE"], second["IS_IMPORTANT"]) == (
        str(item),
        str(top),
        "Y",
        "Y",
    )
    assert [row["ID"] for row in tasks.checklists.rows([1, None])] == [str(item), str(top)]
    with pytest.raises(Refused, match="#256"):
        tasks.checklists.rows([1, {"IS_COMPLETED": "asc"}])


def test_people_tick_rename_and_delete(tasks: Tasks) -> None:
    top = add(tasks, TITLE="list", PARENT_ID=0)
    first, second = (add(tasks, TITLE=title, PARENT_ID=top) for title in "ab")
    tasks.checklists.change(first, complete=True, title="A", by=7)
    tasks.checklists.remove(second)
    assert [(item.title, item.complete, item.toggled_by) for item in tasks.checklist(1)] == [
        ("list", False, 0),
        ("A", True, 7),
    ]
    tasks.checklists.remove(top)
    assert tasks.checklist(1) == []


def test_the_page_shows_the_items_under_their_lists() -> None:
    portal = Portal()
    portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 42})
    top = add(portal.store, TITLE="list", PARENT_ID=0)
    add(portal.store, TITLE="<b>", PARENT_ID=top, IS_COMPLETE="Y")
    text = task_page(portal, 1, "en").text or ""
    assert "☐ list" in text
    assert "☑ &lt;b&gt;" in text
