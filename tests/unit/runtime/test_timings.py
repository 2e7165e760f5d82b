"""Durations are counted where they belong, and never without bound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from requests_mock import Mocker

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.webhook import WebhookUrl
from tests.support.builders import fetched
from tests.support.workshop import Workshop
from worker.engine.errors import EngineBusy, EngineUnreachable
from worker.runtime.timings import BOUNDS, MOST_ON_THEIR_WAY, Histogram, Timings


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.ledger.close()


@pytest.mark.parametrize(("seconds", "place"), [(0.0, 0), (0.005, 0), (0.0051, 1), (75.0, len(BOUNDS) - 1), (1e6, -1)])
def test_each_duration_falls_into_the_first_bucket_that_holds_it(seconds: float, place: int) -> None:
    histogram = Histogram()
    histogram.add(seconds)
    counts = histogram.read().counts
    assert counts[place] == sum(counts) == 1
    assert histogram.read().cumulative[-1] == ("+Inf", 1.0)


def test_a_task_is_timed_on_its_whole_way(shop: Workshop) -> None:
    shop.timings.fetched(["task-1"])
    shop.desk.begin(shop.hand())
    assert sum(shop.timings.to_created.read().counts) == sum(shop.timings.to_completed.read().counts) == 1
    assert shop.timings.forget("task-1") is None
    assert sum(shop.timings.engine_calls()["complete"].counts) == 1


def test_every_delivery_is_a_call_of_its_own(shop: Workshop) -> None:
    shop.timings.fetched(["task-1"])
    shop.engine.deliver_script = [EngineBusy("complete", "deadlock"), EngineUnreachable("complete", "x", doubtful=True)]
    shop.desk.begin(shop.hand())
    assert sum(shop.timings.engine_calls()["complete"].counts) == 2
    assert sum(shop.timings.to_completed.read().counts) == 0, "not accepted yet"
    assert shop.timings.forget("task-1") is not None, "and still on its way"


def test_people_do_not_count_as_latency(shop: Workshop) -> None:
    shop.mapper.waiting = True
    shop.timings.fetched(["task-1"])
    shop.desk.begin(shop.hand())
    assert sum(shop.timings.to_created.read().counts) == 1
    assert shop.timings.forget("task-1") is None


def test_what_is_on_its_way_never_grows_without_bound() -> None:
    timings = Timings()
    timings.fetched(["old"])
    for number in range(MOST_ON_THEIR_WAY):
        timings.fetched([f"task-{number}"])
    assert timings.forget("old") is None
    timings.completed("task-7")
    timings.completed("nobody-knows")
    assert sum(timings.to_completed.read().counts) == 1


def test_a_failure_ends_the_way(shop: Workshop) -> None:
    shop.timings.fetched([fetched().id])
    shop.ledger.rejected(fetched(), None, shop.retries.failure("bitrix_create_task", None, "no such user", ""))
    shop.settler.settle(shop.hand().lock)
    assert shop.timings.forget("task-1") is None
    assert list(shop.timings.engine_calls()) == ["failure"]


@pytest.mark.parametrize(("status", "told"), [(200, 1), (502, 1), (None, 0)])
def test_calls_to_the_portal_are_timed_unless_they_were_never_sent(
    requests_mock: Mocker, status: int | None, told: int
) -> None:
    timings = Timings()
    client = BitrixClient(WebhookUrl.parse("https://portal.example/rest/1/secret/"), on_call=timings.portal_call)
    address = "https://portal.example/rest/1/secret/tasks.task.add"
    if status:
        requests_mock.post(address, status_code=status, json={"result": {}})
    else:
        client = BitrixClient(WebhookUrl.parse("http://127.0.0.1:9/rest/1/secret/"), on_call=timings.portal_call)
        requests_mock.post("http://127.0.0.1:9/rest/1/secret/tasks.task.add", real_http=True)
    try:
        client.call("tasks.task.add")
    except PortalError:
        assert status != 200
    assert sum(sum(figures.counts) for figures in timings.portal_calls().values()) == told
