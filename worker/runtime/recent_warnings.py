"""The recent warnings of this run, kept for the status page: few people read the log, and it is rotated."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from worker.runtime import clock
from worker.runtime.warning_ends import ended_by, passed_with
from worker.words.log.text import Level

MOST_EVENTS = 100
MOST_SHOWN = 3
"""Occurrences kept for each event, each about another thing: a thousand failed tasks must not hide one unknown
tenant."""
LASTING = ("model.", "step.", "task.held", "waiting.not_concluded")
MOST_LASTING = 20
"""The same for events that are told once and stay true for long: until somebody corrects the model, say."""
ABOUT = (
    *("task", "portal_task", "definition", "activity", "finding", "topic", "tenants", "side", "path", "person"),
    *("thread", "id", "part", "look", "worker", "process_instance_id"),
)
"""The facts that identify what an event is about. Others, such as a reason or a number of seconds, vary."""
MATTER = ("side", "part")
"""Facts that make two occurrences of an event two matters: each is counted alone."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One occurrence of an event. `at`: seconds since the epoch; `facts`: shortened, a `Code` stays as it is.

    `passed`: a later event said that this is over; False: it may be over all the same.
    """

    at: float
    facts: Mapping[str, object]
    passed: bool = False

    @property
    def about(self) -> tuple[object, ...]:
        return tuple(self.facts.get(name) for name in ABOUT)


@dataclass(frozen=True, slots=True)
class RecentWarning:
    """All occurrences of one event, for one side or part if it names one.

    `newest`: the latest occurrence for each thing it was about, newest first.
    """

    event: str
    level: Level
    count: int
    first: float
    newest: tuple[Telling, ...]

    @property
    def last(self) -> float:
        return self.newest[0].at

    def with_one_more(self, one: Telling) -> RecentWarning:
        most = MOST_LASTING if self.event.startswith(LASTING) else MOST_SHOWN
        others = [before for before in self.newest if before.about != one.about]
        return replace(self, count=self.count + 1, newest=(one, *others[: most - 1]))

    def after(self, event: str, facts: Mapping[str, object]) -> RecentWarning:
        """The same once this event has come: it may say that what was told has passed."""
        over = [passed_with(event, facts, self.event, one.facts) for one in self.newest]
        newest = (replace(one, passed=True) if ends else one for one, ends in zip(self.newest, over, strict=True))
        return replace(self, newest=tuple(newest)) if any(over) else self


class RecentWarnings:
    """Warnings by event and matter, kept while the process runs; bounded. Thread-safe."""

    def __init__(self, now: Callable[[], float] = clock.wall) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], RecentWarning] = OrderedDict()

    def note(self, event: str, level: Level, facts: Mapping[str, object]) -> None:
        """Record an occurrence. Beyond `MOST_EVENTS`, what last occurred longest ago is dropped."""
        key = (event, *(facts.get(name) for name in MATTER))
        with self._guard:
            one = Telling(self._now(), facts)
            known = self._kept.get(key)
            self._kept[key] = known.with_one_more(one) if known else RecentWarning(event, level, 1, one.at, (one,))
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_EVENTS:
                self._kept.popitem(last=False)

    def heard(self, event: str, facts: Mapping[str, object]) -> None:
        """Note what has passed with this event, if anything."""
        if over := ended_by(event):
            with self._guard:
                for key, known in self._kept.items():
                    if known.event in over:
                        self._kept[key] = known.after(event, facts)

    def all(self) -> list[RecentWarning]:
        """All warnings, the most recent first."""
        with self._guard:
            return list(reversed(self._kept.values()))
