"""Notices that this ledger is new while the portal has tasks of an earlier one, whose knowledge is missing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Protocol

from bitrix.causes import Cause, Trouble
from bitrix.errors import PortalError
from worker.engine.errors import EngineError
from worker.engine.step_life import TaskNow
from worker.ledger import LedgerUnavailable
from worker.monitoring.surroundings import CALL_SECONDS, LONGEST_LOCK, SOON_SECONDS
from worker.runtime import clock
from worker.runtime.gate import Gates
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName

EVERY_SECONDS = 60.0
CLOCKS_APART = 60.0


class Source(Protocol):
    """The engine, as far as this look needs it. Raises `EngineError`."""

    worker_id: str

    def locked_beyond(self, topic: str, until: datetime, *, timeout: float) -> list[TaskNow]: ...


class Portal(Protocol):
    """The portal's tasks, as far as this look needs them. Raises `PortalError`."""

    def marked_before(self, moment: datetime) -> int | None: ...


class Memory(Protocol):
    """The ledger, as far as this look needs it. Raises `LedgerUnavailable`."""

    def made_at(self) -> float: ...
    def has_task(self, portal_task_id: int) -> bool: ...
    def workers(self) -> set[str]: ...
    def is_resynced(self) -> bool: ...


class NewLedgerWatch:
    """Tells it until a person has requested the synchronisations anew (`audit --resync`), or all old locks have ended.

    Another worker with a ledger of its own has made such tasks too: while one works, nothing is told. A task that this
    ledger has itself is no earlier one's, whatever the portal's clock says of it.
    """

    def __init__(
        self,
        engine: Source,
        portal: Portal,
        memory: Memory,
        *,
        gates: Gates,
        topics: Collection[str],
        telemetry: Telemetry,
    ) -> None:
        self._engine = engine
        self._portal = portal
        self._memory = memory
        self._gates = gates
        self._topics = tuple(topics)
        self._telemetry = telemetry
        self._left: int | None = None
        self.standstill = Standstill("ledger", PartName.NEW_LEDGER, telemetry)

    def one_round(self) -> float:
        """Look if all sides work; returns the seconds to wait before the next round."""
        if not all(gate.is_open for gate in self._gates):
            return SOON_SECONDS
        try:
            made = self._memory.made_at()
            task = self._look(made)
        except (EngineError, PortalError, LedgerUnavailable):  # the gates tell why
            return EVERY_SECONDS
        if task is None:
            self.standstill.resume()
            return EVERY_SECONDS
        trouble = Trouble("ledger", Cause.LEDGER_NEW, said=str(task))
        if self.standstill.begin(trouble, seconds=EVERY_SECONDS, since=clock.boottime() - (clock.wall() - made)):
            self._telemetry.emit("ledger.another_before", portal_task=task, reason=with_cure(trouble))
        return EVERY_SECONDS

    def _look(self, made: float) -> int | None:
        """A task that a ledger before this one, `made` then, has made; None: there is none, or nobody need care."""
        if clock.wall() - made > LONGEST_LOCK.total_seconds() or self._memory.is_resynced():
            return None
        if self._left is None:
            found = self._portal.marked_before(datetime.fromtimestamp(made - CLOCKS_APART, UTC))
            self._left = None if found is None or self._memory.has_task(found) else found
        return None if self._left is None or self._others(made) else self._left

    def _others(self, made: float) -> bool:
        """Whether another worker holds a step that is newer than this ledger."""
        now, ours = datetime.now(UTC), {self._engine.worker_id, *self._memory.workers()}
        held = (one for topic in self._topics for one in self._engine.locked_beyond(topic, now, timeout=CALL_SECONDS))
        return any(one.worker_id not in ours and (one.created or 0.0) > made + CLOCKS_APART for one in held)
