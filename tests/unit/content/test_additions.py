"""Checklists, links and a comment leave the fields of the draft and become acts, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tests.support.builders import draft, fetched
from worker.content.additions import Additions
from worker.mapping.checklists import ChecklistItem
from worker.model import Act, FetchedTask, TaskDraft


class People:
    def ask_ahead(self, task: FetchedTask, values: Iterable[tuple[str, Any]]) -> None: ...

    def numbers(self, _task: Any, field: str, value: Any) -> list[int]:
        assert field in ("checklists.accomplices", "checklists.auditors")
        return {"ann@example.com": [42], "7, 8": [7, 8]}[value]


def completed(**fields: Any) -> TaskDraft:
    task = fetched()
    made = draft(task)
    given = TaskDraft(task.marker, {**made.fields, **fields}, acts=(Act("questionnaire", {}),))
    return Additions(People()).complete(task, given)  # type: ignore[arg-type]


def payloads(done: TaskDraft) -> Sequence[tuple[str, Any]]:
    return [(act.kind, dict(act.payload)) for act in done.acts]


def test_a_tree_is_flattened_level_by_level_with_people_as_numbers() -> None:
    tree = ChecklistItem(
        "A",
        (
            ChecklistItem("b", (ChecklistItem("d"),), important=True),
            ChecklistItem("c", (ChecklistItem("e", accomplices="ann@example.com", auditors="7, 8"),)),
        ),
    )
    done = completed(CHECKLISTS=[tree, ChecklistItem("A", (ChecklistItem("x"),))])
    assert payloads(done) == [
        ("questionnaire", {}),
        (
            "checklist",
            {
                "nth": 0,
                "nodes": [
                    {"title": "A", "parent": None},
                    {"title": "b", "parent": 0, "important": True},
                    {"title": "c", "parent": 0},
                    {"title": "d", "parent": 1},
                    {"title": "e", "parent": 2, "accomplices": [42], "auditors": [7, 8]},
                ],
            },
        ),
        ("checklist", {"nth": 1, "nodes": [{"title": "A", "parent": None}, {"title": "x", "parent": 0}]}),
    ]
    assert "CHECKLISTS" not in done.fields


def test_links_come_before_the_comment() -> None:
    done = completed(COMMENT="Look at page 3", DEPENDS_ON=[5, 6])
    assert payloads(done)[1:] == [
        ("dependency", {"on": 5}),
        ("dependency", {"on": 6}),
        ("comment", {"text": "Look at page 3"}),
    ]
    assert not done.fields.keys() & {"COMMENT", "DEPENDS_ON"}


def test_a_task_that_needs_none_of_it_keeps_its_draft() -> None:
    task = fetched()
    made = draft(task)
    assert Additions(People()).complete(task, made) is made  # type: ignore[arg-type]
