"""A desk with its real ledger, locks, doubts and settler around faked sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bitrix.errors import PortalError
from bitrix.limits.limiter import Limiter
from bitrix.task_fields import TaskFields
from bitrix.tasks import UserField
from bitrix.users import Standing
from tests.support.builders import deadlines, fetched, open_ledger
from tests.support.fakes import (
    Events,
    FakeEngine,
    FakeKind,
    FakePortal,
    FakeQuestionnaires,
    FakeSyncs,
    FakeTaskStates,
    FakeThreads,
    answer,
)
from worker.acts.kind import Kind
from worker.content.drafts import Drafts
from worker.engine.errors import EngineError
from worker.engine.locks import LockBook
from worker.engine.wellbeing import EngineWellbeing, PortalWellbeing
from worker.ledger import LedgerUnavailable, Reports, Row
from worker.mapping.origins import Origins
from worker.mapping.templates import Templates
from worker.model import Act, FetchedTask, PortalTask, Promise, TaskDraft
from worker.outbox.afterthoughts import Afterthoughts, ShownTasks
from worker.outbox.retries import RetryPlan
from worker.outbox.settlements import SettlementOutbox
from worker.outbox.settler import Settler
from worker.runtime import clock
from worker.runtime.gate import Gate, Gates
from worker.runtime.probe import Probe, Probes
from worker.runtime.timings import Timings
from worker.steps.fitness import Fitness
from worker.steps.overwritten_answers import OverwrittenAnswers
from worker.steps.uncaught import UncaughtErrors
from worker.tasks.acting import Acting
from worker.tasks.answers import Answers
from worker.tasks.clearance import Clearance
from worker.tasks.creator import Creator
from worker.tasks.desk import Desk
from worker.tasks.doubts import Doubts
from worker.tasks.existing import Existing
from worker.tasks.failures import Failures
from worker.tasks.hand import TaskInHand
from worker.tasks.kept_steps import KeptSteps
from worker.tasks.left_creates import LeftCreates
from worker.tasks.patience import Patience
from worker.tasks.recording import Recording
from worker.tasks.waiting_book import WaitingBook
from worker.words.phrase import Phrase


class NoDefaults:
    """A configuration without values for every task."""

    default_responsible_id = None
    default_priority = 1
    max_description_length = 1000


class FakeMapper:
    """Drafts a title; a script holds faults to raise."""

    def __init__(self) -> None:
        self.script: list[Any] = []
        self.result_script: list[Any] = []
        self.promise_script: list[Any] = []
        self.waiting = False
        self.said = Promise.NOTHING
        self.responsible: int | None = None
        self.more: Mapping[str, Any] = {}
        """Further fields of the draft."""
        self.acts: tuple[Act, ...] = ()
        self.origins = Origins({}, NoDefaults(), Templates("en"))

    def promise(self, task: FetchedTask) -> Promise:
        answer(self.promise_script)
        return Promise.ANSWER if self.waiting else self.said

    def kept(self, task: FetchedTask) -> FetchedTask:
        return replace(task, create_time=None, lock_expiration=None)

    def draft(
        self,
        task: FetchedTask,
        near: object = None,
        given: Mapping[str, Any] | None = None,
        defaults: Mapping[str, Any] | None = None,
    ) -> TaskDraft:
        answer(self.script)
        fields = {
            **(defaults or {}),
            **(given or {}),
            "TITLE": "Approve",
            "XML_ID": task.marker,
            "RESPONSIBLE_ID": self.responsible,
            **self.more,
        }
        said = {name: value for name, value in fields.items() if value}
        return TaskDraft(task.marker, said, self.promise(task), acts=self.acts)

    def result(self, task: FetchedTask, created: PortalTask) -> dict[str, Any]:
        answer(self.result_script)
        return {"bitrixTaskId": created.id, "bitrixTaskUrl": created.url}


class FakeDetails:
    """Every task runs once, unless a script says otherwise."""

    def __init__(self) -> None:
        self.script: list[Any] = []

    def of(self, task: FetchedTask) -> FetchedTask:
        return answer(self.script, task)  # type: ignore[no-any-return]


class Models:
    """Every step is modelled well. `names`: the variables that each of them sets."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()

    def near(self, task: FetchedTask) -> tuple[tuple[str, ...], ...]:
        return (self.names,)

    def refuse(self, task: FetchedTask, draft: TaskDraft) -> None: ...

    def explained(self, _task: FetchedTask, what: Phrase) -> Phrase:
        return what


