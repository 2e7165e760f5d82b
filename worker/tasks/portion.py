"""Decides how many tasks one fetch asks for: fewer after a refusal or a too long answer, then gradually more again."""

from __future__ import annotations

MOST = 1024
SINGLE_TRIES = 3


class Portion:
    """For one thread."""

    def __init__(self) -> None:
        self._most = MOST
        self._single_refused = 0
        self.asked = 0
        """How many tasks the newest fetch asked for."""

    def of(self, free: int) -> int:
        self.asked = min(free, self._most)
        return self.asked

    def too_long(self) -> None:
        """The answer was longer than the worker reads: ask for a quarter next time."""
        self._most = max(self.asked // 4, 1)

    def refused(self) -> None:
        """The engine has refused the fetch: ask for fewer, in case the number was the cause."""
        if self.asked == 1:
            self._single_refused += 1
        self.too_long()

    @property
    def is_stuck(self) -> bool:
        """Whether a fetch of one task was refused `SINGLE_TRIES` times, with no success between."""
        return self._single_refused >= SINGLE_TRIES

    def good(self) -> None:
        self._most = min(self._most * 2, MOST)
        self._single_refused = 0
