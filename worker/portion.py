"""How many tasks one fetch asks for: fewer after an answer that was too long, and step by step as many as before."""

from __future__ import annotations

MOST = 1024


class Portion:
    """For one thread."""

    def __init__(self) -> None:
        self._most = MOST
        self.asked = 0
        """By the newest fetch."""

    def of(self, free: int) -> int:
        self.asked = min(free, self._most)
        return self.asked

    def too_long(self) -> None:
        self._most = max(self.asked // 4, 1)

    def good(self) -> None:
        self._most = min(self._most * 2, MOST)
