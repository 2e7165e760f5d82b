"""Reads the ledger for people and metrics, who wait only so long; and says whether it answers in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeVar

from bitrix.causes import Cause, Trouble
from worker.ledger import LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.runtime import clock
from worker.runtime.clock_watch import LOOK_SECONDS
from worker.runtime.gate import Gate
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName, SideName
from worker.words.page import short_spans
from worker.words.pauses import ANSWERS_IN, spans

SECONDS = 2.0
SILENT_SECONDS = 30.0
"""A ledger that leaves a question unanswered for so long is not slow, but down."""
LOCKED = (Cause.LEDGER_LOCKED, Cause.DATABASE_LOCKED)
T = TypeVar("T")


class LedgerLook:
    """One question at a time is under way, so that a ledger that does not answer costs one thread. Thread-safe.

    `gate`: the ledger's. While it says that somebody keeps the ledger locked, nobody is asked. `on_silent`: is told
    that the ledger does not answer at all. `stretch`: as `MachineWatch` has it.
    """

    def __init__(
        self,
        gate: Gate,
        telemetry: Telemetry,
        *,
        on_silent: Callable[[LedgerUnavailable], object],
        stretch: Callable[[], float | None],
    ) -> None:
        self._gate = gate
        self._telemetry = telemetry
        self._on_silent = on_silent
        self._stretch = stretch
        self._turn = threading.Lock()
        self._asked_at = 0.0
        """When the question was asked that is under way, or was last."""
        self._told_since: float | None = None
        self.standstill = Standstill("ledger", PartName.SLOW_LEDGER, telemetry, reminds=False, gate=gate)
        """That the last question was not answered in time."""

    def ask(self, question: Callable[[], T]) -> T | None:
        """The answer; None if there is none in time. Why not, `standstill` or the ledger's gate reports."""
        try:
            return self.demand(question)
        except LedgerUnavailable:
            return None

    def demand(self, question: Callable[[], T]) -> T:
        """The answer. Raises `LedgerUnavailable`, with the cause, if there is none in time.

        At once, while an earlier question is late already.
        """
        pause = self._gate.pause
        if pause is not None and pause.cause in LOCKED:
            raise LedgerUnavailable(pause.said.en, Trouble("ledger", Cause(pause.cause)))
        until = clock.boottime() + SECONDS
        is_late = self.standstill.pause is not None and clock.boottime() - self._asked_at >= SECONDS
        if not self._turn.acquire(timeout=0.0 if is_late else SECONDS):
            raise self._late()
        self._asked_at = clock.boottime()
        answer: Future[T] = Future()
        try:
            threading.Thread(target=self._ask, args=(question, answer), name="ledger-look", daemon=True).start()
        except RuntimeError:  # no thread to be had: nobody would end the turn
            self._turn.release()
            raise
        try:
            found = answer.result(max(until - clock.boottime(), 0.0))
        except TimeoutError:
            raise self._late() from None
        self.standstill.end()
        return found

    def _ask(self, question: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # noqa: BLE001 - whoever asks gets it
            answer.set_exception(error)
        finally:
            self._turn.release()

    def _late(self) -> LedgerUnavailable:
        """The error of a question without an answer in time; and that the ledger is slow, unless it is down."""
        if self._gate.works:
            self.standstill.begin(self._trouble(), seconds=LOOK_SECONDS, since=self._asked_at)
        return LedgerUnavailable("no answer in time", Trouble("ledger", Cause.NO_ANSWER))

    def _trouble(self) -> Trouble:
        took = max(clock.boottime() - self._asked_at, SECONDS)
        return Trouble("ledger", Cause.LEDGER_SLOW, took=took, stretch=self._stretch())

    # --- whether it answers in time, also while nobody looks ---

    def look(self, question: Callable[[], object]) -> None:
        """Ask, and log that the ledger has become slow, or no longer is. Call it every `LOOK_SECONDS`.

        A ledger that is paused is not slow but down.
        """
        if not self._gate.works:
            self.standstill.end()
            return
        with suppress(LedgerUnavailable):
            self.demand(question)
        pause = self.standstill.pause
        if pause is None:
            self._tell_end()
        elif self._turn.locked() and clock.boottime() - self._asked_at >= SILENT_SECONDS:
            self.standstill.end()
            self._on_silent(LedgerUnavailable("no answer", Trouble("ledger", Cause.NO_ANSWER)))
        elif pause.lasted >= LOOK_SECONDS and self._told_since is None:
            self._told_since = pause.since
            seconds, reason = round(pause.lasted, 1), with_cure(self._trouble())
            self._telemetry.emit("side.slow", side=SideName.LEDGER, seconds=seconds, reason=reason)

    def _tell_end(self) -> None:
        since, self._told_since = self._told_since, None
        if since is not None:
            lasted = clock.boottime() - since
            now = ANSWERS_IN.format(span=short_spans(SECONDS))
            side, seconds = SideName.LEDGER, round(lasted, 1)
            self._telemetry.emit("side.not_slow", side=side, now=now, lasted=spans(lasted), seconds=seconds)


class Numbers(Protocol):
    """The ledger, which knows the Bitrix24 tasks and their processes. Raises `LedgerUnavailable`."""

    def portal_tasks(self, external_task_ids: Sequence[str]) -> dict[str, int]: ...
    def of_instances(self, process_instance_ids: Sequence[str]) -> Mapping[str, SeenTask]: ...


class NumbersInTime:
    """The same, asked through a look: a ledger that is locked holds nobody up."""

    def __init__(self, numbers: Numbers, look: LedgerLook) -> None:
        self._numbers = numbers
        self._look = look

    def portal_tasks(self, external_task_ids: Sequence[str]) -> dict[str, int]:
        """As `Numbers`."""
        return self._look.demand(partial(self._numbers.portal_tasks, external_task_ids))

    def of_instances(self, process_instance_ids: Sequence[str]) -> Mapping[str, SeenTask]:
        """As `Numbers`."""
        return self._look.demand(partial(self._numbers.of_instances, process_instance_ids))
