"""What monitoring reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.builders import DONE, fetched, open_ledger
from tests.support.fakes import Events
from tests.support.ledger_looks import look_at
from worker.ledger import Ledger, LedgerUnavailable
from worker.monitoring.engine_load import EngineLoad
from worker.monitoring.metrics import Metrics, Reading, Work
from worker.runtime.gate import Gate
from worker.runtime.timings import Timings

READINGS = [Reading("in_flight", "In hand.", lambda: 3.0)]


def timed() -> Timings:
    timings = Timings()
    timings.portal_call("tasks.task.add", 0.3)
    timings.portal_call("tasks.task.add", 76.0)
    with timings.engine_call("complete"):
        pass
    timings.engine_sent("extendLock")
    return timings


def work() -> Work:
    return Work({"watch": 0.0, "task": 300.0}, {"task": 2}, {"watch": 12.0}, {"watch": 30.0})


def scraped(ledger: Ledger, **changes: Any) -> dict[str, float]:
    values: dict[str, Any] = {
        "gates": {side: Gate(side, Events()) for side in ("engine", "portal", "ledger")},
        "readings": READINGS,
        "look": look_at(),
        "engine_load": lambda: EngineLoad({"topic": 7}, {"topic": 2}),
        "budgets": lambda: {"tasks.task.add": 120.5},
        "timings": timed(),
        "work": work,
        "paused": lambda: {"syncs": 12.0},
        "needs": lambda: {"dismissed": 2},
    } | changes
    text = generate_latest(Metrics(ledger, **values).registry()).decode()
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path)


def test_counters_and_what_is_on_its_way(ledger: Ledger) -> None:
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    found = scraped(ledger)
    assert found["bitrix_worker_tasks_created_total"] == 1
    assert (
        found["bitrix_worker_ledger_rows[stage_created]"] == found["bitrix_worker_ledger_rows[settlements_owed]"] == 1
    )
    assert (found["bitrix_worker_in_flight"], found["bitrix_worker_backlog[topic]"]) == (3, 7)
    assert found["bitrix_worker_incidents[topic]"] == 2
    assert found["bitrix_worker_oldest_sync_seconds"] == 0


def test_each_metric_says_what_it_is(ledger: Ledger) -> None:
    """And its unit stands last in its name, as Prometheus wants it."""
    gates = {side: Gate(side, Events()) for side in ("engine", "portal", "ledger")}
    metrics = Metrics(
        ledger,
        gates,
        READINGS,
        look=look_at(),
        engine_load=EngineLoad,
        budgets=dict,
        timings=timed(),
        work=work,
        paused=dict,
        needs=dict,
    )
    for family in text_string_to_metric_families(generate_latest(metrics.registry()).decode()):
        name = family.name.removeprefix("bitrix_worker_")
        assert family.documentation != name.replace("_", " "), name
        assert "seconds" not in name or name.endswith("_seconds")


def test_the_oldest_sync_that_is_owed_has_an_age(ledger: Ledger) -> None:
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    owed = ledger.settlements.of("task-1")
    assert owed
    ledger.settlements.settled(owed)
    assert 0 < scraped(ledger)["bitrix_worker_oldest_sync_seconds"] < 60


def test_durations_are_histograms_up_to_the_longest_call(ledger: Ledger) -> None:
    found = scraped(ledger)
    call = "bitrix_worker_portal_call_duration_seconds"
    bounds = ("0.25", "0.5", "75.0", "+Inf")
    assert [found[f"{call}_bucket[{bound}][tasks.task.add]"] for bound in bounds] == [0, 1, 1, 2]
    assert (found[f"{call}_count[tasks.task.add]"], found[f"{call}_sum[tasks.task.add]"]) == (2, 76.3)
    assert found["bitrix_worker_engine_call_duration_seconds_count[complete]"] == 1
    assert found["bitrix_worker_engine_calls_total[extendLock]"] == 1
    assert found["bitrix_worker_fetch_to_complete_duration_seconds_count"] == 0


def test_what_the_portal_still_allows_and_what_waits_for_a_person(ledger: Ledger) -> None:
    found = scraped(ledger)
    assert found["bitrix_worker_operating_budget_left_seconds[tasks.task.add]"] == 120.5
    assert (found["bitrix_worker_parked"], found["bitrix_worker_needs[dismissed]"]) == (0, 2)


def test_what_cannot_be_read_costs_only_its_own_lines(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> dict[str, int]:
        raise LedgerUnavailable("full")

    assert "bitrix_worker_tasks_created_total" in scraped(ledger, engine_load=EngineLoad)
    monkeypatch.setattr(ledger, "counters", full)
    found = scraped(ledger)
    assert "bitrix_worker_tasks_created_total" not in found
    assert found["bitrix_worker_side_well[portal]"] == 1


def test_a_ledger_that_is_not_well_is_not_asked(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = {side: Gate(side, Events()) for side in ("engine", "portal", "ledger")}
    gates["ledger"].close("silent")
    monkeypatch.setattr(ledger, "counters", lambda: pytest.fail("a silent database would hold the scrape"))
    found = scraped(ledger, gates=gates)
    assert found["bitrix_worker_side_well[ledger]"] == 0
    assert [found[f"bitrix_worker_pauses_total[{side}]"] for side in gates] == [0, 0, 1]


def test_who_hangs_is_known_by_name_and_so_is_who_does_not(ledger: Ledger) -> None:
    found = scraped(ledger)
    assert (found["bitrix_worker_stuck[task]"], found["bitrix_worker_stuck[watch]"]) == (2, 0)
    assert found["bitrix_worker_step_seconds[task]"] == 300
    assert found["bitrix_worker_since_round_seconds[watch]"] == 12
    assert found["bitrix_worker_round_every_seconds[watch]"] == 30
