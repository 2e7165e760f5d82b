"""Durations: histograms of calls and of whole tasks. Bounded in memory, and cheap if no one reads them."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bitrix.causes import Side
from worker.runtime import clock

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 75.0)
"""Upper bounds in seconds; the last is the default of `bitrix.request_timeout`."""
RECENT = 50
"""Of so many last calls the median is what people are shown."""
LONG_POLL = "fetchAndLock"
"""The call whose time says nothing: it waits until there is something to do."""
MOST_ON_THEIR_WAY = 4096
"""Number of fetch times kept, more than can be in hand at once. Beyond it the oldest is dropped: some tasks never
report an end."""


@dataclass(frozen=True, slots=True)
class HistogramSnapshot:
    """One histogram: a count for each upper bound, one more for longer durations, and the sum in seconds."""

    counts: tuple[int, ...]
    seconds: float

    @property
    def cumulative(self) -> list[tuple[str, float]]:
        """Each upper bound with the number of durations up to it, as Prometheus expects it."""
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
        """Count one duration."""
        place = bisect_left(BOUNDS, seconds)
        with self._guard:
            self._counts[place] += 1
            self._seconds += seconds

    def read(self) -> HistogramSnapshot:
        with self._guard:
            return HistogramSnapshot(tuple(self._counts), self._seconds)


class Timings:
    """All histograms of one run. Thread-safe.

    Calls are grouped by name; the program has only a handful of names. The time of a task starts with `fetched`.
    """

    def __init__(self) -> None:
        self.to_created = Histogram()
        """From the engine's answer to the fetch until the portal's answer to the create."""
        self.to_completed = Histogram()
        """From the engine's answer to the fetch until the engine has accepted the completion."""
        self._portal: dict[str, Histogram] = {}
        self._engine: dict[str, Histogram] = {}
        self._sent: Counter[str] = Counter()
        self._recent: Mapping[Side, deque[float]] = {"portal": deque(maxlen=RECENT), "engine": deque(maxlen=RECENT)}
        self._began: dict[str, float] = {}
        self._guard = threading.Lock()

    # --- calls ---

    def portal_call(self, method: str, seconds: float) -> None:
        """Count a call to the portal, whether it was answered or failed."""
        self._of(self._portal, method).add(seconds)
        self._recent["portal"].append(seconds)

    def engine_sent(self, call: str) -> None:
        """Count a call to the engine that is about to be sent, of whatever kind."""
        with self._guard:
            self._sent[call] += 1

    @contextmanager
    def engine_call(self, name: str) -> Iterator[None]:
        """Time one call to the engine, whether it succeeds or fails."""
        began = clock.boottime()
        try:
            yield
        finally:
            seconds = clock.boottime() - began
            self._of(self._engine, name).add(seconds)
            if name != LONG_POLL:
                self._recent["engine"].append(seconds)

    def portal_calls(self) -> dict[str, HistogramSnapshot]:
        return {name: histogram.read() for name, histogram in list(self._portal.items())}

    def engine_calls(self) -> dict[str, HistogramSnapshot]:
        return {name: histogram.read() for name, histogram in list(self._engine.items())}

    def engine_calls_sent(self) -> dict[str, int]:
        with self._guard:
            return dict(self._sent)

    def usual(self, side: Side) -> float | None:
        """The median of the last calls to this side in seconds, failed ones included; None before the first."""
        recent = sorted(self._recent[side].copy())
        return recent[len(recent) // 2] if recent else None

    def _of(self, histograms: dict[str, Histogram], name: str) -> Histogram:
        return histograms.get(name) or histograms.setdefault(name, Histogram())

    # --- tasks ---

    def fetched(self, task_ids: Sequence[str]) -> None:
        """Start timing these external tasks; a task that was fetched before starts again."""
        now = clock.boottime()
        with self._guard:
            for id_ in task_ids:
                self._began.pop(id_, None)
                self._began[id_] = now
            while len(self._began) > MOST_ON_THEIR_WAY:
                del self._began[next(iter(self._began))]

    def created(self, task_id: str) -> None:
        """Count the answer to the task's create."""
        began = self._began.get(task_id)
        if began is not None:
            self.to_created.add(clock.boottime() - began)

    def completed(self, task_id: str) -> None:
        """Count the accepted completion. A task that was fetched by an earlier run is not counted."""
        began = self.forget(task_id)
        if began is not None:
            self.to_completed.add(clock.boottime() - began)

    def forget(self, task_id: str) -> float | None:
        """Stop timing a task that ends otherwise or waits for people. Returns its start as boot time, or None."""
        with self._guard:
            return self._began.pop(task_id, None)
