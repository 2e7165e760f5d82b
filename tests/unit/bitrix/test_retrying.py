from __future__ import annotations

import pytest
from tenacity import Retrying

from bitrix.retrying import backoff, growing, read_series, series
from tests.support.sources import calls


@pytest.mark.parametrize(("tries", "whole"), [(0, 2.0), (1, 4.0), (3, 16.0), (5, 60.0), (2000, 60.0), (10**9, 60.0)])
def test_the_wait_doubles_up_to_the_longest_however_many_tries_there_were(tries: int, whole: float) -> None:
    waits = [backoff(2.0, tries, 60.0) for _ in range(200)]
    assert whole / 2 <= min(waits)
    assert max(waits) <= whole
    assert len(set(waits)) > 1


@pytest.mark.parametrize(("tries", "seconds"), [(0, 2.0), (1, 4.0), (4, 32.0), (5, 60.0), (2000, 60.0), (10**9, 60.0)])
def test_a_growing_wait_is_the_same_for_the_same_number_of_tries(tries: int, seconds: float) -> None:
    assert growing(2.0, tries, 60.0) == seconds


class Passes(Exception):
    """An error after which an immediate retry may succeed."""


def tried(made: Retrying, error: type[Exception]) -> list[float]:
    """The waits of a series that fails with this error to its end."""
    waits: list[float] = []

    def fail() -> None:
        raise error

    with pytest.raises(error):
        made.copy(sleep=waits.append)(fail)
    return waits


def passing(error: BaseException) -> bool:
    return isinstance(error, Passes)


def test_a_series_ends_after_its_attempts_with_the_last_error() -> None:
    assert tried(series(passing, attempts=3, wait=lambda _: 0.5), Passes) == [0.5, 0.5]
    assert tried(series(passing, attempts=3, wait=lambda _: 0.5), KeyError) == []


def test_a_series_begins_no_try_that_would_be_too_late() -> None:
    assert tried(series(passing, attempts=3, wait=lambda _: 0.5, within=0.0), Passes) == []
    waits = tried(read_series(passing), Passes)
    assert len(waits) == 3
    assert 0 < min(waits) <= max(waits) <= 0.4


@pytest.mark.parametrize("package", ["bitrix", "worker"])
def test_every_series_is_made_in_one_place(package: str) -> None:
    """So that its numbers can be compared with the others."""
    made = {path.name for path, call in calls(package) if getattr(call.func, "id", "") in ("Retrying", "retry")}
    assert made - {"retrying.py"} == set()
