"""P5: a create of unknown outcome is waited out, then looked up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bitrix.errors import ChannelFault, Doubtful, ListBehind, LookupUnproven, NotExecuted, PortalError
from bitrix.tasks import Profile
from tests.support.builders import HOLD, deadlines, draft, fetched
from tests.support.workshop import Workshop
from worker.ledger import LedgerUnavailable
from worker.model import Complete, Failure
from worker.runtime import clock
from worker.tasks.doubts import SECOND_LOOK_SECONDS
from worker.tasks.hand import TaskInHand
from worker.tasks.neutral import NEUTRAL_CALLS
from worker.words.begun_creates import LOOKED_UP_NOW, NOT_LOOKED_UP, looked_up_at
from worker.words.phrase import Phrase

DOUBT = Doubtful("tasks.task.add", "no_answer", "ReadTimeout")
AWAY = NotExecuted("profile", "unreachable")
WELL = Profile(1, is_admin=True)
UNPROVEN = LookupUnproven("tasks.task.list", "no_witness")
NOW = 100_000.0
STARTED = NOW - 40.0
"""This run began 40 s ago."""


class Doubting(Workshop):
    """A workshop with a clock that stands still, and one task in doubt whose end is noted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.doubts._deadlines = deadlines(started=STARTED)
        self.ended: list[int | None] = []

    def doubt(self, *, owner: str | None = None, sent_at: float | None = None, reason: str = "") -> TaskInHand:
        task = fetched()
        if owner:
            self.ledger.owner, ours = owner, self.ledger.owner
            row = self.ledger.begin_create(task, draft(task), None)
            self.ledger.owner = ours
        else:
            row = self.ledger.begin_create(task, draft(task), None)
        hand = self.hand(task, row=row)
        self.doubts.wait_out(hand, self._ended, sent_at=sent_at, reason=reason)
        return hand

    def _ended(self, hand: TaskInHand) -> None:
        self.ended.append(hand.found)

    def said(self) -> Phrase:
        return self.doubts.said()["task-1"]

    def look(self) -> None:
        """Run what is due next."""
        self.later.run_next()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doubting]:
    monkeypatch.setattr(clock, "boottime", lambda: NOW)
    shop = Doubting(tmp_path)
    yield shop
    shop.ledger.close()


# --- until when ---


@pytest.mark.parametrize(
    ("owner", "sent_at", "counted_from"),
    [
        (None, NOW - 20.0, NOW - 20.0),
        (None, None, NOW),
        ("an-earlier-run", None, STARTED),
        ("an-earlier-run", NOW - 1.0, NOW - 1.0),
    ],
    ids=["the send", "receiving it", "our start", "the send, whoever had the row"],
)
def test_the_wait_is_counted_from(
    shop: Doubting, owner: str | None, sent_at: float | None, counted_from: float
) -> None:
    shop.doubt(owner=owner, sent_at=sent_at)
    assert shop.later.run_next() == pytest.approx(counted_from + HOLD - NOW)


def test_what_can_no_longer_be_running_is_looked_up_at_once(shop: Doubting) -> None:
    shop.doubt(sent_at=NOW - HOLD - 5)
    assert shop.events.facts("task.doubtful")["wait"] == 0.0
    assert shop.later.run_next() <= 0


def test_a_doubt_is_told_with_its_reason_and_how_long_it_waits(shop: Doubting) -> None:
    shop.doubt(sent_at=NOW - 10.0, reason="ReadTimeout")
    assert shop.events.facts("task.doubtful") == {"task": "task-1", "reason": "ReadTimeout", "wait": 60.0}


def test_a_doubt_says_when_it_is_looked_up(shop: Doubting) -> None:
    """Nothing said it: people read the advice of an outage that was over, and wondered what the worker waited for."""
    shop.portal.find_script = [NotExecuted("tasks.task.list", "unreachable"), {}, {"task-1": 55}]
    shop.doubt(sent_at=NOW - 10.0)
    at = datetime.fromtimestamp(clock.wall() + HOLD - 10.0).astimezone()
    assert shop.said() in (looked_up_at(at.timestamp() + late) for late in (-1, 0, 1))
    shop.look()
    assert shop.said() == NOT_LOOKED_UP
    shop.look()
    assert shop.said() != NOT_LOOKED_UP, "the portal has answered"
    shop.look()
    assert not shop.doubts.said()


def test_a_doubt_that_is_being_looked_up_says_so(shop: Doubting, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Phrase] = []

    def find(*_: object, **__: object) -> dict[str, int]:
        said.append(shop.said())
        return {"task-1": 55}

    monkeypatch.setattr(shop.portal, "find", find)
    shop.doubt()
    shop.look()
    assert said == [LOOKED_UP_NOW]


# --- how it ends ---


def test_found_is_the_end(shop: Doubting) -> None:
    shop.portal.find_script = [{"task-1": 55}]
    shop.doubt()
    shop.look()
    assert shop.ended == [55]
    assert shop.later.jobs == []
    assert len(shop.doubts) == 0


def test_absent_is_believed_the_second_time_some_seconds_later(shop: Doubting) -> None:
    shop.doubt()
    shop.look()
    assert (shop.ended, len(shop.doubts)) == ([], 1)
    assert shop.later.run_next() == pytest.approx(SECOND_LOOK_SECONDS)
    assert (shop.ended, len(shop.doubts)) == ([None], 0)


def test_a_create_that_landed_between_the_two_looks_is_found(shop: Doubting) -> None:
    shop.portal.find_script = [{}, {"task-1": 55}]
    shop.doubt()
    shop.look()
    shop.look()
    assert shop.ended == [55]


