"""A task template of the portal's module: what a step's task contains, as frozen records.

Addresses of files are not read: they may carry a token.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bitrix import questionnaires, reading, shapes
from bitrix.errors import malformed
from bitrix.flags import says_yes
from bitrix.questionnaires import Questionnaire


class Role(StrEnum):
    """What a member of a template is in its task, by the portal's letter."""

    CREATOR = "O"
    RESPONSIBLE = "R"
    ACCOMPLICE = "A"
    AUDITOR = "U"


ROLES = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a template. `user_id` None: it names no person.

    `access_code` then says what it names: `DR2` a department, `AU` everybody; or a resolver has found nobody.
    """

    role: Role
    user_id: int | None
    access_code: str = ""


@dataclass(frozen=True, slots=True)
class ChecklistNode:
    """A checklist, or an item of one. `members`: pairs of a user's number and `A` (accomplice) or `U` (auditor)."""

    title: str
    children: tuple[ChecklistNode, ...] = ()
    complete: bool = False
    important: bool = False
    members: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A file of a template. `object_id`: its object on the portal's Disk."""

    object_id: int
    name: str


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """A task template. None and "": the template does not say.

    `deadline_after`: seconds. `supervised`: the parts of the task for which the template names the supervisor of
    whoever started the process. `described`: the questionnaires whose answers the description shows.
    """

    id: int
    title: str = ""
    description: str = ""
    priority: int | None = None
    group_id: int | None = None
    created_by: int | None = None
    responsible_id: int | None = None
    deadline_after: int | None = None
    supervised: frozenset[Role] = frozenset()
    members: tuple[Member, ...] = ()
    tags: tuple[str, ...] = ()
    checklists: tuple[ChecklistNode, ...] = ()
    files: tuple[TemplateFile, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    described: tuple[Questionnaire, ...] = ()

    def people(self, role: Role) -> tuple[int, ...]:
        """The users with this role, each once, in the template's order."""
        return tuple(dict.fromkeys(one.user_id for one in self.members if one.role is role and one.user_id))

    def nobody(self, role: Role) -> tuple[str, ...]:
        """The access codes of members with this role that name no person."""
        return tuple(one.access_code or "?" for one in self.members if one.role is role and one.user_id is None)


SUPERVISED = {
    "CREATED_BY_USE_SUPERVISOR": Role.CREATOR,
    "RESPONSIBLE_USE_SUPERVISOR": Role.RESPONSIBLE,
    "RESPONSIBLES_USE_SUPERVISOR": Role.ACCOMPLICE,  # in the plural it means the accomplices
    "AUDITORS_USE_SUPERVISOR": Role.AUDITOR,
}


def read(method: str, data: Mapping[str, Any]) -> TaskTemplate:
    """The template of an answer. Raises `Doubtful` for another shape than the documented one."""
    row = shapes.mapping(method, data.get("template"), "the template")
    id_ = reading.whole(row.get("ID"))
    if id_ is None:
        raise malformed(method, "the template has no number")
    return TaskTemplate(
        id=id_,
        title=shapes.text(method, row.get("TITLE"), "TITLE").strip(),
        description=shapes.text(method, row.get("DESCRIPTION"), "DESCRIPTION"),
        priority=_priority(method, row, id_),
        group_id=reading.whole(_stripped(row.get("GROUP_ID"))),  # what is no positive number means none
        created_by=_number(method, row, "CREATED_BY", id_),
        responsible_id=_number(method, row, "RESPONSIBLE_ID", id_),
        deadline_after=_number(method, row, "DEADLINE_AFTER", id_),
        supervised=frozenset(role for name, role in SUPERVISED.items() if says_yes(row.get(name))),
        members=tuple(_members(method, data.get("members"))),
        tags=tuple(_tags(method, data.get("tags"))),
        checklists=_checklists(method, data.get("checklists")),
        files=tuple(_file(method, one) for one in shapes.items(method, data.get("files"), "files")),
        questionnaires=questionnaires.read(method, data.get("questionnaires")),
        described=questionnaires.read(method, data.get("questionnairesInDescription")),
    )


def _number(method: str, row: Mapping[str, Any], name: str, id_: int) -> int | None:
    return shapes.number(method, row.get(name), f"tasktemplate {id_}: {name}")


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _priority(method: str, row: Mapping[str, Any], id_: int) -> int | None:
    if row.get("PRIORITY") in (None, ""):
        return None
    read_ = reading.whole(row["PRIORITY"], least=0)
    if read_ is None:
        raise malformed(method, f"tasktemplate {id_}: PRIORITY is no number")
    return read_


def _members(method: str, value: object) -> Iterable[Member]:
    """Members by their types, or, where the answer does not group them, those of the whole list."""
    members = shapes.mapping(method, value, "the members")
    grouped = shapes.mapping(method, members.get("by_type"), "the members by type")
    listed: list[tuple[Any, Mapping[str, Any]]] = [
        (letter, row) for letter, some in grouped.items() for row in shapes.rows(method, some, f"members {letter}")
    ]
    for letter, row in listed or [(row.get("TYPE"), row) for row in shapes.rows(method, members.get("all"), "members")]:
        if letter in ROLES:
            user = shapes.number(method, row.get("USER_ID"), "USER_ID of a member")
            yield Member(Role(letter), user, shapes.text(method, row.get("ACCESS_CODE"), "ACCESS_CODE"))


def _tags(method: str, value: object) -> Iterable[str]:
    for one in shapes.listed(method, value, "the tags"):
        if name := shapes.text(method, one.get("NAME") if isinstance(one, dict) else one, "a tag").strip():
            yield name


def _file(method: str, row: Mapping[str, Any]) -> TemplateFile:
    id_ = shapes.number(method, row.get("OBJECT_ID"), "OBJECT_ID of a file")
    if id_ is None:
        raise malformed(method, "a file of the template has no OBJECT_ID")
    return TemplateFile(id_, shapes.text(method, row.get("NAME"), "the name of a file"))


@dataclass(slots=True)
class _Row:
    title: str
    parent: str
    item: Mapping[str, Any]
    below: list[str] = field(default_factory=list)


def _checklists(method: str, value: object) -> tuple[ChecklistNode, ...]:
    """The trees of all checklists, in the order of the rows. A row without a known parent is a list of its own."""
    rows: dict[str, _Row] = {}
    for one in shapes.items(method, value, "the checklists"):
        item = shapes.mapping(method, one.get("item", one), "an item of a checklist")
        tree = shapes.mapping(method, one.get("tree"), "the place of an item")
        id_ = shapes.text(method, item.get("ID"), "ID of an item")
        if not id_ or id_ in rows:
            raise malformed(method, "an item of a checklist has no number of its own")
        parent = shapes.text(method, tree.get("parent_id"), "parent_id of an item")
        rows[id_] = _Row(shapes.text(method, item.get("TITLE"), "TITLE of an item"), parent, item)
    tops: list[str] = []
    for id_, row in rows.items():
        above = rows.get(row.parent) if row.parent != id_ else None
        (above.below if above else tops).append(id_)
    return _built(method, rows, tops)


def _built(method: str, rows: Mapping[str, _Row], tops: Sequence[str]) -> tuple[ChecklistNode, ...]:
    """The nodes below `tops`, built from the leaves up."""
    order = list(tops)
    for id_ in order:  # grows while it is read: parents before their children
        order += rows[id_].below
    if len(order) < len(rows):
        raise malformed(method, "items of a checklist are their own parents")
    nodes: dict[str, ChecklistNode] = {}
    for id_ in reversed(order):
        row = rows[id_]
        nodes[id_] = ChecklistNode(
            title=row.title,
            children=tuple(nodes[child] for child in row.below),
            complete=says_yes(row.item.get("IS_COMPLETE")),
            important=says_yes(row.item.get("IS_IMPORTANT")),
            members=tuple(_item_members(method, row.item.get("MEMBERS"))),
        )
    return tuple(nodes[id_] for id_ in tops)


def _item_members(method: str, value: object) -> Iterable[tuple[int, str]]:
    """Members of an item: a list of rows, or rows by the user's number."""
    named = value.items() if isinstance(value, dict) else ((None, row) for row in shapes.rows(method, value, "MEMBERS"))
    for key, row in named:
        one = shapes.mapping(method, row, "a member of an item")
        user = shapes.number(method, one.get("USER_ID") or one.get("ID") or key, "a member of an item")
        if user:
            yield user, "U" if one.get("TYPE") == Role.AUDITOR else "A"
