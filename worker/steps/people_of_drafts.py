"""The people a draft names, wherever they stand: in fields of people, in user fields for employees, in checklists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bitrix import reading
from bitrix.tasks import UserField
from worker.model import TaskDraft

RESPONSIBLE = "RESPONSIBLE_ID"
CREATOR = "CREATED_BY"
GROUP = "GROUP_ID"
ROLES = ("ACCOMPLICES", "AUDITORS")
CHECKLISTS = "CHECKLISTS"
EMPLOYEE = "employee"
"""The portal's type of a user field that holds users."""


class UserFields(Protocol):
    """The portal's user fields; None for one that is not known."""

    def field(self, name: str) -> UserField | None: ...


def people_of(draft: TaskDraft, user_fields: UserFields, ours: Mapping[str, Any]) -> dict[str, list[int]]:
    """The numbers by the field to be named: who must act first, then those who look on.

    A member of a checklist's item becomes an accomplice or auditor of the task, and is named as `CHECKLISTS.AUDITORS`.
    `ours`: user fields that the worker itself fills in, and never with people.
    """
    people = {name: _numbers(draft.fields.get(name)) for name in (RESPONSIBLE, CREATOR, *ROLES)}
    for name in draft.fields:
        field = user_fields.field(name) if name.startswith("UF_") and name not in ours else None
        if field is not None and field.type == EMPLOYEE:
            people[name] = _numbers(draft.fields[name])
    return people | {f"{CHECKLISTS}.{role}": _members(draft, role) for role in ROLES}


def _members(draft: TaskDraft, role: str) -> list[int]:
    """The members with this role in the nodes of all checklists (`worker.acts.checklist`), each once."""
    nodes = (node for act in draft.acts for node in act.payload.get("nodes", ()))
    return list(dict.fromkeys(id_ for node in nodes for id_ in _numbers(node.get(role.lower(), ()))))


def _numbers(value: Any) -> list[int]:
    """The user numbers in a value: one, several or none."""
    several: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    return [id_ for one in several if (id_ := reading.whole(one, least=1)) is not None]
