from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.builders import open_ledger
from tests.support.fakes import Events
from worker.commands.status import status_of, table
from worker.ledger import Counted
from worker.monitoring.statistics import Statistics, with_rate


@pytest.mark.parametrize(
    ("sent", "failed", "rate"), [(0, 0, 0.0), (1, 0, 100.0), (0, 4, 0.0), (2, 1, 66.67), (999, 1, 99.9)]
)
def test_the_success_rate_is_per_cent_of_sent_and_failed(sent: int, failed: int, rate: float) -> None:
    counters = {"sync_requests_sent": sent, "sync_requests_failed": failed}
    assert with_rate(counters)["sync_success_rate"] == rate


def test_what_was_never_counted_is_zero() -> None:
    assert set(with_rate({}).values()) == {0}


def test_statistics_are_told_when_something_has_changed(tmp_path: Path) -> None:
    ledger, events = open_ledger(tmp_path), Events()
    statistics = Statistics(ledger, events)
    for _ in range(2):
        statistics.tell()
    ledger.count(Counted.TASKS_CREATED)
    statistics.tell()
    assert [facts["tasks_created"] for _, facts in events.seen] == [0, 1]
    ledger.close()


def test_status_has_the_contracts_names_on_its_top_level(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.count(Counted.SYNC_REQUESTS_SENT, 3)
    status = status_of(ledger)
    assert (status["sync_requests_sent"], status["sync_requests_failed"], status["sync_success_rate"]) == (3, 0, 100.0)
    assert "sync_requests_sent" in table(status)
    ledger.close()
