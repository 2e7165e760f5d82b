"""Runs the worker once: starts the threads of all parts, waits for a signal, and stops them in order."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING

from worker import __version__
from worker.build import Parts
from worker.config.ledger_mark import place_of_ledger
from worker.config.settings import Settings
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.files import open_to_others
from worker.ledger.rows import KEEP_ROWS_SECONDS
from worker.ledger.store import sqlite_path
from worker.monitoring.engine_load import SOON_SECONDS as BACKLOG_SECONDS
from worker.monitoring.surroundings import SOON_SECONDS
from worker.runtime import clock
from worker.runtime.clock_watch import LOOK_SECONDS
from worker.runtime.stop_watch import StopWatch
from worker.runtime.telemetry import Telemetry

if TYPE_CHECKING:
    from worker.monitoring.observation import Observation

STOP_SECONDS = 9.5
"""How long a stop waits for unfinished tasks; it leaves room for the last calls within the promised 12 s."""
LAST_CALLS_SECONDS = 0.7
"""For each kind of last call: to the engine about tasks in hand, to the engine about waiting steps, to the ledger."""
LAST_CALLS_AT_ONCE = 64
LOOK_FOR_SIGNALS_SECONDS = 0.5
LAST_LINES_SECONDS = (0.3, 2.0)
"""How long the stop waits for the log's last lines: at least, at most."""
KEEPER_SECONDS = 0.5
ALIVE_SECONDS = 15.0
"""How often the worker of a file ledger notes there that it runs; `status` tells it of one that was killed."""
KEEPER_OF_WAITING_SECONDS = 1.0
OUTBOX_SECONDS = 1.0
STATISTICS_SECONDS = 60.0
PERSONS_SECONDS = 5.0
MODELS_SECONDS = 5.0
FIRST_PRUNE_SECONDS = 60.0
"""Short, because a run may end before the usual pause is over."""
PRUNE_EVERY_SECONDS = 3600.0
EXIT_FAULT = 70
EXIT_FORCED = 130


