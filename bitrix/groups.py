"""Finds workgroups and projects by name or number. A row of the answer counts only if it shows what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from bitrix import reading, shapes
from bitrix.causes import Cause
from bitrix.client import Caller
from bitrix.errors import LookupUnproven
from bitrix.flags import flag
from bitrix.kept import Kept
from bitrix.limits.limiter import Kind
from bitrix.people import FOUND_SECONDS, PAGE, UNCLEAR_SECONDS, spelled

METHOD = "sonet_group.get"
OTHERS = "the answer has groups that were not asked for"
ANY_SCOPE = frozenset({"sonet_group", "sonet", "socialnetwork"})
"""The method's scope: its page says `sonet`, the list of scopes and the portal's source `sonet_group`."""


@dataclass(frozen=True, slots=True)
class Group:
    """A workgroup or project. `is_open`: neither archived nor deactivated."""

    id: int
    name: str
    is_open: bool


class Groups:
    """Groups; those found by name are kept for five minutes. Raises `PortalError`; thread-safe."""

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._kept: Kept[str, tuple[Group, ...]] = Kept()

    def numbered(self, number: int) -> Group | None:
        """The group of this number; None: the webhook's user may see none. Not kept; safe to repeat."""
        groups = self._groups({"ID": str(number)})
        if groups.keys() - {number}:
            raise LookupUnproven(METHOD, Cause.FILTER_IGNORED, OTHERS)
        return groups.get(number)

    def found(self, name: str) -> tuple[Group, ...]:
        """All groups of this name, also archived ones; empty: the webhook's user may see none.

        Ignores case and repeated blanks, and takes ё for е. Safe to repeat.
        """
        return self._kept.get(spelled(name), lambda: self._ask(name), _kept_seconds)

    def _ask(self, name: str) -> tuple[Group, ...]:
        groups = self._groups({"NAME": " ".join(name.split())}).values()
        if any(spelled(name) not in (spelled(one.name), spelled(unescape(one.name))) for one in groups):
            raise LookupUnproven(METHOD, Cause.FILTER_IGNORED, OTHERS)
        return tuple(groups)

    def _groups(self, asked: Mapping[str, str]) -> dict[int, Group]:
        """The groups that the portal shows for a filter, by number."""
        params = {"FILTER": asked, "IS_ADMIN": "Y"}
        rows = shapes.found(METHOD, self._client.call(METHOD, params, kind=Kind.URGENT).result, "groups")
        groups = {}
        for row in rows:
            number, called = reading.whole(row.get("ID"), least=1), reading.written(row.get("NAME"))
            if number is None or called is None:
                raise LookupUnproven(METHOD, Cause.MALFORMED, "a group without number or name")
            is_open = flag(row.get("ACTIVE", "Y")) is not False and flag(row.get("CLOSED")) is not True
            groups[number] = Group(number, called, is_open)
        if len(rows) >= PAGE and len(groups) < 2:
            raise LookupUnproven(METHOD, Cause.CUT_SHORT, f"{len(rows)} groups, and there may be more")
        return groups


def _kept_seconds(found: tuple[Group, ...]) -> float:
    return FOUND_SECONDS if len(found) == 1 and found[0].is_open else UNCLEAR_SECONDS
