"""Builds every part of a run, in one place."""

from __future__ import annotations

import platform
import uuid

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.lifecycle import Lifecycle
from bitrix.limits.turnstile import Turnstile
from bitrix.task_fields import TaskFields
from bitrix.tasks import Tasks
from bitrix.users import Users
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.locks import LockBook
from worker.engine.silence import step_seconds
from worker.engine.version import EngineProbe
from worker.engine.wellbeing import EngineWellbeing, LedgerWellbeing, PortalWellbeing, look_at_portal
from worker.ledger import Ledger, LedgerUnavailable
from worker.mapping.mapper import Mapper
from worker.monitoring.statistics import Statistics
from worker.monitoring.surroundings import Surroundings
from worker.outbox.afterthoughts import Afterthoughts
from worker.outbox.retries import RetryPlan
from worker.outbox.settler import Settler
from worker.outbox.sync import SyncOutbox
from worker.outbox.sync_sender import SyncSender
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.steps.definitions import Definitions
from worker.steps.details import Details
from worker.steps.drafts import Drafts
from worker.steps.faults import StepFaults
from worker.steps.fitness import Fitness
from worker.steps.java_objects import JavaObjects
from worker.steps.local_variables import LocalVariables
from worker.steps.loops import Loops
from worker.steps.needed import needed
from worker.steps.overwritten_answers import OverwrittenAnswers
from worker.steps.uncaught import UncaughtErrors
from worker.steps.unread_inputs import UnreadInputs
from worker.tasks.answers import Answers
from worker.tasks.clearance import Clearance
from worker.tasks.creator import Creator
from worker.tasks.desk import Desk
from worker.tasks.doubts import Doubts
from worker.tasks.existing import Existing
from worker.tasks.failures import Failures
from worker.tasks.fetcher import Fetcher
from worker.tasks.first import SurelyFirst
from worker.tasks.lookup import Lookup
from worker.tasks.patience import Patience
from worker.tasks.triage import Triage
from worker.tasks.waiting_book import WaitingBook
from worker.waiting.absentees import Absentees
from worker.waiting.conclusions import Conclusions
from worker.waiting.portal_events import Events
from worker.waiting.remnants import Remnants
from worker.waiting.sweep import Sweep
from worker.waiting.watch import Watch

POOL_SPARE = 4
"""Threads for look-ups and deliveries, besides one for each task in flight."""


