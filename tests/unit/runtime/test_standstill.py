"""A pause of one part of the work: told once, each minute, and at its end."""

from __future__ import annotations

import pytest

from bitrix.causes import Cause, Trouble
from tests.support.fakes import Events
from worker.runtime import clock
from worker.runtime.clock_watch import JUMP_SECONDS, ClockWatch
from worker.runtime.gate import TELL_AGAIN_SECONDS
from worker.runtime.standstill import Standstill
from worker.words.codes import PartName

GONE = Trouble("portal", Cause.TASKS_GONE, said="4/50")
MORE = Trouble("portal", Cause.TASKS_GONE, said="5/50")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    times = [1000.0]
    monkeypatch.setattr(clock, "boottime", lambda: times[0])
    return times


def test_it_keeps_its_beginning_and_tells_each_minute_and_its_end(now: list[float]) -> None:
    events = Events()
    part = Standstill("portal", PartName.GONE_TASKS, events)
    part.remind()
    part.resume()
    assert events.names() == []
    assert part.begin(GONE, seconds=30.0)
    now[0] += TELL_AGAIN_SECONDS - 1
    assert not part.begin(MORE, seconds=30.0), "the same cause"
    part.remind()
    now[0] += 1
    part.remind()
    part.remind()
    assert part.pause
    assert (part.pause.since, part.pause.tries, part.pause.seconds_to_check) == (1000.0, 2, 29.0)
    assert part.pause.said.en.endswith("5/50")
    part.resume()
    part.resume()
    assert events.names() == ["part.tried", "part.still_paused", "part.resumed"]
    assert events.facts("part.still_paused")["count"] == 2
    assert events.facts("part.resumed")["seconds"] == TELL_AGAIN_SECONDS


def test_another_cause_is_told(now: list[float]) -> None:
    part = Standstill("portal", PartName.SYNCS, Events())
    assert part.begin(GONE, seconds=1.0)
    assert part.begin(Trouble("portal", Cause.SCOPE_MISSING), seconds=1.0)
    assert part.pause
    assert part.pause.since == now[0]


@pytest.mark.parametrize(("jump", "said"), [(3661.0, "+1:01:00"), (3598.7, "+1:00:00"), (-90.0, "-0:01:30")])
def test_a_clock_that_is_set_is_told_until_it_is_set_back(
    now: list[float], monkeypatch: pytest.MonkeyPatch, jump: float, said: str
) -> None:
    wall = [1.8e9]
    monkeypatch.setattr(clock, "wall", lambda: wall[0])
    events = Events()
    watch, of_a_server = ClockWatch(events, follows=True), ClockWatch(events, follows=False)
    wall[0] += JUMP_SECONDS - 1
    watch.look()
    assert events.names() == []
    wall[0] += jump - JUMP_SECONDS + 1
    watch.look()
    of_a_server.look()
    pause = watch.standstill.pause
    assert pause
    assert (pause.cause, pause.said.en.rpartition(" ")[2]) == (Cause.CLOCK_JUMPED, said)
    wall[0] -= jump
    now[0] += 5
    wall[0] += 5
    watch.look()
    assert watch.standstill.pause is None
    assert events.names() == ["clock.jumped", "part.resumed"]
