"""What one heartbeat shows beside the one before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.support.builders import open_ledger
from worker.ledger.peers import Peers, Silent, SilentPeers

NOTHING = Peers([], [], [])
START, LOCKS_END = 100.0, 700.0


@dataclass
class Beats:
    peers: SilentPeers = field(default_factory=SilentPeers)

    def show(self, *, now: float, beat_at: float = 150.0, until: float = LOCKS_END, **steps: int) -> Peers:
        silent = {owner: Silent(f"host-{owner}", beat_at, count, until) for owner, count in steps.items()}
        return self.peers.compared(silent, now=now, since=START)


def test_a_silent_run_is_told_once_then_relieved_once_and_back_when_it_is_silent_no_more() -> None:
    beats = Beats()
    [told] = beats.show(now=200.0, a=2).silent
    assert (told.worker, told.steps) == ("host-a", 2)
    assert beats.show(now=210.0, a=1) == NOTHING
    assert beats.show(now=220.0, a=0).relieved == ["host-a"]
    assert beats.peers.is_over("a")
    assert beats.show(now=230.0, a=0) == NOTHING
    assert beats.show(now=240.0).back == ["host-a"]
    assert not beats.peers.is_over("a"), "what is not known must be counted"


def test_a_run_without_recorded_steps_is_relieved_when_its_locks_have_ended() -> None:
    beats = Beats()
    assert [one.steps for one in beats.show(now=200.0, a=0).silent] == [0]
    assert beats.show(now=LOCKS_END - 1, a=0) == NOTHING
    assert beats.show(now=LOCKS_END, a=0).relieved == ["host-a"]


def test_a_run_of_long_ago_with_nothing_left_is_no_news_then_or_when_it_goes() -> None:
    beats = Beats()
    assert beats.show(now=800.0, beat_at=50.0, a=0) == NOTHING
    assert beats.peers.is_over("a")
    assert beats.show(now=810.0) == NOTHING


def test_a_worker_of_a_ledger_learns_which_running_one_serves_other_topics(tmp_path: Path) -> None:
    """The docs forbid it, and nothing said it at the start."""
    now = [1000.0]
    owners = ("run-1", "run-2", "run-3")
    first, second, third = (open_ledger(tmp_path, owner=owner, now=lambda: now[0]) for owner in owners)
    for ledger in (first, second):
        ledger.leases.lease("host", locks_for=10.0)
    assert first.leases.bind_topics("a, b") == {}
    assert second.leases.bind_topics("a, b") == {}
    assert second.leases.bind_topics("a") == {"host-1": "a, b"}
    first.leases.release()
    third.leases.lease("host", locks_for=10.0)
    assert second.leases.bind_topics("a") == {}, "nothing is known of the run that has the number now"
    now[0] += 100.0
    second.beat()
    assert second.leases.bind_topics("b") == {}, "it runs no more"
    for ledger in (first, second, third):
        ledger.close()
