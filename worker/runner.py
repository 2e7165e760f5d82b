"""Builds every part of a run in one place, starts its threads, and stops them in order."""

from __future__ import annotations

import os
import platform
import signal
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress

from bitrix.client import BitrixClient
from bitrix.errors import ChannelFault, PortalError
from bitrix.limits import Limiter
from bitrix.tasks import SCOPE, Tasks
from worker import __version__, clock
from worker.agenda import Agenda
from worker.config import Settings
from worker.crew import Crew
from worker.doubts import Doubts
from worker.engine import Engine
from worker.engine_errors import EngineError
from worker.faults import fault_text
from worker.fetcher import Fetcher
from worker.gate import Gate
from worker.handler import Handler
from worker.ledger import Ledger, LedgerUnavailable
from worker.locks import LockBook
from worker.lookup import Lookup
from worker.mapping import Mapper
from worker.retries import RetryPlan
from worker.settler import Settler
from worker.statistics import Statistics
from worker.sync import SyncOutbox
from worker.sync_sender import SyncSender
from worker.telemetry import Telemetry

SYNC_SLOTS = 4
STOP_SECONDS = 10.5
"""From the first signal until what is unfinished is left; the last calls fit into the 12 s that are promised."""
LAST_CALLS_SECONDS = 1.0
LAST_CALLS_AT_ONCE = 64
KEEP_ROWS_SECONDS = 14 * 86400.0
PRUNE_EVERY_SECONDS = 3600.0
EXIT_FAULT = 70
EXIT_FORCED = 130


