"""Reads the ledger for people and metrics, who wait only so long, however long the ledger takes to answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Protocol, TypeVar

from bitrix.causes import Cause, Trouble
from worker.ledger import LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.runtime.gate import Gate

SECONDS = 2.0
LOCKED = (Cause.LEDGER_LOCKED, Cause.DATABASE_LOCKED)
T = TypeVar("T")


class LedgerLook:
    """One question at a time is under way, so that a ledger that does not answer costs one thread. Thread-safe.

    `gate`: the ledger's. While it says that somebody keeps the ledger locked, nobody is asked.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._turn = threading.Lock()

    def ask(self, question: Callable[[], T]) -> T | None:
        """The answer; None if there is none in time. Why not, the ledger's gate reports."""
        try:
            return self.demand(question)
        except LedgerUnavailable:
            return None

    def demand(self, question: Callable[[], T]) -> T:
        """The answer. Raises `LedgerUnavailable`, with the cause, if there is none in time."""
        pause = self._gate.pause
        if pause is not None and pause.cause in LOCKED:
            raise LedgerUnavailable(pause.said.en, Trouble("ledger", Cause(pause.cause)))
        if not self._turn.acquire(timeout=SECONDS):
            raise _late()
        answer: Future[T] = Future()
        try:
            threading.Thread(target=self._ask, args=(question, answer), name="ledger-look", daemon=True).start()
        except RuntimeError:  # no thread to be had: nobody would end the turn
            self._turn.release()
            raise
        try:
            return answer.result(SECONDS)
        except TimeoutError:
            raise _late() from None

    def _ask(self, question: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # noqa: BLE001 - whoever asks gets it
            answer.set_exception(error)
        finally:
            self._turn.release()


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


def _late() -> LedgerUnavailable:
    return LedgerUnavailable("no answer in time", Trouble("ledger", Cause.NO_ANSWER))
