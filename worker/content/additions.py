"""Turns a draft's checklists, comment and earlier tasks into the acts that add them after the create."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bitrix.titles import folded
from worker.content.people import NamedPeople
from worker.mapping.checklists import ChecklistItem
from worker.mapping.task_fields import ADDED_LATER
from worker.model import Act, FetchedTask, TaskDraft


class Additions:
    """The part for everything that `tasks.task.add` has no field for. Thread-safe."""

    def __init__(self, people: NamedPeople) -> None:
        self._people = people

    def complete(self, task: FetchedTask, draft: TaskDraft) -> TaskDraft:
        """The draft with acts in place of these fields. Raises `MappingFault` and `PortalError` for people by name."""
        if not draft.fields.keys() & ADDED_LATER:
            return draft
        fields = {name: value for name, value in draft.fields.items() if name not in ADDED_LATER}
        return replace(draft, fields=fields, acts=(*draft.acts, *self._acts(task, draft)))

    def _acts(self, task: FetchedTask, draft: TaskDraft) -> Iterator[Act]:
        titles: Counter[str] = Counter()
        lists: Sequence[ChecklistItem] = draft.fields.get("CHECKLISTS", ())
        self._people.ask_ahead(task, (members for one in lists for item in one.all() for members in _members(item)))
        for one in lists:
            yield Act("checklist", {"nodes": self._nodes(task, one), "nth": titles[folded(one.title)]})
            titles[folded(one.title)] += 1
        for number in draft.fields.get("DEPENDS_ON", ()):
            yield Act("dependency", {"on": number})
        if comment := draft.fields.get("COMMENT"):
            yield Act("comment", {"text": comment})

    def _nodes(self, task: FetchedTask, heading: ChecklistItem) -> list[dict[str, Any]]:
        """The tree level by level, as `worker.acts.checklist` takes it."""
        nodes: list[dict[str, Any]] = []
        level: Sequence[tuple[int | None, ChecklistItem]] = [(None, heading)]
        while level:
            below: list[tuple[int | None, ChecklistItem]] = []
            for parent, item in level:
                below += [(len(nodes), inner) for inner in item.items]
                nodes.append(self._node(task, parent, item))
            level = below
        return nodes

    def _node(self, task: FetchedTask, parent: int | None, item: ChecklistItem) -> dict[str, Any]:
        node: dict[str, Any] = {"title": item.title, "parent": parent}
        if item.important:
            node["important"] = True
        for field, named in _members(item):
            node[field.rpartition(".")[2]] = self._people.numbers(task, field, named)
        return node


def _members(item: ChecklistItem) -> Iterator[tuple[str, Any]]:
    """The people of an item by the field to be named in a fault."""
    for role in ("accomplices", "auditors"):
        if named := getattr(item, role):
            yield f"checklists.{role}", named
