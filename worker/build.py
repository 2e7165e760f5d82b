"""Builds all parts of a run, and passes to each the parts that it calls."""

from __future__ import annotations

from functools import partial

from bitrix.camunda_module import CamundaModule
from bitrix.errors import PortalError
from bitrix.limits.limiter import Limiter
from bitrix.task_states import TaskStates
from bitrix.tasks import Tasks
from bitrix.users import Users
from worker.acts.kinds import KINDS
from worker.config.settings import Settings
from worker.contents import Contents
from worker.engine.errors import EngineError
from worker.engine.locks import LockBook
from worker.engine.silence import step_seconds
from worker.engine.version import EngineProbe
from worker.engine.wellbeing import PortalWellbeing, look_at_portal
from worker.ledger import LedgerUnavailable
from worker.mapping.mapper import Mapper
from worker.monitoring.statistics import Statistics
from worker.monitoring.surroundings import Surroundings
from worker.outbox.afterthoughts import Afterthoughts, ShownTasks
from worker.outbox.retries import RetryPlan
from worker.outbox.settlements import SettlementOutbox
from worker.outbox.settler import Settler
from worker.outbox.sync import SyncOutbox
from worker.outbox.sync_sender import SyncSender
from worker.runtime.gate import Gate, Gates, Probe, Probes
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.sides import deadlines_of, engine_client, open_ledger, portal_client
from worker.steps.definitions import Definitions
from worker.steps.details import Details
from worker.steps.java_objects import JavaObjects
from worker.steps.local_variables import LocalVariables
from worker.steps.loops import Loops
from worker.steps.names import Names
from worker.steps.unread_inputs import UnreadInputs
from worker.tasks.acting import Acting
from worker.tasks.answers import Answers
from worker.tasks.clearance import Clearance
from worker.tasks.creator import Creator
from worker.tasks.desk import Desk
from worker.tasks.doubts import Doubts
from worker.tasks.existing import Existing
from worker.tasks.failures import Failures
from worker.tasks.fetcher import Fetcher
from worker.tasks.lookup import Lookup
from worker.tasks.patience import Patience
from worker.tasks.room import Room
from worker.tasks.triage import Triage
from worker.tasks.waiting_book import WaitingBook
from worker.waiting.absentees import Absentees
from worker.waiting.closed_tasks import ClosedTasks
from worker.waiting.conclusions import Conclusions
from worker.waiting.gone_steps import GoneSteps
from worker.waiting.gone_tasks import GoneTasks
from worker.waiting.orphans import Orphans
from worker.waiting.portal_events import Events
from worker.waiting.sweep import Sweep
from worker.waiting.watch import Watch

POOL_SPARE = 4
"""Threads for look-ups and deliveries, besides one for each task in flight and for each slot of a synchronisation."""


