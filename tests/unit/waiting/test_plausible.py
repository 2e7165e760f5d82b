"""Which tasks are gone is said of a few: some are enough to look for."""

from __future__ import annotations

import pytest

from worker.waiting.plausible import gone_of


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ([9, 3, 4], "3/50: #3, #4, #9"),
        ([5, 4, 3, 2, 1], "5/50: #1, #2, #3, #4, #5"),
        (range(1, 41), "40/50: #1, #2, #3, #4, #5, …"),
        ([7, None, None], "3/50: #7"),
        ([None, None, None], "3/50"),
    ],
)
def test_the_first_of_those_that_are_gone_are_named(gone: list[int | None], said: str) -> None:
    assert gone_of(gone, 50).said == said
