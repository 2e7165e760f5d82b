"""What was warned of is kept to be shown: by event, bounded, whatever the level of the log."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping

import pytest

from bitrix.causes import Cause, Trouble
from tests.support.two_languages import russian_in
from worker.monitoring.page_warnings import as_data
from worker.runtime.gate import Gate
from worker.runtime.recent_warnings import MOST_EVENTS, MOST_LASTING, MOST_SHOWN, RecentWarning, RecentWarnings
from worker.runtime.telemetry import SHOWN, Telemetry
from worker.runtime.warning_ends import ANOTHER_OUTCOME, ENDS, PARTS_RESUME, ended_by
from worker.words.codes import PartName, SideName
from worker.words.log.lines import TEXTS
from worker.words.log.telling import text_of
from worker.words.log.text import Level


def kept(*told: tuple[str, Mapping[str, object]]) -> list[RecentWarning]:
    seconds = iter(range(1_000_000))
    warnings = RecentWarnings(lambda: float(next(seconds)))
    for event, facts in told:
        warnings.note(event, "warning", facts)
    return warnings.all()


def test_one_event_is_counted_with_its_first_and_last_time() -> None:
    told = [("waiting.not_seen", {"reason": f"error {n}"}) for n in range(5)]
    [one] = kept(*told)
    assert (one.count, one.first, one.last) == (5, 0.0, 4.0)
    assert [dict(newest.facts) for newest in one.newest] == [{"reason": "error 4"}], "of one thing the last words count"


def test_pauses_of_two_sides_or_parts_are_counted_apart() -> None:
    """Seven of the portal and seven of the engine were told as fourteen of the portal."""
    sides = [("fetch.paused", {"side": side, "reason": f"error {n}"}) for side in SideName for n in range(7)]
    assert [(one.newest[0].facts["side"], one.count) for one in kept(*sides)] == [
        (side, 7) for side in [*SideName][::-1]
    ]
    parts = [("part.still_paused", {"part": part}) for part in (PartName.SYNCS, PartName.CLOCK) for _ in range(2)]
    assert [one.count for one in kept(*parts)] == [2, 2]


def test_what_was_told_once_outlives_a_flood_of_another_event() -> None:
    flood = [("task.failed", {"task": f"t-{n}"}) for n in range(10_000)]
    failed, unknown = kept(("tenants.unknown", {"tenants": "acme"}), *flood)
    assert (unknown.event, unknown.count) == ("tenants.unknown", 1)
    assert failed.count == 10_000
    assert [newest.facts["task"] for newest in failed.newest] == ["t-9999", "t-9998", "t-9997"][:MOST_SHOWN]


def test_the_findings_about_models_are_all_kept_for_they_are_told_once() -> None:
    kinds = [("Ask", "never_given"), ("Ask", "other_retries"), ("Agree", "misspelt_answer"), ("Pay", "unfilled")]
    told = [{"definition": "o:1", "activity": step, "finding": kind} for step, kind in kinds]
    [one] = kept(*(("model.finding", facts) for facts in told))
    assert [(newest.facts["activity"], newest.facts["finding"]) for newest in one.newest] == kinds[::-1]
    [many] = kept(*(("step.unread_inputs", {"definition": f"o:{n}"}) for n in range(1000)))
    assert len(many.newest) == MOST_LASTING


def test_there_are_never_more_than_so_many_events() -> None:
    found = kept(*((f"event.{n}", {}) for n in range(MOST_EVENTS + 50)))
    assert len(found) == MOST_EVENTS
    assert found[0].event == f"event.{MOST_EVENTS + 49}"


SIDE = {"side": SideName.PORTAL}
TASK = {"task": "t-1"}
INSTANCE = {"process_instance_id": "instance-1"}


@pytest.mark.parametrize(
    ("warning", "told", "event", "facts", "passed"),
    [
        ("fetch.paused", SIDE, "fetch.resumed", SIDE, True),
        ("fetch.paused", SIDE, "fetch.resumed", {"side": SideName.ENGINE}, False),
        ("fetch.still_paused", SIDE, "fetch.resumed", SIDE, True),
        ("fetch.refused", {}, "part.resumed", {"part": PartName.FETCH}, True),
        ("fetch.refused", {}, "part.resumed", {"part": PartName.ANSWERS}, False),
        ("part.still_paused", {"part": PartName.SYNCS}, "sync.resumed", {}, True),
        ("part.still_paused", {"part": PartName.ANSWERS}, "sync.resumed", {}, False),
        ("sync.paused", {}, "sync.resumed", {}, True),
        ("waiting.changes_untold", {}, "part.resumed", {"part": PartName.CHANGES}, True),
        ("fetch.locked_unknown", {}, "part.resumed", {"part": PartName.LEFT_LOCKED}, True),
        ("fetch.locked_by_stranger", {}, "part.resumed", {"part": PartName.STRANGER_LOCKED}, True),
        ("task.not_sent", TASK, "task.created", TASK, True),
        ("task.not_sent", TASK, "task.created", {"task": "t-2"}, False),
        ("task.incident", TASK, "task.fetched", TASK, True),
        ("task.incident", TASK, "task.incident_over", TASK, True),
        ("task.failed", TASK, "task.incident_over", TASK, True),
        ("task.incident", TASK, "task.incident_over", {"task": "t-2"}, False),
        ("lock.not_extended", TASK, "lock.extended", TASK, True),
        ("lock.not_extended", TASK, "lock.extended", {"task": "t-2"}, False),
        ("settlement.retry", TASK, "task.created", TASK, False),
        ("settlement.retry", TASK, "task.completed", TASK, True),
        ("settlement.refused", TASK, "task.incident", TASK, True),
        ("settlement.refused", TASK, "task.failed", TASK, True),
        ("settlement.retry", TASK, "task.superseded", TASK, True),
        ("settlement.retry", TASK, "task.incident", {"task": "t-2"}, False),
        ("sync.failed", INSTANCE, "sync.accepted", {"process_instance_id": "other"}, False),
        ("ledger.unavailable", {}, "fetch.resumed", {"side": SideName.LEDGER}, True),
        ("ledger.unavailable", {}, "fetch.resumed", SIDE, False),
        ("fetch.doubtful", {}, "fetch.resumed", {"side": SideName.ENGINE}, True),
        ("fetch.doubtful", {}, "fetch.resumed", SIDE, False),
        ("lookup.unproven", {}, "fetch.resumed", SIDE, True),
        ("waiting.not_seen", {"look": "poll"}, "waiting.seen", {"look": "poll"}, True),
        ("waiting.not_seen", {"look": "tasks"}, "waiting.seen", {"look": "poll"}, False),
        ("waiting.steps_not_seen", {"look": "steps"}, "waiting.steps_seen", {"look": "steps"}, True),
        ("waiting.suspended", TASK, "task.completed", TASK, True),
        ("waiting.step_suspended", TASK, "waiting.step_activated", TASK, True),
        ("waiting.step_suspended", TASK, "task.completed", TASK, True),
        ("waiting.step_suspended", TASK, "waiting.step_activated", {"task": "t-2"}, False),
        (
            "waiting.responsible_dismissed",
            TASK | {"person": 7},
            "waiting.responsible_changed",
            TASK | {"person": 7},
            True,
        ),
        (
            "waiting.responsible_dismissed",
            TASK | {"person": 7},
            "waiting.responsible_changed",
            TASK | {"person": 8},
            False,
        ),
        ("waiting.responsible_dismissed", TASK | {"person": 7}, "task.closed", TASK, True),
        ("backlog.not_seen", {}, "backlog.seen", {}, True),
        ("side.slow", SIDE, "side.not_slow", SIDE, True),
        ("side.slow", SIDE, "side.not_slow", {"side": SideName.ENGINE}, False),
        ("machine.busy", {}, "machine.not_busy", {}, True),
        ("incidents.not_seen", {}, "incidents.seen", {}, True),
        ("process.stuck", INSTANCE, "process.not_stuck", INSTANCE, True),
        ("process.stuck", INSTANCE, "process.not_stuck", {"process_instance_id": "another"}, False),
        ("sync.failed", INSTANCE, "sync.accepted", INSTANCE, True),
        ("topics.not_seen", {}, "topics.seen", {}, True),
        ("topics.unserved", {"topic": "a"}, "topics.not_waiting", {"topic": "a"}, True),
        ("topics.unserved", {"topic": "a"}, "topics.not_waiting", {"topic": "b"}, False),
        ("topics.locked_away", {"topic": "a"}, "topics.free", {"topic": "a"}, True),
        ("topics.locked_away", {"topic": "a"}, "topics.free", {"topic": "b"}, False),
        ("definition.unread", {"definition": "o:1"}, "definition.read", {"definition": "o:1"}, True),
        ("definition.unread", {"definition": "o:1"}, "definition.read", {"definition": "o:2"}, False),
        ("ledger.worker_silent", {"worker": "host-1"}, "ledger.worker_back", {"worker": "host-1"}, True),
        ("ledger.worker_silent", {"worker": "host-1"}, "ledger.worker_back", {"worker": "host-2"}, False),
        ("ledger.worker_silent", {"worker": "host-1"}, "ledger.worker_relieved", {"worker": "host-1"}, True),
        ("act.doubtful", {"portal_task": 7, "act": "x"}, "act.done", {"portal_task": 7, "act": "x"}, True),
        ("act.doubtful", {"portal_task": 7, "act": "x"}, "act.done", {"portal_task": 7, "act": "y"}, False),
        ("sync.parked", {"id": 7, **INSTANCE}, "sync.accepted", INSTANCE, True),
        ("sync.parked", {"id": 7, **INSTANCE}, "ledger.decided", {"id": 7}, True),
        ("sync.parked", {"id": 7, **INSTANCE}, "ledger.decided", {"id": 8}, False),
        ("sync.parked", {"id": 7, **INSTANCE}, "sync.accepted", {"process_instance_id": "other"}, False),
    ],
)
def test_a_warning_passes_with_the_event_that_says_so(
    warning: str, told: Mapping[str, object], event: str, facts: Mapping[str, object], passed: bool
) -> None:
    """`status` printed a pause that had ended under `Working` as if it went on."""
    warnings = RecentWarnings()
    warnings.note(warning, "warning", told)
    warnings.heard(event, facts)
    assert warnings.all()[0].newest[0].passed is passed
    warnings.note(warning, "warning", told)
    assert warnings.all()[0].newest[0].passed is False, "it has come again"


def test_what_ends_a_warning_is_an_event_of_the_log_and_no_warning_but_of_what_has_taken_its_place() -> None:
    ends = [*ENDS, *PARTS_RESUME]
    assert [event for event in ends if text_of(event).level in SHOWN] == [*ANOTHER_OUTCOME]
    assert [name for event in ends for name in ended_by(event) if text_of(name).level not in SHOWN] == []


ONCE = (
    *("model.", "step.", "template.", "questionnaire.", "predecessor.", "description.", "files.", "config."),
    *("answer.", "engine.", "acts.", "act.given_up", "http.crowded", "http.failed"),
    *(
        "worker.tenants_changed",
        "worker.not_started",
        "worker.thread_died",
        "worker.was_stopped",
        "ledger.lost",
        "ledger.open_to_others",
        "ledger.other_topics",
    ),
    *("fetch.too_long", "task.odd", "task.marker_dropped", "task.number_shared", "task.superseded", "task.not_served"),
    *("task.responsible_", "task.person_", "task.creator_dismissed", "task.group_changed", "task.question_cut"),
    *("task.deadline_past", "waiting.anothers_task", "waiting.moved", "waiting.left_locked", "waiting.answer_unheard"),
    *("waiting.promise_", "waiting.read_again", "waiting.not_served", "waiting.not_told", "waiting.odd_row"),
    *("sync.skipped", "sync.forgotten"),
)
"""Warnings of what has happened, or of settings, models and people that the worker does not see corrected."""


def test_each_warning_passes_with_an_event_or_is_known_to_tell_what_happened_once() -> None:
    """Whoever adds one decides which it is: at night a warning that has passed is read as trouble that goes on."""
    warnings = {name for name, text in TEXTS.items() if text.level in SHOWN}
    ends = {name for event in [*ENDS, *PARTS_RESUME] for name in ended_by(event)}
    once = {name for name in warnings if name.startswith(ONCE)}
    assert sorted(warnings - ends - once) == []
    assert sorted(ends & once) == []
    assert [prefix for prefix in ONCE if not any(name.startswith(prefix) for name in warnings)] == []


def test_a_refused_outcome_has_passed_once_its_incident_is_told_which_has_not() -> None:
    telemetry = Telemetry.build("error", "en", "json", io.StringIO())
    telemetry.emit("settlement.refused", task="t-1", reason="no such property")
    telemetry.emit("task.incident", task="t-1", message="no such property")
    found = {one.event: one.newest[0].passed for one in telemetry.warnings.all()}
    telemetry.close()
    assert found == {"settlement.refused": True, "task.incident": False}


def test_the_log_says_when_a_pause_has_passed() -> None:
    telemetry = Telemetry.build("error", "en", "json", io.StringIO())
    gate = Gate("portal", telemetry)
    gate.close(Trouble("portal", Cause.REFUSED))
    [before] = as_data(telemetry.warnings.all(), "en")
    gate.open()
    [after] = as_data(telemetry.warnings.all(), "en")
    telemetry.close()
    assert [one["occurrences"][0]["passed"] for one in (before, after)] == [False, True]


@pytest.mark.parametrize("level", ["info", "error"])
def test_warnings_are_kept_also_where_the_log_does_not_write_them(level: Level) -> None:
    telemetry = Telemetry.build(level, "en", "json", io.StringIO())
    telemetry.emit("worker.ready")
    telemetry.emit("topics.unserved", topic="slip", waiting=1, meant="slipped")
    telemetry.emit("sync.failed", error=ValueError("x" * 100_000))
    logging.getLogger("library").warning("pool is full")
    telemetry.close()
    found = telemetry.warnings.all()
    assert [(one.event, one.level) for one in found] == [
        ("library", "warning"),
        ("sync.failed", "error"),
        ("topics.unserved", "warning"),
    ]
    assert len(str(found[1].newest[0].facts["error"])) <= 1000


def test_a_page_in_the_other_language_has_no_words_of_the_logs() -> None:
    telemetry = Telemetry.build("error", "ru", "json", io.StringIO())
    gate = Gate("portal", telemetry)
    gate.close(Trouble("portal", Cause.REFUSED))
    telemetry.emit("waiting.not_seen", reason=ValueError("odd"))
    telemetry.close()
    assert russian_in(str([as_data(telemetry.warnings.all(), "en")])) == []
    assert "портал" in str(as_data(telemetry.warnings.all(), "ru"))
