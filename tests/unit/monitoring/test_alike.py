"""A flood of one kind hides no other: page, `status` and `/incidents` group by reason what needs a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.support.fakes import Events
from tests.support.page_facts import ABOUT, facts
from tests.unit.monitoring.test_incidents import Lives, Numbers, Source, job, reader, row, watch_of
from worker.commands.incidents import SHOWN, lines_of
from worker.engine.incidents import Incident
from worker.monitoring.incidents import MOST_SHOWN, Incidents
from worker.monitoring.page_incidents import ON_PAGE, as_data
from worker.monitoring.page_model import AT_ONCE, Cluster
from worker.monitoring.page_view import view_of
from worker.runtime.gate import Gate

FLOOD = 'Topic one, field deadline = "soon-{}": “soon-{}” is not a date.'


def failed(id_: str, reason: str, **changes: Any) -> Incident:
    return replace(row(id_), **{"reason": reason} | changes)


def flood(count: int, **changes: str) -> list[Incident]:
    """So many for one reason; only its values differ."""
    return [failed(f"f{number:04}", FLOOD.format(number, number), **changes) for number in range(count)]


def oldest() -> list[Incident]:
    """What was there before it: two reasons."""
    broken = "the engine does not accept the step's result: Unknown property used in expression: ${amount}"
    return [*(failed(f"b{number}", broken) for number in range(6)), failed("left", "responsible_id = 17: dismissed")]


def read(*found: Incident, more: int = 0) -> Incidents:
    return reader(Source(*found, more=more)).read()


def clusters(found: Incidents) -> Sequence[Cluster]:
    return view_of(facts(incidents=found), ABOUT, "en").needs[0].clusters


def lines(found: Incidents) -> list[str]:
    return [*lines_of(json.loads(json.dumps(as_data(found, "en"))), "en")]


def test_on_the_page_each_reason_has_its_true_count_and_some_of_its_steps() -> None:
    found = clusters(read(*oldest(), *flood(MOST_SHOWN)))
    assert [one.count for one in found] == [MOST_SHOWN, 6, 1]
    assert [len(one.items) for one in found[1:]] == [6, 1]
    assert sum(len(one.items) for one in found) == ON_PAGE
    assert found[0].reason == "Topic one, field deadline = …: … is not a date."
    assert len({item.reason for item in found[0].items}) == len(found[0].items), "each its own value"
    assert found[0].more.startswith(f"and {MOST_SHOWN - len(found[0].items)} more")
    assert found[1].more == ""


def test_in_status_each_reason_is_shown_before_a_second_example_of_any() -> None:
    told = lines(read(*oldest(), *flood(MOST_SHOWN)))
    [many] = [line for line in told if line.startswith(f"{MOST_SHOWN} steps need a decision for one reason")]
    assert many.endswith("field deadline = …: … is not a date.")
    assert sum("is not a date" in line for line in told) == 1 + AT_ONCE
    assert any(f"and {MOST_SHOWN - AT_ONCE} more" in line and "status --json" in line for line in told)
    assert any(line.startswith("6 steps need a decision") and "${amount}" in line for line in told)
    assert any(line.startswith("needs a decision since") and line.endswith("dismissed") for line in told)


def test_the_json_counts_each_reason_and_lists_more_of_it() -> None:
    found = as_data(read(*oldest(), *flood(MOST_SHOWN)), "en")
    assert [group["count"] for group in found["groups"]] == [MOST_SHOWN, 6, 1]
    assert len(found["shown"]) == MOST_SHOWN
    assert [[one["group"] for one in found["shown"]].count(number) for number in (1, 2)] == [6, 1]
    assert found["unread"] == 0


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"reason": FLOOD.format("x", "x")}, 1),
        ({"reason": FLOOD.format("x", "x"), "activity_id": "Other"}, 2),
        ({"reason": FLOOD.format("x", "x"), "process_definition_key": "other"}, 2),
        ({"reason": FLOOD.format("x", "x").replace("deadline", "start_date_plan")}, 2),
    ],
)
def test_only_values_may_differ_and_what_is_quoted_may_be_a_name_elsewhere(
    changes: dict[str, str], reasons: int
) -> None:
    assert len(clusters(read(*flood(3), failed("other", **changes)))) == reasons


@pytest.mark.parametrize("place", ["activity_id", "process_definition_key"])
def test_one_cause_of_many_steps_is_one_reason(place: str) -> None:
    some = [failed(f"s{id_}", f"responsible_id = {id_}: dismissed", **{place: f"S{id_}"}) for id_ in range(3)]
    assert [one.count for one in clusters(read(*some))] == [3]


def test_digits_in_a_name_are_no_value() -> None:
    assert len(clusters(read(*(failed(f"n{id_}", f"no field UF_CODE_{id_}") for id_ in range(3))))) == 3


def test_what_was_not_read_is_said() -> None:
    found = read(*flood(5), more=50)
    assert as_data(found, "en")["unread"] == 100
    assert "the others (100)" in view_of(facts(incidents=found), ABOUT, "en").needs[0].more
    assert "the others (100)" in lines(found)[-2]
    assert clusters(found)[0].count == 5


def test_more_reasons_than_are_shown_are_counted() -> None:
    found = read(*(failed(f"n{id_:04}", f"no field UF_CODE_{id_}") for id_ in range(SHOWN + 7)))
    assert f"For others: {SHOWN + 7 - ON_PAGE}" in view_of(facts(incidents=found), ABOUT, "en").needs[0].more
    assert any(line.endswith("For others: 7") for line in lines(found))


def test_one_just_raised_is_counted_with_its_reason() -> None:
    source = Source(*oldest(), *flood(MOST_SHOWN))
    watch = watch_of(reader(source), Lives(), Gate("engine", Events()), Events())
    watch.one_round()
    watch.raised("new", "a new reason")
    assert [one.count for one in clusters(watch.seen())] == [MOST_SHOWN, 6, 1, 1]


def test_stuck_processes_are_grouped_too() -> None:
    source = Source()
    source.jobs = [job(str(number), f"ours-{number}") for number in range(40)]
    source.jobs.append(replace(job("old", "ours-old"), reason="another script fails"))
    found = reader(source, Numbers({})).read()
    several = view_of(facts(incidents=found), ABOUT, "en").needs[0].clusters
    assert [(one.count, one.reason) for one in several] == [(40, "no such variable"), (1, "another script fails")]
    told = lines(found)
    assert told[0] == "40 processes are stuck for one reason: no such variable"
    assert any("another script fails" in line for line in told)
