"""The outbox of synchronisations: in the background, at least once, ending as a receipt or as a parked row."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from bitrix.errors import AccessDenied, ChannelFault, PortalError
from worker import clock
from worker.backoff import backoff
from worker.gate import Gate
from worker.ledger import Ledger, LedgerUnavailable, OwedSync
from worker.sync_sender import SyncRefused, SyncSender
from worker.telemetry import Telemetry

TICK_SECONDS = 1.0
GATHER_SECONDS = 0.05
"""How long those that are owed shortly after one another are gathered: one look at the ledger serves them all."""
AT_ONCE = 16
FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 86400.0
LEAST_TRIES = 3
"""After a long outage a sync is old before it has been tried at all."""
PAUSE_SECONDS = 300.0
"""How often a portal without the module is asked again."""


class SyncOutbox:
    """Sends what the ledger owes: `slots` threads of its own, so that creates and syncs cannot starve each other.

    `give_up_seconds`: the age at which a sync that keeps failing is parked.
    """

    def __init__(
        self,
        *,
        sender: SyncSender,
        ledger: Ledger,
        gate: Gate,
        telemetry: Telemetry,
        give_up_seconds: float,
    ) -> None:
        self._sender = sender
        self._ledger = ledger
        self._gate = gate
        self._telemetry = telemetry
        self._give_up_seconds = give_up_seconds
        self._owed = threading.Event()
        # What is taken here is sent by nobody else: with a shared ledger no more than is being sent.
        self._at_once = 1 if ledger.shared else AT_ONCE
        self._line = threading.Lock()
        self._taken: deque[OwedSync] = deque()
        self._may_be_more = True
        self._turning = threading.Lock()
        self._paused_until: float | None = None

    def wake(self) -> None:
        """A sync is owed: do not wait for the next tick."""
        self._owed.set()

    def loop(self, stopping: Callable[[float], bool]) -> None:
        """The work of each slot's thread; `stopping(seconds)` waits and tells."""
        while sync := self._next(stopping):
            with suppress(LedgerUnavailable):  # sent but not recorded is sent again: at least once is the promise
                self._send(sync)

    def _next(self, stopping: Callable[[float], bool]) -> OwedSync | None:
        """The next to send; None when the process stops. The threads stand in line, and the first looks for all."""
        with self._line:
            while not stopping(0.0):
                if not self._taken:
                    self._look(stopping)
                if not self._may_send():
                    self._put_back()
                    stopping(TICK_SECONDS)
                elif self._taken:
                    return self._taken.popleft()
            self._put_back()
        return None

    def _look(self, stopping: Callable[[float], bool]) -> None:
        """Take what is due, as soon as something is owed, and once in a tick."""
        if not self._may_be_more and self._owed.wait(TICK_SECONDS):
            stopping(GATHER_SECONDS)
        self._owed.clear()
        if self._may_send():
            try:
                self._taken.extend(self._ledger.syncs.take(self._at_once))
            except LedgerUnavailable:
                stopping(TICK_SECONDS)
            self._may_be_more = len(self._taken) == self._at_once

    def _may_send(self) -> bool:
        return self._gate.is_open and clock.boottime() >= (self._paused_until or 0.0)

    def _put_back(self) -> None:
        with suppress(LedgerUnavailable):  # found started by the next run, or after a while, and sent then
            if self._taken:
                self._ledger.syncs.put_back(self._taken)
                self._taken.clear()

    def _send(self, sync: OwedSync) -> None:
        try:
            self._sender.deliver(sync.request)
        except AccessDenied as error:
            self._failed(sync, error)
        except ChannelFault as error:
            self._pause(sync, error)
        except (PortalError, SyncRefused) as error:
            self._failed(sync, error)
        else:
            self._ledger.syncs.sent(sync)
            if self._turned(None):
                self._telemetry.emit("sync.resumed")

    def _pause(self, sync: OwedSync, error: ChannelFault) -> None:
        """No module, or no right to call it, is no sync at all: one alert, and the rows wait."""
        if self._turned(clock.boottime() + PAUSE_SECONDS):
            self._telemetry.emit("sync.paused", reason=str(error))
        self._ledger.syncs.failed(sync, str(error), retry_in=PAUSE_SECONDS, counted=False)

    def _turned(self, paused_until: float | None) -> bool:
        """Pause, or go on (None); whether that is new: of several that find out at once, one tells."""
        with self._turning:
            before, self._paused_until = self._paused_until, paused_until
        return (before is None) is not (paused_until is None)

    def _failed(self, sync: OwedSync, error: Exception) -> None:
        instance = sync.request.process_instance_id
        old = self._ledger.now() - sync.created_at >= self._give_up_seconds
        if old and sync.tries + 1 >= LEAST_TRIES:
            self._ledger.syncs.failed(sync, str(error), retry_in=None)
            self._telemetry.emit("sync.parked", id=sync.id, process_instance_id=instance, error=str(error))
            return
        seconds = backoff(FIRST_RETRY_SECONDS, sync.tries, LONGEST_RETRY_SECONDS)
        self._ledger.syncs.failed(sync, str(error), retry_in=seconds)
        self._telemetry.emit("sync.retry_later", process_instance_id=instance, seconds=round(seconds), error=str(error))
