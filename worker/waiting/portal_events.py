"""Receives the portal's outgoing webhook (`ONTASKUPDATE`): checks its token, and reads which task has changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

TASK_EVENTS = ("ONTASKUPDATE", "ONTASKDELETE", "ONTASKADD")
MOST_DIGITS = 18
TASK_KEYS = ("data[FIELDS_AFTER][ID]", "data[FIELDS_BEFORE][ID]")


class PortalEvents:
    """Passes the number of the changed task on to `notice`. It is only a hint: events carry no more, and may get lost.

    `token`: the application token that the portal showed when the webhook was made.
    """

    def __init__(self, token: str, notice: Callable[[int], None]) -> None:
        self._token = token.encode()
        self._notice = notice

    def receive(self, body: bytes) -> bool:
        """Take one event in the portal's form encoding. False if it has the wrong token or cannot be parsed."""
        try:
            said = parse_qs(body.decode("utf-8", "replace"), max_num_fields=100)
        except ValueError:
            return False
        if not secrets.compare_digest(_one(said, "auth[application_token]").encode(), self._token):
            return False
        if _one(said, "event").upper() in TASK_EVENTS:
            ids = [id_ for key in TASK_KEYS if (id_ := _one(said, key)).isdecimal() and len(id_) <= MOST_DIGITS]
            if ids:
                self._notice(int(ids[0]))
        return True


def _one(said: dict[str, list[str]], key: str) -> str:
    return said.get(key, [""])[0]
