"""What is logged once, also if many ask at once, and in bounded memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from worker.steps.once import Once


def test_one_of_many_that_ask_at_once_is_the_first() -> None:
    once = Once()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(once.first, [("p:1:x", "A")] * 1000)).count(True) == 1
    assert ("p:1:x", "A") in once
    assert once.first(("p:1:x", "B"))


def test_the_oldest_is_forgotten_and_nothing_new_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.steps.once.MOST_KEPT", 2)
    once = Once()
    assert [once.first(key) for key in "abcca"] == [True, True, True, False, True]
