"""Durations: histograms of calls and of whole tasks. Bounded in memory, and cheap if no one reads them."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bitrix.causes import Side
from bitrix.methods import QUICK
from worker.runtime import clock
from worker.runtime.call_times import CallTimes

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 75.0)
"""Upper bounds in seconds; the last is the default of `bitrix.request_timeout`."""
RIGHTLY_LONG = frozenset({"fetchAndLock", "variable-instance"})
"""Calls to the engine whose time says nothing of it: one waits until there is something to do, one brings files."""
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
        self._mine = threading.local()
        self.sides: Mapping[Side, CallTimes] = {"portal": CallTimes(), "engine": CallTimes()}
        """What their calls take; those that may rightly take long do not count."""
        self._began: dict[str, float] = {}
        self._guard = threading.Lock()

    # --- calls ---

    def portal_call(self, method: str, seconds: float) -> None:
        """Count a call to the portal, whether it was answered or failed."""
        self._of(self._portal, method).add(seconds)
        if method.lower() in QUICK:
            self.sides["portal"].add(seconds)

    def engine_sent(self, call: str) -> None:
        """Count a call to the engine that this thread is about to send, of whatever kind."""
        self._mine.began = clock.boottime()
        with self._guard:
            self._sent[call] += 1

    def engine_answered(self, call: str) -> None:
        """The engine has answered the call that this thread has sent last."""
        if call not in RIGHTLY_LONG:
            self.sides["engine"].add(clock.boottime() - self._mine.began)

    @contextmanager
    def engine_call(self, name: str) -> Iterator[None]:
        """Time one call to the engine, whether it succeeds or fails."""
        began = clock.boottime()
        try:
            yield
        finally:
            self._of(self._engine, name).add(clock.boottime() - began)

    def portal_calls(self) -> dict[str, HistogramSnapshot]:
        return {name: histogram.read() for name, histogram in list(self._portal.items())}

    def engine_calls(self) -> dict[str, HistogramSnapshot]:
        return {name: histogram.read() for name, histogram in list(self._engine.items())}

    def engine_calls_sent(self) -> dict[str, int]:
        with self._guard:
            return dict(self._sent)

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
