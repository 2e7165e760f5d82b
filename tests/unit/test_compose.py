"""compose.yaml and the Dockerfile cannot be run here; what they name must at least exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from worker.config import GROUPS

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
WORKER = COMPOSE["services"]["worker"]


def test_the_engine_is_the_one_the_tests_run() -> None:
    assert COMPOSE["services"]["engine"]["image"] == "camunda/camunda-bpm-platform:run-7.24.0"
    assert "<version>7.24.0</version>" in (ROOT / "sandbox/engines_java/pom-camunda.xml").read_text(encoding="utf-8")


def test_the_worker_is_given_settings_that_exist() -> None:
    names = {f"{group}_{field}".upper() for group, model in GROUPS.items() for field in model.model_fields}
    assert set(WORKER["environment"]) <= names


def test_the_worker_finds_the_engine_and_waits_for_it() -> None:
    assert WORKER["environment"]["CAMUNDA_BASE_URL"] == "http://engine:8080/engine-rest"
    assert WORKER["depends_on"]["engine"]["condition"] == "service_healthy"
    assert "healthcheck" in COMPOSE["services"]["engine"]


def test_the_ledger_survives_the_container() -> None:
    volumes = dict(volume.split(":") for volume in WORKER["volumes"])
    folder = WORKER["environment"]["LEDGER_URL"].removeprefix("sqlite:///").rpartition("/")[0]
    assert folder in volumes.values()
    assert set(volumes) <= set(COMPOSE["volumes"])


def test_the_webhook_is_in_no_file() -> None:
    assert WORKER["environment"]["BITRIX_WEBHOOK_URL"].startswith("${BITRIX_WEBHOOK_URL:?")


def test_a_stop_is_given_the_time_that_it_may_take() -> None:
    assert int(WORKER["stop_grace_period"].removesuffix("s")) > 12


def test_the_image_copies_what_exists() -> None:
    copied = re.findall(r"^COPY (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert copied
    assert all((ROOT / name).exists() for name in copied)
