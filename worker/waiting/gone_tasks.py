"""Finds tasks that were deleted, returned to work, or closed unnoticed while their step waited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bitrix.causes import Cause, Trouble
from bitrix.task_states import CLOSED, TaskState, TaskStates
from bitrix.tasks import Tasks
from worker.config.settings import TopicSettings, WaitingSettings
from worker.engine.incidents import Stuck
from worker.engine.wellbeing import not_admin
from worker.model import Ending
from worker.outbox.afterthoughts import missing as missing_task
from worker.runtime import clock
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.waiting_book import Waiting, WaitingBook
from worker.waiting.absentees import Absentees
from worker.waiting.closed_tasks import ClosedTasks
from worker.waiting.odd_rows import OddRows
from worker.waiting.plausible import Gone, gone_of, too_many
from worker.waiting.sights import Sights
from worker.waiting.turn import Turn
from worker.waiting.watch import Watch, in_chunks
from worker.words.causes import with_cure
from worker.words.codes import PartName
from worker.words.unbelieved import CLOSED_NOT_LISTED

SPREAD = 0.8
"""The part of a sweep's time over which its calls are spread."""


class GoneTasks:
    """Asks the portal for the tasks that steps wait for. A task missing in two sweeps counts as deleted.

    Each sweep asks for its share of them, so that all had their turn in `full_look_minutes`, and again for those that
    were missing or closed in the last one. Before many count as missing, one sweep looks at all tasks. The calls of a
    sweep are spread over the time until the next.
    """

    def __init__(
        self,
        *,
        book: WaitingBook,
        watch: Watch,
        closed: ClosedTasks,
        task_states: TaskStates,
        tasks: Tasks,
        absentees: Absentees,
        topics: Mapping[str, TopicSettings],
        telemetry: Telemetry,
        threads: Threads,
        settings: WaitingSettings,
    ) -> None:
        self._book = book
        self._watch = watch
        self._closed = closed
        self._task_states = task_states
        self._tasks = tasks
        self._absentees = absentees
        self._topics = topics
        self._telemetry = telemetry
        self.sights = Sights.of(telemetry, "tasks")
        self._threads = threads
        self._seconds = settings.sweep_seconds
        self._share = settings.gone_share
        self._turn = Turn(settings)
        self._missing_since: dict[str, float] = {}
        self._closed_since: dict[str, float] = {}
        """The external tasks whose Bitrix24 task was closed in the last sweep, with the boot time of the first."""
        self._odd = OddRows(telemetry)
        self.gone: Gone | None = None
        """The tasks that the last sweep missed, if too many to conclude anything."""
        self._of_earlier_run = False
        """Whether it was an earlier run that missed them."""
        self.paused = Standstill("portal", PartName.GONE_TASKS, telemetry)
        """Whether nothing is concluded from that."""

    @property
    def many_gone(self) -> int:
        """How many are gone, if too many to conclude anything; otherwise 0."""
        return self.gone.count if self.gone else 0

    @property
    def missing(self) -> Sequence[int]:
        """The tasks that the last sweep missed, and the next one looks for again."""
        missing = self._missing_since.copy()
        return [one.portal_task_id for one in self._book.all() if one.id in missing]

    @property
    def odd_rows(self) -> int:
        """How many tasks, open or closed, the last complete round could not read."""
        return self._odd.count

    @property
    def dismissed(self) -> Sequence[Stuck]:
        """The steps whose tasks are open, and whose responsible persons were dismissed."""
        return [one for one in self._absentees.all() if one.id in self._book]

    def look(self, known: int | None = None) -> None:
        """One sweep. `known`: how many steps the engine has that wait; None: it has not told. Raises `PortalError`.

        What an earlier run missed is told until most of them are in the book again: it is empty at a start.
        """
        everything = {one.id: one for one in self._book.all()}
        waiting = self._turn.next_of(everything, {*self._missing_since, *self._closed_since})
        there, missing = self._seen(waiting)
        many = too_many(len(missing), len(waiting), self._share)
        if (many or self.gone) and len(waiting) < len(everything):
            waiting = everything
            there, missing = self._seen(waiting)
        if self._turn.is_over:
            self._odd.end_round()
        if missing and not self._believed([waiting[id_] for id_ in missing], len(waiting), any_there=bool(there)):
            self._missing_since.clear()
            return
        if self._of_earlier_run and (known is None or 2 * len(everything) < known):
            return
        self.gone, self._of_earlier_run = None, False
        self.paused.resume()
        self._absentees.look(there, everything)
        for id_, state in there.items():
            self._watch.note_control(waiting[id_], state)
            self._look_for_return(waiting[id_], state)
        self._book.in_control.note(there)
        self._look_for_deletion({id_: waiting[id_] for id_ in missing})
        closed = [waiting[id_] for id_, state in there.items() if self._closed.ending(waiting[id_], state)]
        for id_ in there.keys() - {one.id for one in closed}:
            waiting[id_].unseen = False
        self._look_for_unseen(closed)

    def _seen(self, waiting: Mapping[str, Waiting]) -> tuple[dict[str, TaskState], set[str]]:
        """The states of these tasks, by external task id; and which are missing. At a stop, only of the first."""
        there: dict[str, TaskState] = {}
        missing: set[str] = set()
        chunks = list(in_chunks(waiting.values()))
        for chunk in chunks:
            states = self._task_states.states(list(chunk))
            self._odd.meet(states.odd)
            there |= {one.id: state for one, state in self._watch.seen(chunk, states.read)}
            missing |= {one.id for id_, some in chunk.items() if not states.may_hide(id_) for one in some}
            if len(chunks) > 1 and self._threads.stopping(self._seconds * SPREAD / len(chunks)):
                break
        return there, missing - there.keys()

    def _look_for_unseen(self, closed: Sequence[Waiting]) -> None:
        """Conclude tasks found closed in two sweeps that the watch's list, which filters by status, does not show."""
        before, now = self._closed_since, clock.boottime()
        self._closed_since = {one.id: before.get(one.id, now) for one in closed}
        for one in closed:
            if (since := before.get(one.id)) is not None and not one.closed:
                if not one.unseen and (self._watch.looked_from or 0.0) > since:
                    self._watch.missed(one.portal_task_id)
                one.closed = True  # the next round looks at it
        for chunk in in_chunks(one for one in closed if one.id in before):
            listed = self._task_states.closed(list(chunk))
            shown = {state.id for state in listed.read}
            hidden = {id_: some for id_, some in chunk.items() if id_ not in shown and not listed.may_hide(id_)}
            if not hidden:
                continue
            self.sights.tasks.fails(CLOSED_NOT_LISTED.format(count=len(hidden)))
            states = self._task_states.states(list(hidden), self._closed.fields)
            self._odd.meet(states.odd)
            for one, state in self._watch.seen(hidden, states.read):
                if ending := self._closed.ending(one, state):
                    self._threads.submit(partial(self._watch.conclude, one, state, ending))

    def _believed(self, missing: Sequence[Waiting], waiting: int, *, any_there: bool) -> bool:
        """Whether the missing tasks count as gone: they are few, an administrator asks, and other tasks are shown."""
        gone = gone_of((one.portal_task_id for one in missing), waiting)
        if too_many(gone.count, waiting, self._share):
            self._missed(gone)
            return False
        if not self._tasks.profile().is_admin:
            self.sights.tasks.fails(not_admin())
            return False
        if any_there or self._tasks.newest_marked():
            return True
        self._missed(gone)
        return False

    def _missed(self, gone: Gone) -> None:
        self._of_earlier_run = False
        self.tell(gone)

    def tell(self, gone: Gone, since: float | None = None) -> None:
        """These are gone, too many to conclude anything. `since`: the boot time, if an earlier run knew it."""
        self._of_earlier_run = self._of_earlier_run or since is not None
        self.gone, trouble = gone, Trouble("portal", Cause.TASKS_GONE, said=gone.said)
        if self.paused.begin(trouble, seconds=self._seconds, since=since, count=gone.count):
            reason = with_cure(trouble)
            self._telemetry.emit("waiting.many_tasks_gone", count=gone.count, of=gone.of, reason=reason)

    def _look_for_deletion(self, missing: Mapping[str, Waiting]) -> None:
        now = clock.boottime()
        self._missing_since = {id_: self._missing_since.get(id_, now) for id_ in missing}
        for id_, waiting in missing.items():
            if now - self._missing_since[id_] >= self._seconds * 0.9:
                gone = missing_task(waiting.portal_task_id)
                self._threads.submit(partial(self._watch.conclude, waiting, gone, Ending.DELETED))

    def _look_for_return(self, waiting: Waiting, state: TaskState) -> None:
        if waiting.was_closed and state.status not in CLOSED:
            if self._topics[waiting.topic].wait.returned != "wait":
                self._threads.submit(partial(self._watch.conclude, waiting, state, Ending.RETURNED))
            else:
                waiting.was_closed = False
