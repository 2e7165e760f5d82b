"""Finds steps of ours that a worker holds of which this ledger knows nothing: a former run whose ledger was lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Protocol

from bitrix.causes import Cause, Trouble
from worker.engine.errors import EngineError
from worker.engine.step_life import TaskNow
from worker.ledger import LedgerUnavailable
from worker.monitoring.surroundings import CALL_SECONDS, LONGEST_LOCK, MOST_HOLDERS, SOON_SECONDS
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName

EVERY_SECONDS = 30.0
OLD_SECONDS = 600.0
"""The round of a ledger that is too old for locks of an earlier one."""
CLOCKS_APART = 60.0
RENEWED_SECONDS = 1.0


class Source(Protocol):
    """The engine, as far as this look needs it. Raises `EngineError`."""

    worker_id: str

    def locked_beyond(self, topic: str, until: datetime, *, timeout: float) -> list[TaskNow]: ...


class Memory(Protocol):
    """The ledger, as far as this look needs it. Raises `LedgerUnavailable`."""

    def made_at(self) -> float: ...
    def unknown(self, external_task_ids: list[str]) -> set[str]: ...
    def workers(self) -> set[str]: ...


def held_by_strangers(
    engine: Source, topics: Collection[str], memory: Memory, *, timeout: float = CALL_SECONDS
) -> list[TaskNow]:
    """Locked steps of our topics older than this ledger, of which it has no row, at most a page of each topic.

    Without those of workers that share this ledger, whether they run or have fallen silent, and of those that have
    fetched a step that is newer than it. None once the ledger is older than any lock. Raises `EngineError` or
    `LedgerUnavailable`.
    """
    made, now = memory.made_at(), datetime.now(UTC)
    if now.timestamp() - made > LONGEST_LOCK.total_seconds():
        return []
    locked = [one for topic in sorted(topics) for one in engine.locked_beyond(topic, now, timeout=timeout)]
    runs = {one.worker_id for one in locked if one.created is not None and one.created > made + CLOCKS_APART}
    others = [one for one in locked if one.worker_id not in {*runs, engine.worker_id, *memory.workers()}]
    older = [one for one in others if one.created is None or one.created < made]
    unknown = memory.unknown([one.external_task_id for one in older]) if older else ()
    return [one for one in older if one.external_task_id in unknown]


def said_of(steps: Collection[TaskNow]) -> str:
    """How many they are, and when the last of their locks ends, such as `9, 29.11 16:30:50`."""
    return f"{len(steps)}, {datetime.fromtimestamp(last_end(steps)).astimezone():%d.%m %H:%M:%S}"


def last_end(steps: Collection[TaskNow]) -> float:
    """When the last of their locks ends, by the engine's clock in seconds since the epoch."""
    return max(one.locked_until or 0.0 for one in steps)


class StrangerWatch:
    """Asks at the start and then slowly; fetches and releases nothing. `gate`: the engine's.

    A worker that renews one of its locks runs, and is no longer told. A failed look leaves what was told before.
    """

    def __init__(
        self, engine: Source, topics: Collection[str], gate: Gate, memory: Memory, telemetry: Telemetry
    ) -> None:
        self._engine = engine
        self._topics = topics
        self._gate = gate
        self._memory = memory
        self._telemetry = telemetry
        self._until: dict[str, float] = {}
        self._running: set[str | None] = set()
        self._ends = 0.0
        """When the last of the locks ends that are told."""
        self.standstill = Standstill("engine", PartName.STRANGER_LOCKED, telemetry, reminds=False)
        """Whether steps wait until the locks of a worker end that this ledger does not know."""

    def one_round(self) -> float:
        """Look if the engine's gate is open; returns the seconds to wait before the next round."""
        if not self._gate.is_open:
            if clock.wall() > self._ends:
                self.standstill.resume()
            return SOON_SECONDS
        try:
            found = held_by_strangers(self._engine, self._topics, self._memory)
        except (EngineError, LedgerUnavailable):  # the gates tell why
            return EVERY_SECONDS
        self._running |= {one.worker_id for one in self._renewed(found)}
        self._until = {one.external_task_id: one.locked_until or 0.0 for one in found}
        left = [one for one in found if one.worker_id not in self._running]
        if not left:
            self.standstill.resume()
            return OLD_SECONDS if not found else EVERY_SECONDS
        self._tell(left)
        return max(min(EVERY_SECONDS, self._ends - clock.wall()), SOON_SECONDS)

    def _renewed(self, found: Collection[TaskNow]) -> Iterator[TaskNow]:
        for one in found:
            before = self._until.get(one.external_task_id)
            if before is not None and (one.locked_until or 0.0) > before + RENEWED_SECONDS:
                yield one

    def _tell(self, steps: Collection[TaskNow]) -> None:
        self._ends = last_end(steps)
        holders = ", ".join(sorted({one.worker_id or "?" for one in steps})[:MOST_HOLDERS])
        trouble = Trouble("engine", Cause.LOCKED_BY_STRANGER, said=said_of(steps))
        if self.standstill.begin(trouble, seconds=EVERY_SECONDS, count=len(steps)):
            self._telemetry.emit("fetch.locked_by_stranger", holders=holders, reason=with_cure(trouble))
