"""Builds the parts that take one task from decision to outcome."""

from __future__ import annotations

from worker.acts.kinds import KINDS
from worker.content.drafts import Drafts
from worker.contents import Contents
from worker.mapping.mapper import Mapper
from worker.outbox.retries import RetryPlan
from worker.outbox.settler import Settler
from worker.outbox.sync import SyncOutbox
from worker.sides import Sides
from worker.steps.details import Details
from worker.steps.java_objects import JavaObjects
from worker.steps.loops import Loops
from worker.steps.names import Names
from worker.tasks.acting import Acting
from worker.tasks.answers import Answers
from worker.tasks.clearance import Clearance
from worker.tasks.creator import Creator
from worker.tasks.desk import Desk
from worker.tasks.doubts import Doubts
from worker.tasks.existing import Existing
from worker.tasks.failures import Failures
from worker.tasks.lookup import Lookup
from worker.tasks.patience import Patience
from worker.tasks.recording import Recording
from worker.tasks.waiting_book import WaitingBook


class Creation:
    """The desk with what it decides by, and where tasks wait in hand: the doubtful creates, and the patient ones."""

    def __init__(
        self,
        sides: Sides,
        *,
        mapper: Mapper,
        lookup: Lookup,
        retries: RetryPlan,
        waiting: WaitingBook,
        settler: Settler,
        syncs: SyncOutbox,
    ) -> None:
        self._sides, self._lookup = sides, lookup
        settings, telemetry = sides.settings, sides.telemetry
        self.doubts, self.patience = self._make_doubts(), self._make_patience()
        drafts = Contents(sides, mapper).drafts()
        go_on = {name for name, topic in settings.topics.items() if topic.incomplete == "go_on"}
        self._failures, url = Failures(retries, telemetry, go_on), settings.bitrix.webhook_url.task_url
        self._existing = Existing(
            mapper, sides.tasks, sides.task_states, self._failures, telemetry, task_url=url, acts_of=drafts.acts
        )
        self.recording = Recording(sides.ledger, sides.threads, telemetry, wake_syncs=syncs.wake)
        self._clearance = self._make_clearance()
        self.desk = Desk(
            acting=self._acting(),
            creator=self._creator(drafts),
            recording=self.recording,
            locks=sides.locks,
            doubts=self.doubts,
            patience=self.patience,
            waiting=waiting,
            settler=settler,
            timings=sides.timings,
        )

    def _make_doubts(self) -> Doubts:
        sides = self._sides
        return Doubts(
            lookup=self._lookup,
            ledger=sides.ledger,
            locks=sides.locks,
            threads=sides.threads,
            telemetry=sides.telemetry,
            deadlines=sides.deadlines,
        )

    def _make_patience(self) -> Patience:
        sides, free_after = self._sides, self._sides.deadlines.free_after
        return Patience(sides.gates.portal, sides.locks, sides.threads, sides.telemetry, free_after=free_after)

    def _make_clearance(self) -> Clearance:
        sides, hold = self._sides, self._sides.deadlines.hold
        return Clearance(sides.limiter, sides.gates.portal, sides.locks, sides.threads, hold_seconds=hold)

    def _creator(self, drafts: Drafts) -> Creator:
        sides = self._sides
        return Creator(
            ledger=sides.ledger,
            tasks=sides.tasks,
            details=Details(
                JavaObjects(sides.engine),
                Loops(sides.engine, sides.definitions),
                Names(sides.definitions, sides.settings.topics),
            ),
            drafts=drafts,
            clearance=self._clearance,
            answers=Answers(
                ledger=sides.ledger,
                tasks=sides.tasks,
                lookup=self._lookup,
                existing=self._existing,
                failures=self._failures,
                telemetry=sides.telemetry,
                timings=sides.timings,
                origin_of=drafts.origin_of,
            ),
            existing=self._existing,
            failures=self._failures,
            telemetry=sides.telemetry,
        )

    def _acting(self) -> Acting:
        sides = self._sides
        return Acting(
            kinds=KINDS,
            ledger=sides.ledger,
            client=sides.client,
            tasks=sides.tasks,
            clearance=self._clearance,
            existing=self._existing,
            failures=self._failures,
            recording=self.recording,
            telemetry=sides.telemetry,
            deadlines=sides.deadlines,
        )
