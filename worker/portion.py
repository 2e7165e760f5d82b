"""How many tasks one fetch asks for: fewer after one that failed by its size, and step by step as many as before."""

from __future__ import annotations

from worker.backoff import backoff

MOST = 1024
FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
SINGLE_TRIES = 3


class Portion:
    """For one thread."""

    def __init__(self) -> None:
        self._most = MOST
        self._refused_in_a_row = 0
        self._single_refused = 0
        self.asked = 0
        """By the newest fetch."""

    def of(self, free: int) -> int:
        self.asked = min(free, self._most)
        return self.asked

    def too_long(self) -> None:
        """The answer was longer than what is read of one."""
        self._most = max(self.asked // 4, 1)

    def refused(self) -> float:
        """The engine has refused the fetch; seconds to the next one. Whether it was the number, only fewer can tell."""
        if self.asked == 1:
            self._single_refused += 1
        self.too_long()
        self._refused_in_a_row += 1
        return backoff(FIRST_SECONDS, self._refused_in_a_row - 1, LONGEST_SECONDS)

    @property
    def is_stuck(self) -> bool:
        """Whether one alone was refused several times: it stands before all others, and every fetch meets it."""
        return self._single_refused >= SINGLE_TRIES

    def passed(self) -> None:
        """What stood before the others is out of the way; one more refusal means that there is another."""
        self._single_refused = SINGLE_TRIES - 1
        self._refused_in_a_row = 0

    def good(self) -> None:
        self._most = min(self._most * 2, MOST)
        self._refused_in_a_row = self._single_refused = 0
