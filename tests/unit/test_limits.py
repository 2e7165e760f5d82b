from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from bitrix.limits import RATES, Limiter, Preset

INSTANT = 1e-6


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.time += seconds + INSTANT


def limiter(clock: Clock, rate: tuple[float, float] | None) -> Limiter:
    return Limiter(rate, now=clock.now, sleep=clock.sleep)


def take(bucket: Limiter, times: int) -> None:
    for _ in range(times):
        bucket.acquire()


@pytest.fixture
def often_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_a_full_bucket_goes_at_once_and_the_rest_at_the_rate() -> None:
    clock = Clock()
    bucket = limiter(clock, (2.0, 3.0))
    went = []
    for _ in range(5):
        bucket.acquire()
        went.append(clock.time - 1000.0)
    assert went == pytest.approx([0.0, 0.0, 0.0, 0.5, 1.0], abs=1e-4)


def test_a_pause_makes_room_for_a_full_bucket_and_no_more() -> None:
    clock = Clock()
    bucket = limiter(clock, (2.0, 3.0))
    clock.time += 3600.0
    began = clock.time
    take(bucket, 3)
    assert clock.time == began
    bucket.acquire()
    assert clock.time == pytest.approx(began + 0.5, abs=1e-4)


def test_without_a_rate_nothing_waits() -> None:
    clock = Clock()
    bucket = limiter(clock, None)
    take(bucket, 10_000)
    assert clock.time == 1000.0


@pytest.mark.parametrize(("name", "rate"), [("self-hosted", None), ("cloud", (2, 50)), ("cloud-enterprise", (5, 250))])
def test_a_preset_has_the_documented_limits(name: Preset, rate: tuple[float, float] | None) -> None:
    assert RATES[name] == rate


@pytest.mark.parametrize("name", ["self-hosted", "cloud", "cloud-enterprise"])
def test_a_preset_lets_a_burst_go_at_once(name: Preset) -> None:
    bucket = Limiter.preset(name)
    began = time.monotonic()
    take(bucket, 50)
    assert time.monotonic() - began < 0.2


@given(
    leak=st.floats(0.1, 20.0),
    size=st.integers(1, 20),
    pauses=st.lists(st.floats(0.0, 30.0), min_size=1, max_size=60),
)
def test_no_window_of_time_sees_more_calls_than_bucket_and_rate_allow(
    leak: float, size: int, pauses: list[float]
) -> None:
    clock = Clock()
    bucket = limiter(clock, (leak, float(size)))
    went = []
    for pause in pauses:
        clock.time += pause
        bucket.acquire()
        went.append(clock.time)
    for first in range(len(went)):
        for last in range(first, len(went)):
            assert last - first + 1 <= size + leak * (went[last] - went[first]) + 1e-4


def test_threads_share_one_bucket(often_switching: None) -> None:
    clock = Clock()
    bucket = limiter(clock, (1.0, 40_000.0))
    threads = [threading.Thread(target=take, args=(bucket, 5_000)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.time == 1000.0
    bucket.acquire()
    assert clock.time == pytest.approx(1001.0, abs=1e-4)