class Assembly:
    """The parts of one run, put together but not started; no network yet. Raises `LedgerError`."""

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        self._settings, self._telemetry = settings, telemetry
        self.started, self.timings = clock.boottime(), Timings()
        self.ledger = Ledger(
            settings.ledger.url,
            portal=settings.bitrix.webhook_url.portal,
            engine=settings.camunda.base_url,
            owner=str(uuid.uuid4()),
            exclusive=True,
            sync_enabled=settings.sync.enabled,
            beat_seconds=settings.ledger.heartbeat_seconds,
        )
        pool_size = settings.camunda.max_in_flight + settings.sync.slots + POOL_SPARE
        self.threads = Threads(telemetry, pool_size=pool_size, step_seconds=step_seconds(settings))
        self.statistics = Statistics(self.ledger, telemetry)
        self._build_sides()
        self._build_outboxes()
        self._build_waiting()
        self._build_watch()
        self._build_sweep()
        self._build_desk()
        self._build_fetcher()

    def _build_sides(self) -> None:
        """The engine and the portal: a client, and a gate that closes while the side is not well."""
        settings, telemetry, slots = self._settings, self._telemetry, self._settings.camunda.max_in_flight
        self._lock_seconds = {
            name: topic.lock_seconds or settings.camunda.lock_seconds for name, topic in settings.topics.items()
        }
        connections, beat = 2 * slots + settings.sync.slots, self.threads.beats.beat
        self.engine_gate = Gate("engine", lambda: self._engine_probe(), (EngineError,), telemetry)  # noqa: PLW0108 - made later
        self.engine = Engine(
            settings.camunda,
            self._worker_id(),
            self._lock_seconds,
            connections=connections,
            variables={name: needed(topic) for name, topic in settings.topics.items() if topic.variables == "needed"},
            comes_by=beat,
            heard=EngineWellbeing(self.engine_gate).heard,
        )
        self.portal_gate = Gate("portal", lambda: look_at_portal(self._tasks), (PortalError,), telemetry)
        portal = PortalWellbeing(self.portal_gate)
        self.turnstile = Turnstile(settings.bitrix.limits.resolved(slots), comes_by=beat)
        self._client = BitrixClient(
            settings.bitrix.webhook_url,
            turnstile=self.turnstile,
            told=self.timings.portal_call,
            heard=portal.heard,
            route=settings.bitrix.route,
            request_timeout=settings.bitrix.request_timeout,
            delivery_seconds=settings.bitrix.delivery_seconds,
            max_connections=connections,
        )
        self._tasks, self._people = Tasks(self._client), Users(self._client)
        self._lookup = Lookup(self._tasks, self.ledger, telemetry, portal.heard, hold_seconds=settings.hold_seconds)
        url = settings.bitrix.webhook_url.task_url
        self._mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=url, language=settings.log.language)
        self._engine_probe = EngineProbe(self.engine, next(iter(settings.topics)), telemetry)
        self.ledger_gate = Gate("ledger", self.ledger.probe, (LedgerUnavailable,), telemetry)
        self.ledger.on_unavailable(LedgerWellbeing(self.ledger_gate, telemetry).heard)
        self.ledger.on_number_shared(
            lambda number, task, other: telemetry.emit("task.number_shared", portal_task=number, task=task, other=other)
        )
        self._definitions = Definitions(self.engine, telemetry, self.ledger.models)
        self.locks = LockBook(self.engine, self.threads, telemetry)
        self.surroundings = Surroundings(self.engine, settings.topics, self.engine_gate, telemetry)

    def _worker_id(self) -> str:
        """Stable over restarts, unique among running processes: the ledger's, or that of a slot leased in it."""
        named, host = self._settings.camunda.worker_id, platform.node()
        if not self.ledger.shared:
            return named or f"{host}-{self.ledger.id[:8]}"
        more = self._settings.hold_seconds + self._settings.camunda.clock_skew_seconds
        longest = max(self._lock_seconds.values()) + more
        return f"{named or host}-{self.ledger.leases.lease(named or host, locks_for=longest)}"

    def _build_outboxes(self) -> None:
        """What is owed to the engine and to the portal's module."""
        settings = self._settings
        self._retries = RetryPlan({name: topic.retries for name, topic in settings.topics.items()})
        self.syncs = SyncOutbox(
            sender=SyncSender(self._client, self._telemetry, method=settings.sync.method),
            ledger=self.ledger,
            gate=self.portal_gate,
            telemetry=self._telemetry,
            slots=settings.sync.slots,
            give_up_seconds=settings.sync.give_up_after_hours * 3600,
            threads=self.threads,
        )
        looks = (Lifecycle(self._client), self.ledger, self.engine)
        self.settler = Settler(
            engine=self.engine,
            ledger=self.ledger,
            locks=self.locks,
            gate=self.engine_gate,
            threads=self.threads,
            retries=self._retries,
            telemetry=self._telemetry,
            timings=self.timings,
            language=settings.log.language,
            failures_from=self.started + settings.hold_seconds,
            syncs=self.syncs,
            afterthoughts=Afterthoughts(*looks, self.portal_gate, self._telemetry),
        )

    def _build_waiting(self) -> None:
        """What waits for somebody to close a task."""
        settings = self._settings
        self._first = SurelyFirst(
            self._telemetry, within=settings.first_within_seconds, clock_skew=settings.camunda.clock_skew_seconds
        )
        self.waiting = WaitingBook(
            engine=self.engine,
            ledger=self.ledger,
            mapper=self._mapper,
            gate=self.engine_gate,
            threads=self.threads,
            telemetry=self._telemetry,
            lock_seconds=settings.waiting.lock_seconds,
            free_after=self._first.free_after,
            owes_sync=self.syncs.wake,
        )

    def _build_watch(self) -> None:
        """Who looks whether they have."""
        settings, locals_ = self._settings, LocalVariables(self.engine, self._definitions, self._telemetry)
        self.watch = Watch(
            book=self.waiting,
            lifecycle=Lifecycle(self._client),
            ledger=self.ledger,
            locks=self.locks,
            settler=self.settler,
            conclusions=Conclusions(settings.topics, self._mapper, self._retries, locals_, settings.log.language),
            topics=settings.topics,
            gates=(self.engine_gate, self.portal_gate),
            telemetry=self._telemetry,
            task_url=settings.bitrix.webhook_url.task_url,
            poll_seconds=settings.waiting.poll_seconds,
            threads=self.threads,
        )
        token = settings.waiting.application_token
        self.events = Events(token.get_secret_value(), self.watch.notice) if token else None

    def _build_sweep(self) -> None:
        """Who looks whether steps and tasks are still there."""
        settings = self._settings
        remnants = Remnants(
            ledger=self.ledger,
            engine=self.engine,
            lookup=self._lookup,
            locks=self.locks,
            telemetry=self._telemetry,
            topics=settings.topics,
            hold_seconds=settings.hold_seconds,
            owes_sync=self.syncs.wake,
        )
        self.sweep = Sweep(
            book=self.waiting,
            remnants=remnants,
            absentees=Absentees(self._people, self._telemetry),
            watch=self.watch,
            lifecycle=Lifecycle(self._client),
            tasks=self._tasks,
            engine=self.engine,
            ledger=self.ledger,
            locks=self.locks,
            topics=settings.topics,
            gates=(self.engine_gate, self.portal_gate),
            telemetry=self._telemetry,
            language=settings.log.language,
            sweep_seconds=settings.waiting.sweep_seconds,
            gone_share=settings.waiting.gone_share,
            threads=self.threads,
            owes_sync=self.syncs.wake,
        )

    def _build_desk(self) -> None:
        """The way of one task, and the doubts on it."""
        settings, hold, language = self._settings, self._settings.hold_seconds, self._settings.log.language
        errors = UncaughtErrors(settings.topics, self._definitions, self._telemetry)
        overwritten = OverwrittenAnswers(settings.topics, self._mapper, self._definitions, self._telemetry)
        faults = StepFaults(settings.topics, self._definitions, language)
        fitness = Fitness(self._people, TaskFields(self._tasks), settings.topics, self._telemetry, language)
        self.doubts = Doubts(
            lookup=self._lookup,
            ledger=self.ledger,
            locks=self.locks,
            threads=self.threads,
            telemetry=self._telemetry,
            hold_seconds=hold,
            run_started=self.started,
        )
        self._patience = Patience(self.portal_gate, self.locks, self.threads)
        failures, url = Failures(self._retries, language), settings.bitrix.webhook_url.task_url
        existing = Existing(self._mapper, Lifecycle(self._client), failures, self._telemetry, url)
        self._desk = Desk(
            creator=Creator(
                ledger=self.ledger,
                tasks=self._tasks,
                details=Details(JavaObjects(self.engine), Loops(self.engine, self._definitions)),
                drafts=Drafts(self._mapper, faults, fitness, errors, overwritten),
                clearance=Clearance(self.turnstile, self.portal_gate, self.locks, self.threads, hold_seconds=hold),
                answers=Answers(
                    ledger=self.ledger,
                    tasks=self._tasks,
                    lookup=self._lookup,
                    existing=existing,
                    failures=failures,
                    telemetry=self._telemetry,
                    timings=self.timings,
                ),
                existing=existing,
                failures=failures,
                telemetry=self._telemetry,
            ),
            ledger=self.ledger,
            locks=self.locks,
            doubts=self.doubts,
            patience=self._patience,
            waiting=self.waiting,
            settler=self.settler,
            telemetry=self._telemetry,
            timings=self.timings,
            threads=self.threads,
        )

    def _build_fetcher(self) -> None:
        """Who takes the tasks in hand."""
        settings = self._settings
        self.fetcher = Fetcher(
            engine=self.engine,
            ledger=self.ledger,
            locks=self.locks,
            doubts=self.doubts,
            triage=Triage(self._lookup, self._desk, self.locks, self._patience, self.threads),
            gates=(self.engine_gate, self.portal_gate, self.ledger_gate),
            telemetry=self._telemetry,
            timings=self.timings,
            lock_seconds=self._lock_seconds,
            max_in_flight=settings.camunda.max_in_flight,
            poll_seconds=settings.camunda.long_poll_seconds,
            hold_seconds=settings.hold_seconds,
            first=self._first,
            threads=self.threads,
            look_at=UnreadInputs(self._definitions, settings.topics, self._telemetry, self.threads.submit).look_at,
        )
