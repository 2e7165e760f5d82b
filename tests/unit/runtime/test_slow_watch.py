"""A side that has become slow is told, with what its calls take now beside what is usual; nothing else is."""

from __future__ import annotations

import pytest

from bitrix.causes import Cause
from tests.support.fakes import Events
from tests.support.still_clock import still_clock
from worker.runtime.call_times import FRESH_SECONDS, LATEST, SLOW_SECONDS, USUAL, CallTimes, Latency
from worker.runtime.gate import Gate
from worker.runtime.slow_watch import SlowWatch
from worker.runtime.timings import Timings
from worker.words.codes import PartName, SideName

QUICK, SLOW = 0.008, 25.0


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    return still_clock(monkeypatch)


def called(times: CallTimes, now: list[float], *seconds: float) -> CallTimes:
    for took in seconds:
        now[0] += took
        times.add(took)
    return times


@pytest.mark.parametrize(
    ("calls", "slow"),
    [
        ([], False),
        ([SLOW], False),
        ([*[QUICK] * USUAL, SLOW], False),
        ([*[QUICK] * USUAL, SLOW, SLOW], False),
        ([SLOW, QUICK] * 20, False),
        ([SLOW_SECONDS - 0.1] * 9, False),
        ([*[QUICK] * USUAL, *[SLOW] * LATEST], True),
        ([SLOW] * LATEST, True),
        ([*[SLOW] * 9, QUICK], True),
        ([*[SLOW] * 9, QUICK, SLOW, SLOW], True),
        ([*[SLOW] * 9, QUICK, QUICK], False),
    ],
)
def test_only_several_slow_calls_in_a_row_make_a_side_slow(now: list[float], calls: list[float], slow: bool) -> None:
    assert called(CallTimes(), now, *calls).is_slow() is slow


def test_what_is_usual_does_not_hide_what_is_now(now: list[float]) -> None:
    """The median of fifty calls said 8 ms while each call took 25 s."""
    times = called(CallTimes(), now, *[QUICK] * USUAL, *[SLOW] * LATEST)
    assert times.read() == Latency(SLOW, QUICK)
    called(times, now, *[SLOW] * 3 * USUAL)
    assert times.read() == Latency(SLOW, QUICK), "what is slow never becomes usual"
    assert called(CallTimes(), now, SLOW, SLOW).read() == Latency(SLOW, None)
    assert called(CallTimes(), now, QUICK, SLOW).read() == Latency(QUICK, QUICK), "a single call is not what is now"


def test_of_what_was_measured_long_ago_nothing_is_said(now: list[float]) -> None:
    times = called(CallTimes(), now, QUICK, *[SLOW] * LATEST)
    now[0] += FRESH_SECONDS + LATEST * SLOW
    assert times.read() == Latency(None, QUICK)
    assert not times.is_slow()
    assert not called(times, now, SLOW).is_slow(), "one slow call after a long time is a single one"


class Scene:
    def __init__(self) -> None:
        self.events = Events()
        self.gate = Gate("portal", self.events)
        self.times = CallTimes()
        self.allowed = 32
        self.stretch: float | None = None
        self.watch = SlowWatch(
            self.gate, self.times, self.events, at_once=lambda: self.allowed, stretch=lambda: self.stretch
        )

    def looked(self) -> bool:
        """Whether the side is told as slow, after one more look."""
        self.watch.look()
        return self.is_told()

    def is_told(self) -> bool:
        return self.watch.standstill.pause is not None


