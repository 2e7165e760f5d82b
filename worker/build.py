"""Builds all parts of a run, and passes to each the parts that it calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bitrix.errors import PortalError
from bitrix.tasks import Tasks
from worker.config.settings import Settings
from worker.creation import Creation
from worker.engine.errors import EngineError
from worker.engine.version import EngineProbe
from worker.engine.wellbeing import GLANCE_SECONDS, RIGHTS_SECONDS, look_at_portal
from worker.ledger import LedgerUnavailable
from worker.mapping.mapper import Mapper
from worker.monitoring.engine_load import BacklogWatch
from worker.monitoring.hanging import HangingReader
from worker.monitoring.incident_reader import IncidentReader
from worker.monitoring.incident_watch import IncidentWatch
from worker.monitoring.ledger_look import LedgerLook, NumbersInTime
from worker.monitoring.new_ledger import NewLedgerWatch
from worker.monitoring.persons import PersonsWatch
from worker.monitoring.statistics import Statistics
from worker.monitoring.strangers import StrangerWatch
from worker.monitoring.stuck import StuckLog
from worker.monitoring.stuck_places import StuckPlaces
from worker.monitoring.surroundings import Surroundings
from worker.monitoring.taken import TakenWatch
from worker.outbox.afterthoughts import Afterthoughts, ShownTasks
from worker.outbox.retries import RetryPlan
from worker.outbox.settlements import SettlementOutbox
from worker.outbox.settler import Settler
from worker.outbox.sync import SyncOutbox
from worker.outbox.sync_sender import SyncSender
from worker.runtime.clock_watch import ClockWatch
from worker.runtime.probe import Probe, Probes
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.sides import Sides
from worker.steps.faults import StepFaults
from worker.steps.findings.model_looks import ModelLooks
from worker.tasks.fetcher import Fetcher
from worker.tasks.intake import Intake
from worker.tasks.lookup import Lookup
from worker.tasks.reconciliation import Reconciliation
from worker.tasks.room import Room
from worker.tasks.triage import Triage
from worker.waits import Waits


class Parts:
    """The parts of one run, connected but not started. Opens the ledger; makes no call to engine or portal.

    Raises `LedgerError`; with a shared ledger also `LedgerUnavailable`.
    """

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        self._settings, self.telemetry = settings, telemetry
        self.sides = sides = Sides(settings, telemetry)
        self.deadlines, self.timings, self.gates = sides.deadlines, sides.timings, sides.gates
        self.ledger, self.engine, self.limiter = sides.ledger, sides.engine, sides.limiter
        self.threads, self.locks = sides.threads, sides.locks
        self.machine = sides.machine
        self.ledger_look = self._ledger_look()
        self.probes = self._probes()
        self._lookup = Lookup(
            sides.tasks, self.ledger, telemetry, sides.on_portal_end, hold_seconds=self.deadlines.hold
        )
        self._mapper = self._make_mapper()
        self._retries = RetryPlan({name: topic.retries for name, topic in settings.topics.items()})
        self.incidents = self._incidents()
        self.syncs = self._syncs()
        self.settler = self._settler()
        self.settlements = self._settlements()
        waits = Waits(
            sides,
            mapper=self._mapper,
            lookup=self._lookup,
            retries=self._retries,
            settler=self.settler,
            syncs=self.syncs,
        )
        self.waiting, self.watch, self.sweep, self.events = waits.book, waits.watch, waits.sweep, waits.events
        self._creation = Creation(
            sides,
            mapper=self._mapper,
            lookup=self._lookup,
            retries=self._retries,
            waiting=self.waiting,
            settler=self.settler,
            syncs=self.syncs,
        )
        self.doubts, self.recording = self._creation.doubts, self._creation.recording
        self._build_fetcher()
        self.gates.know(self.fetcher.paused)
        self._build_watches()

    def _build_watches(self) -> None:
        """What watches the run and its surroundings, and tells people."""
        settings, telemetry, sides = self._settings, self.telemetry, self.sides
        self.clock_watch = ClockWatch(telemetry, follows=not self.ledger.shared)
        self.strangers = StrangerWatch(self.engine, settings.topics, self.gates.engine, self.ledger.views, telemetry)
        self.new_ledger = NewLedgerWatch(
            self.engine, sides.tasks, self.ledger.views, gates=self.gates, topics=settings.topics, telemetry=telemetry
        )
        self.taken = TakenWatch(self.ledger.views, self.engine, sides.task_states, self.gates)
        self.standstills = self._standstills()
        self.persons = PersonsWatch(self.ledger.syncs, self.engine.worker_id, telemetry)
        self.statistics = Statistics(self.ledger, telemetry)
        self.surroundings = Surroundings(self.engine, settings.topics, self.gates.engine, telemetry)
        self.backlog = BacklogWatch(self.engine, settings.topics, self.gates, self.ledger.views, self._in_hand)

    def _standstills(self) -> Sequence[Standstill]:
        """What may pause by itself, in the order of the page."""
        return (
            self.fetcher.paused,
            self.fetcher.left_locked,
            self.strangers.standstill,
            self.new_ledger.standstill,
            self.syncs.paused,
            self.sweep.tasks.paused,
            self.sweep.steps.paused,
            self.watch.paused,
            self.watch.changes.trust.lost,
            self.machine.standstill,
            self.ledger_look.standstill,
            *(watch.standstill for watch in self.sides.slow),
            self.clock_watch.standstill,
        )

    def _make_mapper(self) -> Mapper:
        settings = self._settings
        return Mapper(
            settings.topics,
            settings.bitrix,
            portal_task_url=settings.bitrix.webhook_url.task_url,
            language=settings.log.language,
            misspelt=StepFaults(settings.topics, self.sides.definitions).misspelt,
        )

    def _in_hand(self) -> list[str]:
        """The external tasks that this process has, or waits with."""
        return [*(lock.task_id for lock in self.locks.all()), *(one.id for one in self.waiting.all())]

    def _probes(self) -> Probes:
        """What reopens the gates, and notices that an idle portal or ledger is unavailable: no other call would.

        A portal at work is asked too, from time to time: of lost rights its other answers say nothing.
        """
        gates, tasks = self.gates, self.sides.tasks
        look, slow = partial(look_at_portal, tasks), self.timings.sides["portal"].is_slow
        for_glances = self.sides.client.for_glances(GLANCE_SECONDS, self.sides.on_glance_end)
        glance = partial(look_at_portal, Tasks(for_glances))
        engine = EngineProbe(self.engine, next(iter(self._settings.topics)), self.telemetry)
        return Probes(
            Probe(gates.engine, engine, EngineError, when_idle=False),
            Probe(gates.portal, look, PortalError, glance=glance, every=RIGHTS_SECONDS, is_slow=slow),
            Probe(gates.ledger, self.ledger.probe, LedgerUnavailable),
        )

    def _ledger_look(self) -> LedgerLook:
        on_silent, stretch = self.sides.ledger_wellbeing.unavailable, self.machine.stretch
        return LedgerLook(self.gates.ledger, self.telemetry, on_silent=on_silent, stretch=stretch)

    def _incidents(self) -> IncidentWatch:
        topics, cockpit = self._settings.topics, self._settings.camunda.cockpit_url
        name_of = self.sides.definitions.name_of
        numbers = NumbersInTime(self.ledger.views, self.ledger_look)
        hanging = HangingReader(self.engine, numbers)
        places = StuckPlaces(self.engine, self.sides.definitions.has_element)
        reader = IncidentReader(self.engine, topics, numbers, name_of, cockpit=cockpit, hanging=hanging, places=places)
        return IncidentWatch(
            reader,
            self.ledger.views,
            self.gates.engine,
            self.telemetry,
            stuck_log=StuckLog(self.telemetry, self.ledger.stuck),
            hanging_log=StuckLog(self.telemetry, self.ledger.hanging),
        )

    # --- the outboxes: outcomes for the engine, synchronisations for the portal's module ---

    def _syncs(self) -> SyncOutbox:
        sync, most = self._settings.sync, self.sides.limits.most_of_one_kind
        return SyncOutbox(
            sender=SyncSender(self.sides.client, self.telemetry, method=sync.method),
            ledger=self.ledger,
            gate=self.gates.portal,
            telemetry=self.telemetry,
            slots=min(sync.slots or most, most),
            give_up_seconds=sync.give_up_after_hours * 3600,
            threads=self.threads,
        )

    def _settler(self) -> Settler:
        return Settler(
            engine=self.engine,
            ledger=self.ledger,
            locks=self.locks,
            retries=self._retries,
            syncs=self.syncs,
            threads=self.threads,
            deadlines=self.deadlines,
            telemetry=self.telemetry,
            timings=self.timings,
            on_incident=self.incidents.raised,
        )

    def _settlements(self) -> SettlementOutbox:
        shown = ShownTasks(self.sides.task_states, self.sides.questionnaires)
        return SettlementOutbox(
            ledger=self.ledger,
            locks=self.locks,
            settler=self.settler,
            afterthoughts=Afterthoughts(shown, self.ledger, self.engine, self.gates.portal, self.telemetry),
            gate=self.gates.engine,
            deadlines=self.deadlines,
            threads=self.threads,
        )

    # --- the way of one task ---

    def _build_fetcher(self) -> None:
        """The fetcher, which gets tasks from the engine, and the intake, which takes them in hand."""
        topics, threads, all_read = self._settings.topics, self.threads, self._settings.templates.topics
        self.room = Room(self.locks, self.doubts, self._settings.camunda.most_in_hand)
        looks = ModelLooks(
            self.sides.definitions, topics, self._mapper, self.telemetry, threads.submit, all_read=all_read
        )
        reconciliation = Reconciliation(
            engine=self.engine,
            ledger=self.ledger,
            locks=self.locks,
            waiting=self.waiting,
            threads=self.threads,
            telemetry=self.telemetry,
            deadlines=self.deadlines,
            look_at=looks.look_at,
        )
        self.left_creates = reconciliation.left_creates
        self.fetcher = Fetcher(
            engine=self.engine,
            room=self.room,
            intake=self._intake(reconciliation, looks),
            reconciliation=reconciliation,
            probes=self.probes,
            threads=self.threads,
            deadlines=self.deadlines,
            telemetry=self.telemetry,
            timings=self.timings,
        )

    def _intake(self, reconciliation: Reconciliation, looks: ModelLooks) -> Intake:
        telemetry, threads, creation = self.telemetry, self.threads, self._creation
        return Intake(
            ledger=self.ledger,
            locks=self.locks,
            triage=Triage(self._lookup, creation.desk, self.locks, creation.patience, threads, look_at=looks.look_at),
            reconciliation=reconciliation,
            probes=self.probes,
            threads=threads,
            deadlines=self.deadlines,
            telemetry=telemetry,
            timings=self.timings,
        )
