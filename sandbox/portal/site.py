"""The portal stand-in without its server: its tasks, and what people and tests do with them."""

from __future__ import annotations

import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.faults import Faults
from sandbox.portal.lists import Lists
from sandbox.portal.module import Module
from sandbox.portal.staff import Staff
from sandbox.portal.state import Comment, StoredTask, Tasks

SYNC = "imena.camunda.sync"


@dataclass(frozen=True, slots=True)
class Received:
    """A REST call as it came in. Times by the monotonic clock; `finished` None while it is being answered."""

    method: str
    body: Any
    content_type: str
    started: float
    finished: float | None = None


class Site(ABC):
    """A portal without its server.

    `module` False: without `imena.camunda.*`. `content`: that module's part that gives tasks their content.
    `sync_refusal`: why it refuses.
    `outgoing_url`: where the outgoing webhook goes, with `application_token`; None: nowhere.
    """

    def __init__(self) -> None:
        self.store = Tasks()
        self.content = Module(self.store)
        self.staff = Staff(self.store)
        self.lists = Lists()
        self.faults = Faults()
        self.module = True
        self.sync_refusal: str | None = None
        self.scopes = ["task", "user_brief", "imena.camunda", "sonet_group", "calendar", "disk"]
        self.outgoing_url: str | None = None
        self.application_token = secrets.token_hex(16)
        self.member_id = secrets.token_hex(16)
        self._received: list[Received] = []
        self._syncs: list[Received] = []
        self._guard = threading.Lock()

    @property
    @abstractmethod
    def page_url(self) -> str:
        """The address where people see a task."""

    # --- for tests ---

    def tasks(self) -> list[StoredTask]:
        return self.store.all()

    def requests(self, method: str | None = None) -> list[Received]:
        """The REST calls so far, in order of arrival."""
        with self._guard:
            return [call for call in self._received if method in (None, call.method)]

    def syncs(self) -> list[Received]:
        """The synchronisations accepted by the module."""
        with self._guard:
            return list(self._syncs)

    def comments(self, task_id: int) -> list[Comment]:
        """What was said under a task."""
        return self.store.comments(task_id)

    # --- what a person does, by default the responsible ---

    def complete(
        self, task_id: int, *, answer: str | None = None, result: str | None = None, by: int | None = None
    ) -> None:
        """Close a task, with an answer (its text or the option's id) and a result."""
        self.store.complete(task_id, self._person(task_id, by), answer=answer, result=result)

    def fill_in(self, task_id: int, answers: Mapping[str, str | None]) -> None:
        """Answer questions of a task's questionnaires, by their id or by `CODE.QCODE`."""
        self.content.questionnaires.fill(task_id, answers)

    def decline(self, task_id: int, *, by: int | None = None) -> None:
        """Refuse a task."""
        self.store.decline(task_id, self._person(task_id, by))

    def renew(self, task_id: int, *, by: int | None = None) -> None:
        """Open a closed task again."""
        self.store.renew(task_id, self._person(task_id, by))

    def delete(self, task_id: int, *, by: int | None = None) -> None:
        """Throw a task into the bin."""
        self.store.delete(task_id, self._person(task_id, by))

    def restore(self, task_id: int) -> None:
        """Take a task out of the bin again."""
        self.store.restore(task_id)

    def _person(self, task_id: int, by: int | None) -> int:
        if by is not None:
            return by
        task = next((task for task in self.tasks() if task.id == task_id), None)
        return int(task.fields["RESPONSIBLE_ID"]) if task else self.store.owner

    # --- the portal's module ---

    def accept_sync(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`imena.camunda.sync`: record the call, or refuse it."""
        if self.sync_refusal:
            return {"success": False, "error": self.sync_refusal}
        if not params.get("processInstanceId"):
            return {"success": False, "error": "processInstanceId is required"}
        with self._guard:
            self._syncs.append(Received(SYNC, dict(params), "application/json", time.monotonic()))
        told = {"success": True, "message": "Webhook received", **params}
        return told | {"timestamp": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")}
