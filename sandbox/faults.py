"""Faults that a test or a person sets up: the stand-in fails at the next matching request."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.httpd import Reply

LONGEST_HOLD_SECONDS = 60.0


@dataclass(slots=True)
class Fault:
    """`method` (`*`: any) goes wrong `times` times (None: always).

    `execute`: whether the stand-in executes the method. `seconds`: the delay before the answer. `reply`: the answer in
    place of the true one; None: the true one. `until`: hold the answer until this event is set.
    """

    method: str
    execute: bool = True
    reply: Reply | None = None
    seconds: float = 0.0
    times: int | None = 1
    until: threading.Event | None = field(default=None, compare=False)


class Faults:
    """The faults that are waiting. Thread-safe."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._guard = threading.Lock()

    def add(self, one: Fault) -> Fault:
        with self._guard:
            self._waiting.append(one)
        return one

    def clear(self) -> None:
        with self._guard:
            self._waiting.clear()

    def around(self, method: str, execute: Callable[[], Reply]) -> Reply:
        """The answer of `execute`, or what the first fault waiting for this method makes of it.

        Nothing is undone: a server notices a lost client only when it writes the answer.
        """
        one = self._take(method)
        if one is None:
            return execute()
        truth = execute() if one.execute else Reply()
        if one.until:
            one.until.wait(LONGEST_HOLD_SECONDS)
        time.sleep(one.seconds)
        return one.reply or truth

    def _take(self, method: str) -> Fault | None:
        with self._guard:
            for one in self._waiting:
                if one.method not in ("*", method):
                    continue
                if one.times is not None:
                    one.times -= 1
                    if one.times <= 0:
                        self._waiting.remove(one)
                return one
        return None
