"""The working time of the configuration: read as it is meant, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bitrix.calendar import WorkCalendar
from worker.config.loading import load
from worker.words.config_faults import ConfigError

ENVIRONMENT = {
    "LOG_LANGUAGE": "en",
    "CAMUNDA_BASE_URL": "http://e/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://p.example/rest/1/code/",
}


def calendar(tmp_path: Path, said: str, **environment: str) -> WorkCalendar | None:
    path = tmp_path / "config.yaml"
    path.write_text(said, encoding="utf-8")
    return load(path, ENVIRONMENT | environment).working_time.calendar


def test_without_hours_the_portals_calendar_counts(tmp_path: Path) -> None:
    assert calendar(tmp_path, "{}") is None


def test_hours_breaks_weekends_and_days(tmp_path: Path) -> None:
    said = """
working_time:
  hours: 9:00-13:00, 14:00 - 18.30
  weekend: [sunday, Mon]
  holidays: ["1.01", "11.05.2026"]
  workdays: "28.2.2026"
"""
    assert calendar(tmp_path, said) == WorkCalendar(
        ((540, 780), (840, 1110)), frozenset({6, 0}), frozenset({"1.1", "11.5.2026"}), frozenset({"28.2.2026"})
    )


def test_all_of_it_from_the_environment(tmp_path: Path) -> None:
    assert calendar(
        tmp_path,
        "{}",
        WORKING_TIME_HOURS="8-16",
        WORKING_TIME_WEEKEND="сб, вс",
        WORKING_TIME_HOLIDAYS="1.01, 2.01",
    ) == WorkCalendar(((480, 960),), frozenset({5, 6}), frozenset({"1.1", "2.1"}))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *(("hours", bad, "must be hours") for bad in ("9", "18:00-9:00", "9-25", "9-13, 12-18", "", 9, ["9-18"], True)),
        *(("weekend", bad, "must be weekdays") for bad in ("noday", ["sat", 7], "mon,tue,wed,thu,fri,sat,sun")),
        *(("holidays", bad, "in quotes") for bad in (1.1, [1.1], {"a": 1})),
        *(("holidays", bad, "must be days such as") for bad in ("31.02", "1 января", ["1.01-8.01"])),
        ("workdays", [28.02], "in quotes"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, name: str, value: Any, words: str) -> None:
    """Above all 1.10 without quotes, which YAML reads as 1.1: October would become January."""
    with pytest.raises(ConfigError) as caught:
        calendar(tmp_path, yaml.safe_dump({"working_time": {"hours": "9-18", name: value}}))
    assert f"working_time.{name}" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["weekend", "holidays", "workdays"])
def test_holidays_without_hours_would_count_for_nothing(tmp_path: Path, name: str) -> None:
    value = "fri" if name == "weekend" else "1.01"
    with pytest.raises(ConfigError, match=rf"working_time\.{name}.*has no effect without working_time\.hours"):
        calendar(tmp_path, yaml.safe_dump({"working_time": {name: value}}))
