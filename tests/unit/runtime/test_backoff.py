from __future__ import annotations

import pytest

from worker.runtime.backoff import backoff


@pytest.mark.parametrize(("tries", "whole"), [(0, 2.0), (1, 4.0), (3, 16.0), (5, 60.0), (2000, 60.0), (10**9, 60.0)])
def test_the_wait_doubles_up_to_the_longest_however_many_tries_there_were(tries: int, whole: float) -> None:
    waits = [backoff(2.0, tries, 60.0) for _ in range(200)]
    assert whole / 2 <= min(waits)
    assert max(waits) <= whole
    assert len(set(waits)) > 1
