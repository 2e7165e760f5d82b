"""Dashboard and alerts name only what a run exports, and no trouble that it exports is without an alert."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from tests.support.fakes import Events
from worker.config.settings import Settings
from worker.run import Run

DEPLOY = Path(__file__).parents[2] / "deploy"
BOARD = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
ALERTS = {rule["alert"]: rule["expr"] for rule in RULES}
PANELS = {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in BOARD["panels"] for target in panel["targets"]
}
OF_PROMETHEUS = {"up"}
NOT_NAMES = re.compile(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)')
NAME = re.compile(r"(?<![\w.])[a-zA-Z_]\w*(?!\w|\s*\()")
OPERATORS = {"and", "or", "unless", "bool", "offset"}


def named(expression: str) -> set[str]:
    """The metrics of a PromQL expression: what is no string, no label, no duration, no function and no operator."""
    return set(NAME.findall(NOT_NAMES.sub(" ", expression))) - OPERATORS


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the samples that a real run can give."""
    settings = Settings.model_validate(
        {
            "camunda": {"base_url": "http://engine.invalid/engine-rest"},
            "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
            "ledger": {"url": f"sqlite:///{tmp_path_factory.mktemp('run') / 'worker.db'}"},
        }
    )
    run = Run(settings, Events())
    run._parts.engine_gate.close("no network")
    text = generate_latest(run._observation()._metrics().registry()).decode()
    run._parts.ledger.close()
    found: set[str] = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M):
        found |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}
    return found


def test_metrics_are_found_in_expressions() -> None:
    expression = 'sum by (le, call) (rate(a_bucket{call!="b"}[5m])) / 1e3 > 0.5 and (c == 0 and on (job) d[7d]) or e'
    assert named(expression) == {"a_bucket", "c", "d", "e"}


@pytest.mark.parametrize("expression", (ALERTS | PANELS).values(), ids=(ALERTS | PANELS).keys())
def test_an_expression_names_only_what_is_exported(exported: set[str], expression: str) -> None:
    assert named(expression)
    assert named(expression) <= exported | OF_PROMETHEUS
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize(
    ("alert", "metrics"),
    [
        ("BitrixWorkerDown", {"up", "slots"}),
        ("BitrixWorkerNotPolling", {"since_poll_seconds", "in_flight", "doubtful", "slots"}),
        ("BitrixWorkerStuck", {"stuck"}),
        ("BitrixWorkerNotLooking", {"since_round_seconds", "round_every_seconds", "waiting", "side_well"}),
        ("BitrixWorkerSideDown", {"side_well"}),
        ("BitrixWorkerBacklogGrows", {"backlog"}),
        ("BitrixWorkerSyncsParked", {"parked"}),
        ("BitrixWorkerSyncsLate", {"oldest_sync_seconds"}),
        ("BitrixWorkerManyTasksGone", {"many_tasks_gone"}),
        ("BitrixWorkerManyStepsGone", {"many_steps_gone"}),
        ("BitrixWorkerOddRows", {"odd_rows"}),
        ("BitrixWorkerMarkersDropped", {"markers_dropped_total"}),
        ("BitrixWorkerDoubtful", {"doubtful"}),
        ("BitrixWorkerFailures", {"tasks_failed_total"}),
        ("BitrixWorkerIncidentsRise", {"incidents"}),
    ],
)
def test_each_trouble_has_its_alert(alert: str, metrics: set[str]) -> None:
    assert {name.removeprefix("bitrix_worker_") for name in named(ALERTS[alert])} == metrics


def test_a_rule_has_words_in_both_languages_and_says_how_bad_it_is() -> None:
    assert len(ALERTS) == len(RULES)
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "summary_ru"}
        assert rule["labels"]["severity"] in ("warning", "critical")


def test_the_rules_fire_when_they_should_and_only_then() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        assert not os.environ.get("REQUIRE_PROMTOOL"), "promtool is required here: apt install prometheus"
        pytest.skip("no promtool here: apt install prometheus")
    cases = Path(__file__).with_name("alerts_test.yaml")
    done = subprocess.run([promtool, "test", "rules", str(cases)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_panel_is_there_twice() -> None:
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"]) > 5
    assert len({tuple(panel["gridPos"].values()) for panel in BOARD["panels"]}) == len(BOARD["panels"])
