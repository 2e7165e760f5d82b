"""The short version of `make torture`."""

from __future__ import annotations

from pathlib import Path

from sandbox.engine.start import RunningEngine
from tests.faults.torture import Plan, torture


def test_nothing_is_doubled_lost_or_left(camunda: RunningEngine, tmp_path: Path) -> None:
    report = torture(camunda.base_url, tmp_path, Plan(tasks=150, kills=8, seed=7))
    print(report.table())
    assert report.good, report.table()
    assert sum(report.faults.values()) > 50, "a run without faults proves nothing"
