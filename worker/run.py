"""Lives one run: starts the threads of its parts, and stops them in order."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING

from worker import __version__
from worker.build import Assembly
from worker.config.settings import Settings
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.files import open_to_others
from worker.ledger.store import sqlite_path
from worker.monitoring.surroundings import SOON_SECONDS
from worker.runtime import clock
from worker.runtime.gate import CONFIRM_SECONDS
from worker.runtime.telemetry import Telemetry

if TYPE_CHECKING:
    from worker.monitoring.observation import Observation

STOP_SECONDS = 9.5
"""From the first signal until what is unfinished is left; the last calls fit into the 12 s that are promised."""
LAST_CALLS_SECONDS = 0.7
"""For each kind of them: to the engine for what is locked and for what waits, and to the ledger."""
LAST_CALLS_AT_ONCE = 64
LOOK_FOR_SIGNALS_SECONDS = 0.5
LAST_LINES_SECONDS = (0.3, 2.0)
"""For the log at the end, where somebody reads: at least, at most."""
KEEP_ROWS_SECONDS = 14 * 86400.0
KEEPER_SECONDS = 0.5
KEEPER_OF_WAITING_SECONDS = 1.0
OUTBOX_SECONDS = 1.0
STATISTICS_SECONDS = 60.0
FIRST_PRUNE_SECONDS = 60.0
"""Soon: runs may be shorter than the usual pause."""
PRUNE_EVERY_SECONDS = 3600.0
EXIT_FAULT = 70
EXIT_FORCED = 130


class Run:
    """One run of the worker, from an opened ledger to its last line."""

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        """Open the ledger and build the parts; no network yet. Raises `LedgerError`."""
        self._settings = settings
        self._telemetry = telemetry
        self._signal = ""
        self._asked: SimpleQueue[int] = SimpleQueue()  # its `put` may be interrupted by another one
        self._parts = Assembly(settings, telemetry)

    # --- living ---

    def serve(self) -> int:
        """Work until a signal or a fault; returns the exit code. Call it from the main thread."""
        threading.Thread(target=self._stop_when_asked, name="signals", daemon=True).start()
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        settings = self._settings
        self._telemetry.emit(
            "worker.starting",
            version=__version__,
            worker_id=self._parts.engine.worker_id,
            engine=settings.camunda.base_url,
            portal=settings.bitrix.webhook_url.portal,
            topics=", ".join(settings.topics),
        )
        self._bind_tenants()
        for warning in settings.warnings:
            self._telemetry.emit("config.warning", path=warning.path, message=warning.text(settings.log.language))
        self._tell_who_may_read_the_ledger()
        self._parts.gates.portal.close_for_first_probe()
        self._parts.gates.engine.close_for_first_probe()
        self._start_threads()
        # In pieces: two signals in the same moment may both reach other threads, and only this one handles them.
        while not self._parts.threads.stopping(LOOK_FOR_SIGNALS_SECONDS):
            pass
        return self._leave()

    def _bind_tenants(self) -> None:
        """Raises `LedgerError` where workers for other tenants share the ledger."""
        tenants = self._settings.camunda.tenants
        if not tenants.all:
            self._telemetry.emit("worker.tenants", tenants=str(tenants))
        try:
            before = self._parts.ledger.leases.bind_tenants(str(tenants))
        except LedgerError:
            self._parts.ledger.leases.release()
            self._parts.ledger.close()
            raise
        if before:
            self._telemetry.emit("worker.tenants_changed", before=before, now=str(tenants))

    def _tell_who_may_read_the_ledger(self) -> None:
        if not self._parts.ledger.shared:
            path = sqlite_path(self._settings.ledger.url)
            if mode := open_to_others(path):
                self._telemetry.emit("ledger.open_to_others", path=path, mode=mode)

    def _start_threads(self) -> None:
        parts, settings = self._parts, self._settings
        threads = parts.threads
        threads.begin()
        threads.every("keeper", KEEPER_SECONDS, parts.locks.extend_due, until_drained=True)
        threads.every("settlements", OUTBOX_SECONDS, parts.settlements.deliver_due)
        threads.every("waiting", KEEPER_OF_WAITING_SECONDS, parts.waiting.extend_due, until_drained=True)
        threads.every("watch", 0.0, parts.watch.one_round)
        threads.every("sweep", settings.waiting.sweep_seconds, parts.sweep.one_round)
        if parts.ledger.shared:
            threads.every("heartbeat", settings.ledger.heartbeat_seconds, self._beat, until_drained=True)
        threads.every("probes", CONFIRM_SECONDS / 2, self._confirm)
        threads.every("prune", FIRST_PRUNE_SECONDS, self._prune)
        threads.every("surroundings", SOON_SECONDS, parts.surroundings.one_round)
        threads.every("statistics", STATISTICS_SECONDS, parts.statistics.tell)
        if settings.sync.enabled:
            threads.every("syncs", 0.0, parts.syncs.one_round, at_end=parts.syncs.close)
            for slot in range(settings.sync.slots):
                threads.start(f"sync-{slot}", parts.syncs.loop)
        threads.every("fetch", 0.0, parts.fetcher.one_round)
        if settings.http.port:
            observation = self._observation()  # here: an import would fail once clients have taken all descriptors
            threads.start("http", observation.serve)

    def _observation(self) -> Observation:
        from worker.monitoring.observation import Observation  # noqa: PLC0415 - not on the way to the first fetch

        return Observation(self._settings, self._parts)

    def _beat(self) -> None:
        with suppress(LedgerUnavailable):  # the ledger's gate tells about it
            self._parts.ledger.beat()

    def _confirm(self) -> None:
        """Where nothing is to be done, nobody else would notice that the portal or the disk is away."""
        self._parts.probes.portal.confirm()
        self._parts.probes.ledger.confirm()

    def _prune(self) -> float:
        with suppress(LedgerUnavailable):  # tidying can wait; the ledger's gate tells about the disk
            self._parts.ledger.prune(KEEP_ROWS_SECONDS)
        return PRUNE_EVERY_SECONDS

    def _on_signal(self, number: int, _: object) -> None:
        """Takes no lock: it may come in the midst of itself, or of `wait`, which holds the event's."""
        if self._signal:
            os._exit(EXIT_FORCED)  # everything that matters is a row already
        self._signal = signal.Signals(number).name
        self._asked.put(number)

    def _stop_when_asked(self) -> None:
        self._asked.get()
        self._parts.threads.stop()

    # --- leaving ---

    def _leave(self) -> int:
        deadline = clock.boottime() + STOP_SECONDS
        self._telemetry.emit("worker.stopping", signal=self._signal or "fault")
        # An aborted long poll would lock tasks for nobody: it is waited out.
        self._parts.threads.join("fetch", deadline - clock.boottime())
        while len(self._parts.locks) > len(self._parts.doubts) and clock.boottime() < deadline:
            self._parts.locks.wait(min(0.2, max(deadline - clock.boottime(), 0.0)))
        self._parts.threads.drain()
        self._leave_locked()
        self._parts.waiting.leave(max(deadline - clock.boottime(), LAST_CALLS_SECONDS))
        # A database that has fallen silent does not keep us: a slot that was not left is free a little later.
        closing = threading.Thread(target=self._leave_the_ledger, name="leave-ledger", daemon=True)
        closing.start()
        closing.join(max(deadline - clock.boottime(), LAST_CALLS_SECONDS))
        code = EXIT_FAULT if self._parts.threads.fault else 0
        self._telemetry.emit("worker.stopped", exit_code=code)
        least, most = LAST_LINES_SECONDS
        self._telemetry.close(min(max(deadline - clock.boottime(), least), most))
        return code

    def _leave_the_ledger(self) -> None:
        self._parts.statistics.tell()
        with suppress(LedgerUnavailable):
            self._parts.ledger.leave()
        self._parts.ledger.close()

    def _leave_locked(self) -> None:
        """P6: what is on its way or in doubt stays locked for as long as its create can be running, and no longer."""
        pool = ThreadPoolExecutor(LAST_CALLS_AT_ONCE)
        hold = self._parts.deadlines.hold
        calls = [
            pool.submit(self._parts.locks.shorten, lock, hold, timeout=LAST_CALLS_SECONDS)
            for lock in self._parts.locks.all()
            if lock.seconds
        ]
        wait(calls, LAST_CALLS_SECONDS)  # an engine that does not answer keeps those locks to their end
        pool.shutdown(wait=False, cancel_futures=True)
