"""The outbox of synchronisations: sends each at least once, until the portal accepts it or it is parked."""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import Empty, SimpleQueue

from bitrix.errors import AccessDenied, ChannelFault, PortalError
from bitrix.retrying import backoff, growing
from worker.ledger import Ledger, LedgerUnavailable, OwedSync
from worker.outbox.sync_sender import SyncRefused, SyncSender
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.words import causes
from worker.words.causes import with_cure
from worker.words.codes import PartName
from worker.words.pauses import spans

TICK_SECONDS = 1.0
GATHER_SECONDS = 0.05
"""How long to gather synchronisations that become due together, so that one query of the ledger serves them all."""
AHEAD = 16
"""How many may queue for the slots, so that no slot waits for a query of the ledger."""
OWN_THREADS = 4
"""Threads that only synchronise: even if creates wait in all threads of the pool, synchronisations go on."""
FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 86400.0
LEAST_TRIES = 3
"""No synchronisation is parked before so many tries: after a long outage it is old before its first."""
PAUSE_SECONDS = 300.0
"""How long to pause before asking a portal without the module again."""


class SyncOutbox:
    """Sends outstanding synchronisations, at most `slots` at once.

    If a slot is free when a synchronisation becomes outstanding, the thread that records it takes the slot, records it
    as started, and sends it at once. One thread queries the ledger for all others; a few threads send these, and the
    pool helps while many are due. `give_up_seconds`: how long a failing synchronisation is tried before it is parked.
    `gate`: the portal's. Thread-safe.
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
        # No other worker sends what this one has taken, so with a shared ledger it takes only one ahead.
        self._ahead = 1 if ledger.shared else AHEAD
        self._line: SimpleQueue[OwedSync | None] = SimpleQueue()
        self._sending = 0
        self._standing = 0  # taken from the line by a thread that has no slot yet
        self._idle = 0  # of the outbox's own threads
        self._helpers = 0  # jobs of the pool, running or queued
        self.own_threads = min(OWN_THREADS, slots)
        """How many threads run `loop`."""
        self._slot_is_free = threading.Condition()
        self._owed = threading.Event()
        self._owed.set()  # there may be some from earlier runs
        self._more_is_due = True
        self.paused = Standstill("portal", PartName.SYNCS, telemetry)
        """Whether all synchronisations are paused, for example because the module is missing."""
        self._closed = False
        self.accepted_at: float | None = None
        """Boot time when the portal last accepted a synchronisation; None before the first."""

    # --- for threads that record synchronisations ---

    def reserve(self) -> bool:
        """Take a slot for a synchronisation about to be recorded. `send` or `release` frees it.

        False if no slot is free, others wait for one, or sending is paused.
        """
        with self._slot_is_free:
            free = self._sending < self._slots and not self._standing and self._may_send()
            self._sending += free
        return free

    def release(self) -> None:
        """Free a slot that was taken."""
        with self._slot_is_free:
            self._sending -= 1
            self._slot_is_free.notify()

    def send(self, sync: OwedSync) -> None:
        """Send a synchronisation recorded as started, and free its slot. While sending is paused, only put it back."""
        with suppress(LedgerUnavailable):  # if sent but not recorded, it is sent once more, which is harmless
            if self._may_send():
                self._send(sync)
            else:
                self._ledger.syncs.put_back([sync])
        self.release()

    def wake(self) -> None:
        """Query the ledger before the next tick. If all slots are busy, do not gather more first."""
        if self._sending >= self._slots:
            self._more_is_due = True
        self._owed.set()

    # --- the threads ---

    def one_round(self) -> None:
        """Wait for `wake` or for a tick, then query the ledger."""
        if self._owed.wait(TICK_SECONDS) and not self._more_is_due:
            self._threads.stopping(GATHER_SECONDS)
        self._owed.clear()
        self.look()

    def close(self) -> None:
        """Send no more, and end the outbox's own threads."""
        self._closed = True
        for _ in range(self.own_threads):
            self._line.put(None)

    def loop(self) -> None:
        """The work of each of the outbox's own threads, until `close`."""
        while sync := self._next():
            self._wait_for_slot()
            self._keep_the_line()
            self.send(sync)

    def _next(self) -> OwedSync | None:
        self._threads.beats.rest()
        with self._slot_is_free:
            self._idle += 1
        sync = self._line.get()
        with self._slot_is_free:
            self._idle -= 1
        self._threads.beats.beat()
        return sync

    def _wait_for_slot(self) -> None:
        with self._slot_is_free:
            self._standing += 1
            while not self._slot_is_free.wait_for(lambda: self._sending < self._slots, TICK_SECONDS):
                self._threads.beats.beat()  # if a slot takes long, its own thread is reported
            self._standing -= 1
            self._sending += 1

    def _keep_the_line(self) -> None:
        if self._more_is_due and self._line.qsize() <= self._ahead // 2:
            self._owed.set()

    def _call_for_help(self) -> None:
        """Have the pool send what no thread of the outbox's own is idle for."""
        with self._slot_is_free:
            wanted = min(self._line.qsize() - self._idle, self._slots - self.own_threads - self._helpers)
            self._helpers += max(wanted, 0)
        for _ in range(wanted):
            self._threads.submit(self._help)

    def _help(self) -> None:
        """Send one from the line, and the next one after the jobs that the pool has got meanwhile."""
        if sync := self._taken():
            self._keep_the_line()
            self.send(sync)
            self._threads.submit(self._help)
        else:
            with self._slot_is_free:
                self._helpers -= 1

    def _taken(self) -> OwedSync | None:
        """Take a slot and the next from the line, if there are both now."""
        if not self.reserve():
            return None
        with suppress(Empty):
            if sync := self._line.get_nowait():
                return sync
            self._line.put(None)  # tells one of the outbox's own threads to end
        self.release()
        return None

    def look(self) -> None:
        """Queue due synchronisations, as many as there is room for."""
        room = self._ahead - self._line.qsize() - self._standing
        if not self._may_send() or room <= 0:
            return
        try:
            found = self._ledger.syncs.take(room)
        except LedgerUnavailable:
            return  # the ledger's gate reports it; the next tick tries again
        self._more_is_due = len(found) == room
        for sync in found:
            self._line.put(sync)
        self._call_for_help()

    def _may_send(self) -> bool:
        return not self._closed and self._gate.is_open and self._is_due()

    def _is_due(self) -> bool:
        pause = self.paused.pause
        return pause is None or pause.seconds_to_check == 0

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
            if ended := self.paused.end():
                self._telemetry.emit("sync.resumed", lasted=spans(ended.lasted), seconds=round(ended.lasted, 1))

    def _pause(self, sync: OwedSync, error: ChannelFault) -> None:
        """Pause all synchronisations."""
        if self.paused.begin(error, seconds=PAUSE_SECONDS):
            self._telemetry.emit("sync.paused", reason=with_cure(error))
        words, cause = self._telemetry.words(error), causes.name_of(error)
        self._ledger.syncs.failed(sync, words, retry_in=PAUSE_SECONDS, counted=False, cause=cause)

    def _failed(self, sync: OwedSync, error: Exception) -> None:
        instance, words, cause = sync.request.process_instance_id, self._telemetry.words(error), causes.name_of(error)
        left = self._give_up_seconds - min(self._ledger.now() - sync.created_at, _tried_at_most(sync.tries))
        if left <= 0 and sync.tries + 1 >= LEAST_TRIES:
            self._ledger.syncs.failed(sync, words, retry_in=None, cause=cause)
            self._telemetry.emit("sync.parked", id=sync.id, process_instance_id=instance, error=error)
            return
        seconds = min(backoff(FIRST_RETRY_SECONDS, sync.tries, LONGEST_RETRY_SECONDS), max(left, FIRST_RETRY_SECONDS))
        self._ledger.syncs.failed(sync, words, retry_in=seconds, cause=cause)
        self._telemetry.emit("sync.retry_later", process_instance_id=instance, seconds=round(seconds), error=error)


def _tried_at_most(tries: int) -> float:
    """The longest time in seconds that so many tries can have taken.

    A row may be older, because a clock jumped or because of an outage. The time beyond does not count.
    """
    return sum(growing(FIRST_RETRY_SECONDS, one, LONGEST_RETRY_SECONDS) for one in range(tries))