class Run:
    """One run of the worker, from opening the ledger to the last line of the log."""

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        """Open the ledger and build the parts; no call to engine or portal yet.

        Raises `LedgerError`; with a shared ledger also `LedgerUnavailable`.
        """
        self._settings = settings
        self._telemetry = telemetry
        self._signal = ""
        self._asked: SimpleQueue[int] = SimpleQueue()  # its `put` is reentrant, unlike a lock
        self._parts = Parts(settings, telemetry)

    # --- working ---

    def serve(self) -> int:
        """Work until a signal arrives or a thread dies; returns the exit code. Call it from the main thread.

        Raises `LedgerError` if workers for other tenants share the ledger, and `LedgerUnavailable`.
        """
        threading.Thread(target=self._stop_when_asked, name="signals", daemon=True).start()
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # `nohup` lets it be ignored
            signal.signal(signal.SIGHUP, self._on_signal)
        settings = self._settings
        self._telemetry.emit(
            "worker.starting",
            version=__version__,
            worker_id=self._parts.engine.worker_id,
            engine=settings.camunda.base_url,
            portal=settings.bitrix.webhook_url.portal,
            topics=", ".join(settings.topics),
            config=settings.origin.told.in_(settings.log.language),
            ledger=place_of_ledger(settings.ledger.url),
        )
        self._bind_tenants()
        self._compare_topics()
        for warning in settings.warnings:
            self._telemetry.emit("config.warning", path=warning.path, source=warning.source, message=warning.phrase)
        self._tell_who_may_read_the_ledger()
        self._parts.gates.portal.close_for_first_probe()
        self._parts.gates.engine.close_for_first_probe()
        self._start_threads()
        # In short waits: the system may deliver signals to other threads, and Python handles them only in this one.
        watch = StopWatch(self._telemetry)
        while not self._parts.threads.stopping(LOOK_FOR_SIGNALS_SECONDS):
            watch.look()
        return self._leave()

    def _bind_tenants(self) -> None:
        """Record the tenants in the ledger. Raises `LedgerError` if workers for other tenants share it."""
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

    def _compare_topics(self) -> None:
        """Log which other workers of a shared ledger serve other topics. Raises `LedgerUnavailable`."""
        topics = ", ".join(sorted(self._settings.topics))
        others = self._parts.ledger.leases.bind_topics(topics) if self._parts.ledger.shared else {}
        for worker, theirs in sorted(others.items()):
            self._telemetry.emit("ledger.other_topics", worker=worker, theirs=theirs, ours=topics)

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
        threads.every("sweep", 0.0, parts.sweep.one_round)
        beat_seconds = settings.ledger.heartbeat_seconds if parts.ledger.shared else ALIVE_SECONDS
        if not parts.ledger.shared:
            self._beat()  # whoever asks in the next seconds learns that it runs, though its page may be off
        threads.every("heartbeat", beat_seconds, self._beat, until_drained=True)
        for side, probe in parts.probes._asdict().items():
            threads.every(f"probes-{side}", 0.0, probe.one_round)
        threads.every("prune", FIRST_PRUNE_SECONDS, self._prune)
        threads.every("surroundings", SOON_SECONDS, parts.surroundings.one_round)
        threads.every("strangers", SOON_SECONDS, parts.strangers.one_round)
        threads.every("new-ledger", SOON_SECONDS, parts.new_ledger.one_round)
        threads.every("backlog", BACKLOG_SECONDS, parts.backlog.one_round)
        threads.every("incidents", 0.0, parts.incidents.one_round)
        threads.every("taken", 0.0, parts.taken.one_round)
        threads.every("pauses", LOOK_SECONDS, self._look_at_pauses)
        threads.every("models", MODELS_SECONDS, self._read_models_again)
        threads.every("persons", PERSONS_SECONDS, parts.persons.one_round)
        threads.every("statistics", STATISTICS_SECONDS, parts.statistics.tell)
        if settings.sync.enabled:
            threads.every("syncs", 0.0, parts.syncs.one_round, at_end=parts.syncs.close)
            for number in range(parts.syncs.own_threads):
                threads.start(f"sync-{number}", parts.syncs.loop)
        threads.every("fetch", 0.0, parts.fetcher.one_round)
        if settings.http.port:
            observation = self._observation()  # built here: its import would fail once all descriptors are in use
            threads.start("http", observation.serve)

    def _observation(self) -> Observation:
        from worker.monitoring.observation import Observation  # noqa: PLC0415 - imported late, not to delay the start

        return Observation(self._settings, self._parts)

    def _beat(self) -> None:
        with suppress(LedgerUnavailable):  # the ledger's gate reports it
            peers = self._parts.ledger.beat()
            for worker in peers.back:
                self._telemetry.emit("ledger.worker_back", worker=worker)
            for worker in peers.relieved:
                self._telemetry.emit("ledger.worker_relieved", worker=worker)
            for other in peers.silent:
                at, until = map(_moment, (other.beat_at, other.until))
                self._telemetry.emit("ledger.worker_silent", worker=other.worker, at=at, until=until, count=other.steps)

    def _look_at_pauses(self) -> None:
        """Look at the clock, at this machine and at what calls take, and log what is still paused."""
        parts = self._parts
        parts.clock_watch.look()
        parts.machine.look()
        parts.ledger_look.look(parts.ledger.views.alive_at)
        for watch in parts.sides.slow:
            watch.look()
        for gate in parts.gates:
            gate.remind()
        for part in parts.standstills:
            part.remind()

    def _read_models_again(self) -> None:
        if self._parts.gates.engine.is_open:
            self._parts.sides.definitions.read_again()

    def _prune(self) -> float:
        with suppress(LedgerUnavailable):  # pruning can wait; the ledger's gate reports it
            self._parts.ledger.old.prune(KEEP_ROWS_SECONDS)
        return PRUNE_EVERY_SECONDS

    def _on_signal(self, number: int, _: object) -> None:
        """Take no lock: a signal may interrupt this handler, or a `wait` that holds the lock of its event."""
        if self._signal and number == signal.SIGHUP:
            return  # a terminal that closes sends it twice: the shell does too
        if self._signal:
            os._exit(EXIT_FORCED)  # nothing is lost: everything that matters is in the ledger
        self._signal = signal.Signals(number).name
        self._asked.put(number)

    def _stop_when_asked(self) -> None:
        self._asked.get()
        self._parts.threads.stop()

    # --- stopping ---

    def _leave(self) -> int:
        deadline = clock.boottime() + STOP_SECONDS
        self._telemetry.emit("worker.stopping", signal=self._signal or "fault")
        # Wait for the long poll to end: an aborted one would lock tasks that no worker receives.
        self._parts.threads.join("fetch", deadline - clock.boottime())
        while len(self._parts.locks) > len(self._parts.doubts) and clock.boottime() < deadline:
            self._parts.locks.wait(min(0.2, max(deadline - clock.boottime(), 0.0)))
        self._parts.threads.drain()
        self._leave_locked()
        self._parts.waiting.leave(max(deadline - clock.boottime(), LAST_CALLS_SECONDS))
        # Do not wait for a database that does not answer: an unreleased slot becomes free when its locks have expired.
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
        """P6: a task in hand or in doubt stays locked as long as its create may be running, and no longer."""
        pool = ThreadPoolExecutor(LAST_CALLS_AT_ONCE)
        hold = self._parts.deadlines.hold
        calls = [
            pool.submit(self._parts.locks.shorten, lock, hold, timeout=LAST_CALLS_SECONDS)
            for lock in self._parts.locks.all()
            if lock.seconds
        ]
        wait(calls, LAST_CALLS_SECONDS)  # if the engine does not answer, these locks keep their full duration
        pool.shutdown(wait=False, cancel_futures=True)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(" ", "seconds")