class Parts:
    """The parts of one run, connected but not started. Opens the ledger; makes no call to engine or portal.

    Raises `LedgerError`; with a shared ledger also `LedgerUnavailable`.
    """

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        self._settings, self.telemetry = settings, telemetry
        self.deadlines, self.timings = deadlines_of(settings), Timings()
        self.gates = Gates(Gate("engine", telemetry), Gate("portal", telemetry), Gate("ledger", telemetry))
        self.ledger = open_ledger(settings, self.gates, telemetry)
        pool_size = settings.camunda.max_in_flight + settings.sync.slots + POOL_SPARE
        self.threads = Threads(telemetry, pool_size=pool_size, step_seconds=step_seconds(settings))
        self._build_sides()
        self._build_outboxes()
        self._build_waiting()
        self._build_sweep()
        self._build_desk()
        self._build_fetcher()
        self.statistics = Statistics(self.ledger, telemetry)
        self.surroundings = Surroundings(self.engine, settings.topics, self.gates.engine, telemetry)

    def _build_sides(self) -> None:
        """The clients of engine and portal, and the probes that reopen the gates."""
        settings, telemetry, beat = self._settings, self.telemetry, self.threads.beats.beat
        self.engine = engine_client(settings, self.ledger, self.deadlines, self.gates, beat)
        self.limiter = Limiter(settings.bitrix.limits.resolved(settings.camunda.max_in_flight), comes_by=beat)
        self._client = portal_client(settings, self.limiter, self.gates, self.timings)
        self._tasks, self._people = Tasks(self._client), Users(self._client)
        self._task_states = TaskStates(self._client)
        self._module = CamundaModule(self._client)
        self._questionnaires = self._module if settings.bitrix.with_questionnaires else None
        self._definitions = Definitions(self.engine, telemetry, self.ledger.models)
        self.probes = Probes(
            Probe(self.gates.engine, EngineProbe(self.engine, next(iter(settings.topics)), telemetry), EngineError),
            Probe(self.gates.portal, partial(look_at_portal, self._tasks), PortalError),
            Probe(self.gates.ledger, self.ledger.probe, LedgerUnavailable),
        )
        on_end = PortalWellbeing(self.gates.portal).on_end
        self._lookup = Lookup(self._tasks, self.ledger, telemetry, on_end, hold_seconds=self.deadlines.hold)
        url = settings.bitrix.webhook_url.task_url
        self._mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=url, language=settings.log.language)
        self._drafts = Contents(
            settings=settings,
            client=self._client,
            engine=self.engine,
            beat=beat,
            ledger=self.ledger,
            definitions=self._definitions,
            mapper=self._mapper,
            people=self._people,
            telemetry=telemetry,
        ).drafts()
        self.locks = LockBook(self.engine, self.threads, telemetry)

    def _build_outboxes(self) -> None:
        """The outboxes: outcomes for the engine, synchronisations for the portal's module."""
        settings, ledger, telemetry, threads = self._settings, self.ledger, self.telemetry, self.threads
        self._retries = RetryPlan({name: topic.retries for name, topic in settings.topics.items()})
        sender = SyncSender(self._client, telemetry, method=settings.sync.method)
        self.syncs = SyncOutbox(
            sender=sender,
            ledger=ledger,
            gate=self.gates.portal,
            telemetry=telemetry,
            slots=settings.sync.slots,
            give_up_seconds=settings.sync.give_up_after_hours * 3600,
            threads=threads,
        )
        self.settler = Settler(
            engine=self.engine,
            ledger=ledger,
            locks=self.locks,
            retries=self._retries,
            syncs=self.syncs,
            threads=threads,
            deadlines=self.deadlines,
            telemetry=telemetry,
            timings=self.timings,
        )
        shown = ShownTasks(self._task_states, self._questionnaires)
        afterthoughts = Afterthoughts(shown, ledger, self.engine, self.gates.portal, telemetry)
        self.settlements = SettlementOutbox(
            ledger=ledger,
            locks=self.locks,
            settler=self.settler,
            afterthoughts=afterthoughts,
            gate=self.gates.engine,
            deadlines=self.deadlines,
            threads=threads,
        )

    def _build_waiting(self) -> None:
        """The steps that wait for a person to close a task, and the watch that checks for closed tasks."""
        settings, ledger, telemetry, threads = self._settings, self.ledger, self.telemetry, self.threads
        self.waiting = WaitingBook(
            engine=self.engine,
            ledger=ledger,
            mapper=self._mapper,
            gate=self.gates.engine,
            threads=threads,
            telemetry=telemetry,
            deadlines=self.deadlines,
            owes_sync=self.syncs.wake,
        )
        locals_ = LocalVariables(self.engine, self._definitions, telemetry)
        url = settings.bitrix.webhook_url.task_url
        self._closed = ClosedTasks(self._task_states, settings.topics, url, self._questionnaires)
        self.watch = Watch(
            book=self.waiting,
            closed=self._closed,
            ledger=ledger,
            locks=self.locks,
            settler=self.settler,
            conclusions=Conclusions(settings.topics, self._mapper, self._retries, locals_, telemetry),
            gates=self.gates,
            telemetry=telemetry,
            poll_seconds=settings.waiting.poll_seconds,
            threads=threads,
        )
        token = settings.waiting.application_token
        self.events = Events(token.get_secret_value(), self.watch.notice) if token else None

    def _build_sweep(self) -> None:
        """The sweep, which checks whether steps and tasks still exist."""
        settings, topics, wake = self._settings, self._settings.topics, self.syncs.wake
        steps = GoneSteps(
            book=self.waiting,
            task_states=self._task_states,
            engine=self.engine,
            ledger=self.ledger,
            locks=self.locks,
            topics=topics,
            telemetry=self.telemetry,
            gone_share=settings.waiting.gone_share,
            owes_sync=wake,
        )
        tasks = GoneTasks(
            book=self.waiting,
            watch=self.watch,
            closed=self._closed,
            task_states=self._task_states,
            tasks=self._tasks,
            absentees=Absentees(self._people, self.telemetry),
            topics=topics,
            telemetry=self.telemetry,
            threads=self.threads,
            settings=settings.waiting,
        )
        orphans = Orphans(
            ledger=self.ledger,
            engine=self.engine,
            lookup=self._lookup,
            locks=self.locks,
            telemetry=self.telemetry,
            topics=topics,
            hold_seconds=self.deadlines.hold,
            owes_sync=wake,
        )
        self.sweep = Sweep(steps=steps, tasks=tasks, orphans=orphans, gates=self.gates, telemetry=self.telemetry)

    def _build_desk(self) -> None:
        """The parts that take one task from decision to outcome, and the doubtful creates."""
        settings, hold = self._settings, self.deadlines.hold
        self.doubts = Doubts(
            lookup=self._lookup,
            ledger=self.ledger,
            locks=self.locks,
            threads=self.threads,
            telemetry=self.telemetry,
            deadlines=self.deadlines,
        )
        self._patience = Patience(self.gates.portal, self.locks, self.threads, free_after=self.deadlines.free_after)
        failures, url = Failures(self._retries, self.telemetry), settings.bitrix.webhook_url.task_url
        drafts = self._drafts
        goes_on = {name for name, topic in settings.topics.items() if topic.incomplete == "go_on"}
        existing = Existing(
            self._mapper, self._task_states, failures, self.telemetry, url, acts_of=drafts.acts, goes_on=goes_on
        )
        clearance = Clearance(self.limiter, self.gates.portal, self.locks, self.threads, hold_seconds=hold)
        self._desk = Desk(
            acting=self._acting(clearance, existing, failures, goes_on),
            creator=Creator(
                ledger=self.ledger,
                tasks=self._tasks,
                details=Details(
                    JavaObjects(self.engine),
                    Loops(self.engine, self._definitions),
                    Names(self._definitions, settings.topics),
                ),
                drafts=drafts,
                clearance=clearance,
                answers=Answers(
                    ledger=self.ledger,
                    tasks=self._tasks,
                    lookup=self._lookup,
                    existing=existing,
                    failures=failures,
                    telemetry=self.telemetry,
                    timings=self.timings,
                ),
                existing=existing,
                failures=failures,
                telemetry=self.telemetry,
            ),
            ledger=self.ledger,
            locks=self.locks,
            doubts=self.doubts,
            patience=self._patience,
            waiting=self.waiting,
            settler=self.settler,
            owes_sync=self.syncs.wake,
            telemetry=self.telemetry,
            timings=self.timings,
            threads=self.threads,
        )

    def _acting(self, clearance: Clearance, existing: Existing, failures: Failures, goes_on: set[str]) -> Acting:
        return Acting(
            kinds=KINDS,
            ledger=self.ledger,
            client=self._client,
            tasks=self._tasks,
            clearance=clearance,
            existing=existing,
            failures=failures,
            goes_on=goes_on,
            threads=self.threads,
            telemetry=self.telemetry,
            deadlines=self.deadlines,
        )

    def _build_fetcher(self) -> None:
        """The fetcher, which gets tasks from the engine and takes them in hand."""
        topics, telemetry, threads = self._settings.topics, self.telemetry, self.threads
        self.room = Room(self.locks, self.doubts, self._settings.camunda.max_in_flight)
        all_read = self._settings.bitrix.portal_templates
        look_at = UnreadInputs(self._definitions, topics, telemetry, threads.submit, all_read=all_read).look_at
        self.fetcher = Fetcher(
            engine=self.engine,
            ledger=self.ledger,
            locks=self.locks,
            room=self.room,
            triage=Triage(self._lookup, self._desk, self.locks, self._patience, threads, look_at=look_at),
            probes=self.probes,
            threads=threads,
            deadlines=self.deadlines,
            telemetry=telemetry,
            timings=self.timings,
        )
