"""How fast the portal may be called: a leaky bucket, or no rate at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

Preset = Literal["self-hosted", "cloud", "cloud-enterprise"]
RATES: dict[Preset, tuple[float, float] | None] = {
    "self-hosted": None,
    "cloud": (2.0, 50.0),
    "cloud-enterprise": (5.0, 250.0),
}
"""Requests per second and size of the bucket, by the portal's documentation of its limits."""


LONGEST_SLEEP_SECONDS = 0.5


class Limiter:
    """Lets a call go when the bucket has room. Thread-safe; `rate` None means no limit."""

    def __init__(
        self,
        rate: tuple[float, float] | None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._now = now
        self._sleep = sleep
        self._guard = threading.Lock()
        self._level = 0.0
        self._seen = now()

    @classmethod
    def preset(cls, name: Preset) -> Limiter:
        """The limiter for a kind of portal."""
        return cls(RATES[name])

    def acquire(self, stopping: Callable[[float], bool] = lambda _: False) -> None:
        """Wait until one more call fits into the bucket, or until `stopping`; callers go in no particular order."""
        if self._rate is None:
            return
        while not stopping(0.0) and (wait := self._reserve(*self._rate)) > 0:
            self._sleep(min(wait, LONGEST_SLEEP_SECONDS))

    def _reserve(self, leak: float, size: float) -> float:
        with self._guard:
            now = self._now()
            self._level = max(0.0, self._level - (now - self._seen) * leak)
            self._seen = now
            if self._level + 1.0 <= size:
                self._level += 1.0
                return 0.0
            return (self._level + 1.0 - size) / leak
