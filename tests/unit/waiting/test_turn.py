"""Whose turn it is in a sweep: shares of the same size, nobody left out, nobody waits longer than a round."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from worker.config.settings import WaitingSettings
from worker.tasks.waiting_book import Waiting
from worker.waiting.turn import Turn

TEN_SWEEPS = WaitingSettings(full_look_minutes=20)


def steps(count: int) -> dict[str, Waiting]:
    some = {f"task-{n}": SimpleNamespace(portal_task_id=n, hinted=False, was_closed=False) for n in range(count)}
    return cast("dict[str, Waiting]", some)


def test_a_long_book_has_its_turn_in_shares() -> None:
    some = steps(1000)
    turn = Turn(TEN_SWEEPS)
    seen: list[str] = []
    for _ in range(10):
        share = turn.next_of(some, {"task-7"})
        assert len(share) in (100, 101)
        seen += [id_ for id_ in share if id_ != "task-7"]
    assert (turn.is_over, len(seen), len({*seen, "task-7"})) == (True, 999, 1000)


def test_nobody_waits_longer_than_a_round_though_others_come_and_go() -> None:
    some = steps(1000)
    there = dict(list(some.items())[:600])
    turn, looked_at = Turn(TEN_SWEEPS), dict.fromkeys(there, 0)
    for sweep in range(1, 40):
        there |= dict(list(some.items())[590 + sweep * 10 : 600 + sweep * 10])  # ten new ones
        gone = list(there)[sweep]
        del there[gone]
        looked_at = {id_: looked_at.get(id_, sweep) for id_ in there}
        share = turn.next_of(there, ())
        assert len(share) <= 100, "no burst"
        looked_at |= dict.fromkeys(share, sweep)
        assert sweep - min(looked_at.values()) <= 10
        if sweep % 2:
            there[gone] = some[gone]  # handed out again
