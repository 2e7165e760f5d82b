"""Dashboard, alerts and docs name what a run exports, and nothing else: a metric cannot be forgotten in one of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from tests.support.alert_texts import SUMMARIES
from tests.support.fakes import Events
from worker.config.settings import Settings
from worker.run import Run
from worker.words.codes import PartName
from worker.words.headline import NEEDS, PASSING_PARTS

DEPLOY = Path(__file__).parents[2] / "deploy"
BOARD = json.loads((DEPLOY / "grafana.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
ALERTS = {rule["alert"]: rule["expr"] for rule in RULES}
PANELS = {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in BOARD["panels"] for target in panel["targets"]
}
PREFIX = "bitrix_worker_"
DOCS = DEPLOY.with_name("docs")
PAGES = ("metrics.md", "metrics.ru.md")
OF_PROMETHEUS = {"up"}
NOT_NAMES = re.compile(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)')
NAME = re.compile(r"(?<![\w.])[a-zA-Z_]\w*(?!\w|\s*\()")
OPERATORS = {"and", "or", "unless", "bool", "offset"}


def named(expression: str) -> set[str]:
    """The metrics of a PromQL expression: what is no string, no label, no duration, no function and no operator."""
    return set(NAME.findall(NOT_NAMES.sub(" ", expression))) - OPERATORS


WITHOUT_ALERT = {
    "acts_done_total",
    "creates_allowed",
    "engine_call_duration_seconds",
    "engine_calls_total",
    "fetch_to_complete_duration_seconds",
    "fetch_to_create_duration_seconds",
    "http_connections_refused_total",
    "in_control",
    "ledger_rows",
    "log_lines_dropped_total",
    "operating_budget_left_seconds",
    "portal_call_duration_seconds",
    "portal_calls_waiting",
    "step_seconds",
    "sync_requests_failed_total",
    "sync_requests_sent_total",
    "sync_requests_skipped_total",
    "sync_success_rate",
    "tasks_adopted_total",
    "tasks_completed_total",
    "tasks_created_total",
    "tasks_fetched_total",
    "tasks_gone_total",
    "waiting_steps_fetched_total",
}
"""No trouble by themselves: who adds a metric says here, or by an alert, which it is."""
NOT_ON_THE_BOARD = {
    "acts_done_total",
    "acts_given_up_total",
    "engine_calls_total",
    "http_connections_refused_total",
    "log_lines_dropped_total",
    "pauses_total",
    "round_every_seconds",
    "step_seconds",
    "sync_requests_skipped_total",
    "tasks_fetched_total",
    "tasks_gone_total",
    "waiting_steps_fetched_total",
}


WITH_A_METRIC = {PartName.GONE_TASKS, PartName.GONE_STEPS}
"""Parts whose rules go by a count of their own."""


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The metrics that a real run can give: their types by their names."""
    settings = Settings.model_validate(
        {
            "camunda": {"base_url": "http://engine.invalid/engine-rest"},
            "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
            "ledger": {"url": f"sqlite:///{tmp_path_factory.mktemp('run') / 'worker.db'}"},
        }
    )
    run = Run(settings, Events())
    run._parts.gates.engine.close("no network")
    text = generate_latest(run._observation()._metrics().registry()).decode()
    run._parts.ledger.close()
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))


@pytest.fixture(scope="module")
def exported(families: dict[str, str]) -> set[str]:
    """The names of the samples of all of them."""
    found: set[str] = set()
    for name, kind in families.items():
        found |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}
    return found


def shown(expressions: Iterable[str]) -> set[str]:
    """The metrics that these expressions name, without the prefix of all."""
    samples = {name for expression in expressions for name in named(expression)} - OF_PROMETHEUS
    return {re.sub(r"(_duration_seconds)_(?:bucket|count|sum)$", r"\1", name).removeprefix(PREFIX) for name in samples}


