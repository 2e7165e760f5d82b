"""How many tasks one fetch asks for: fewer after one that failed by its size, and step by step as many as before."""

from __future__ import annotations

MOST = 1024
SINGLE_TRIES = 3


class Portion:
    """For one thread."""

    def __init__(self) -> None:
        self._most = MOST
        self._single_refused = 0
        self.asked = 0
        """By the newest fetch."""

    def of(self, free: int) -> int:
        self.asked = min(free, self._most)
        return self.asked

    def too_long(self) -> None:
        """The answer was longer than what is read of one."""
        self._most = max(self.asked // 4, 1)

    def refused(self) -> None:
        """The engine has refused the fetch: whether it was the number, only fewer can tell."""
        if self.asked == 1:
            self._single_refused += 1
        self.too_long()

    @property
    def is_stuck(self) -> bool:
        """Whether one alone was refused several times in a row."""
        return self._single_refused >= SINGLE_TRIES

    def good(self) -> None:
        self._most = min(self._most * 2, MOST)
        self._single_refused = 0
