"""The env file of the old installation, used again: what means something else here is told, also by `takeover`."""

from __future__ import annotations

import pytest

from worker.cli import EXIT_FOUND, main
from worker.config.loading import load

NEEDED = {
    "CAMUNDA_BASE_URL": "http://e/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/verysecretcode/",
}
OLD = {"EXCHANGER_ENV": "prod", "CAMUNDA_MAX_TASKS": "100", "STORMBPMN_API_URL": "https://stormbpmn.example"}


def told(**environ: str) -> dict[str, str]:
    return {warning.path: warning.phrase.en for warning in load(None, NEEDED | environ).warnings}


def test_the_old_worker_id_is_told_with_its_cure() -> None:
    assert "leave CAMUNDA_WORKER_ID out" in told(CAMUNDA_WORKER_ID="universal-worker")["camunda.worker_id"]
    assert "old-1: this looks like" in told(CAMUNDA_WORKER_ID="old-1", **OLD)["camunda.worker_id"]


def test_an_id_of_ones_own_is_not_told() -> None:
    """Variables that other programs use too prove nothing."""
    assert told(CAMUNDA_WORKER_ID="host-1", RABBITMQ_HOST="mq", RETRY_DELAY="5", HEARTBEAT_INTERVAL="60") == {}
    assert "camunda.worker_id" not in told(**OLD)


@pytest.mark.parametrize(
    "name", [*OLD, "CAMUNDA_LOCK_DURATION", "TASK_TRACKER_INTERVAL", "BPMN_CACHE_TTL", "CAMUNDA_SLEEP_SECONDS"]
)
def test_each_name_that_only_it_has_is_told(name: str) -> None:
    assert f"({name}): nothing reads it here" in told(**{name: "1"})[name]


def test_the_names_are_one_warning_however_many_there_are() -> None:
    many = {f"TASK_TRACKER_{number}": "1" for number in range(9)}
    [warning] = told(**many).values()
    assert "TASK_TRACKER_4, …)" in warning


def test_takeover_tells_them_before_anything_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (NEEDED | OLD | {"CAMUNDA_WORKER_ID": "universal-worker", "LOG_LANGUAGE": "en"}).items():
        monkeypatch.setenv(name, value)
    assert main(["takeover", "--from-worker", "universal-worker"]) == EXIT_FOUND
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        "WARN camunda.worker_id (variable CAMUNDA_WORKER_ID): universal-worker: this looks like the id of "
    )
    assert lines[-1].startswith("CAMUNDA_WORKER_ID is that of the old worker")
