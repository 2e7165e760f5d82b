"""A step that was begun as waiting waits, whatever today's configuration, variables or model say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bitrix.errors import Doubtful
from bitrix.methods import LIST
from bitrix.task_states import Odd, OddRow
from tests.support.builders import fetched
from tests.support.workshop import Workshop
from worker.ledger import Row
from worker.model import Complete, Promise


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path)
    shop.task_states.others_open = False
    return shop


def row(shop: Workshop) -> Row:
    return shop.ledger.known(["task-1"])["task-1"]


def come_back(shop: Workshop) -> None:
    """A restart: the book of waiting steps is lost, the engine hands the step out anew."""
    shop.waiting.end("task-1")
    shop.desk.begin(shop.hand(surely_first=False, row=row(shop)))


@pytest.mark.parametrize("begun", [Promise.ANSWER, Promise.CLOSE])
def test_a_configuration_that_no_longer_waits_completes_nothing(shop: Workshop, begun: Promise) -> None:
    shop.mapper.said = begun
    shop.desk.begin(shop.hand())
    shop.mapper.said = Promise.NOTHING
    come_back(shop)
    [waiting] = shop.waiting.all()
    assert (shop.delivered(), shop.stage(), waiting.expects_answer) == ([], "waiting", begun is Promise.ANSWER)
    assert shop.events.facts("waiting.promise_kept")["portal_task"] == 101
    come_back(shop)
    assert (shop.delivered(), row(shop).promise) == ([], begun)
    assert shop.task_states.looks == 0  # the row knows


def test_an_answer_that_is_on_its_way_to_the_engine_is_not_replaced_by_a_completion_without_one(shop: Workshop) -> None:
    shop.mapper.said = Promise.ANSWER
    shop.desk.begin(shop.hand())
    shop.ledger.arm(fetched(), row(shop), Complete({"Task_Create": {"type": "String", "value": "no"}}))
    shop.mapper.said = Promise.NOTHING
    come_back(shop)
    [waiting] = shop.waiting.all()
    assert (shop.delivered(), waiting.expects_answer, waiting.was_closed) == ([], True, True)


def test_one_that_begins_to_wait_while_its_completion_is_owed_waits_and_is_told(shop: Workshop) -> None:
    shop.mapper.said = Promise.NOTHING
    before = shop.ledger.begin_create(fetched(), shop.mapper.draft(fetched()), None)
    shop.ledger.created(fetched(), before, 41, Complete({}), adopted=False)
    shop.mapper.said = Promise.ANSWER
    come_back(shop)
    assert (shop.stage(), shop.ledger.settlements.of("task-1")) == ("waiting", None)
    assert shop.events.facts("waiting.promise_new")["begun"] == "nothing"


@pytest.mark.parametrize(("stored", "waits"), [("1", True), (True, True), ("0", False), (None, False)])
def test_where_the_ledger_is_lost_the_task_itself_says_that_it_expects_an_answer(
    shop: Workshop, stored: Any, waits: bool
) -> None:
    shop.task_states.expect(77, stored)
    shop.desk.begin(shop.hand(surely_first=False, found=77))
    assert (len(shop.waiting), shop.stage()) == ((1, "waiting") if waits else (0, "settled"))
    assert ("waiting.promise_kept" in shop.events.names()) is waits


OLD, OURS = None, "camunda:task-1"


@pytest.mark.parametrize("origin", ["lost", "taken over"])
@pytest.mark.parametrize(
    ("said", "marker", "waits"),
    [
        ({"UF_RESULT_EXPECTED": "false"}, OLD, False),
        ({"ufResultExpected": "нет"}, "camunda:another", False),
        ({"UF_RESULT_EXPECTED": ""}, OLD, False),
        ({"UF_RESULT_EXPECTED": "false"}, OURS, True),
        ({"UF_RESULT_EXPECTED": "perhaps"}, OLD, True),
        ({"waitForCompletion": "false"}, OLD, True),
        ({}, OLD, True),
    ],
)
def test_a_no_of_the_step_counts_more_than_the_field_of_a_task_that_another_program_made(
    shop: Workshop, origin: str, said: dict[str, str], marker: str | None, waits: bool
) -> None:
    shop.task_states.expect(77, "1")
    shop.task_states.mark(77, marker)
    task = fetched(extension_properties=said)
    if origin == "taken over":
        shop.ledger.waiting.begin(task, None, 77, origin="adopted")
        shop.desk.begin(shop.hand(task=task, surely_first=False, row=row(shop)))
    else:
        shop.desk.begin(shop.hand(task=task, surely_first=False, found=77))
    assert (len(shop.waiting), shop.stage()) == ((1, "waiting") if waits else (0, "settled"))
    assert ("waiting.answer_denied" in shop.events.names()) is not waits


@pytest.mark.parametrize("shown", ["nothing", "odd", "refused"])
def test_a_task_that_cannot_be_asked_is_not_taken_for_one_that_expects_nothing(shop: Workshop, shown: str) -> None:
    if shown == "odd":
        shop.task_states.odd = [OddRow(77, Odd.NO_STATUS)]
    if shown == "refused":
        shop.task_states.script = [Doubtful(LIST, "timeout")]
    shop.desk.begin(shop.hand(surely_first=False, found=77))
    assert (shop.delivered(), len(shop.locks)) == ([], 1)
    shop.task_states.odd = []
    shop.task_states.expect(77, "1")
    shop.later.run_next()
    assert len(shop.waiting) == 1


def test_a_step_whose_row_changed_while_its_task_could_not_be_asked_is_let_go(shop: Workshop) -> None:
    shop.task_states.script = [Doubtful(LIST, "timeout")]
    shop.desk.begin(shop.hand(found=77, surely_first=False))
    shop.ledger.begin_create(fetched(), shop.mapper.draft(fetched()), None)
    shop.task_states.expect(77, "1")
    shop.later.run_next()
    assert (shop.delivered(), len(shop.waiting), len(shop.locks)) == ([], 0, 0)
    assert shop.events.facts("task.lock_lost")["reason"] == "row_changed"


def test_a_task_that_the_row_is_silent_about_and_that_is_gone_is_not_completed(shop: Workshop) -> None:
    shop.ledger.waiting.begin(fetched(), None, 77, origin="adopted")  # an older version's
    come_back(shop)
    assert (shop.delivered(), shop.stage()) == ([], "waiting")
