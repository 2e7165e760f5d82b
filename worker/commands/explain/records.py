"""The records of `explain`: what the three systems say of one step, and what a person is told of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bitrix.causes import Side
from bitrix.task_states import CLOSED, Status, TaskState
from bitrix.users import Standing
from worker.commands.explain.silence import HEARD, Silence
from worker.config.served import Served
from worker.engine.callers import Caller
from worker.engine.incidents import Stuck
from worker.engine.step_life import ActivityRun, KnownInstance, LogEntry, TaskNow
from worker.ledger.life import Life
from worker.ledger.peers import Silent
from worker.model import Stage
from worker.steps.bpmn.activity_path import Beginning
from worker.steps.bpmn.finding import ModelFinding
from worker.words.codes import SideName
from worker.words.documents import see
from worker.words.phrase import NOTHING, Phrase

Where = Literal["ledger", "engine", "portal"]
Kind = Literal["needs", "held", "unsure", "waits", "goes_on", "others", "over"]
ORDER: Sequence[Kind] = ("needs", "held", "unsure", "waits", "goes_on", "others", "over")
"""What a person must know first."""
UNQUIET = frozenset[Kind](("needs", "held", "unsure"))
"""Where something is not as it should be."""
CLOSED_HERE = frozenset[Kind](("others", "over"))
"""Where this worker has nothing left to do."""
TRIED_AGAIN = frozenset(("retry", "handed_out_again"))
"""The matters of a step whose last try failed, and that the engine hands out again."""
ENDED = (Stage.SETTLED, Stage.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Joining:
    """A gateway at which a branch of a process instance waits for others.

    `alone`: nothing is left that could come. `wrong`: what the model has wrong there; None: nothing is known. `ends`:
    nothing could come either, but an event may end the wait.
    """

    activity_id: str
    alone: bool
    since: float | None = None
    wrong: ModelFinding | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class ProcessSays:
    """A process instance. `kept`: as the engine has it, or its history; None: neither has it any more.

    `at`: the names of the places where it stands, by their ids in the model; empty: not asked.
    """

    id: str
    kept: KnownInstance | None
    at: Mapping[str, str] = field(default_factory=dict)
    joining: Sequence[Joining] = ()

    def named(self, activity_id: str) -> str:
        """A place by its name with its id, or by its id."""
        name = self.at.get(activity_id)
        return f"{name} ({activity_id})" if name and name != activity_id else activity_id


@dataclass(frozen=True, slots=True)
class EngineSays:
    """`task` None: the engine shows no such external task, or was not asked. `reason`: why nothing is known, if so.

    `log_reason`: why its history is not known; `HEARD`: it is, or there is none.
    """

    task: TaskNow | None = None
    incident_times: Mapping[str, float] = field(default_factory=dict)
    """Since when steps of its process instance are incidents, by external task, as far as it is known."""
    others: Sequence[TaskNow] = ()
    """The steps at which its process instance is besides."""
    stuck: Sequence[Stuck] = ()
    """The engine's own incidents of its process instance."""
    process: ProcessSays | None = None
    """Its process instance; None: not known, or it could not be asked for."""
    told_before: str | None = None
    """Why it is an incident, as the engine told the running worker earlier."""
    log: Sequence[LogEntry] = ()
    run: ActivityRun | None = None
    beginning: Beginning | None = None
    """How to begin an incident's step anew; None: not asked, or not known."""
    faulty: Caller | None = None
    """Whose model to correct, if it is that of a process which called the step's."""
    reason: Silence = HEARD
    log_reason: Silence = HEARD

    @property
    def incident_at(self) -> float | None:
        """Since when the step is an incident; None: it is none, or that is not known."""
        return self.incident_times.get(self.task.external_task_id) if self.task else None

    @property
    def began(self) -> float | None:
        """Since when the step is there; None: the engine does not tell it."""
        return (self.task.created if self.task else None) or (self.run.started if self.run else None)

    @property
    def deleted(self) -> KnownInstance | None:
        """Its process instance, if somebody deleted it."""
        kept = self.process.kept if self.process else None
        return kept if kept and kept.deleted else None

    @property
    def hangs(self) -> Joining | None:
        """Where its process instance waits for a branch that cannot come any more."""
        return next((one for one in (self.process.joining if self.process else ()) if one.alone), None)

    @property
    def repeats(self) -> bool:
        """Whether each further try would fail as the last one did, by its own message."""
        return see("model-faults") in (self.failure or "")

    @property
    def failure(self) -> str | None:
        """Why it failed last, as far as anybody has told; None: nobody has."""
        newest = next((one.message for one in reversed(self.log) if one.kind == "failed" and one.message), None)
        return (self.task.error if self.task else None) or newest or self.told_before


@dataclass(frozen=True, slots=True)
class PortalSays:
    """`state` None: the portal shows no such task, or was not asked. `reason`: why nothing is known, if so.

    `number`: the task that was asked for; None: no number is known. `answer`: the chosen answers in words.
    `controlled`: a task that is done counts as closed only once its creator has accepted it.
    """

    number: int | None = None
    state: TaskState | None = None
    answer: str | None = None
    standings: Mapping[int, Standing] = field(default_factory=dict)
    """What the portal says about the task's people; empty if it was not asked."""
    reason: Silence = HEARD
    answer_reason: Phrase = NOTHING
    controlled: bool = False

    @property
    def awaits_control(self) -> bool:
        """Whether the task is done, and the step waits until its creator has accepted that."""
        return self.controlled and self.state is not None and self.state.status == Status.AWAITS_CONTROL

    @property
    def is_closed(self) -> bool:
        """Whether the task is closed, so that the step may go on."""
        return self.state is not None and self.state.status in CLOSED and not self.awaits_control

    @property
    def not_shown(self) -> Sequence[int]:
        """The task's people whom the portal does not show."""
        return [id_ for id_, standing in self.standings.items() if standing is Standing.NOT_SHOWN]

    @property
    def left_by(self) -> int | None:
        """The responsible person, if dismissed: nobody will close the task."""
        person = self.state.responsible if self.state else None
        return person if person and self.standings.get(person) is Standing.DISMISSED else None


