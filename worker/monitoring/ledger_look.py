"""Reads the ledger for people and metrics, who wait only so long, however long the ledger takes to answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from bitrix.causes import Cause
from worker.ledger import LedgerUnavailable
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
        pause = self._gate.pause
        if (pause is not None and pause.cause in LOCKED) or not self._turn.acquire(timeout=SECONDS):
            return None
        answer: Future[T] = Future()
        threading.Thread(target=self._ask, args=(question, answer), name="ledger-look", daemon=True).start()
        try:
            return answer.result(SECONDS)
        except (TimeoutError, LedgerUnavailable):
            return None

    def _ask(self, question: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # noqa: BLE001 - whoever asks gets it
            answer.set_exception(error)
        finally:
            self._turn.release()
