from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.builders import open_ledger
from tests.support.fakes import Events
from worker.ledger import Counted, LedgerUnavailable
from worker.monitoring.rates import MINUTES, Rates
from worker.monitoring.statistics import Statistics


class Minutes:
    """Rates with a clock that a test sets."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.rates = Rates(lambda: self.at)

    def sample(self, count: int, *, after: float = 60.0) -> None:
        self.at += after
        self.rates.sample({"tasks_created": count})

    def now(self, count: int) -> list[float]:
        return self.rates.per_minute("tasks_created", {"tasks_created": count})


def test_each_minute_has_what_was_counted_in_it_and_the_last_is_not_over() -> None:
    minutes = Minutes()
    for count in (5, 5, 12):
        minutes.sample(count)
    assert minutes.now(15) == [0, 7, 3]


def test_before_the_first_sample_nothing_is_known() -> None:
    assert Minutes().now(99) == []


def test_what_was_counted_before_the_start_is_not_shown() -> None:
    minutes = Minutes()
    minutes.sample(1_000_000)
    assert minutes.now(1_000_000) == [0]


def test_minutes_without_a_sample_share_what_came() -> None:
    minutes = Minutes()
    minutes.sample(0)
    minutes.sample(30, after=180.0)
    assert minutes.now(30) == [10, 10, 10, 0]


def test_an_hour_is_kept_and_no_more() -> None:
    minutes = Minutes()
    for count in range(500):
        minutes.sample(count)
    minutes.sample(600, after=86400.0)
    assert len(minutes.now(600)) == MINUTES
    assert len(minutes.rates._samples) == MINUTES


def test_a_name_that_was_never_counted_is_zero() -> None:
    minutes = Minutes()
    minutes.sample(1)
    minutes.sample(2)
    assert minutes.rates.per_minute("tasks_failed", {}) == [0, 0]


def test_the_statistics_sample_at_the_start_and_each_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = open_ledger(tmp_path)
    statistics = Statistics(ledger, Events())
    ledger.count(Counted.TASKS_CREATED, 4)
    statistics.tell()
    ledger.count(Counted.TASKS_CREATED, 4)
    assert statistics.rates.per_minute("tasks_created", ledger.counters()) == [4, 4]

    def full() -> dict[str, int]:
        raise LedgerUnavailable("full")

    monkeypatch.setattr(ledger, "counters", full)
    statistics.tell()
    assert len(statistics.rates._samples) == 2
    ledger.close()


def test_they_say_how_much_time_they_cover() -> None:
    minutes = Minutes()
    assert minutes.rates.covered() == 0.0
    for _ in range(3):
        minutes.sample(1)
    assert minutes.rates.covered() == 120.0
    for _ in range(MINUTES):
        minutes.sample(1)
    minutes.at += 120.0
    assert minutes.rates.covered() == 3600.0
