"""Records the last sign of progress of each thread, so that a hanging thread can be found.

A thread reports before each call and each wait. Every call to a peer has a time-out, so that no step takes longer than
`step_seconds`. A thread that has reported nothing for longer hangs in something that cannot be interrupted, and only a
restart of the process helps.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Activity:
    """What one thread is doing. Times in seconds, by a monotonic clock.

    `name`: the thread's kind (`task`, `sync`, `watch` …). `doing`: the call it began last, empty for other steps.
    `until`: when it must report next; infinite while it has nothing to do.
    """

    name: str
    doing: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Silent:
    """The hanging threads of one kind. `doing`, `seconds`: the call of the one that hangs longest, and for how long."""

    name: str
    count: int
    doing: str
    seconds: float

    def __str__(self) -> str:
        several = f" ×{self.count}" if self.count > 1 else ""
        where = f"{self.doing}, " if self.doing else ""
        return f"{self.name}{several} ({where}{self.seconds:.0f} s)"


class Beats:
    """The current activity of every registered thread. Thread-safe.

    `step_seconds`: longer than any step may take. `now`: a clock that keeps counting while the process is stopped.
    """

    def __init__(self, step_seconds: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._step_seconds = step_seconds
        self._now = now
        self._activities: dict[int, Activity] = {}  # each thread writes its own entry only

    @contextmanager
    def working(self, name: str) -> Iterator[None]:
        """Register the calling thread as one of the kind `name` until the end of the block."""
        now = self._now()
        self._activities[threading.get_ident()] = Activity(name, "", now, now + self._step_seconds)
        try:
            yield
        finally:
            del self._activities[threading.get_ident()]

    def beat(self, doing: str = "", *, waits: float = 0.0) -> None:
        """Report progress: the thread begins a call to `doing`, or is about to wait for `waits` seconds.

        An empty `doing` means that the last call continues. Does nothing if the thread is not registered.
        """
        known = self._activities.get(threading.get_ident())
        if known is not None:
            since = self._now() + waits
            doing = doing or ("" if waits else known.doing)
            until = since + self._step_seconds
            self._activities[threading.get_ident()] = Activity(known.name, doing, since, until)

    def rest(self) -> None:
        """Report that the calling thread has nothing to do until its next beat."""
        known = self._activities.get(threading.get_ident())
        if known is not None:
            self._activities[threading.get_ident()] = replace(known, doing="", until=math.inf)

    # --- for monitoring ---

    def silent(self) -> list[Silent]:
        """The hanging threads, grouped by kind; empty if none hangs."""
        now = self._now()
        late = sorted((one for one in self._all() if one.until < now), key=lambda one: one.since)
        kinds = dict.fromkeys(one.name for one in late)
        several = {kind: [one for one in late if one.name == kind] for kind in kinds}
        return [Silent(kind, len(some), some[0].doing, now - some[0].since) for kind, some in several.items()]

    def oldest(self) -> dict[str, float]:
        """For each kind, the seconds that its longest step has taken so far; 0 for threads that rest or wait."""
        now = self._now()
        ages: dict[str, float] = {}
        for one in self._all():
            age = 0.0 if math.isinf(one.until) else max(now - one.since, 0.0)
            ages[one.name] = max(ages.get(one.name, 0.0), age)
        return ages

    def _all(self) -> list[Activity]:
        return list(self._activities.values())
