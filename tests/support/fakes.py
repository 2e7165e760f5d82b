"""Stand-ins for the parts around a unit: they record calls and answer what a test told them to."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bitrix.added import Added
from bitrix.client import Answer
from bitrix.errors import PortalError
from bitrix.methods import ADD, LIST, PROFILE
from bitrix.questionnaires import Questionnaire
from bitrix.task_states import CLOSED, EXPECTED_FIELD, OddRow, States, TaskState
from bitrix.tasks import Profile
from worker.acts.kind import Call, CannotTell, Kind, Progress, Read
from worker.engine.client import Fetched
from worker.engine.errors import EngineError
from worker.ledger import OwedSync
from worker.model import FetchedTask, Place, Settlement
from worker.runtime import clock
from worker.runtime.beats import Beats
from worker.runtime.pause import Pause
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.words.phrase import Phrase, unchanged


class Events(Telemetry):
    """Keeps every event instead of writing it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, object]]] = []
        super().__init__(None, "en")

    def emit(self, event: str, /, **facts: object) -> None:
        said = {name: self.words(one) if isinstance(one, Exception | Phrase) else one for name, one in facts.items()}
        self.seen.append((event, said))

    def names(self) -> list[str]:
        return [name for name, _ in self.seen]

    def facts(self, event: str) -> dict[str, object]:
        return next(facts for name, facts in self.seen if name == event)


def answer(script: list[Any], default: Any = None) -> Any:
    """The next scripted answer: raised when it is an exception; `default` when nothing is scripted."""
    value = script.pop(0) if script else default
    if isinstance(value, Exception):
        raise value
    return value


class FakeEngine:
    """Answers extendLock, give back and deliver; a script holds exceptions to raise, or None for success."""

    worker_id = "w"

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.extend_script: list[Any] = []
        self.give_back_script: list[Any] = []
        self.deliver_script: list[Any] = []
        self.fetch_script: list[Any] = []
        self.bare_script: list[Any] = []
        self.locked: list[tuple[str, str]] = []
        self.locked_for = 600.0
        self.listed: list[datetime | None] = []
        self.left: tuple[str, int | None] = ("bitrix_create_task", None)
        self.version_script: list[Any] = []
        self.backlog_script: list[Any] = []
        self.place_script: list[Any] = []
        self.now_at = Place("Task_Create", None)
        self.locked_script: list[Any] = []
        self.on_end: Callable[[str, EngineError | None], None] = lambda call, error: None

    def told(self, call: str, script: list[Any], default: Any = None) -> Any:
        """As the line to the engine does: whoever listens hears how the call has ended."""
        try:
            said = answer(script, default)
        except EngineError as error:
            self.on_end(call, error)
            raise
        self.on_end(call, None)
        return said

    def version(self) -> str:
        return self.told("version", self.version_script, "7.24.0")  # type: ignore[no-any-return]

    def backlog(self, topic: str) -> int:
        return self.told("external-task", self.backlog_script, 0)  # type: ignore[no-any-return]

    def extend_lock(self, task_id: str, seconds: float, *, timeout: float = 1.0) -> float:
        self.calls.append(("extend", task_id, seconds))
        self.told("extendLock", self.extend_script)
        return clock.boottime() + seconds

    def give_back(self, task_id: str, *, timeout: float = 1.0) -> None:
        self.calls.append(("give_back", task_id))
        self.told("extendLock", self.give_back_script)

    def deliver(self, task_id: str, worker_id: str, settlement: Settlement) -> None:
        self.calls.append(("deliver", task_id, worker_id, settlement))
        self.told("complete", self.deliver_script)

    def place(self, task_id: str) -> Place:
        return self.told("external-task", self.place_script, self.now_at)  # type: ignore[no-any-return]

    def task_now(self, task_id: str) -> None:
        """The engine shows no details of a step: none of its callers is known."""

    def retries(self, task_id: str) -> tuple[str, int | None]:
        return self.left

    def held_by_me(self, task_ids: Sequence[str]) -> dict[str, float]:
        return {id_: time.time() + self.locked_for for id_, _ in self.locked if id_ in task_ids}

    def count_locked_by_me(self) -> int:
        return len(self.locked)

    def locked_by_me(self, *, before: datetime | None = None) -> list[FetchedTask]:
        self.told("external-task", self.locked_script)
        until = datetime.now(UTC) + timedelta(seconds=self.locked_for)
        self.listed.append(before)
        if before is not None and until > before:
            return []
        return [
            FetchedTask(id_, topic, self.worker_id, "Task_Create", None, "order", lock_expiration=until)
            for id_, topic in self.locked
        ]

    def fetch(self, topics: Sequence[str], max_tasks: int) -> Fetched:
        self.calls.append(("fetch", max_tasks))
        return self.told("fetchAndLock", self.fetch_script, Fetched((), clock.boottime()))  # type: ignore[no-any-return]

    def fetch_bare(self, topics: Sequence[str], why: str) -> Fetched:
        self.calls.append(("fetch_bare", why))
        default = Fetched((), clock.boottime())
        return self.told("fetchAndLock", self.bare_script, default)  # type: ignore[no-any-return]


