"""How long things take: histograms of calls and of the ways of tasks. Bounded, and cheap where nobody looks."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from worker.runtime import clock

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 75.0)
"""Upper bounds in seconds; the last is the default of `bitrix.request_timeout`."""
MOST_ON_THEIR_WAY = 4096
"""Beginnings that are remembered: more than can be in hand. What was let go pushes out what was let go before."""


@dataclass(frozen=True, slots=True)
class HistogramSnapshot:
    """One histogram: how many took at most each bound, one more for all others, and the sum of seconds."""

    counts: tuple[int, ...]
    seconds: float

    @property
    def cumulative(self) -> list[tuple[str, float]]:
        """As Prometheus wants it: each bound with all that took at most as long."""
        total, lines = 0, []
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], self.counts, strict=True):
            total += count
            lines.append((bound, float(total)))
        return lines


class Histogram:
    """Thread-safe; its size never changes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._counts = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count one that took so long."""
        place = bisect_left(BOUNDS, seconds)
        with self._guard:
            self._counts[place] += 1
            self._seconds += seconds

    def read(self) -> HistogramSnapshot:
        with self._guard:
            return HistogramSnapshot(tuple(self._counts), self._seconds)


class Timings:
    """All histograms of one run. Thread-safe.

    Calls are known by their names, of which the program has a handful; ways begin with `fetched`.
    """

    def __init__(self) -> None:
        self.to_created = Histogram()
        """From the fetch's answer until the answer to the create."""
        self.to_completed = Histogram()
        """From the fetch's answer until the engine has accepted the completion: the whole way."""
        self._portal: dict[str, Histogram] = {}
        self._engine: dict[str, Histogram] = {}
        self._began: dict[str, float] = {}
        self._guard = threading.Lock()

    # --- calls ---

    def portal_call(self, method: str, seconds: float) -> None:
        """The portal has answered, or not answered for so long."""
        self._of(self._portal, method).add(seconds)

    @contextmanager
    def engine_call(self, name: str) -> Iterator[None]:
        """Around one call to the engine, whatever comes of it."""
        began = clock.boottime()
        try:
            yield
        finally:
            self._of(self._engine, name).add(clock.boottime() - began)

    def portal_calls(self) -> dict[str, HistogramSnapshot]:
        return {name: histogram.read() for name, histogram in list(self._portal.items())}

    def engine_calls(self) -> dict[str, HistogramSnapshot]:
        return {name: histogram.read() for name, histogram in list(self._engine.items())}

    def _of(self, histograms: dict[str, Histogram], name: str) -> Histogram:
        return histograms.get(name) or histograms.setdefault(name, Histogram())

    # --- ways ---

    def fetched(self, task_ids: Sequence[str]) -> None:
        """The engine has just handed these out: an older hand-out counts no more."""
        now = clock.boottime()
        with self._guard:
            for id_ in task_ids:
                self._began.pop(id_, None)
                self._began[id_] = now
            while len(self._began) > MOST_ON_THEIR_WAY:
                del self._began[next(iter(self._began))]

    def created(self, task_id: str) -> None:
        """The create was answered."""
        began = self._began.get(task_id)
        if began is not None:
            self.to_created.add(clock.boottime() - began)

    def completed(self, task_id: str) -> None:
        """The engine has accepted the completion. What was begun by an earlier run is not counted."""
        began = self.left(task_id)
        if began is not None:
            self.to_completed.add(clock.boottime() - began)

    def left(self, task_id: str) -> float | None:
        """Its way ends otherwise, or goes on at people's pace; returns when it began."""
        with self._guard:
            return self._began.pop(task_id, None)