class Run:
    """One run of the worker, from an opened ledger to its last line."""

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        """Open the ledger and build the parts; no network yet. Raises `LedgerError`."""
        self._settings = settings
        self._telemetry = telemetry
        self._stop = threading.Event()  # no new work
        self._drained = threading.Event()  # not even the keeper and the outbox go on
        self._started = clock.boottime()
        self._signal = ""
        self._ledger = Ledger(
            settings.ledger.url,
            portal=settings.bitrix.webhook_url.portal,
            engine=settings.camunda.base_url,
            owner=str(uuid.uuid4()),
            exclusive=True,
            sync_enabled=settings.sync.enabled,
            beat_seconds=settings.ledger.heartbeat_seconds,
        )
        self._crew = Crew(telemetry, pool_size=settings.camunda.max_in_flight + SYNC_SLOTS, on_fault=self._stop.set)
        self._agenda = Agenda(self._crew.submit)
        self._statistics = Statistics(self._ledger, telemetry)
        self._build_sides()
        self._build_outboxes()
        self._build_way()

    # --- building ---

    def _build_sides(self) -> None:
        """The engine and the portal: a client, and a gate that closes while the side is not well."""
        settings, telemetry = self._settings, self._telemetry
        slots = settings.camunda.max_in_flight
        self._lock_seconds = {
            name: topic.lock_seconds or settings.camunda.lock_seconds for name, topic in settings.topics.items()
        }
        connections = 2 * slots + SYNC_SLOTS
        self._engine = Engine(settings.camunda, self._worker_id(), self._lock_seconds, connections=connections)
        self._limiter = Limiter.preset(settings.bitrix.limits)
        self._client = BitrixClient(
            settings.bitrix.webhook_url,
            limiter=self._limiter,
            ca_file=settings.bitrix.ca_file,
            request_timeout=settings.bitrix.request_timeout,
            max_connections=connections,
        )
        self._tasks = Tasks(self._client)
        self._engine_gate = Gate("engine", self._probe_engine, (EngineError,), telemetry)
        self._portal_gate = Gate("portal", self._probe_portal, (PortalError,), telemetry)
        self._ledger_gate = Gate("ledger", self._ledger.probe, (LedgerUnavailable,), telemetry)
        self._locks = LockBook(self._engine, self._agenda, telemetry)

    def _worker_id(self) -> str:
        """Stable over restarts, unique among running processes: the ledger's, or that of a slot leased in it."""
        named, host = self._settings.camunda.worker_id, platform.node()
        if not self._ledger.shared:
            return named or f"{host}-{self._ledger.id[:8]}"
        longest = max(self._lock_seconds.values()) + self._settings.hold_seconds
        return f"{named or host}-{self._ledger.slots.lease(named or host, free_after=longest)}"

    def _build_outboxes(self) -> None:
        """What is owed to the engine and to the portal's module."""
        settings = self._settings
        self._retries = RetryPlan({name: topic.retries for name, topic in settings.topics.items()})
        self._syncs = SyncOutbox(
            sender=SyncSender(self._client, self._telemetry, method=settings.sync.method),
            ledger=self._ledger,
            gate=self._portal_gate,
            telemetry=self._telemetry,
            give_up_seconds=settings.sync.give_up_after_hours * 3600,
        )
        self._settler = Settler(
            engine=self._engine,
            ledger=self._ledger,
            locks=self._locks,
            gate=self._engine_gate,
            agenda=self._agenda,
            retries=self._retries,
            telemetry=self._telemetry,
            language=settings.log.language,
            failures_from=self._started + settings.hold_seconds,
            submit=self._crew.submit,
            owes_sync=self._syncs.wake,
        )

    def _build_way(self) -> None:
        """The way of one task: fetched, looked up, handled."""
        settings, bitrix, hold = self._settings, self._settings.bitrix, self._settings.hold_seconds
        lookup = Lookup(self._tasks, self._ledger, self._telemetry)
        self._doubts = Doubts(
            tasks=self._tasks,
            lookup=lookup,
            ledger=self._ledger,
            locks=self._locks,
            gate=self._portal_gate,
            agenda=self._agenda,
            telemetry=self._telemetry,
            hold_seconds=hold,
            run_started=self._started,
        )
        handler = Handler(
            ledger=self._ledger,
            tasks=self._tasks,
            mapper=Mapper(
                settings.topics, bitrix, portal_task_url=bitrix.webhook_url.task_url, language=settings.log.language
            ),
            lookup=lookup,
            locks=self._locks,
            doubts=self._doubts,
            settler=self._settler,
            gate=self._portal_gate,
            limiter=self._limiter,
            retries=self._retries,
            telemetry=self._telemetry,
            language=settings.log.language,
            task_url=bitrix.webhook_url.task_url,
            hold_seconds=hold,
            stopping=self._stop.wait,
        )
        self._fetcher = Fetcher(
            engine=self._engine,
            ledger=self._ledger,
            lookup=lookup,
            locks=self._locks,
            doubts=self._doubts,
            handler=handler,
            gates=(self._engine_gate, self._portal_gate, self._ledger_gate),
            telemetry=self._telemetry,
            lock_seconds=self._lock_seconds,
            max_in_flight=settings.camunda.max_in_flight,
            poll_seconds=settings.camunda.long_poll_seconds,
            hold_seconds=hold,
            server_max=bitrix.server_max_seconds,
            submit=self._crew.submit,
            stopping=self._stop.wait,
        )

    def _probe_engine(self) -> None:
        self._engine.version()

    def _probe_portal(self) -> None:
        """What creating exactly once cannot do without; `check` looks at more."""
        if not self._tasks.profile().is_admin:
            raise ChannelFault("profile", "not_admin", fault_text(self._settings.log.language, "not_admin"))
        if SCOPE not in self._tasks.scopes():
            words = fault_text(self._settings.log.language, "no_scope", scope=SCOPE)
            raise ChannelFault("scope", "insufficient_scope", words)

    # --- living ---

    def serve(self) -> int:
        """Work until a signal or a fault; returns the exit code. Call it from the main thread."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        settings = self._settings
        self._telemetry.emit(
            "worker.starting",
            version=__version__,
            worker_id=self._engine.worker_id,
            engine=settings.camunda.base_url,
            portal=settings.bitrix.webhook_url.portal,
            topics=", ".join(settings.topics),
        )
        for warning in settings.warnings:
            self._telemetry.emit("config.warning", path=warning.path, message=warning.text(settings.log.language))
        self._portal_gate.close_for_first_probe()
        self._start_threads()
        while not self._stop.wait(PRUNE_EVERY_SECONDS):
            self._prune()
        return self._leave()

    def _start_threads(self) -> None:
        self._crew.start("agenda", self._agenda.loop)
        self._crew.start("keeper", lambda: self._locks.keep(self._drained.wait))
        self._crew.start("settlements", lambda: self._settler.loop(self._stop.wait))
        if self._ledger.shared:
            self._crew.start("heartbeat", self._beat)
        self._crew.start("statistics", lambda: self._statistics.loop(self._stop.wait))
        if self._settings.sync.enabled:
            for slot in range(SYNC_SLOTS):
                self._crew.start(f"sync-{slot}", lambda: self._syncs.loop(self._stop.wait))
        self._crew.start("fetch", self._fetcher.loop)
        if self._settings.http.port:
            self._crew.start("http", self._serve_http)

    def _serve_http(self) -> None:
        from worker.observation import observe  # noqa: PLC0415 - not on the way to the first fetch

        observe(
            self._settings.http,
            crew=self._crew,
            gates=(self._engine_gate, self._portal_gate, self._ledger_gate),
            fetcher=self._fetcher,
            locks=self._locks,
            doubts=self._doubts,
            ledger=self._ledger,
            engine=self._engine,
            topics=list(self._settings.topics),
            telemetry=self._telemetry,
            started=self._started,
            is_stopping=self._stop.is_set,
        )

    def _beat(self) -> None:
        while not self._drained.wait(self._settings.ledger.heartbeat_seconds):
            try:
                self._ledger.beat()
            except LedgerUnavailable as error:
                self._ledger_gate.close(str(error))

    def _prune(self) -> None:
        try:
            self._ledger.prune(KEEP_ROWS_SECONDS)
        except LedgerUnavailable:
            return  # tidying can wait; the ledger's gate tells about the disk

    def _on_signal(self, number: int, _: object) -> None:
        if self._stop.is_set() and self._signal:
            os._exit(EXIT_FORCED)  # everything that matters is a row already
        self._signal = signal.Signals(number).name
        self._stop.set()

    # --- leaving ---

    def _leave(self) -> int:
        deadline = clock.boottime() + STOP_SECONDS
        self._telemetry.emit("worker.stopping", signal=self._signal or "fault")
        # An aborted long poll would lock tasks for nobody: it is waited out.
        self._crew.join("fetch", deadline - clock.boottime())
        while len(self._locks) > len(self._doubts) and clock.boottime() < deadline:
            self._locks.wait(min(0.2, max(deadline - clock.boottime(), 0.0)))
        self._drained.set()
        self._agenda.close()
        self._crew.close()
        self._leave_locked()
        self._statistics.tell()
        self._release_slot()
        code = EXIT_FAULT if self._crew.fault else 0
        self._telemetry.emit("worker.stopped", exit_code=code)
        self._ledger.close()
        return code

    def _release_slot(self) -> None:
        if self._ledger.shared:
            with suppress(LedgerUnavailable):  # it is free a little later, then
                self._ledger.slots.release()

    def _leave_locked(self) -> None:
        """P6: what is on its way or in doubt stays locked for as long as its create can be running, and no longer."""
        pool = ThreadPoolExecutor(LAST_CALLS_AT_ONCE)
        hold = self._settings.hold_seconds
        calls = [
            pool.submit(self._locks.shorten, lock, hold, timeout=LAST_CALLS_SECONDS)
            for lock in self._locks.all()
            if lock.seconds
        ]
        wait(calls, LAST_CALLS_SECONDS)  # an engine that does not answer keeps those locks to their end
        pool.shutdown(wait=False, cancel_futures=True)