class FakeKind(Kind):
    """Notes under a task, one call for each letter of `letters`; what the portal has is in `FakePortal.notes`."""

    name = "note"
    can_be_looked_up = True

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        return unchanged(f"note {payload['letters']}")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        done = int(progress.get("done", 0))
        if done == len(payload["letters"]):
            return None
        return Call("note.add", [task_id, payload["letters"][done]], lambda _: {"done": done + 1})

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        if not self.can_be_looked_up:
            raise CannotTell
        letters = [letter for task, letter in read("note.list") if task == task_id and letter in payload["letters"]]
        done = max(len(letters), int(progress.get("done", 0)))
        return {"done": done} if done else progress

    def is_done_by(self, code: str, words: str) -> bool:
        return code == "EXISTS"


class FakeFetching:
    """A fetcher that health may ask."""

    polled_at: float | None = None
    held_at: float | None = None
    refusal: Pause | None = None

    def has_free_slots(self) -> bool:
        return True


class FakePortal:
    """`Tasks`, `Lookup` and the client of acts in one: what is created is found again.

    `note_script`: how calls of acts are answered. `executes`: also one whose answer is an error is executed.
    """

    def __init__(self) -> None:
        self.notes: list[tuple[int, str]] = []
        self.note_script: list[Any] = []
        self.look_script: list[Any] = []
        self.gone_script: list[Any] = []
        self.executes = False
        self.made: list[Mapping[str, Any]] = []
        self.add_script: list[Any] = []
        self.find_script: list[Any] = []
        self.profile_script: list[Any] = []
        self.finds = 0
        self.everywhere = False
        self.since: list[float | None] = []
        self.on_end: Callable[[str, PortalError | None], None] = lambda method, error: None

    def told(self, method: str, script: list[Any], default: Any) -> Any:
        """As the client does: whoever listens hears how the call has ended."""
        try:
            told = answer(script, default)
        except PortalError as error:
            self.on_end(method, error)
            raise
        self.on_end(method, None)
        return told

    def add(
        self, fields: Mapping[str, Any], *, turn: object = None, before_send: Callable[[], None] | None = None
    ) -> Added:
        if before_send:
            before_send()
        self.made.append(fields)
        made = Added(100 + len(self.made), fields["XML_ID"])
        return self.told(ADD, self.add_script, made)  # type: ignore[no-any-return]

    def call(
        self,
        method: str,
        params: Any = None,
        *,
        turn: object = None,
        before_send: Callable[[], None] | None = None,
        kind: object = None,
    ) -> Answer:
        if method == "note.list":
            answer(self.look_script)
            return Answer(list(self.notes))
        if before_send:
            before_send()
        if self.executes or not self.note_script or not isinstance(self.note_script[0], Exception):
            self.notes.append(tuple(params))
        return Answer(self.told(method, self.note_script, 1))

    def is_gone(self, task_id: int) -> bool:
        return bool(answer(self.gone_script, False))

    def answers(self) -> bool:
        if self.profile_script and isinstance(self.profile_script[0], PortalError):
            return False  # it stays in the script for the call of which everybody hears
        answer(self.profile_script)
        return True

    def profile(self) -> Profile:
        return self.told(PROFILE, self.profile_script, Profile(1, is_admin=True))  # type: ignore[no-any-return]

    def now(self) -> float:
        return clock.boottime()

    def find(self, fetched: Sequence[Any], *, everywhere: bool = False, since: float | None = None) -> dict[str, int]:
        self.finds += 1
        self.everywhere = everywhere
        self.since.append(since)
        return self.told(LIST, self.find_script, {})  # type: ignore[no-any-return]


