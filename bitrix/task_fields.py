"""Which user fields tasks have: the portal silently drops an unknown field, and shows it as null."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from typing import Protocol

from bitrix.errors import PortalError
from bitrix.tasks import UserField

SYSTEM = frozenset({"UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE"})
"""The portal's own user fields, which its list may leave out."""
KEPT_SECONDS = 300.0
AGAIN_SECONDS = 30.0
"""How long the list is kept for a field that is missing or has a default; and the pause after a failed call."""
PATIENCE_SECONDS = 2.0
"""How long to wait for another thread's call before going on without an answer."""


class Source(Protocol):
    """The part of `Tasks` that `TaskFields` calls."""

    def user_fields(self) -> Mapping[str, UserField]: ...


class TaskFields:
    """The user fields of tasks, cached for up to five minutes. Raises no `PortalError`; thread-safe."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._calling = threading.Lock()
        self._known: Mapping[str, UserField] | None = None
        self._asked_at = float("-inf")
        self._doubted = False

    def missing(self, names: Collection[str]) -> frozenset[str]:
        """Those of `names` that the portal does not list; empty also if its list is not known. Safe to repeat."""
        wanted = frozenset(names) - SYSTEM
        if not wanted:
            return wanted
        if not self._is_fresh(wanted) and self._calling.acquire(timeout=PATIENCE_SECONDS):
            try:
                if not self._is_fresh(wanted):
                    self._ask()
            finally:
                self._calling.release()
        known = self._known
        return frozenset() if known is None else wanted.difference(known)

    def default(self, name: str) -> str | None:
        """The value that the portal fills in by default; None: no default, or not known. Safe to repeat."""
        field = self.field(name)
        return field.default if field else None

    def field(self, name: str) -> UserField | None:
        """The field; None if the portal does not list it, or its list is not known. Safe to repeat."""
        self.missing([name])
        return (self._known or {}).get(name)

    def doubt(self) -> None:
        """Ask again soon: the worker refused a field for its type, and somebody may be replacing the field."""
        self._doubted = True

    @property
    def known(self) -> frozenset[str]:
        """The fields of the last list; empty if it is not known. Makes no call."""
        return frozenset(self._known or ())

    def _is_fresh(self, wanted: frozenset[str]) -> bool:
        known = self._known
        found = known is not None and all(name in known and known[name].default is None for name in wanted)
        kept = KEPT_SECONDS if found and not self._doubted else AGAIN_SECONDS
        return time.monotonic() < self._asked_at + kept

    def _ask(self) -> None:
        try:
            self._known = self._source.user_fields()
        except PortalError:
            self._known = None
        self._asked_at = time.monotonic()
        self._doubted = False
