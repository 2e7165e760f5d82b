"""An outcome that something in front of the engine refuses is no outage, and no endless repeat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import DONE, FAILED, fetched
from tests.support.workshop import Workshop
from worker.engine.errors import EngineError, EngineUnreachable, error_of
from worker.model import BpmnError, Complete, Failure, Settlement

HTML = "<html><h1>413 Request Entity Too Large</h1></html>"
AWAY = EngineUnreachable("version", "refused", doubtful=False)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.ledger.close()


def refusal(status: int) -> EngineError:
    return error_of("complete", status, None, HTML)


def settle(shop: Workshop, times: int, settlement: Settlement = DONE) -> None:
    shop.ledger.created(fetched(), None, 42, settlement, adopted=False)
    for _ in range(times):
        shop.settler.settle(shop.hand().lock)


@pytest.mark.parametrize("status", [400, 403, 405, 413])
def test_a_completion_that_does_not_get_through_is_an_incident_after_three_tries(shop: Workshop, status: int) -> None:
    shop.engine.deliver_script = [refusal(status)] * 3
    settle(shop, 3)
    *completions, failure = shop.delivered()
    assert [type(one) for one in completions] == [Complete] * 3
    assert isinstance(failure, Failure)
    assert failure.retries == 0
    assert f"HTTP {status}" in failure.message
    assert "bytes" in failure.message
    assert shop.engine_gate.is_open, "others go on"


def test_tries_while_the_engine_is_away_do_not_count(shop: Workshop) -> None:
    shop.engine.deliver_script = [refusal(413)] * 4
    shop.engine.version_script, shop.engine.backlog_script = [AWAY, AWAY], [AWAY, AWAY]
    settle(shop, 4)
    assert [type(one) for one in shop.delivered()] == [Complete] * 4
    assert not shop.engine_gate.is_open


def test_tries_count_where_the_engine_hides_its_version(shop: Workshop) -> None:
    shop.engine.deliver_script = [refusal(413)] * 3
    shop.engine.version_script = [error_of("version", 403, None, HTML)] * 3
    settle(shop, 3)
    assert [type(one) for one in shop.delivered()] == [Complete] * 3 + [Failure]
    assert shop.engine_gate.is_open


@pytest.mark.parametrize("settlement", [FAILED, BpmnError("REFUSED", "no")], ids=["failure", "bpmn error"])
def test_what_has_nothing_to_fall_back_on_is_told_and_repeated_slowly(shop: Workshop, settlement: Settlement) -> None:
    shop.engine.deliver_script = [refusal(413)] * 12
    settle(shop, 12, settlement)
    assert [type(one) for one in shop.delivered()] == [type(settlement)] * 12
    assert shop.engine_gate.is_open
    waits = [facts["seconds"] for name, facts in shop.events.seen if name == "settlement.retry"]
    assert len(waits) == 12
    assert max(map(float, map(str, waits))) > 60.0


def test_a_completion_that_may_have_been_executed_becomes_no_failure_meanwhile(shop: Workshop) -> None:
    shop.engine.deliver_script = [refusal(502)] * 5
    settle(shop, 5)
    assert [type(one) for one in shop.delivered()] == [Complete] * 5


def test_it_is_counted_anew_when_it_got_through_once(shop: Workshop) -> None:
    shop.engine.deliver_script = [refusal(413)] * 2
    settle(shop, 3)
    shop.ledger.arm(fetched(), shop.ledger.known(["task-1"])["task-1"], DONE)  # the engine says otherwise
    shop.engine.deliver_script = [refusal(413)] * 2
    for _ in range(2):
        shop.settler.settle(shop.hand().lock)
    assert not [one for one in shop.delivered() if isinstance(one, Failure)]
