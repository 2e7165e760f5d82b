"""docs/json.md lists the keys that programs get, and these are always there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.builders import open_ledger
from tests.support.fakes import Events, FakeFetching
from tests.support.page_facts import AT, Idle
from worker.commands.explain.several import NotFound, as_data as of_explain
from worker.commands.incidents import NOT_KNOWN
from worker.commands.status import Heard, status_of, status_without, table
from worker.engine.incidents import Incident
from worker.monitoring.health import Health, HealthCheck
from worker.monitoring.incidents import Incidents
from worker.monitoring.page_incidents import as_data as of_incidents
from worker.monitoring.page_warnings import as_data as of_warnings
from worker.monitoring.pauses import Pauses
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.past_pauses import Lately
from worker.runtime.pause import pause_for
from worker.runtime.recent_warnings import RecentWarning, Telling
from worker.runtime.threads import Threads

DOCS = Path(__file__).parents[3] / "docs"
both_languages = pytest.mark.parametrize("page", ["json.md", "json.ru.md"])


def listed(page: str) -> dict[str, list[str]]:
    """The keys of the table in each section, by the first name in its heading."""
    sections = re.split(r"^## ", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {re.findall(r"`([^`]+)`", one)[0]: re.findall(r"^\| `(\w+)` \|", one, re.MULTILINE) for one in sections}


@both_languages
def test_status_has_the_listed_keys_whether_or_not_the_ledger_can_be_read(page: str, tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    keys = listed(page)["status --json"]
    assert len(keys) == len(set(keys))
    assert set(status_of(ledger)) == set(status_without(Heard(), "en")) == set(keys)
    ledger.close()


def test_what_is_not_known_is_null_for_programs_and_no_line_for_people() -> None:
    found = status_without(Heard(), "en")
    assert found["tasks_created"] is None
    assert "None" not in table(found)


@both_languages
def test_explain_has_the_listed_keys_even_if_nothing_is_found(page: str) -> None:
    assert set(of_explain(NotFound("x", ()), "en")) == set(listed(page)["explain --json"])


@both_languages
def test_incidents_and_warnings_have_the_listed_keys(page: str) -> None:
    one = Incident("e", "t", None, None, None, None, None, None, None)
    found = of_incidents(Incidents([one], {"t": 1}), "en")
    assert set(found) == set(NOT_KNOWN) == set(listed(page)["incidents"])
    [warning] = of_warnings([RecentWarning("event", "error", 1, AT, (Telling(AT, {}),))], "en")
    assert set(warning) == set(listed(page)["warnings"])


@both_languages
def test_pauses_and_checks_have_the_listed_keys(page: str) -> None:
    paused = pause_for("engine", "no answer", since=clock.boottime())
    [told] = Pauses(Idle(), str, "en").as_data([HealthCheck("engine", good=False, pause=paused)], "en")
    assert set(told) == set(listed(page)["pauses"])
    [past] = Pauses(Idle(), str, "en").lately_as_data(
        [HealthCheck("engine", good=True, lately=Lately(2, 9.0, 1.0))], "en"
    )
    assert set(past) == set(listed(page)["paused_lately"])
    sides = [Gate(side, Events()) for side in ("engine", "portal", "ledger")]
    checks = Health(Threads(Events(), pool_size=1, step_seconds=60.0), sides, FakeFetching()).ready()
    assert {"good", "notYet", "pauses", "pausedLately"} | {one.name for one in checks} == set(listed(page)["/readyz"])