def test_a_slow_side_is_told_once_with_what_it_means_and_its_end(now: list[float]) -> None:
    scene = Scene()
    scene.watch.look()
    called(scene.times, now, *[QUICK] * USUAL, *[SLOW] * LATEST)
    scene.watch.look()
    pause = scene.watch.standstill.pause
    assert pause is not None
    assert (pause.side, pause.part, pause.cause) == ("portal", PartName.SLOW_PORTAL, Cause.PORTAL_SLOW)
    assert (pause.passes, pause.stops_all) == (True, False)
    assert "25.0 s, usually 8 ms" in pause.said.en
    assert "25,0 с, обычно 8 мс" in pause.said.ru
    assert "32" in pause.said.en
    assert "77 tasks a minute" in pause.said.en
    scene.allowed = 8
    called(scene.times, now, *[60.0] * LATEST)
    scene.watch.look()
    again = scene.watch.standstill.pause
    assert again is not None
    assert ("1 min" in again.said.en, "at most 8 tasks" in again.said.en, again.since) == (True, True, pause.since)
    scene.watch.standstill.remind()
    called(scene.times, now, *[QUICK] * LATEST)
    for _ in range(2):
        scene.watch.look()
    assert scene.watch.standstill.pause is None
    told = [name for name in scene.events.names() if name != "part.tried"]
    assert told == ["side.slow", "side.not_slow"]
    assert scene.events.facts("side.slow")["side"] is SideName.PORTAL
    assert "Check the load" in str(scene.events.facts("side.slow")["reason"])
    assert scene.events.facts("side.not_slow")["now"] == "a call takes 8 ms"


@pytest.mark.parametrize("slow_after", [True, False])
def test_a_side_that_is_down_is_not_slow_besides_and_its_slow_answers_end_only_with_quick_ones(
    now: list[float], slow_after: bool
) -> None:
    """The log said that they had ended whenever the side was paused, and began anew after each pause."""
    scene = Scene()
    called(scene.times, now, *[SLOW] * LATEST)
    scene.gate.close("away", retry_after=1.0)
    assert not scene.looked()
    scene.gate.open()
    assert scene.looked()
    scene.gate.close("away", retry_after=1.0)
    assert not scene.is_told(), "at once, not only at the next look"
    assert not scene.looked()
    assert scene.events.names().count("side.not_slow") == 0
    called(scene.times, now, *[SLOW if slow_after else QUICK] * LATEST)
    scene.gate.open()
    assert scene.looked() is slow_after
    if slow_after:
        pause = scene.watch.standstill.pause
        assert pause is not None
        assert pause.lasted == LATEST * SLOW, "since it was told first"
    told = [name for name in scene.events.names() if name.startswith("side.")]
    assert told == (["side.slow"] if slow_after else ["side.slow", "side.not_slow"])


def test_a_side_that_is_not_called_any_more_is_not_said_to_answer_quickly(now: list[float]) -> None:
    scene = Scene()
    called(scene.times, now, *[SLOW] * LATEST)
    assert scene.looked()
    now[0] += FRESH_SECONDS + LATEST * SLOW
    assert not scene.looked()
    assert scene.events.facts("side.not_slow")["now"] == "there were no calls in the last minutes"


def test_calls_that_may_rightly_take_long_say_nothing_of_a_side(now: list[float]) -> None:
    timings = Timings()
    for _ in range(LATEST):
        timings.portal_call("disk.folder.uploadfile", SLOW)
        timings.portal_call("imena.camunda.sync", SLOW)
        for call in ("fetchAndLock", "variable-instance"):
            timings.engine_sent(call)
            now[0] += SLOW
            timings.engine_answered(call)
    assert [times.read() for times in timings.sides.values()] == [Latency(), Latency()]
    for _ in range(LATEST):
        timings.portal_call("tasks.task.list", SLOW)
        timings.engine_sent("count")
        now[0] += SLOW
        timings.engine_answered("count")
    assert [times.is_slow() for times in timings.sides.values()] == [True, True]


@pytest.mark.parametrize("stretch", [None, 21.3])
def test_a_side_is_not_accused_before_a_machine_that_makes_it_look_slow(
    now: list[float], stretch: float | None
) -> None:
    """The portal answered others within milliseconds: the worker's own machine was overloaded."""
    scene = Scene()
    scene.stretch = stretch
    called(scene.times, now, *[SLOW] * LATEST)
    assert scene.looked()
    reason = scene.events.facts("side.slow")["reason"]
    assert ("First check the worker's machine: a second of computing lasts 21 s" in str(reason)) is bool(stretch)
    assert ("Check the load of the portal's server" in str(reason)) is True
