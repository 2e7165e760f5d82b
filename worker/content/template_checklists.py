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
    for node in nodes:  # grows while it is read
        nodes += node.children
        if len(nodes) > MOST_ENTRIES:
            raise Unfit(f"{len(nodes)} …", "fewer")
    return [_item(node, language) for node in lists if node.children]


def _item(node: ChecklistNode, language: Language) -> ChecklistItem:
    return ChecklistItem(
        checklist_title(node.title, language) or UNNAMED,
        tuple(_item(child, language) for child in node.children),
        node.important,
        [user for user, role in node.members if role == "A"] or None,
        [user for user, role in node.members if role == "U"] or None,
    )