class FakeThreads(Threads):
    """What is submitted runs at once; a test runs by hand what is to be done later. Waits take no time."""

    def __init__(self) -> None:
        self.beats = Beats(60.0)
        self.jobs: list[tuple[float, Callable[[], object]]] = []
        self.is_over = False
        self.is_drained = False
        self.waits: list[float] = []

    def submit(self, job: Callable[[], object]) -> None:
        job()

    def at(self, boottime: float, job: Callable[[], object]) -> None:
        self.jobs.append((boottime, job))

    def stopping(self, seconds: float = 0.0) -> bool:
        if seconds:
            self.waits.append(seconds)
        return self.is_over

    def drained(self, _: float = 0.0) -> bool:
        return self.is_drained

    @property
    def is_stopping(self) -> bool:
        return self.is_over

    def run_next(self) -> float:
        """Run the earliest job; returns how many seconds it had still to wait."""
        self.jobs.sort(key=lambda entry: entry[0])
        due, job = self.jobs.pop(0)
        job()
        return due - clock.boottime()


class FakeSyncs:
    """An outbox of synchronisations that only notes what it is told."""

    def __init__(self) -> None:
        self.room = False
        self.reserved = 0
        self.sent: list[OwedSync] = []
        self.woken = 0

    def reserve(self) -> bool:
        self.reserved += self.room
        return self.room

    def release(self) -> None:
        self.reserved -= 1

    def send(self, sync: OwedSync) -> None:
        self.sent.append(sync)
        self.release()

    def wake(self) -> None:
        self.woken += 1


class FakeQuestionnaires:
    """The questionnaires of tasks by number; a task that no test has set has none."""

    def __init__(self) -> None:
        self.there: dict[int, tuple[Questionnaire, ...]] = {}
        self.script: list[Any] = []
        self.asked: list[int] = []

    def questionnaire_list(self, task_id: int) -> tuple[Questionnaire, ...]:
        self.asked.append(task_id)
        answer(self.script)
        return self.there.get(task_id, ())


class FakeTaskStates:
    """Tasks by number; what is not there is missing."""

    def __init__(self) -> None:
        self.there: dict[int, TaskState] = {}
        self.others_open = False
        """Whether what no test has set is shown as an open task."""
        self.odd: list[OddRow] = []
        """Shown in place of their tasks."""
        self.options = {"45": "ДА", "46": "НЕТ"}
        self.script: list[Any] = []
        self.option_script: list[Any] = []
        self.comments: list[int] = []
        self.comment_texts: list[str] = []
        self.comment_script: list[Any] = []
        self.completed: list[int] = []
        self.complete_script: list[Any] = []
        self.looks = 0
        self.asked: Callable[[list[Any]], Any] = answer

    def set(self, id_: int, status: int, option: str | None = None) -> None:
        self.there[id_] = TaskState(id_, status, 7, "2026-03-01T10:00:00+03:00", (option,) if option else ())

    def expect(self, id_: int, value: object) -> None:
        """The task bears what the portal has stored in `UF_RESULT_EXPECTED`."""
        self.there[id_] = TaskState(id_, 3, fields={EXPECTED_FIELD: value})

    def mark(self, id_: int, marker: str | None) -> None:
        self.there[id_] = replace(self.there[id_], xml_id=marker)

    def states(self, ids: Sequence[int], fields: Sequence[str] = ()) -> States:
        self.looks += 1
        self.asked(self.script)
        odd = [row for row in self.odd if row.id is None or row.id in ids]
        unread = {row.id for row in odd}
        there = {id_: TaskState(id_, 3) for id_ in ids if self.others_open} | self.there
        return States(tuple(there[id_] for id_ in ids if id_ in there and id_ not in unread), tuple(odd))

    def closed(self, ids: Sequence[int], fields: Sequence[str] = ()) -> States:
        shown = self.states(ids)
        return States(tuple(state for state in shown.read if state.status in CLOSED), shown.odd)

    def answer_text(self, option: str) -> str | None:
        answer(self.option_script)
        return self.options.get(option)

    def comment(self, task_id: int, text: str) -> None:
        answer(self.comment_script)
        self.comments.append(task_id)
        self.comment_texts.append(text)

    def close(self, task_id: int, _status: int) -> None:
        answer(self.complete_script)
        self.completed.append(task_id)


class NoLocals:
    """No local variable is in the way of an answer, unless one is put there: `place` is then the activity's."""

    place: str | None = None

    def hiding(self, _task: FetchedTask, _name: str) -> str | None:
        return self.place

    def first_hidden(self, _task: FetchedTask, names: Collection[str]) -> tuple[str, str] | None:
        return (next(iter(names)), self.place) if self.place and names else None
