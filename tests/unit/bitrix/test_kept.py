"""Answers that are kept for minutes: one call for all who ask the same; a failure is shared, but never kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bitrix.errors import Doubtful
from bitrix.kept import Kept
from tests.support.engine_admin import wait_until


def _waiters(call: Any) -> Any:
    return call._condition._waiters


def minute(_: object) -> float:
    return 60.0


def test_a_value_is_kept_for_its_time_and_a_none_too(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("bitrix.kept.time.monotonic", lambda: now[0])
    kept: Kept[str, int | None] = Kept()
    answers: list[int | None] = [None, 7]
    assert [kept.get("a", lambda: answers.pop(0), minute) for _ in range(3)] == [None] * 3
    now[0] += 61
    assert kept.get("a", lambda: answers.pop(0), minute) == 7


def test_a_failure_is_not_kept() -> None:
    kept: Kept[str, int] = Kept()

    def fails() -> int:
        raise Doubtful("user.get", "http_502")

    with pytest.raises(Doubtful):
        kept.get("a", fails, minute)
    assert kept.get("a", lambda: 7, minute) == 7


def test_what_was_forgotten_is_asked_again() -> None:
    kept: Kept[str, int] = Kept()
    kept.get("a", lambda: 7, minute)
    kept.forget("a")
    kept.forget("never there")
    assert kept.get("a", lambda: 8, minute) == 8


def test_the_oldest_is_dropped_first() -> None:
    kept: Kept[int, int] = Kept(most=2)
    for key in (1, 2, 1, 3):
        kept.get(key, lambda: 0, minute)
    assert [kept.get(key, lambda: 9, minute) for key in (1, 3, 2)] == [0, 0, 9]


@pytest.mark.parametrize("fails", [False, True])
def test_all_who_ask_at_once_share_one_call_and_its_failure(*, fails: bool) -> None:
    """Twenty tasks of one process must not wait for twenty calls in a row that all time out."""
    kept: Kept[str, int] = Kept()
    asked, others = [], threading.Event()

    def ask() -> int:
        asked.append(1)
        others.wait(30)
        if fails:
            raise Doubtful("user.get", "no_answer")
        return 7

    def get() -> object:
        try:
            return kept.get("a", ask, minute)
        except Doubtful as error:
            return error.code

    with ThreadPoolExecutor(20) as pool:
        results = [pool.submit(get) for _ in range(20)]
        wait_until(lambda: asked and len(_waiters(kept._calls["a"])) == 19, "nineteen wait for the first")
        others.set()
        assert {one.result(30) for one in results} == {"no_answer" if fails else 7}
    assert len(asked) == 1
