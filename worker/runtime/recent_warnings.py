"""What this run has warned of, so that a page can show it: the log is read by few people, and rolls away."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from worker.runtime import clock
from worker.words.log_text import Level

MOST_EVENTS = 100
MOST_SHOWN = 3
"""Of one event, each about something else: a thousand failed tasks must not hide the one tenant that is unknown."""
ABOUT = ("task", "portal_task", "definition", "activity", "topic", "tenants", "side", "path", "person", "thread", "id")
"""The facts that say what an event is about; the others, such as a reason or a number of seconds, vary."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One time that an event was told. `at`: seconds since the epoch; `facts`: short, a `Reason` as it is."""

    at: float
    facts: Mapping[str, object]

    @property
    def about(self) -> tuple[object, ...]:
        return tuple(self.facts.get(name) for name in ABOUT)


@dataclass(frozen=True, slots=True)
class RecentWarning:
    """All that was told of one event. `newest`: the last time of each thing that it was about, the newest first."""

    event: str
    level: Level
    count: int
    first: float
    newest: tuple[Telling, ...]

    @property
    def last(self) -> float:
        return self.newest[0].at

    def told_again(self, one: Telling) -> RecentWarning:
        others = [before for before in self.newest if before.about != one.about]
        return replace(self, count=self.count + 1, newest=(one, *others[: MOST_SHOWN - 1]))


class RecentWarnings:
    """Kept by event, as long as the process runs; bounded. Thread-safe."""

    def __init__(self, now: Callable[[], float] = clock.wall) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._kept: OrderedDict[str, RecentWarning] = OrderedDict()

    def note(self, event: str, level: Level, facts: Mapping[str, object]) -> None:
        """An event was told; whoever was told of longest ago goes first where there are too many."""
        with self._guard:
            one = Telling(self._now(), facts)
            known = self._kept.get(event)
            self._kept[event] = known.told_again(one) if known else RecentWarning(event, level, 1, one.at, (one,))
            self._kept.move_to_end(event)
            if len(self._kept) > MOST_EVENTS:
                self._kept.popitem(last=False)

    def all(self) -> list[RecentWarning]:
        """What was told last comes first."""
        with self._guard:
            return list(reversed(self._kept.values()))