class Workshop:
    """Everything a desk needs; jobs that are submitted run at once."""

    def __init__(self, folder: Path) -> None:
        self.events = Events()
        self.timings = Timings()
        self.engine = FakeEngine()
        self.portal = FakePortal()
        self.task_states = FakeTaskStates()
        self.task_states.others_open = True
        self.questionnaires = FakeQuestionnaires()
        self.later = FakeThreads()
        self.mapper = FakeMapper()
        self.folder = folder
        self.shared: list[tuple[int, str, str]] = []
        self.ledger = open_ledger(folder, reports=Reports(number_shared=lambda *facts: self.shared.append(facts)))
        self.incidents: list[tuple[str, str]] = []
        self.syncs = FakeSyncs()
        self.locks = LockBook(self.engine, self.later, self.events)  # type: ignore[arg-type]
        self.gates = Gates(Gate("engine", self.events), Gate("portal", self.events), Gate("ledger", self.events))
        self.engine_gate, self.portal_gate, _ = self.gates
        self.probes = Probes(
            Probe(self.gates.engine, lambda: None, EngineError),
            Probe(self.gates.portal, self.portal.profile, PortalError),
            Probe(self.gates.ledger, self.ledger.probe, LedgerUnavailable),
        )
        self.deadlines = deadlines()
        self.portal.on_end = PortalWellbeing(self.portal_gate).on_end
        self.engine.on_end = EngineWellbeing(self.engine_gate).on_end
        self.retries = RetryPlan({"bitrix_create_task": 3}, jitter=lambda: 1.0)
        self.doubts = Doubts(
            lookup=self.portal,  # type: ignore[arg-type]
            ledger=self.ledger,
            locks=self.locks,
            threads=self.later,
            telemetry=self.events,
            deadlines=deadlines(started=clock.boottime()),
        )
        self.settler = Settler(
            engine=self.engine,  # type: ignore[arg-type]
            ledger=self.ledger,
            locks=self.locks,
            threads=self.later,
            retries=self.retries,
            telemetry=self.events,
            timings=self.timings,
            deadlines=self.deadlines,
            syncs=self.syncs,
            on_incident=lambda *facts: self.incidents.append(facts),
        )
        self.settlements = SettlementOutbox(
            ledger=self.ledger,
            locks=self.locks,
            settler=self.settler,
            afterthoughts=Afterthoughts(
                ShownTasks(self.task_states, self.questionnaires),  # type: ignore[arg-type]
                self.ledger,
                self.engine,  # type: ignore[arg-type]
                self.portal_gate,
                self.events,
            ),
            gate=self.engine_gate,
            deadlines=self.deadlines,
            threads=self.later,
        )
        self.details = FakeDetails()
        self.standing: dict[int, Standing] = {}
        self.task_fields = {"UF_RESULT_ANSWER": UserField("enumeration", multiple=False)}
        self.fitness = Fitness(self, TaskFields(self), {}, self.events)
        self.waiting = WaitingBook(
            engine=self.engine,  # type: ignore[arg-type]
            ledger=self.ledger,
            kept=KeptSteps(self.mapper, {"bitrix_create_task": "as today"}),  # type: ignore[arg-type]
            gate=self.engine_gate,
            threads=self.later,
            telemetry=self.events,
            deadlines=self.deadlines,
            wake_syncs=self.syncs.wake,
        )
        self.patience = Patience(
            self.portal_gate, self.locks, self.later, self.events, free_after=self.deadlines.free_after
        )
        self.goes_on: set[str] = set()
        self.failures = Failures(self.retries, self.events, self.goes_on)
        self.models = Models()
        self.drafts = Drafts(
            self.mapper,  # type: ignore[arg-type]
            self.models,
            self.fitness,
            UncaughtErrors({}, self.details, self.events),  # type: ignore[arg-type]
            OverwrittenAnswers({}, self.mapper, self.details, self.events),  # type: ignore[arg-type]
        )
        self.existing = Existing(
            self.mapper,  # type: ignore[arg-type]
            self.portal,  # type: ignore[arg-type]
            self.task_states,  # type: ignore[arg-type]
            self.failures,
            self.events,
            task_url=lambda id_: f"https://portal.example/task/{id_}/",
            acts_of=self.drafts.acts,
        )
        self.left_creates = LeftCreates()
        self.answers = Answers(
            ledger=self.ledger,
            tasks=self.portal,  # type: ignore[arg-type]
            lookup=self.portal,  # type: ignore[arg-type]
            existing=self.existing,
            failures=self.failures,
            telemetry=self.events,
            timings=self.timings,
            origin_of=self.drafts.origin_of,
        )
        self.clearance = Clearance(
            Limiter(), self.portal_gate, self.locks, self.later, hold_seconds=self.deadlines.hold
        )
        self.creator = Creator(
            ledger=self.ledger,
            tasks=self.portal,  # type: ignore[arg-type]
            details=self.details,  # type: ignore[arg-type]
            drafts=self.drafts,
            clearance=self.clearance,
            answers=self.answers,
            existing=self.existing,
            failures=self.failures,
            telemetry=self.events,
        )
        self.kinds: dict[str, Kind] = {"note": FakeKind()}
        self.recording = Recording(
            self.ledger,
            self.later,
            self.events,
            wake_syncs=self.syncs.wake,
        )
        self.acting = Acting(
            kinds=self.kinds,
            ledger=self.ledger,
            client=self.portal,  # type: ignore[arg-type]
            tasks=self.portal,  # type: ignore[arg-type]
            clearance=self.clearance,
            existing=self.existing,
            failures=self.failures,
            recording=self.recording,
            telemetry=self.events,
            deadlines=self.deadlines,
        )
        self.desk = Desk(
            creator=self.creator,
            acting=self.acting,
            recording=self.recording,
            locks=self.locks,
            doubts=self.doubts,
            patience=self.patience,
            waiting=self.waiting,
            settler=self.settler,
            timings=self.timings,
        )

    def standings(self, user_ids: Sequence[int]) -> Mapping[int, Standing]:
        """What the portal says of people."""
        return {id_: self.standing.get(id_, Standing.ACTIVE) for id_ in user_ids}

    def user_fields(self) -> Mapping[str, UserField]:
        return self.task_fields

    @property
    def synced(self) -> int:
        """How often a sync was owed."""
        return self.syncs.woken

    def hand(
        self,
        task: FetchedTask | None = None,
        *,
        row: Row | None = None,
        found: int | None = None,
        surely_first: bool = True,
        seconds: float = 150.0,
    ) -> TaskInHand:
        """A task that has just been fetched."""
        task = task or fetched()
        lock = self.locks.take(task, seconds, clock.boottime() + seconds)
        assert lock is not None
        return TaskInHand(task, lock, row, found, surely_first=surely_first)

    def run_all(self, most: int = 100) -> None:
        """Run what is to be done later, also what that leads to, as if all its time had passed."""
        while self.later.jobs and most:
            self.later.run_next()
            most -= 1

    def delivered(self) -> list[Any]:
        """The settlements that the engine was told, in order."""
        return [call[3] for call in self.engine.calls if call[0] == "deliver"]

    def stage(self, task_id: str = "task-1") -> str | None:
        row = self.ledger.known([task_id]).get(task_id)
        return row.stage.value if row else None
