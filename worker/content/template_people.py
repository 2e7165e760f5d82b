"""Who does, orders and watches a task: the rules by which the old installation chose them from a template.

`starter`: the user who started the process (variable `startedBy`). If the template asks for the starter's supervisor
and there is none, the starter takes that place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitrix.task_template import Role, TaskTemplate

FIELDS: Mapping[Role, str] = {
    Role.RESPONSIBLE: "RESPONSIBLE_ID",
    Role.CREATOR: "CREATED_BY",
    Role.ACCOMPLICE: "ACCOMPLICES",
    Role.AUDITOR: "AUDITORS",
}


def given(template: TaskTemplate, starter: int | None, supervisor: Callable[[int], int | None]) -> dict[str, Any]:
    """The people that a template names, by field. `supervisor` is called only if the template asks for one."""
    heads = {role: supervisor(starter) or starter for role in template.supervised} if starter else {}
    responsible = (*template.people(Role.RESPONSIBLE), template.responsible_id, heads.get(Role.RESPONSIBLE))
    people: dict[Role, Any] = {
        Role.RESPONSIBLE: next((id_ for id_ in responsible if id_), None),
        Role.CREATOR: template.created_by or heads.get(Role.CREATOR),  # its members of the type O are not read
        Role.ACCOMPLICE: _several(template, Role.ACCOMPLICE, heads),
        Role.AUDITOR: _several(template, Role.AUDITOR, heads),
    }
    return {FIELDS[role]: value for role, value in people.items() if value}


def defaults(starter: int | None, owner: int | None, default_id: int | None) -> dict[str, Any]:
    """The people if nothing else names any. `owner`: of the diagram, who then watches the task."""
    someone = starter or default_id
    people = {"RESPONSIBLE_ID": someone, "CREATED_BY": someone, "AUDITORS": [owner] if owner else None}
    return {name: value for name, value in people.items() if value}


def _several(template: TaskTemplate, role: Role, heads: Mapping[Role, int]) -> list[int]:
    return list(dict.fromkeys([*template.people(role), *([heads[role]] if role in heads else [])]))
