"""Who of this process works, at what and since when: whoever works or waits says so again and again, and silence shows.

Every call to a peer has its own end, so that one step cannot take longer than `step_seconds`. A thread that has not
said anything for longer hangs in something that nobody can cut, and only a restart of the process helps.
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
    """What one thread does. Times in seconds by a clock that never goes back.

    `name`: of its kind (`task`, `sync`, `watch` …). `doing`: the call that it has begun last, empty for other steps.
    `until`: when it must have said something again; infinite while it has nothing to do.
    """

    name: str
    doing: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Silent:
    """Threads of one kind that hang: how many, and for how many seconds the first of them has been in which call."""

    name: str
    count: int
    doing: str
    seconds: float

    def __str__(self) -> str:
        several = f" ×{self.count}" if self.count > 1 else ""
        where = f"{self.doing}, " if self.doing else ""
        return f"{self.name}{several} ({where}{self.seconds:.0f} s)"


class Beats:
    """What all threads that were entered do now. Thread-safe; `now` does not stand still while the process does.

    `step_seconds`: longer than any step may take.
    """

    def __init__(self, step_seconds: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._step_seconds = step_seconds
        self._now = now
        self._activities: dict[int, Activity] = {}  # each thread writes its own entry only

    @contextmanager
    def working(self, name: str) -> Iterator[None]:
        """From here to the end of the block, the calling thread is one of the kind `name`, and at work."""
        now = self._now()
        self._activities[threading.get_ident()] = Activity(name, "", now, now + self._step_seconds)
        try:
            yield
        finally:
            del self._activities[threading.get_ident()]

    def beat(self, doing: str = "", *, waits: float = 0.0) -> None:
        """The calling thread goes on: with a call to `doing` (empty: still with the last one), or to wait for so long.

        Nothing where the thread was not entered.
        """
        known = self._activities.get(threading.get_ident())
        if known is not None:
            since = self._now() + waits
            doing = doing or ("" if waits else known.doing)
            until = since + self._step_seconds
            self._activities[threading.get_ident()] = Activity(known.name, doing, since, until)

    def rest(self) -> None:
        """The calling thread has nothing to do until its next beat."""
        known = self._activities.get(threading.get_ident())
        if known is not None:
            self._activities[threading.get_ident()] = replace(known, doing="", until=math.inf)

    # --- for those who watch ---

    def silent(self) -> list[Silent]:
        """Who hangs, by kind; empty where all is well."""
        now = self._now()
        late = sorted((one for one in self._all() if one.until < now), key=lambda one: one.since)
        kinds = dict.fromkeys(one.name for one in late)
        several = {kind: [one for one in late if one.name == kind] for kind in kinds}
        return [Silent(kind, len(some), some[0].doing, now - some[0].since) for kind, some in several.items()]

    def oldest(self) -> dict[str, float]:
        """For how many seconds the longest step of each kind has been going on; 0 for those who rest or wait."""
        now = self._now()
        ages: dict[str, float] = {}
        for one in self._all():
            age = 0.0 if math.isinf(one.until) else max(now - one.since, 0.0)
            ages[one.name] = max(ages.get(one.name, 0.0), age)
        return ages

    def _all(self) -> list[Activity]:
        return list(self._activities.values())
