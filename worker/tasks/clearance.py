"""Decides whether a create or an act may be sent: its turn has come, the gate is open, the lock outlives it (P4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bitrix.limits.limiter import Kind, Limiter, Ticket
from bitrix.methods import ADD
from worker.engine.locks import HeldLock, LockBook, LockTooShort
from worker.runtime.gate import Gate
from worker.runtime.threads import Threads
from worker.words.phrase import Phrase
from worker.words.reasons import Reason


class Clearance:
    """Thread-safe. `gate`: the portal's. `hold_seconds`: the portal's longest execution plus the margin."""

    def __init__(
        self,
        limiter: Limiter,
        gate: Gate,
        locks: LockBook,
        threads: Threads,
        *,
        hold_seconds: float,
    ) -> None:
        self._limiter = limiter
        self._gate = gate
        self._locks = locks
        self._threads = threads
        self._hold_seconds = hold_seconds

    @contextmanager
    def turn(self, method: str = ADD, kind: Kind = Kind.CREATE) -> Iterator[Ticket | Phrase | Reason]:
        """Wait for the turn of one call; yields its ticket, or the reason why nothing is sent now."""
        with self._limiter.turn(method, kind, self._threads.stopping) as turn:
            if not turn.granted or self._gate.reason or self._threads.stopping():
                yield self._gate.why or Reason.STOPPING
            else:
                yield turn

    def check(self, lock: HeldLock) -> None:
        """Check the lock just before the send, as earlier steps may have taken long. Raises `LockTooShort`."""
        if not self._locks.ensure(lock, self._hold_seconds):
            raise LockTooShort
