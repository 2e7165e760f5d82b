"""A machine that gives the worker no computing time is told as such: engine and portal were blamed for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bitrix.causes import Cause
from tests.support.fakes import Events
from tests.support.still_clock import still_clock
from worker.runtime.call_times import LATEST
from worker.runtime.machine_watch import LONGEST_SECONDS, MOST_TIMES, PIECE_SECONDS, MachineWatch, stretched
from worker.words.codes import PartName


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    return still_clock(monkeypatch)


def gets(now: list[float], share: float) -> Callable[[], float]:
    """The computing time of a process that gets this share of all time; each look at it takes a millisecond."""
    began = now[0]

    def used() -> float:
        now[0] += 0.001
        return (now[0] - began) * share

    return used


@pytest.mark.parametrize(("share", "times"), [(1.0, 1), (0.5, 2), (0.05, 20)])
def test_computing_lasts_longer_by_the_time_that_others_get(now: list[float], share: float, times: int) -> None:
    assert stretched(gets(now, share)) == pytest.approx(times, rel=0.1)


def test_a_machine_that_gives_nothing_at_all_ends_the_measuring(now: list[float]) -> None:
    began = now[0]
    assert stretched(gets(now, 0.0)) >= LONGEST_SECONDS / PIECE_SECONDS
    assert now[0] - began == pytest.approx(LONGEST_SECONDS, rel=0, abs=0.01)


def test_only_what_lasts_is_told_with_its_end(now: list[float]) -> None:
    events, found = Events(), [1.0]
    watch = MachineWatch(events, lambda: found[-1])

    def looked(times: float, looks: int = 1) -> None:
        found.append(times)
        for _ in range(looks):
            now[0] += 10
            watch.look()

    looked(1.0, LATEST)
    looked(30.0, LATEST - 1)
    assert (watch.standstill.pause, watch.stretch()) == (None, 30.0), "whoever accuses a side meanwhile knows of it"
    looked(21.0)
    pause = watch.standstill.pause
    assert pause
    assert (pause.part, pause.cause, pause.stops_all) == (PartName.MACHINE, Cause.MACHINE_BUSY, False)
    assert "lasts 30 s" in pause.said.en
    looked(MOST_TIMES - 1, LATEST)
    assert (watch.standstill.pause, watch.stretch()) == (None, None)
    told = [name for name in events.names() if name.startswith("machine.")]
    assert told == ["machine.busy", "machine.not_busy"]
