from __future__ import annotations

import threading
import time

import pytest

from bitrix.limits.limiter import Cost, Kind, Limiter
from bitrix.limits.presets import PRESETS, Limits

ADD = "tasks.task.add"


def test_without_limits_everybody_passes_at_once() -> None:
    limiter = Limiter()
    with limiter.turn(ADD, Kind.CREATE) as turn, limiter.turn("profile", Kind.URGENT) as other:
        assert turn.granted
        assert other.granted
    assert limiter.budgets_left() == {}


def test_no_more_creates_at_once_than_allowed_from_any_number_of_threads() -> None:
    limiter = Limiter(Limits(concurrency=4))
    guard, now, most, done = threading.Lock(), [0], [0], [0]

    def create() -> None:
        for _ in range(20):
            with limiter.turn(ADD, Kind.CREATE) as turn:
                assert turn.granted
                with guard:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                time.sleep(0.0005)
                with guard:
                    now[0] -= 1
                    done[0] += 1
                limiter.leave(turn)
                limiter.leave(turn)  # as the client does

    threads = [threading.Thread(target=create) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (most[0], done[0]) == (4, 320)


def test_who_is_stopped_while_waiting_goes_without_a_turn() -> None:
    limiter = Limiter(Limits(concurrency=1))
    with limiter.turn(ADD, Kind.CREATE) as first:
        assert first.granted
        with limiter.turn(ADD, Kind.CREATE, lambda _: True) as second:
            assert not second.granted
    with limiter.turn(ADD, Kind.CREATE) as third:
        assert third.granted


def test_a_turn_that_fails_is_given_up() -> None:
    limiter = Limiter(Limits(concurrency=1))
    with pytest.raises(RuntimeError), limiter.turn(ADD, Kind.CREATE):
        raise RuntimeError
    with limiter.turn(ADD, Kind.CREATE) as turn:
        assert turn.granted


def test_the_budget_that_is_left_can_be_seen() -> None:
    limiter = Limiter(PRESETS["cloud"], now=lambda: 0.0)
    with limiter.turn(ADD, Kind.CREATE) as turn:
        assert turn.granted
        limiter.answered(turn, 0.9, Cost(30.0))
    assert limiter.budgets_left() == {ADD: 450.0}
