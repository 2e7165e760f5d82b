"""What the answer to a create says about the new task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Added:
    """A created task. `xml_id`: its marker as the portal stored it; empty: dropped; None: not in the answer.

    `responsible`, `group`: the ids of the responsible user and of the group, as text; None: not in the answer. `group`
    is empty if the portal shows no group of that number.
    """

    id: int
    xml_id: str | None
    responsible: str | None = None
    group: str | None = None


def added_of(number: int, marker: str | None, task: Mapping[str, Any]) -> Added:
    """The new task, by its number and the other parts of the answer."""
    responsible = task.get("responsibleId")
    return Added(
        number,
        marker or "" if "xmlId" in task else None,
        None if responsible is None else str(responsible),
        group_of(task),
    )


def group_of(task: Mapping[str, Any]) -> str | None:
    """The number of a task's group; empty if there is no such group, None if the answer tells neither.

    The answer holds the number as it was sent, and apart from that the group itself, if there is one.
    """
    number = task.get("groupId")
    if number is None or (number not in (0, "0") and "group" in task and not task["group"]):
        return None if number is None else ""
    return str(number)
