"""A flood of hints costs no more looks than a few; one alone is looked at at once."""

from __future__ import annotations

import threading

import pytest

from worker.waiting.hints import EVERY_SECONDS, MOST, Hints


class Site:
    def __init__(self) -> None:
        self.now = 100.0
        self.hints = Hints(lambda: self.now)


@pytest.fixture
def site() -> Site:
    return Site()


def test_one_is_looked_at_at_once(site: Site) -> None:
    site.hints.add(7)
    assert site.hints.wait(5.0)
    assert site.hints.take({7, 8}, 50) == {7}
    assert site.hints.take({7, 8}, 50) == set(), "and once"


def test_ten_thousand_are_looked_at_fifty_at_a_time_and_twice_a_second(site: Site) -> None:
    looks: list[set[int]] = []
    for number in range(10_000):
        site.hints.add(number % 200)
    began = site.now
    while site.hints.wait(0.0) or looks == [] or len(set.union(*looks)) < 200:
        if site.hints.wait(0.0):
            looks.append(site.hints.take(set(range(200)), 50))
        site.now += 0.1
    assert [len(look) for look in looks] == [50] * 4
    assert site.now - began >= 3 * EVERY_SECONDS


def test_what_nobody_waits_for_is_forgotten_and_paced_too(site: Site) -> None:
    site.hints.add(1)
    assert site.hints.take({2}, 50) == set()
    site.hints.add(2)
    assert not site.hints.wait(0.0), "looking for those who wait costs something as well"
    site.now += EVERY_SECONDS
    assert site.hints.wait(0.0)
    assert site.hints.take({1, 2}, 50) == {2}


def test_they_are_bounded(site: Site) -> None:
    for number in range(MOST + 10):
        site.hints.add(number)
    assert len(site.hints.take(range(MOST + 10), MOST * 2)) == MOST


def test_who_waits_for_one_wakes_up_for_it() -> None:
    hints = Hints()
    thread = threading.Timer(0.05, hints.add, [7])
    thread.start()
    assert hints.wait(30.0)
    thread.join()