@pytest.mark.parametrize("error", [NotExecuted("tasks.task.list", "unreachable"), UNPROVEN, LedgerUnavailable("disk")])
def test_a_look_up_that_failed_says_nothing_and_is_repeated(shop: Doubting, error: Exception) -> None:
    shop.portal.find_script = [error, {}, error, {}]
    shop.doubt()
    for _ in range(3):
        shop.look()
        assert shop.ended == []
    shop.look()
    assert shop.ended == [None], "absent twice, the failed ones not counted"


def test_every_look_of_a_doubt_asks_what_was_made_since_the_first(shop: Doubting) -> None:
    shop.doubt()
    shop.portal.find_script = [ListBehind("tasks.task.list", "list_behind"), {}, {}]
    for _ in range(3):
        shop.look()
    assert shop.ended == [None]
    assert len(shop.portal.since) == 3
    assert len(set(shop.portal.since)) == 1
    assert shop.portal.since[0] is not None


def test_a_failed_look_up_pauses_fetching(shop: Doubting) -> None:
    shop.portal.find_script = [UNPROVEN]
    shop.doubt()
    shop.look()
    assert str(shop.portal_gate.reason).startswith("the portal does not show a task")


def test_only_the_answer_for_this_task_counts(shop: Doubting) -> None:
    shop.portal.find_script = [{"task-2": 55}, {"task-2": 55}]
    shop.doubt()
    shop.look()
    shop.look()
    assert shop.ended == [None]


# --- meanwhile ---


def test_the_lock_is_kept_and_no_slot_is_spent(shop: Doubting) -> None:
    hand = shop.doubt()
    assert hand.lock.kept
    assert (len(shop.locks), len(shop.doubts)) == (1, 1)


@pytest.mark.parametrize("looks", [0, 1])
def test_under_a_broken_lock_nothing_is_believed(shop: Doubting, looks: int) -> None:
    hand = shop.doubt()
    for _ in range(looks):
        shop.look()
    hand.lock.broken = "extended too late"
    shop.look()
    assert shop.portal.finds == looks
    assert shop.ended == []
    assert (len(shop.doubts), len(shop.locks)) == (0, 0)
    assert shop.stage() == "creating", "the next hand-out begins with the row"


# --- whose fault it is ---


@pytest.mark.parametrize(
    ("answer", "well"),
    [
        (None, True),
        (AWAY, False),
        (ChannelFault("profile", "expired_token"), False),
        (DOUBT, False),
    ],
)
def test_a_neutral_call_tells_an_outage_from_a_tasks_own_fault(
    shop: Doubting, answer: PortalError | None, well: bool
) -> None:
    shop.portal.profile_script = [answer] if answer else []
    assert shop.answers.portal_is_well() is well
    assert shop.portal_gate.is_open is well


def test_where_one_neutral_call_in_three_fails_the_portal_is_ill_and_the_work_goes_on(shop: Doubting) -> None:
    shop.portal.profile_script = [WELL, WELL, AWAY, WELL]
    shop.portal.profile = lambda: WELL  # type: ignore[method-assign]
    assert not shop.answers.portal_is_well()
    assert shop.portal_gate.is_open


def outcome(shop: Doubting, adds: list[Any], profiles: list[Any]) -> Any:
    """The settlement of a task whose creates and neutral calls are answered like that."""
    shop.portal.add_script = adds
    shop.portal.profile_script = [
        one for profile in profiles for one in [profile] * (NEUTRAL_CALLS if profile is WELL else 1)
    ]
    shop.desk.begin(shop.hand())
    while shop.later.jobs:
        shop.portal_gate.reason = None  # the outage is over by then
        shop.look()
    [settlement] = shop.delivered()
    return settlement


def test_three_doubtful_attempts_of_its_own_are_a_failure(shop: Doubting) -> None:
    failure = outcome(shop, [DOUBT] * 3, [])
    assert isinstance(failure, Failure)
    assert len(shop.portal.made) == 3


def test_doubts_of_an_outage_are_not_among_the_three(shop: Doubting) -> None:
    done = outcome(shop, [DOUBT] * 4, [AWAY, WELL, AWAY, WELL])
    assert isinstance(done, Complete)
    assert len(shop.portal.made) == 5


def test_counting_goes_on_after_an_outage(shop: Doubting) -> None:
    failure = outcome(shop, [DOUBT] * 4, [WELL, AWAY, WELL, WELL])
    assert isinstance(failure, Failure)
    assert len(shop.portal.made) == 4


def test_doubts_that_are_due_are_looked_up_together_each_once(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT] * 5
    for number in range(5):
        shop.desk.begin(shop.hand(fetched(f"t{number}")))
    shop.portal.find_script = [{f"t{number}": 50 + number for number in range(5)}]
    while shop.later.jobs:
        shop.later.run_next()
    assert shop.portal.finds == 1
    assert len(shop.portal.made) == 5
    assert [shop.stage(f"t{number}") for number in range(5)] == ["settled"] * 5


def test_of_doubts_looked_up_together_each_has_its_own_end(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT] * 3
    for number in range(3):
        shop.desk.begin(shop.hand(fetched(f"t{number}")))
    hand = shop.doubts._open["t2"].hand
    shop.portal.find_script = [LookupUnproven("tasks.task.list", "no_witness"), {"t0": 50}, {}]
    hand.lock.broken = "taken by another"
    while shop.later.jobs:
        shop.later.run_next()
        shop.portal_gate.reason = None  # its own probe has opened it by then
    assert (shop.stage("t0"), shop.stage("t1"), shop.stage("t2")) == ("settled", "settled", "creating")
    assert len(shop.portal.made) == 4, "only the absent one is made again"
    assert len(shop.doubts) == 0
