"""Turns a group that is given by its name into its number on the portal."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bitrix.errors import MethodMissing
from bitrix.groups import ANY_SCOPE, Group
from worker.content.deadlines import Scopes
from worker.mapping.blame import fault
from worker.mapping.named import GroupNamed
from worker.model import FetchedTask, TaskDraft

FIELD = "GROUP_ID"


class Finder(Protocol):
    """The portal's groups. Raises `PortalError`."""

    def found(self, name: str) -> tuple[Group, ...]: ...


class NamedGroups:
    """The part that finds the group; an open one takes precedence over archived ones of the name. Thread-safe."""

    def __init__(self, finder: Finder, scopes: Scopes) -> None:
        self._finder = finder
        self._scopes = scopes

    def complete(self, task: FetchedTask, draft: TaskDraft) -> TaskDraft:
        """The draft with the group's number. Raises `MappingFault` for none, several or an archived one.

        Raises `PortalError` if the portal could not be asked.
        """
        named = draft.fields.get(FIELD)
        if not isinstance(named, GroupNamed):
            return draft
        return replace(draft, fields={**draft.fields, FIELD: self._number(task, named.text)})

    def _number(self, task: FetchedTask, name: str) -> int:
        if not self._scopes.granted() & ANY_SCOPE:
            raise fault(task, FIELD.lower(), name, "groups_hidden")
        try:
            found = self._finder.found(name)
        except MethodMissing:  # none of the scopes in `ANY_SCOPE` is surely the method's
            raise fault(task, FIELD.lower(), name, "groups_hidden") from None
        usable = [group for group in found if group.is_open]
        if len(usable) > 1:
            raise fault(task, FIELD.lower(), name, "several_groups", ", ".join(str(group.id) for group in usable))
        if not usable:
            raise fault(task, FIELD.lower(), name, "group_closed" if found else "no_group")
        return usable[0].id