@dataclass(frozen=True, slots=True)
class WorkerSays:
    """`answers` None: the page is off, nobody was asked. `pauses`: as `/readyz` tells them, in the log's language.

    `held`: that it holds the step in vain, and why; None: it has not told that. `unconcluded`: the same, that it cannot
    determine the outcome of the closed task. `creates`: what each create that it has in hand waits for.
    `of_another`: that the worker of another ledger answers in its place; empty: none does. `no_start`: nobody answers,
    and why a start would fail. `elsewhere`: that the ledger has heartbeats of a worker, though none answers.
    `other_settings`: that the one which answers was started with others than this command reads. `incident`: why the
    step is one, as the engine told it earlier. `since`: since when it has seen some matters, by their names.
    """

    answers: bool | None = None
    address: str = ""
    of_another: Phrase = NOTHING
    elsewhere: Phrase = NOTHING
    no_start: Phrase = NOTHING
    other_settings: Phrase = NOTHING
    pauses: Sequence[Mapping[str, Any]] = ()
    held: str | None = None
    unconcluded: str | None = None
    creates: Mapping[str, str] = field(default_factory=dict)
    incident: str | None = None
    since: Mapping[str, float] = field(default_factory=dict)

    @property
    def silent(self) -> Literal["no_worker", "other_worker", "works_elsewhere"] | None:
        """What is the matter with it, if it does not answer."""
        if self.answers is not False:
            return None
        if self.elsewhere:
            return "works_elsewhere"
        return "other_worker" if self.of_another else "no_worker"

    @property
    def place(self) -> Mapping[str, object]:
        """Where it was asked, and whose worker answers there."""
        return {"address": self.address, "another": self.elsewhere or self.of_another}


@dataclass(frozen=True, slots=True)
class Told:
    """All that is known. `life` None: the ledger has no row, or could not be read; `unread` says why.

    `when`: a moment as a person reads it. `late`: what a side was not asked, for lack of time.
    """

    life: Life | None
    engine: EngineSays
    portal: PortalSays
    worker: WorkerSays
    served: Served
    when: Callable[[float], str]
    unread: Silence = HEARD
    late: Mapping[str, Phrase] = field(default_factory=dict)
    workers: Mapping[str, Silent | None] = field(default_factory=dict)
    """The workers of a shared ledger, if it has no row of the step; of silent ones, what is known of that."""

    @property
    def locked_by(self) -> str | None:
        """The worker that has locked the step now."""
        task = self.engine.task
        return task.worker_id if task and task.locked_until and task.locked_until > time.time() else None

    @property
    def left_by(self) -> Silent | None:
        """That worker, if it is one of the ledger and has fallen silent."""
        return self.workers.get(self.locked_by or "")

    @property
    def unheard(self) -> Mapping[str, Silence]:
        """Why a side was not heard; in the order in which people are told of sides."""
        said = {"ledger": self.unread, "engine": self.engine.reason, "portal": self.portal.reason}
        return {side.value: said[side.value] for side in SideName}

    def works(self, side: Side) -> bool:
        """Whether this side has just answered, and the worker has not paused it."""
        return not self.unheard[side] and all(one.get("side") != side or one.get("part") for one in self.worker.pauses)

    @property
    def is_unrecorded(self) -> bool:
        """Whether the ledger was read and has no row."""
        return self.life is None and not self.unread

    @property
    def is_gone(self) -> bool:
        """Whether the engine was heard and no longer shows the step."""
        return self.engine.task is None and not self.engine.reason

    @property
    def is_over(self) -> bool:
        """Whether nobody works at the step any more, by the ledger or because the engine no longer shows it."""
        return self.life is not None and (self.life.task.stage in ENDED or self.is_gone)

    @property
    def waits(self) -> bool:
        """Whether the step waits for a person, by the ledger."""
        return self.life is not None and self.life.task.stage is Stage.WAITING

    @property
    def is_open(self) -> bool:
        """Whether the portal shows that the step waits for a person."""
        return self.waits and self.portal.state is not None and not self.portal.is_closed

    @property
    def is_strange(self) -> bool:
        """Whether the engine has the step, and these settings have never let this ledger's workers take it."""
        task = self.engine.task
        return bool(self.is_unrecorded and task and task.topic and not self.served.step(task.topic, task.tenant))


@dataclass(frozen=True, slots=True)
class Event:
    """One dated line of the step's life; `at` in seconds since the epoch, None: its date is not known."""

    at: float | None
    where: Where
    name: str
    text: Phrase


@dataclass(frozen=True, slots=True)
class Matter:
    """What the step waits for, or what has become of it. `cause`: a name of the catalogue, None: there is none."""

    name: str
    kind: Kind
    text: Phrase
    since: float | None = None
    reason: Phrase = NOTHING
    cause: str | None = None
    cure: Phrase = field(default=NOTHING)
    side: str | None = None
    """The system that the worker has paused, if it is about that."""
