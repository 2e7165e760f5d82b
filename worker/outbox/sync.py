"""The outbox of synchronisations: in the background, at least once, ending as a receipt or as a parked row."""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import SimpleQueue

from bitrix.errors import AccessDenied, ChannelFault, PortalError
from worker.ledger import Ledger, LedgerUnavailable, OwedSync
from worker.outbox.sync_sender import SyncRefused, SyncSender
from worker.runtime import clock
from worker.runtime.backoff import MOST_DOUBLINGS, backoff
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.words import causes

TICK_SECONDS = 1.0
GATHER_SECONDS = 0.05
"""How long those that are owed shortly after one another are gathered: one look at the ledger serves them all."""
AHEAD = 16
"""Taken from the ledger beyond the slots, so that none of them waits for a look."""
FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 86400.0
LEAST_TRIES = 3
"""After a long outage a sync is old before it has been tried at all."""
PAUSE_SECONDS = 300.0
"""How often a portal without the module is asked again."""


class SyncOutbox:
    """Sends what the ledger owes: `slots` threads of its own, so that creates and syncs cannot starve each other.

    One more thread looks at the ledger for all of them. A sync that is owed while a slot is free does not wait for
    that look: it is written down as begun, and whoever owes it takes the slot and sends it. `give_up_seconds`: for
    how long a sync that keeps failing is tried until it is parked.
    """

    def __init__(
        self,
        *,
        sender: SyncSender,
        ledger: Ledger,
        gate: Gate,
        telemetry: Telemetry,
        slots: int,
        give_up_seconds: float,
        threads: Threads,
    ) -> None:
        self._threads = threads
        self._sender = sender
        self._ledger = ledger
        self._gate = gate
        self._telemetry = telemetry
        self._slots = slots
        self._give_up_seconds = give_up_seconds
        # What is taken ahead is sent by nobody else: with a shared ledger next to nothing.
        self._ahead = 1 if ledger.shared else AHEAD
        self._line: SimpleQueue[OwedSync | None] = SimpleQueue()
        self._sending = 0
        self._standing = 0  # of those from the line, that are in a thread's hands and have no slot yet
        self._slot_is_free = threading.Condition()
        self._owed = threading.Event()
        self._owed.set()  # what earlier runs have left
        self._more_is_due = True
        self._turning = threading.Lock()
        self._paused_until: float | None = None
        self._closed = False
        self.accepted_at: float | None = None
        """Boot time of the last synchronisation that the portal has accepted; None before the first."""

    # --- for those who owe ---

    def reserve(self) -> bool:
        """Take a slot for a sync that is about to be owed, where one is free; it ends with `send` or `release`."""
        with self._slot_is_free:
            nobody_waits = self._line.empty() and not self._standing
            free = self._sending < self._slots and nobody_waits and self._may_send()
            self._sending += free
        return free

    def release(self) -> None:
        """The slot that was taken is free again."""
        with self._slot_is_free:
            self._sending -= 1
            self._slot_is_free.notify()

    def send(self, sync: OwedSync) -> None:
        """Send a sync that is written down as begun, on the slot that was taken for it; put it back in a pause."""
        with suppress(LedgerUnavailable):  # sent but not recorded is sent again: at least once is the promise
            if self._may_send():
                self._send(sync)
            else:
                self._ledger.syncs.put_back([sync])
        self.release()

    def wake(self) -> None:
        """A sync is owed: do not wait for the next tick; where all slots are taken, not for others like it either."""
        if self._sending >= self._slots:
            self._more_is_due = True
        self._owed.set()

    # --- the threads ---

    def one_round(self) -> None:
        """Wait until one is owed, or for a tick, and look."""
        if self._owed.wait(TICK_SECONDS) and not self._more_is_due:
            self._threads.stopping(GATHER_SECONDS)
        self._owed.clear()
        self.look()

    def close(self) -> None:
        """Send no more; the threads of the slots end."""
        self._closed = True
        for _ in range(self._slots):
            self._line.put(None)

    def loop(self) -> None:
        """The work of each slot's thread, until `close`."""
        while sync := self._next():
            self._wait_for_slot()
            if self._more_is_due and self._line.qsize() <= self._ahead // 2:
                self._owed.set()
            self.send(sync)

    def _next(self) -> OwedSync | None:
        self._threads.beats.rest()
        sync = self._line.get()
        self._threads.beats.beat()
        return sync

    def _wait_for_slot(self) -> None:
        with self._slot_is_free:
            self._standing += 1
            while not self._slot_is_free.wait_for(lambda: self._sending < self._slots, TICK_SECONDS):
                self._threads.beats.beat()  # those who have the slots are asked for themselves
            self._standing -= 1
            self._sending += 1

    def look(self) -> None:
        """Let those that are due stand in line, as far as there is room."""
        room = self._ahead - self._line.qsize() - self._standing
        if not self._may_send() or room <= 0:
            return
        try:
            found = self._ledger.syncs.take(room)
        except LedgerUnavailable:
            return  # the ledger's gate tells about it; the next tick looks again
        self._more_is_due = len(found) == room
        for sync in found:
            self._line.put(sync)

    def _may_send(self) -> bool:
        return not self._closed and self._gate.is_open and clock.boottime() >= (self._paused_until or 0.0)

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
            self.accepted_at = clock.boottime()
            self._ledger.syncs.sent(sync)
            if self._turned(None):
                self._telemetry.emit("sync.resumed")

    def _pause(self, sync: OwedSync, error: ChannelFault) -> None:
        """No module, or no right to call it, is no sync at all: one alert, and the rows wait."""
        if self._turned(clock.boottime() + PAUSE_SECONDS):
            self._telemetry.emit("sync.paused", reason=self._telemetry.advice(error))
        words, cause = self._telemetry.words(error), causes.name_of(error)
        self._ledger.syncs.failed(sync, words, retry_in=PAUSE_SECONDS, counted=False, cause=cause)

    def _turned(self, paused_until: float | None) -> bool:
        """Pause, or go on (None); whether that is new: of several that find out at once, one tells."""
        with self._turning:
            before, self._paused_until = self._paused_until, paused_until
        return (before is None) is not (paused_until is None)

    def _failed(self, sync: OwedSync, error: Exception) -> None:
        instance, words, cause = sync.request.process_instance_id, self._telemetry.words(error), causes.name_of(error)
        left = self._give_up_seconds - min(self._ledger.now() - sync.created_at, _tried_at_most(sync.tries))
        if left <= 0 and sync.tries + 1 >= LEAST_TRIES:
            self._ledger.syncs.failed(sync, words, retry_in=None, cause=cause)
            self._telemetry.emit("sync.parked", id=sync.id, process_instance_id=instance, error=words)
            return
        seconds = min(backoff(FIRST_RETRY_SECONDS, sync.tries, LONGEST_RETRY_SECONDS), max(left, FIRST_RETRY_SECONDS))
        self._ledger.syncs.failed(sync, words, retry_in=seconds, cause=cause)
        self._telemetry.emit("sync.retry_later", process_instance_id=instance, seconds=round(seconds), error=words)


def _tried_at_most(tries: int) -> float:
    """Seconds that so many tries can have taken: an older row was made before a clock jumped, or lay in an outage."""
    return sum(
        min(FIRST_RETRY_SECONDS * 2.0 ** min(one, MOST_DOUBLINGS), LONGEST_RETRY_SECONDS) for one in range(tries)
    )
