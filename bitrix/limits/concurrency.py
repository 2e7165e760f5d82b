"""How many creates may run at once: more while the portal answers as quickly as usual, fewer when it slows down."""

from __future__ import annotations

SLOW_FLOOR = 8.0
"""Slowness alone goes no lower: under a few calls at once a portal is slow for other reasons than ours."""
SLOWER = 2.0
SLACK_SECONDS = 0.1
"""A portal is slow when it takes so many times longer than usual, and so much longer."""
OVERLOADED = 0.65
"""Overloaded is a portal of whose last ten calls or so this share fails; fewer are a sick node behind a balancer."""
MEMORY = 0.9


class Concurrency:
    """Begins with `most`, gives way at trouble, and grows again by one for each round of calls. Not thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self._allowed = self._most
        self._usual: float | None = None
        self._recent = 0.0
        self._calm = 0.0
        self._failing = 0.0

    @property
    def allowed(self) -> int:
        """Calls at once."""
        return int(self._allowed)

    def answered(self, seconds: float) -> None:
        """One call was answered well."""
        self._failing *= MEMORY
        self._recent = seconds if self._usual is None else 0.8 * self._recent + 0.2 * seconds
        # The usual drifts up slowly, so that a portal that has become slower for good is not held down for ever.
        self._usual = self._recent if self._usual is None else min(self._usual * 1.001 + 1e-6, self._recent)
        if self._recent > SLOWER * self._usual + SLACK_SECONDS:
            self._shrink(0.9, SLOW_FLOOR)
        else:
            self._calm = max(self._calm - 1.0, 0.0)
            self._allowed = min(self._allowed + 1.0 / self._allowed, self._most)

    def overloaded(self) -> None:
        """502, 503, 504 or no answer in time."""
        self._failing = MEMORY * self._failing + 1.0 - MEMORY
        if self._failing > OVERLOADED:
            self._shrink(0.5, 1.0)

    def _shrink(self, factor: float, floor: float) -> None:
        """Once for all the calls that were on their way together."""
        if self._calm > 0:
            self._calm -= 1.0
            return
        self._calm = self._allowed
        self._allowed = max(self._allowed * factor, min(floor, self._allowed))
