"""The names of users, and of elements of the portal's lists, by their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitrix import reading
from bitrix.client import Caller
from bitrix.errors import AccessDenied, MethodMissing, PortalError, malformed
from bitrix.kept import Kept
from bitrix.limits.limiter import Kind
from bitrix.methods import ELEMENTS
from bitrix.people import full_name
from bitrix.scopes import Scopes
from bitrix.users import ANY_SCOPE, METHOD

LISTS = "lists"
NO_LIST = frozenset({"ERROR_IBLOCK_NOT_FOUND", "ACCESS_DENIED"})
"""Facts, not an outage: there is no such list, or its rights do not show it (documentation of `lists.element.get`)."""
FOUND_SECONDS = 300.0
MISSING_SECONDS = 30.0


class ShownNames:
    """Names by number, kept for minutes; None: the portal shows none, or the webhook may not read it. Thread-safe.

    Raises `PortalError` if the portal could not be asked.
    """

    def __init__(self, client: Caller, scopes: Scopes) -> None:
        self._client = client
        self._scopes = scopes
        self._kept: Kept[tuple[int, int], str | None] = Kept()

    def person(self, user_id: int) -> str | None:
        """Surname and name of a user, otherwise the e-mail address. Safe to repeat."""
        return self._kept.get((0, user_id), lambda: self._ask_person(user_id), _seconds)

    def element(self, iblock_id: int, element_id: int) -> str | None:
        """The name of an element of a universal list. Safe to repeat. Needs the scope `lists`."""
        return self._kept.get((iblock_id, element_id), lambda: self._ask_element(iblock_id, element_id), _seconds)

    def _ask_person(self, user_id: int) -> str | None:
        if not self._scopes.granted() & ANY_SCOPE:
            return None
        params = {"FILTER": {"ID": user_id}, "select": ["ID", "NAME", "LAST_NAME", "EMAIL"], "start": -1}
        row = _row(METHOD, self._client.call(METHOD, params, kind=Kind.URGENT).result, user_id)
        return full_name(row) or _text(row, "EMAIL") or None

    def _ask_element(self, iblock_id: int, element_id: int) -> str | None:
        if LISTS not in self._scopes.granted():
            return None
        params = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": iblock_id, "ELEMENT_ID": element_id}
        try:
            result = self._client.call(ELEMENTS, params, kind=Kind.URGENT).result
        except PortalError as error:
            if error.code not in NO_LIST and not isinstance(error, AccessDenied | MethodMissing):
                raise
            return None
        return _text(_row(ELEMENTS, result, element_id), "NAME") or None


def _row(method: str, result: Any, id_: int) -> Mapping[str, Any]:
    """The row with this number; empty if the answer has no rows. Other rows mean that the portal dropped the filter."""
    if not isinstance(result, list) or not all(isinstance(row, dict) for row in result):
        raise malformed(method, "the answer is not a list")
    found = [row for row in result if reading.whole(row.get("ID")) == id_]
    if result and not found:
        raise malformed(method, "the answer has rows that were not asked for")
    return found[0] if found else {}


def _text(row: Mapping[str, Any], field: str) -> str:
    return (reading.written(row.get(field)) or "").strip()


def _seconds(found: str | None) -> float:
    return MISSING_SECONDS if found is None else FOUND_SECONDS
