"""Builds the parts for steps that wait until somebody closes their task."""

from __future__ import annotations

from functools import partial

from bitrix.closings import Closings
from worker.mapping.mapper import Mapper
from worker.outbox.retries import RetryPlan
from worker.outbox.settler import Settler
from worker.outbox.sync import SyncOutbox
from worker.sides import Sides
from worker.tasks.kept_steps import KeptSteps
from worker.tasks.lookup import Lookup
from worker.tasks.neutral import portal_is_well
from worker.tasks.waiting_book import WaitingBook
from worker.waiting.absentees import Absentees
from worker.waiting.changes import Changes
from worker.waiting.closed_tasks import ClosedTasks
from worker.waiting.conclusions import Conclusions
from worker.waiting.gone_steps import GoneSteps
from worker.waiting.gone_tasks import GoneTasks
from worker.waiting.kept_pauses import KeptPauses
from worker.waiting.orphans import Orphans
from worker.waiting.portal_events import PortalEvents
from worker.waiting.sweep import Sweep
from worker.waiting.watch import Watch

OVERLAP_SECONDS = 120.0
"""How far back each question for changes goes, besides the longest time that a change may take on the portal."""


class Waits:
    """The book of waiting steps, and what looks after them: the watch, the sweep, the portal's events."""

    def __init__(
        self, sides: Sides, *, mapper: Mapper, lookup: Lookup, retries: RetryPlan, settler: Settler, syncs: SyncOutbox
    ) -> None:
        self._sides, self._settler, self._wake_syncs = sides, settler, syncs.wake
        settings = sides.settings
        self.book = WaitingBook(
            engine=sides.engine,
            ledger=sides.ledger,
            kept=KeptSteps(mapper, {name: topic.model_dump_json() for name, topic in settings.topics.items()}),
            gate=sides.gates.engine,
            threads=sides.threads,
            telemetry=sides.telemetry,
            deadlines=sides.deadlines,
            wake_syncs=self._wake_syncs,
        )
        url = settings.bitrix.webhook_url.task_url
        well = partial(portal_is_well, sides.tasks)
        self._closed = ClosedTasks(sides.task_states, settings.topics, url, well, sides.questionnaires)
        self.watch = self._watch(mapper, retries)
        token = settings.waiting.application_token
        self.events = PortalEvents(token.get_secret_value(), self.watch.notice) if token else None
        steps, tasks = self._gone_steps(), self._gone_tasks()
        self.sweep = Sweep(
            steps=steps,
            tasks=tasks,
            orphans=self._orphans(lookup),
            kept=KeptPauses(sides.ledger.waiting, (steps, tasks), worker_id=sides.engine.worker_id),
            gates=sides.gates,
            seconds=settings.waiting.sweep_seconds,
        )

    def _watch(self, mapper: Mapper, retries: RetryPlan) -> Watch:
        sides, settings = self._sides, self._sides.settings
        return Watch(
            book=self.book,
            closed=self._closed,
            ledger=sides.ledger,
            locks=sides.locks,
            settler=self._settler,
            conclusions=Conclusions(
                settings.topics,
                mapper,
                retries,
                locals_=sides.locals,
                acts=sides.ledger.acts,
                telemetry=sides.telemetry,
            ),
            gates=sides.gates,
            telemetry=sides.telemetry,
            changes=self._changes(),
            threads=sides.threads,
        )

    def _changes(self) -> Changes:
        sides, waiting = self._sides, self._sides.settings.waiting
        return Changes(
            Closings(sides.client),
            sides.tasks.server_time,
            sides.ledger.waiting,
            sides.telemetry,
            worker_id=sides.engine.worker_id,
            poll_seconds=waiting.poll_seconds,
            overlap=OVERLAP_SECONDS + sides.settings.bitrix.server_max_seconds,
            every=waiting.full_look_minutes * 60,
        )

    def _gone_steps(self) -> GoneSteps:
        sides = self._sides
        return GoneSteps(
            book=self.book,
            task_states=sides.task_states,
            engine=sides.engine,
            ledger=sides.ledger,
            locks=sides.locks,
            topics=sides.settings.topics,
            telemetry=sides.telemetry,
            settings=sides.settings.waiting,
            wake_syncs=self._wake_syncs,
        )

    def _gone_tasks(self) -> GoneTasks:
        sides = self._sides
        return GoneTasks(
            book=self.book,
            watch=self.watch,
            closed=self._closed,
            task_states=sides.task_states,
            tasks=sides.tasks,
            absentees=Absentees(sides.people, sides.ledger, sides.telemetry),
            topics=sides.settings.topics,
            telemetry=sides.telemetry,
            threads=sides.threads,
            settings=sides.settings.waiting,
        )

    def _orphans(self, lookup: Lookup) -> Orphans:
        sides = self._sides
        return Orphans(
            ledger=sides.ledger,
            engine=sides.engine,
            lookup=lookup,
            locks=sides.locks,
            telemetry=sides.telemetry,
            topics=sides.settings.topics,
            hold_seconds=sides.deadlines.hold,
            wake_syncs=self._wake_syncs,
        )
