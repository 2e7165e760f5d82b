"""The portal stand-in's people, groups and working time, as `user.get` and its neighbours show them.

`user.get` silently drops a condition on a field that the webhook's scopes do not show, and returns everybody.
Under `user_brief` that is EMAIL; LOGIN is never shown (the portal's `modules/rest/lib/api/user.php`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.portal.records import number
from sandbox.portal.table import PAGE, Table

BRIEF = ("ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "TIME_ZONE", "WORK_POSITION", "UF_DEPARTMENT", "USER_TYPE")
SHOWN: Mapping[str, tuple[str, ...]] = {"user": (*BRIEF, "EMAIL"), "user_basic": (*BRIEF, "EMAIL"), "user_brief": BRIEF}
"""What each scope shows of a person, the widest first."""
GROUP_FILTERS = ("ID", "NAME", "OWNER_ID", "ACTIVE", "VISIBLE", "OPENED", "CLOSED")
WORKING_TIME: Mapping[str, Any] = {
    "work_time_start": "9",
    "work_time_end": "19",
    "year_holidays": "1.01,2.01,7.01,23.02,8.03,1.05,9.05,12.06,4.11",
    "year_workdays": "",
    "week_holidays": ["SA", "SU"],
    "week_start": "MO",
}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """What the portal knows about a person; `kind`: employee, extranet, or one that is never shown, as bot, email."""

    name: str = ""
    last_name: str = ""
    second_name: str = ""
    email: str = ""
    position: str = ""
    departments: tuple[int, ...] = (1,)
    kind: str = "employee"


@dataclass(frozen=True, slots=True)
class Group:
    """A workgroup or project; `seen`: whether the webhook sees it without asking as an administrator."""

    name: str
    active: bool = True
    closed: bool = False
    owner: int = 1
    seen: bool = True


@dataclass(slots=True)
class Staff:
    """Who works at the portal. The numbers of the people are those of the table, which also knows who was dismissed."""

    table: Table
    people: dict[int, Person] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=lambda: {1: Group("Договоры"), 2: Group("Архив", closed=True)})
    working_time: Row = field(default_factory=lambda: dict(WORKING_TIME))

    def __post_init__(self) -> None:
        self.table.group_names = lambda: {id_: group.name for id_, group in self.groups.items()}

    def hire(self, user_id: int, person: Person, *, dismissed: bool = False) -> None:
        """Add a person, or change one."""
        self.people[user_id] = person
        if user_id not in self.table.users:
            self.table.users = (*self.table.users, user_id)
        if dismissed:
            self.table.dismissed.add(user_id)

    def set_up(self, data: Mapping[str, Any]) -> None:
        """Add `people` and `groups` by their numbers, and change `working_time`."""
        for user_id, given in (data.get("people") or {}).items():
            fields = {**given, "departments": tuple(given.get("departments", (1,)))}
            dismissed = fields.pop("dismissed", False)
            self.hire(int(user_id), Person(**fields), dismissed=dismissed)
        self.groups |= {int(id_): Group(**given) for id_, given in (data.get("groups") or {}).items()}
        self.working_time |= data.get("working_time") or {}

    # --- REST ---

    def users(self, params: Mapping[str, Any], scopes: Collection[str]) -> tuple[list[Row], int]:
        """`user.get`: one page and the total."""
        upper = {str(key).upper(): value for key, value in params.items()}
        shown = next(fields for scope, fields in SHOWN.items() if scope in scopes)
        given = upper.get("FILTER")
        asked = (
            given if isinstance(given, dict) else {key: upper[key] for key in upper if key not in ("START", "SELECT")}
        )
        rows = [
            self._user(id_) for id_ in sorted(self.table.users) if self._person(id_).kind in ("employee", "extranet")
        ]
        found = _filtered(rows, asked, shown)
        select = upper.get("SELECT")
        names = [name for name in shown if not select or "*" in select or name in select]
        return _page([{name: row[name] for name in names} for row in found], upper.get("START"))

    def workgroups(self, params: Mapping[str, Any]) -> tuple[list[Row], int]:
        """`sonet_group.get`: one page and the total."""
        everything = params.get("IS_ADMIN") == "Y" and self.table.admin
        rows = [_group(id_, group) for id_, group in self.groups.items() if group.seen or everything]
        asked = dict(params.get("FILTER") or {})
        if params.get("GROUP_ID"):
            asked["ID"] = params["GROUP_ID"]
        return _page(_filtered(rows, asked, GROUP_FILTERS)[::-1], params.get("start"))

    def calendar(self) -> Row:
        """`calendar.settings.get`."""
        return dict(self.working_time)

    def _person(self, user_id: int) -> Person:
        return self.people.get(user_id) or Person(f"Сотрудник{user_id}", "Иванов", email=f"user{user_id}@example.test")

    def _user(self, user_id: int) -> Row:
        person = self._person(user_id)
        return {
            "ID": str(user_id),
            "ACTIVE": user_id not in self.table.dismissed,
            "NAME": person.name,
            "LAST_NAME": person.last_name,
            "SECOND_NAME": person.second_name,
            "EMAIL": person.email,
            "TIME_ZONE": "",
            "WORK_POSITION": person.position,
            "UF_DEPARTMENT": list(person.departments),
            "USER_TYPE": person.kind,
        }


def _filtered(rows: Iterable[Row], asked: Mapping[str, Any], known: Collection[str]) -> list[Row]:
    """The rows that meet the conditions on known fields; the other conditions do not count."""
    conditions = [made for key, value in asked.items() if (made := _condition(str(key).upper(), value, known))]
    return [row for row in rows if all(holds(row) for holds in conditions)]


def _condition(key: str, value: Any, known: Collection[str]) -> Callable[[Row], bool] | None:
    parts = re.match(r"^(\W{0,2})(.+)", key)
    if parts is None or parts[2] not in known:
        return None
    prefix, name = parts[1], parts[2]
    wanted = value if isinstance(value, list) else [value]
    return lambda row: any(_matches(prefix, row.get(name), one) for one in wanted) != prefix.startswith("!")


def _matches(prefix: str, ours: Any, wanted: Any) -> bool:
    if isinstance(ours, bool):
        return ours == (wanted not in (False, 0, "0", "N", "", "false"))
    if isinstance(ours, list):
        return number(wanted) in ours
    one, other = str(ours if ours is not None else "").casefold(), str(wanted).casefold()
    if prefix in ("%", "!%", "?"):
        return other in one
    if prefix in ("=", "!=", "@"):
        return one == other
    return fnmatchcase(one, other.replace("[", "[[]").replace("*", "[*]").replace("%", "*").replace("_", "?"))


def _page(rows: list[Row], start: Any) -> tuple[list[Row], int]:
    first = max(number(start) or 0, 0)
    return rows[first : first + PAGE], len(rows)


def _group(group_id: int, group: Group) -> Row:
    return {
        "ID": str(group_id),
        "NAME": group.name,
        "ACTIVE": "Y" if group.active else "N",
        "VISIBLE": "Y" if group.seen else "N",
        "OPENED": "N",
        "CLOSED": "Y" if group.closed else "N",
        "OWNER_ID": str(group.owner),
        "PROJECT": "N",
    }
