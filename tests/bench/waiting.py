"""What steps that wait for people cost: ten thousand and a hundred thousand of them.

Each number is measured twice in one run: with a look at all tasks in each poll, then by the portal's list of changes.
In between the worker is killed, and goes on with all steps at its next start; at the end it is stopped in order.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sandbox.engine.start import Wishes, start_engine
from sandbox.portal import Portal
from tests.bench.crowd import OF_AN_INSTANCE, Crowd, Idle, Released
from tests.bench.page import WAITING, Findings
from tests.bench.tables import progress, table
from worker.waiting.trust import ENOUGH
from worker.words.phrase import Phrase

SIZES = (10_000, 100_000)
AT_ALL, BY_CHANGE = "0", "60"
"""Two values of `waiting.full_look_minutes`."""
CLOSED = 100


@dataclass(frozen=True, slots=True)
class Column:
    """The figures of one number of steps. Delays in seconds, from the close of a task to the completion of its step."""

    at_all: Idle
    by_change: Idle
    polled: Sequence[float]
    told: Sequence[float]
    waiting_again: float
    page: float
    status: float
    released: Released


def run(findings: Findings, *, sizes: Sequence[int] = SIZES, idle_seconds: float) -> None:
    """Print the figures of each size as soon as they are known; with both sizes also the rows of the pages."""
    columns = []
    for count in sizes:
        columns.append(column := _column(count, idle_seconds))
        for name, idle in (("at all", column.at_all), ("by change", column.by_change)):
            print(f"{count:,} {name}: portal {_calls(idle.calls)}; engine {_calls(idle.to_engine)}")
        table(["waiting steps", f"{count:,}"], [[WAITING.rows[name].en, cell.en] for name, [cell] in rows_of([column])])
    if tuple(sizes) == SIZES:
        for name, cells in rows_of(columns):
            findings.add(WAITING, name, *cells)


def _calls(some: Mapping[str, float]) -> str:
    return ", ".join(f"{call} {count:.1f}" for call, count in sorted(some.items()) if count)


def _column(count: int, idle_seconds: float) -> Column:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        start_engine("camunda", Wishes(heap="4g")) as engine,
        Portal() as portal,
    ):
        crowd, clock = Crowd(engine.base_url, Path(folder), portal, count), _Clock(count)
        try:
            crowd.fill()
            clock.tell("filled")
            crowd.start(AT_ALL)
            at_all = crowd.idle(idle_seconds)
            waiting_again = crowd.start(BY_CHANGE)
            clock.tell("looked at all, restarted")
            crowd.close(ENOUGH, 1.0)
            crowd.quieten()
            by_change = crowd.idle(idle_seconds)
            page, status = crowd.seconds_of_page(), crowd.seconds_of_status()
            polled = crowd.close(min(CLOSED, count // OF_AN_INSTANCE), 60.0)
            crowd.listen()
            told = crowd.close(min(CLOSED, count // OF_AN_INSTANCE), 30.0)
            clock.tell("closed")
            return Column(at_all, by_change, polled, told, waiting_again, page, status, crowd.release())
        finally:
            crowd.end()
            progress("")


class _Clock:
    """Says how long each part of a long run has taken."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._since = time.monotonic()

    def tell(self, what: str) -> None:
        print(f"{self._count:,} {what}: {time.monotonic() - self._since:.0f} s", flush=True)
        self._since = time.monotonic()


def rows_of(columns: Sequence[Column]) -> list[tuple[str, list[Phrase]]]:
    """The rows of the pages, by their names."""
    return [
        ("by_change", [_number(one.by_change.portal) for one in columns]),
        ("at_all", [_number(one.at_all.portal) for one in columns]),
        ("ratio", [_number(one.at_all.portal / one.by_change.portal) for one in columns]),
        ("engine", [_number(one.by_change.engine) for one in columns]),
        ("cpu", [Phrase(f"{one.by_change.cpu:.1%}", f"{one.by_change.cpu:.1%}") for one in columns]),
        ("memory", [Phrase(f"{one.by_change.memory:.0f} МБ", f"{one.by_change.memory:.0f} MB") for one in columns]),
        ("polled", [_delays(one.polled) for one in columns]),
        ("told", [_delays(one.told) for one in columns]),
        ("again", [_span(one.waiting_again, 0) for one in columns]),
        ("released", [_released(one.released) for one in columns]),
        ("page", [_span(one.page, 2) for one in columns]),
        ("status", [_span(one.status, 2) for one in columns]),
    ]


def _number(value: float) -> Phrase:
    text = f"{value:.0f}" if value >= 10 else f"{value:.1f}"
    return Phrase(text, text)


def _span(seconds: float, digits: int) -> Phrase:
    return Phrase(f"{seconds:.{digits}f} с", f"{seconds:.{digits}f} s")


def _released(one: Released) -> Phrase:
    left = f"{one.left:,}"
    return Phrase(f"{one.seconds:.0f} с, {left.replace(',', ' ')}", f"{one.seconds:.0f} s, {left}")


def _delays(some: Sequence[float]) -> Phrase:
    p50, p95 = median(some), some[int(len(some) * 0.95) - 1]
    return Phrase(f"p50 {p50:.2f} с, p95 {p95:.2f} с", f"p50 {p50:.2f} s, p95 {p95:.2f} s")
