"""Whether a user is still active: the portal also creates tasks for dismissed users, and those would wait for ever."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bitrix import reading, shapes
from bitrix.client import Caller
from bitrix.errors import LookupUnproven, PortalError
from bitrix.flags import flag
from bitrix.limits.limiter import Kind
from bitrix.methods import SCOPES

METHOD = "user.get"
ANY_SCOPE = frozenset({"user", "user_basic", "user_brief"})
"""With any one of these scopes the webhook may call `user.get`."""
KEPT_SECONDS = 300.0
AGAIN_SECONDS = 60.0
"""Pause before the next call after a failure, or if the scope is missing."""
AT_ONCE = 50
"""Users in one call: the size of a page of the portal's lists."""
MOST = 5000
"""Users kept in memory; the least recently used is dropped first."""
PATIENCE_SECONDS = 2.0
"""How long to wait for another thread's call before going on without an answer."""


class Standing(StrEnum):
    """What the portal says about a user."""

    ACTIVE = "active"
    DISMISSED = "dismissed"
    NOT_SHOWN = "not_shown"
    """Not in the answer: no such user, or one that `user.get` never shows (bots, e-mail users)."""
    NOT_ASKED = "not_asked"
    """Not known: the scope is missing, the call failed, or the portal's ACTIVE flag cannot be read."""


@dataclass(frozen=True, slots=True)
class _Known:
    standing: Standing
    until: float


class Users:
    """The standing of users by their ids, cached for five minutes. Raises no `PortalError`; thread-safe.

    A call also refreshes other users whose entries have expired or soon will, up to 50 in all: the number of calls
    grows with the number of users, not of tasks.
    """

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._guard = threading.Lock()
        self._calling = threading.Lock()
        self._not_before = 0.0

    def standing(self, user_id: int) -> Standing:
        """A user's standing; calls the portal if it is not cached. Safe to repeat."""
        return self.standings([user_id])[user_id]

    def standings(self, user_ids: Sequence[int]) -> Mapping[int, Standing]:
        """The same for several users, up to 50 in one call."""
        known = self._fresh(user_ids)
        if len(known) < len(set(user_ids)) and self._calling.acquire(timeout=PATIENCE_SECONDS):
            try:
                known = self._fresh(user_ids)
                missing = [id_ for id_ in dict.fromkeys(user_ids) if id_ not in known]
                for first in range(0, len(missing), AT_ONCE):
                    known |= self._asked(missing[first : first + AT_ONCE])
            finally:
                self._calling.release()
        return {id_: known.get(id_, Standing.NOT_ASKED) for id_ in user_ids}

    def _fresh(self, user_ids: Sequence[int]) -> dict[int, Standing]:
        with self._guard:
            now = time.monotonic()
            fresh = {id_: known for id_ in user_ids if (known := self._known.get(id_)) and known.until > now}
            for id_ in fresh:
                self._known.move_to_end(id_)
            return {id_: known.standing for id_, known in fresh.items()}

    def _asked(self, user_ids: Sequence[int]) -> Mapping[int, Standing]:
        """Standings of at most `AT_ONCE` users, from the portal; empty if it gave none."""
        if time.monotonic() < self._not_before:
            return {}
        ids = [*user_ids, *self._due(AT_ONCE - len(user_ids), besides=user_ids)]
        try:
            standings = self._ask(ids)
        except PortalError:
            standings = None
        if standings is None:
            self._not_before = time.monotonic() + AGAIN_SECONDS
            return {}
        with self._guard:
            until = time.monotonic() + KEPT_SECONDS
            self._known |= {id_: _Known(standings.get(id_, Standing.NOT_SHOWN), until) for id_ in ids}
            for id_ in user_ids:
                self._known.move_to_end(id_)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return {id_: standings.get(id_, Standing.NOT_SHOWN) for id_ in user_ids}

    def _due(self, count: int, *, besides: Sequence[int]) -> list[int]:
        """Cached users whose entries have expired or soon will, the most recently used first."""
        with self._guard:
            soon = time.monotonic() + KEPT_SECONDS / 2
            due = [id_ for id_, known in reversed(self._known.items()) if known.until <= soon and id_ not in besides]
        return due[:count]

    def _ask(self, ids: Sequence[int]) -> Mapping[int, Standing] | None:
        """Call the portal; None: the webhook lacks the scope. The list of scopes shows that without a refused call."""
        scopes = self._client.call(SCOPES, kind=Kind.BACKGROUND).result
        if not isinstance(scopes, list) or not ANY_SCOPE & {str(scope) for scope in scopes}:
            return None
        params = {"FILTER": {"@ID": list(ids)}, "select": ["ID", "ACTIVE"], "start": -1}
        rows = self._client.call(METHOD, params, kind=Kind.BACKGROUND).result
        shown = shapes.found(METHOD, rows, "users")
        active = {id_: row.get("ACTIVE") for row in shown if (id_ := reading.whole(row.get("ID"), least=1)) is not None}
        if not active.keys() <= set(ids):
            raise LookupUnproven(METHOD, "filter_ignored", "the answer has users that were not asked for")
        words = {True: Standing.ACTIVE, False: Standing.DISMISSED, None: Standing.NOT_ASKED}
        return {id_: words[None if one is None else flag(one)] for id_, one in active.items()}
