"""The checklists of a portal template, as the mapper hands on those of the configuration."""

from __future__ import annotations

from collections.abc import Sequence

from bitrix.task_template import ChecklistNode
from worker.mapping.checklists import ChecklistItem
from worker.mapping.fields import checklist_title
from worker.mapping.unfit import MOST_ENTRIES, Unfit
from worker.words.phrase import Language

UNNAMED = "-"
"""The portal takes no item without a title."""


def checklists(lists: Sequence[ChecklistNode], language: Language) -> list[ChecklistItem]:
    """All lists that have items, with all levels and members. Raises `Unfit` for too many items.

    Ticks are left out: in a new task nothing is done yet.
    """
    nodes = list(lists)
    for node in nodes:  # grows while it is read: parents before their children
        nodes += node.children
        if len(nodes) > MOST_ENTRIES:
            raise Unfit(f"{len(nodes)} …", "fewer")
    made: dict[int, ChecklistItem] = {}
    for node in reversed(nodes):  # from the leaves up: a person's tree may be deeper than calls may nest
        made[id(node)] = _item(node, tuple(made[id(child)] for child in node.children), language)
    return [made[id(node)] for node in lists if node.children]


def _item(node: ChecklistNode, items: tuple[ChecklistItem, ...], language: Language) -> ChecklistItem:
    return ChecklistItem(
        checklist_title(node.title, language) or UNNAMED,
        items,
        node.important,
        [user for user, role in node.members if role == "A"] or None,
        [user for user, role in node.members if role == "U"] or None,
    )
