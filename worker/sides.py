"""Builds what every part of a run needs: clocks, threads, gates, and the clients of ledger, engine and portal."""

from __future__ import annotations

import platform
import uuid
from functools import partial

from bitrix.camunda_module import CamundaModule
from bitrix.client import BitrixClient
from bitrix.limits.limiter import Limiter
from bitrix.task_states import TaskStates
from bitrix.tasks import Tasks
from bitrix.users import Users
from worker.config.settings import Settings
from worker.config.worker_id import own_id, shared_id
from worker.engine.asked_variables import AskedVariables
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.locks import LockBook
from worker.engine.silence import step_seconds
from worker.engine.wellbeing import EngineWellbeing, LedgerWellbeing, PortalWellbeing
from worker.ledger import Ledger, Reports
from worker.ledger.store import trace_of
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Gate, Gates
from worker.runtime.machine_watch import MachineWatch
from worker.runtime.slow_watch import SlowWatch
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.steps.definitions import Definitions
from worker.steps.local_variables import LocalVariables
from worker.steps.needed import needed

POOL_SPARE = 8
"""Threads for look-ups, deliveries and synchronisations, besides one for each task in flight."""


class Sides:
    """The three sides of a run, each of which tells its gate how its calls end. Makes no call to engine or portal.

    Opens the ledger as a `run`, of which a SQLite file allows only one at a time: raises `LedgerError`. With a shared
    ledger, leases the slot for the worker id: raises `LedgerUnavailable`.
    """

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        self.settings, self.telemetry = settings, telemetry
        self.deadlines, self.timings = _deadlines(settings), Timings()
        self.gates = Gates(Gate("engine", telemetry), Gate("portal", telemetry), Gate("ledger", telemetry))
        portal_wellbeing = PortalWellbeing(self.gates.portal)
        self.on_portal_end, self.on_glance_end = portal_wellbeing.on_end, portal_wellbeing.on_glance_end
        self._engine_wellbeing = EngineWellbeing(self.gates.engine)
        self.ledger_wellbeing = LedgerWellbeing(self.gates.ledger, telemetry)
        self.ledger = self._open_ledger()
        self.limits = settings.bitrix.limits.resolved(settings.camunda.max_in_flight)
        pool_size = settings.camunda.max_in_flight + POOL_SPARE
        self.threads = Threads(telemetry, pool_size=pool_size, step_seconds=step_seconds(settings))
        self.engine = self._engine()
        self.locks = LockBook(self.engine, self.threads, telemetry)
        self.definitions = Definitions(self.engine, telemetry, self.ledger.models)
        self.locals = LocalVariables(self.engine, self.definitions, telemetry)
        self.limiter = Limiter(self.limits, comes_by=self.threads.beats.beat)
        self.machine = MachineWatch(telemetry)
        self.slow = self._slow_watches()
        self.client = self._portal()
        self.tasks, self.task_states = Tasks(self.client), TaskStates(self.client)
        self.people, self.module = Users(self.client), CamundaModule(self.client)
        self.questionnaires = self.module if settings.with_questionnaires else None

    def _slow_watches(self) -> tuple[SlowWatch, SlowWatch]:
        gates, times, most = self.gates, self.timings.sides, self.settings.camunda.max_in_flight
        of_any = partial(SlowWatch, telemetry=self.telemetry, stretch=self.machine.stretch)
        return (
            of_any(gates.engine, times["engine"], at_once=lambda: most),
            of_any(gates.portal, times["portal"], at_once=self.limiter.allowed),
        )

    def _open_ledger(self) -> Ledger:
        settings, wellbeing = self.settings, self.ledger_wellbeing
        trace = trace_of(settings.ledger.url)  # before the ledger is opened, which makes its files
        return Ledger(
            settings.ledger.url,
            portal=settings.bitrix.webhook_url.portal,
            engine=settings.camunda.base_url,
            owner=str(uuid.uuid4()),
            exclusive=True,
            sync_enabled=settings.sync.enabled,
            beat_seconds=settings.ledger.heartbeat_seconds,
            reports=Reports(
                wellbeing.unavailable,
                wellbeing.number_shared,
                wellbeing.preparing,
                wellbeing.upgraded,
                partial(wellbeing.created, trace),
            ),
        )

    def _engine(self) -> Engine:
        settings = self.settings
        return Engine(
            settings.camunda,
            self._worker_id(),
            self.deadlines.locks,
            connections=2 * settings.camunda.max_in_flight + POOL_SPARE,
            asked=self._asked(),
            comes_by=self._engine_call,
            on_end=self._engine_end,
        )

    def _engine_call(self, call: str) -> None:
        self.threads.beats.beat(call)
        self.timings.engine_sent(call)

    def _engine_end(self, call: str, error: EngineError | None) -> None:
        self._engine_wellbeing.on_end(call, error)
        if error is None:
            self.timings.engine_answered(call)

    def _asked(self) -> AskedVariables:
        topics = self.settings.topics
        return AskedVariables(
            {name: needed(topic) for name, topic in topics.items() if topic.variables != "all"},
            [name for name, topic in topics.items() if topic.variables == "auto"],
            on_by_name=lambda topic, why: self.telemetry.emit("fetch.by_name", topic=topic, why=why),
        )

    def _portal(self) -> BitrixClient:
        bitrix = self.settings.bitrix
        return BitrixClient(
            bitrix.webhook_url,
            limiter=self.limiter,
            on_call=self.timings.portal_call,
            on_end=self.on_portal_end,
            route=bitrix.route,
            request_timeout=bitrix.request_timeout,
            delivery_seconds=bitrix.delivery_seconds,
            max_connections=self.limits.concurrency,
        )

    def _worker_id(self) -> str:
        """The id of this run. With a shared ledger it leases a slot: raises `LedgerUnavailable`."""
        named, host = self.settings.camunda.worker_id, platform.node()
        if not self.ledger.shared:
            return own_id(named, host, self.ledger.id)
        slot = self.ledger.leases.lease(named or host, locks_for=self.deadlines.longest_lock)
        return shared_id(named, host, slot)


def _deadlines(settings: Settings) -> Deadlines:
    """The time limits of a run that starts now."""
    camunda = settings.camunda
    return Deadlines(
        started=clock.boottime(),
        hold=settings.hold_seconds,
        young=settings.first_within_seconds,
        clock_skew=camunda.clock_skew_seconds,
        locks={name: topic.lock_seconds or camunda.lock_seconds for name, topic in settings.topics.items()},
        waiting_lock=settings.waiting.lock_seconds,
        poll=camunda.long_poll_seconds,
    )
