"""How many creates may run at once: more while the portal answers as fast as usual, fewer when it slows down."""

from __future__ import annotations

SLOW_FLOOR = 8.0
"""Slowness alone reduces no further: a portal that is slow with so few calls has other reasons than this worker."""
SLOWER = 2.0
SLACK_SECONDS = 0.1
"""A portal is slow when a call takes more than `SLOWER` times its usual duration plus `SLACK_SECONDS`."""
OVERLOADED = 0.65
"""A portal is overloaded when more than this share of the last ten or so creates failed.

A smaller share points to one sick node behind a balancer.
"""
MEMORY = 0.9


class Concurrency:
    """The number of creates at once: starts at `most`, shrinks on trouble, grows by one per round of good calls.

    Not thread-safe.
    """

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._allowed = self._most
        self._usual: float | None = None
        self._recent = 0.0
        self._calm = 0.0
        self._failing = 0.0

    @property
    def allowed(self) -> int:
        """Creates that may run at once."""
        return int(self._allowed)

    def answered(self, seconds: float) -> None:
        """One create succeeded after `seconds`."""
        self._failing *= MEMORY
        self._recent = seconds if self._usual is None else 0.8 * self._recent + 0.2 * seconds
        # The usual duration drifts up slowly, so that a portal that stays slower is not throttled for ever.
        self._usual = self._recent if self._usual is None else min(self._usual * 1.001 + 1e-6, self._recent)
        if self._recent > SLOWER * self._usual + SLACK_SECONDS:
            self._shrink(0.9, SLOW_FLOOR)
        else:
            self._calm = max(self._calm - 1.0, 0.0)
            self._allowed = min(self._allowed + 1.0 / self._allowed, self._most)

    def overloaded(self) -> None:
        """One create ended with 502, 503, 504 or without an answer in time."""
        self._failing = MEMORY * self._failing + 1.0 - MEMORY
        if self._failing > OVERLOADED:
            self._shrink(0.5, 1.0)

    def _shrink(self, factor: float, floor: float) -> None:
        """Shrink once for all the calls that were under way together."""
        if self._calm > 0:
            self._calm -= 1.0
            return
        self._calm = self._allowed
        self._allowed = max(self._allowed * factor, min(floor, self._allowed))
