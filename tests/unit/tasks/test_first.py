"""P1 on an engine with two clocks: the node that ran the step, and the one that answered the fetch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.builders import NOW, deadlines, fetched
from tests.support.fakes import Events
from worker.tasks.first import SurelyFirst

WITHIN, SKEW, LOCK = 10.0, 3.0, 150.0
TIMES = deadlines(young=WITHIN, clock_skew=SKEW)


def believed(first: SurelyFirst, measured: float) -> bool:
    """`measured`: how old the step is by what the two nodes have said."""
    locked = NOW + timedelta(seconds=measured + LOCK + SKEW)
    return first.believed(fetched(create_time=NOW, lock_expiration=locked), LOCK)


def first_of(events: Events) -> SurelyFirst:
    return SurelyFirst(events, TIMES)


@pytest.mark.parametrize("apart", [-SKEW, -1.0, 0.0, 1.0, SKEW])
def test_what_is_freed_is_believed_by_nobody_however_far_the_clocks_are_apart(apart: float) -> None:
    """P10 frees a step at an age at which no node makes it look young enough for P1."""
    first = first_of(Events())
    assert not believed(first, TIMES.free_after + apart)
    assert believed(first, WITHIN - 0.1), "or nothing is ever believed"


@pytest.mark.parametrize(("measured", "is_believed"), [(-3.0, True), (0.0, True), (9.9, True), (10.0, False)])
def test_a_step_may_look_younger_than_it_is_by_the_skew_at_most(measured: float, is_believed: bool) -> None:
    events = Events()
    assert believed(first_of(events), measured) is is_believed
    assert events.seen == []


def test_clocks_that_prove_to_be_further_apart_are_told_once_and_believed_no_more() -> None:
    events = Events()
    first = first_of(events)
    assert not believed(first, -3.1)
    assert not believed(first, -60.0)
    assert not believed(first, 1.0), "by such clocks it may be a minute old"
    assert events.seen == [("engine.clocks_apart", {"seconds": 3.1, "allowed": SKEW})]


@pytest.mark.parametrize("changes", [{"retries": 3}, {"create_time": None}, {"lock_expiration": None}])
def test_what_was_tried_or_has_no_times_is_never_believed(changes: dict[str, Any]) -> None:
    assert not first_of(Events()).believed(fetched(**changes), LOCK)
