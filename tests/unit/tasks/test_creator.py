"""What a task in hand needs next is a value: nothing is done for it before the desk does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bitrix.errors import ChannelFault, Doubtful, NotExecuted, PortalError, Rejected
from bitrix.methods import ADD, LIST, TEMPLATE
from tests.support.builders import draft, fetched
from tests.support.workshop import Workshop
from worker.engine.errors import EngineUnreachable
from worker.ledger import LedgerUnavailable, Row
from worker.mapping.faults import MappingFault, reason_of
from worker.model import Promise
from worker.steps.loops import LoopsUnknown
from worker.tasks.creator import ATTEMPTS
from worker.tasks.neutral import UNANSWERED_READS
from worker.tasks.outcomes import Doubt, Fail, GiveBack, Hold, Outcome, Settle, Wait


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.ledger.close()


def a_row(shop: Workshop, creates: int = 1) -> Row:
    """That of a task whose creates were begun so often, and never answered."""
    row = None
    for _ in range(creates):
        row = shop.ledger.begin_create(fetched(), draft(fetched()), row)
    assert row is not None
    return row


def untouched(shop: Workshop) -> bool:
    """Whether neither engine nor people have heard anything, and the task is in hand still."""
    return (shop.engine.calls, shop.later.jobs, len(shop.locks), len(shop.waiting)) == ([], [], 1, 0)


@pytest.mark.parametrize(
    ("cleared", "found", "creates", "outcome", "made"),
    [
        (False, None, 1, Doubt, 0),
        (False, 77, 1, Doubt, 0),  # what was looked up before its create had ended tells nothing
        (True, 77, 1, Settle, 0),
        (True, 77, ATTEMPTS, Settle, 0),
        (True, None, 1, Settle, 1),
        (True, None, ATTEMPTS, Fail, 0),
    ],
)
def test_a_create_of_unknown_outcome(
    shop: Workshop, *, cleared: bool, found: int | None, creates: int, outcome: type, made: int
) -> None:
    shop.task_states.set(77, 3)
    hand = replace(shop.hand(row=a_row(shop, creates), found=found), cleared=cleared)
    assert type(shop.creator.go_on(hand)) is outcome
    assert (len(shop.portal.made), shop.stage()) == (made, "creating")
    assert untouched(shop)


def test_a_new_create_is_in_doubt_anew(shop: Workshop) -> None:
    """What had cleared the one before says nothing of this one."""
    shop.portal.add_script = [Doubtful(ADD, "no_answer")]
    outcome = shop.creator.go_on(replace(shop.hand(row=a_row(shop)), cleared=True))
    assert isinstance(outcome, Doubt)
    assert not outcome.hand.cleared
    assert outcome.hand.row == shop.ledger.known(["task-1"])["task-1"]
    assert outcome.sent_at
    assert isinstance(shop.creator.go_on(outcome.hand), Doubt)


def _stopping(shop: Workshop) -> None:
    shop.later.is_over = True


def _refuse_rows(shop: Workshop) -> None:
    def refuse(*_: object) -> Row:
        raise LedgerUnavailable("disk full")

    shop.ledger.begin_create = refuse  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (lambda shop: shop.portal_gate.close("away"), Hold),
        (_stopping, Hold),
        (_refuse_rows, GiveBack),
        (lambda shop: shop.portal.add_script.append(NotExecuted(ADD, "unreachable")), Hold),
        (lambda shop: shop.portal.add_script.append(ChannelFault(ADD, "expired_token")), GiveBack),
        (lambda shop: shop.details.script.append(EngineUnreachable("x", "away", doubtful=False)), GiveBack),
        (lambda shop: shop.details.script.append(LoopsUnknown("loopCounter")), Fail),
        (lambda shop: shop.details.script.append(MappingFault("t", "A_1", None, reason_of("name_taken", "A_1"))), Fail),
        (lambda shop: setattr(shop.mapper, "said", Promise.CLOSE), Wait),
        (lambda shop: None, Settle),
    ],
)
def test_each_trouble_has_its_outcome(
    shop: Workshop, trouble: Callable[[Workshop], None], outcome: type[Outcome]
) -> None:
    trouble(shop)
    assert type(shop.creator.begin(shop.hand())) is outcome
    assert untouched(shop)


def test_a_task_that_cannot_be_asked_about_its_promise_stays_in_hand(shop: Workshop) -> None:
    shop.task_states.script = [Doubtful(LIST, "timeout")]
    assert isinstance(shop.creator.begin(shop.hand(found=77, surely_first=False)), Hold)
    assert untouched(shop)


def unread(shop: Workshop, error: PortalError, times: int) -> list[Outcome]:
    """What is decided, one try after the other, about a step for which the portal does not answer a read."""
    outcomes: list[Outcome] = [Hold(shop.hand(), "first")]
    for _ in range(times):
        shop.mapper.script.append(error)
        outcomes.append(shop.creator.begin(outcomes[-1].hand))
    return outcomes[1:]


def test_a_portal_that_is_slow_for_a_moment_costs_no_retry_and_one_that_never_answers_this_step_does(
    shop: Workshop,
) -> None:
    """The neutral calls work each time: that alone must not make a step with one attempt an incident."""
    outcomes = unread(shop, Doubtful(TEMPLATE, "timeout"), UNANSWERED_READS)
    assert [type(one) for one in outcomes] == [Hold] * (UNANSWERED_READS - 1) + [Fail]
    assert untouched(shop)


def test_an_outage_never_counts_as_a_read_that_was_not_answered(shop: Workshop) -> None:
    shop.portal.answers = lambda: False  # type: ignore[method-assign]
    outcomes = unread(shop, Doubtful(TEMPLATE, "timeout"), 3 * UNANSWERED_READS)
    assert {type(one) for one in outcomes} == {Hold}
    assert outcomes[-1].hand.unanswered == 0


def test_a_read_that_is_refused_fails_its_step_at_once(shop: Workshop) -> None:
    [outcome] = unread(shop, Rejected(TEMPLATE, "not_found"), 1)
    assert isinstance(outcome, Fail)
