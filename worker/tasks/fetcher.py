"""The long-polling loop: fetches as many tasks as there are free slots."""

from __future__ import annotations

from worker.engine.answers import OddTask
from worker.engine.client import Engine, Fetched
from worker.engine.errors import AnswerTooLong, EngineDenied, EngineError, EngineUnreachable, PayloadRefused
from worker.engine.line import FETCH
from worker.ledger import LedgerUnavailable
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.pause import Pause
from worker.runtime.probe import Probes
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.tasks.intake import Intake
from worker.tasks.pace import Pace
from worker.tasks.portion import Portion
from worker.tasks.reconciliation import Reconciliation
from worker.tasks.room import Room
from worker.tasks.unfetchable import Unfetchable
from worker.words.causes import in_words

HELD_SECONDS = 0.25
"""How often it is looked whether closed gates are open again."""


class Fetcher:
    """Fetches while every gate is open. Only one thread may call `one_round`."""

    def __init__(
        self,
        *,
        engine: Engine,
        room: Room,
        intake: Intake,
        reconciliation: Reconciliation,
        probes: Probes,
        telemetry: Telemetry,
        timings: Timings,
        deadlines: Deadlines,
        threads: Threads,
    ) -> None:
        self._engine = engine
        self._room = room
        self._intake = intake
        self._reconciliation = reconciliation
        self._probes = probes
        self._ledger_gate = probes.ledger.gate
        self._telemetry = telemetry
        self._timings = timings
        self._deadlines = deadlines
        self._portion = Portion()
        self._pace = Pace(telemetry, threads.stopping, deadlines.poll)
        self._unfetchable = Unfetchable(engine, list(deadlines.locks), max(deadlines.hold, 3 * deadlines.poll))
        self.polled_at: float | None = None
        """Boot time of the last successful fetch; None before the first."""
        self.held_at: float | None = None
        """Boot time at which no fetch was due last, because a gate was closed or no slot was free; None: never."""

    @property
    def paused(self) -> Standstill:
        """Whether the engine refuses to hand out tasks, and why."""
        return self._pace.paused

    @property
    def left_locked(self) -> Standstill:
        """Whether steps of an earlier run wait until their locks end, and why."""
        return self._reconciliation.left_locked

    @property
    def refusal(self) -> Pause | None:
        """Why the engine refuses to hand out tasks; None while fetches succeed."""
        return self.paused.pause

    def one_round(self) -> float | None:
        """Wait for a closed gate or a free slot, or fetch. Returns seconds until the next round; None: at once."""
        if not all(probe.gate.is_open for probe in self._probes):
            self.held_at = clock.boottime()
            return HELD_SECONDS
        if self.has_free_slots():
            self._fetch_once()
        else:
            self._room.wait(0.2)
            self.held_at = clock.boottime()
        return None

    def has_free_slots(self) -> bool:
        """Whether enough slots are free for a fetch."""
        return self._room.is_worth_fetching

    def _fetch_once(self) -> None:
        try:
            self._reconciliation.catch_up()
            free = self._room.free  # read again: the outbox takes tasks in hand too
            if free < 1:
                return
            asked_at = clock.boottime()
            with self._timings.engine_call(FETCH):
                fetched = self._engine.fetch(list(self._deadlines.locks), self._portion.of(free))
        except AnswerTooLong as error:
            self._too_long(error)
        except LedgerUnavailable as error:
            self._ledger_gate.close(error)
        except EngineError as error:
            if isinstance(error, EngineUnreachable) and error.doubtful:
                self._telemetry.emit("fetch.doubtful", reason=error)
                self._reconciliation.answer_lost()
            elif not isinstance(error, EngineUnreachable | EngineDenied):  # the engine's gate reports those
                self._refused(error)
        else:
            self._answered(fetched, asked_at)

    def _answered(self, fetched: Fetched, asked_at: float) -> None:
        self._portion.good()
        self._unfetchable.good(fetched.tasks)
        self.polled_at = clock.boottime()
        if fetched.tasks or fetched.odd:
            self._intake.take(fetched)
        self._pace.answered(fetched, self.polled_at - asked_at)

    def _refused(self, error: EngineError) -> None:
        """Log the refusal, and fetch again for fewer tasks and at growing intervals: one task may be the cause."""
        if error.call == FETCH:
            self._portion.refused()
            self._unfetchable.refused()
            if unwritten := isinstance(error, PayloadRefused):  # the tasks are locked all the same
                self._reconciliation.answer_unwritten()
            stuck = self._portion.is_stuck and not (unwritten and self._failed_alone(error))
            if stuck and (bare := self._unfetchable.pass_by(error)):
                self._intake.take(bare)
        unfetchable = self._unfetchable
        asked, soon, longest = self._portion.asked, unfetchable.is_out_of_the_way, unfetchable.longest_wait
        self._pace.refused(error, asked, soon=soon, longest=longest)

    def _too_long(self, error: AnswerTooLong) -> None:
        """Release what the engine locked, and fetch fewer. Fail a step whose answer is too long even alone."""
        self._telemetry.emit("fetch.too_long", asked=self._portion.asked, reason=error)
        self._reconciliation.answer_lost()
        if self._portion.asked == 1:
            self._failed_alone(error)
        self._portion.too_long()

    def _failed_alone(self, error: EngineError) -> bool:
        """Fail the only task that the unread answer can have contained: locked, not in hand, and without a row.

        False if there is not exactly one such task. True also if an error, which is reported, prevents the check.
        """
        try:
            new = self._reconciliation.unknown()
        except LedgerUnavailable as trouble:
            self._ledger_gate.close(trouble)
        except EngineError as trouble:
            if not isinstance(trouble, EngineUnreachable | EngineDenied):  # the engine's gate reports those
                self._refused(trouble)
        else:
            if len(new) == 1:
                odd = OddTask(in_words(error), new[0])
                self._intake.take(Fetched((), clock.boottime() - self._deadlines.poll, (odd,)))
            return len(new) == 1
        return True