@pytest.mark.parametrize("page", PAGES)
def test_every_metric_is_in_the_documents_with_its_type(families: dict[str, str], page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)(?:\{\w+\})?` \| (\w+) \| \S", text, re.M)
    assert len(rows) == len(dict(rows)), "a metric is there twice"
    assert dict(rows) == {name.removeprefix(PREFIX): kind for name, kind in families.items()}


def test_both_documents_give_the_metrics_the_same_order_and_labels() -> None:
    english, russian = (re.findall(r"^\| (`\S+` \| \w+) ", (DOCS / page).read_text("utf-8"), re.M) for page in PAGES)
    assert english == russian


def test_every_metric_has_an_alert_or_needs_none(families: dict[str, str]) -> None:
    alerted = shown(ALERTS.values())
    assert {name.removeprefix(PREFIX) for name in families} - alerted == WITHOUT_ALERT


def test_each_kind_of_what_needs_a_person_has_an_alert_and_is_in_the_documents() -> None:
    """Who adds one to the headline would be called by nobody."""
    [kinds] = re.findall(r'needs\{kind=~"([\w|]+)"\}', ALERTS["BitrixWorkerNeedsPerson"])
    with_a_rule_of_its_own = {"incidents", "stuck", "parked", "given_up"}
    assert {*kinds.split("|")} == NEEDS.keys() - with_a_rule_of_its_own
    for page in PAGES:
        [row] = re.findall(r"^\| `needs\{kind\}` (.+)$", (DOCS / page).read_text("utf-8"), re.M)
        assert {*re.findall(r"`(\w+)`", row)} - {"status"} == NEEDS.keys()


def test_each_part_that_may_be_paused_has_an_alert_or_passes() -> None:
    """Who adds a part would call nobody."""
    by_part = {
        part
        for rule in ALERTS.values()
        for several in re.findall(r'part=~?"([\w|]+)"', rule)
        for part in several.split("|")
    }
    assert by_part | PASSING_PARTS | WITH_A_METRIC == {*PartName}


def test_every_metric_is_on_the_board_or_is_for_others(families: dict[str, str]) -> None:
    assert {name.removeprefix(PREFIX) for name in families} - shown(PANELS.values()) == NOT_ON_THE_BOARD


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
        ("BitrixWorkerNotPolling", {"since_poll_seconds", "in_flight", "doubtful_in_hand", "slots"}),
        ("BitrixWorkerStuck", {"stuck"}),
        ("BitrixWorkerNotLooking", {"since_round_seconds", "round_every_seconds", "waiting", "side_well"}),
        ("BitrixWorkerSideDown", {"side_well"}),
        ("BitrixWorkerSideFlaps", {"pauses_total", "side_well"}),
        ("BitrixWorkerBacklogGrows", {"backlog"}),
        ("BitrixWorkerSyncsParked", {"parked"}),
        ("BitrixWorkerSyncsLate", {"oldest_sync_seconds"}),
        ("BitrixWorkerSyncsPaused", {"part_paused_seconds"}),
        ("BitrixWorkerClockJumped", {"part_paused_seconds"}),
        ("BitrixWorkerPartPaused", {"part_paused_seconds"}),
        ("BitrixWorkerManyTasksGone", {"many_tasks_gone"}),
        ("BitrixWorkerManyStepsGone", {"many_steps_gone"}),
        ("BitrixWorkerOddRows", {"odd_rows"}),
        ("BitrixWorkerMarkersDropped", {"markers_dropped_total"}),
        ("BitrixWorkerActsGivenUp", {"acts_given_up_total"}),
        ("BitrixWorkerDoubtful", {"doubtful"}),
        ("BitrixWorkerFailures", {"tasks_failed_total"}),
        ("BitrixWorkerNeedsPerson", {"needs"}),
        ("BitrixWorkerIncidentsRise", {"incidents"}),
        ("BitrixWorkerIncidentsStay", {"incidents"}),
    ],
)
def test_each_trouble_has_its_alert(alert: str, metrics: set[str]) -> None:
    assert {name.removeprefix("bitrix_worker_") for name in named(ALERTS[alert])} == metrics


def test_a_rule_has_words_in_both_languages_and_says_how_bad_it_is() -> None:
    assert len(ALERTS) == len(RULES)
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert set(rule["annotations"]) == {"summary", "summary_ru", "runbook_url", "runbook_url_ru"}
        assert rule["labels"]["severity"] in ("warning", "critical")


@pytest.mark.parametrize("alert", SUMMARIES)
def test_an_alert_on_a_pause_says_what_page_and_log_say(alert: str) -> None:
    [said] = [rule["annotations"] for rule in RULES if rule["alert"] == alert]
    assert (said["summary"], said["summary_ru"]) == (SUMMARIES[alert].en, SUMMARIES[alert].ru)


@pytest.mark.parametrize(("key", "page"), [("runbook_url", "alerts.md"), ("runbook_url_ru", "alerts.ru.md")])
def test_each_alert_leads_to_its_runbook(key: str, page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\w+)\n\n(.+)", text, re.MULTILINE))
    for rule in RULES:
        base, _, anchor = rule["annotations"][key].partition(f"/docs/{page}#")
        assert anchor == rule["alert"].lower()  # as GitHub and GitLab make it of a heading
        assert sections[rule["alert"]]
        assert f"s|{base}|" in (DEPLOY / page.replace("alerts", "README")).read_text(encoding="utf-8")


def test_the_rules_fire_when_they_should_and_only_then() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        assert not os.environ.get("REQUIRE_PROMTOOL"), "promtool is required here: apt install prometheus"
        pytest.skip("no promtool here: apt install prometheus")
    cases = Path(__file__).with_name("alerts_test.yaml")
    done = subprocess.run([promtool, "test", "rules", str(cases)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS)
def test_each_rule_is_shown_to_fire_and_to_be_silent(alert: str) -> None:
    groups = yaml.safe_load(Path(__file__).with_name("alerts_test.yaml").read_text("utf-8"))["tests"]
    cases = [(case, group) for group in groups for case in group["alert_rule_test"] if case["alertname"] == alert]
    assert [case for case, _ in cases if case["exp_alerts"]], "it fires"
    metrics = named(ALERTS[alert]) - OF_PROMETHEUS

    def given(group: Any) -> list[str]:
        """The series that could make it fire."""
        return [one["series"] for one in group["input_series"] if one["series"].partition("{")[0] in metrics]

    assert [case for case, group in cases if len(given(group)) > len(case["exp_alerts"])], "others are silent"


def test_no_panel_is_there_twice() -> None:
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"]) > 5
    assert len({tuple(panel["gridPos"].values()) for panel in BOARD["panels"]}) == len(BOARD["panels"])
