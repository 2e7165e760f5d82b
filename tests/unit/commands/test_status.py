from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import DONE, draft, fetched, open_ledger
from worker.commands.incidents import NOT_KNOWN, SHOWN
from worker.commands.named_rows import ago_of, at_of, since_of
from worker.commands.status import Heard, status_of, status_without, table
from worker.ledger import Counted, Ledger
from worker.ledger.peers import Silent
from worker.ledger.view import Views
from worker.model import Act, Promise
from worker.words.begun_creates import said_of
from worker.words.causes import cure_of
from worker.words.health import NOTED, WORKS_ELSEWHERE
from worker.words.phrase import LANGUAGES, Language

NEVER_COUNTED = {
    "tasks_fetched": 0,
    "waiting_steps_fetched": 0,
    "tasks_created": 0,
    "tasks_adopted": 0,
    "tasks_completed": 0,
    "tasks_failed": 0,
    "tasks_gone": 0,
    "acts_done": 0,
    "acts_given_up": 0,
    "markers_dropped": 0,
    "sync_requests_sent": 0,
    "sync_requests_failed": 0,
    "sync_requests_skipped": 0,
    "sync_success_rate": 0.0,
}


ELSEWHERE = WORKS_ELSEWHERE.format(workers=NOTED.format(worker="vm-2", age=8), where="127.0.0.1:8080")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, now=lambda: 1_772_359_200.0)
    yield ledger
    ledger.close()


def park(ledger: Ledger, name: str = "task-1", error: str = "the module is busy") -> None:
    ledger.created(fetched(name), None, 42, DONE, adopted=False)
    owed = ledger.settlements.of(name)
    assert owed
    ledger.settlements.settled(owed)
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, error, retry_in=None)


def test_a_new_ledger_has_every_figure_at_zero(ledger: Ledger) -> None:
    status = status_of(ledger)
    assert {name: status[name] for name in NEVER_COUNTED} == NEVER_COUNTED
    lists = {
        "other_settings",
        "alive_at",
        "ledger",
        "waiting",
        "parked",
        "given_up",
        "decisions",
        "unread_models",
        "ready",
        "pauses",
        "paused_lately",
        "warnings",
    }
    assert set(status) == {"headline", "incidents"} | lists | NEVER_COUNTED.keys()
    assert status["parked"] == []
    assert set(status["ledger"].values()) == {0}


def test_statistics_stand_on_top_by_the_names_of_the_contract(ledger: Ledger) -> None:
    ledger.count(Counted.SYNC_REQUESTS_SENT, 2)
    ledger.count(Counted.SYNC_REQUESTS_FAILED)
    status = status_of(ledger)
    assert (status["sync_requests_sent"], status["sync_requests_failed"]) == (2, 1)
    assert status["sync_success_rate"] == 66.67


def test_what_is_on_its_way_is_counted_by_stage(ledger: Ledger) -> None:
    ledger.begin_create(fetched("a"), draft(fetched("a")), None)
    ledger.created(fetched("b"), None, 42, DONE, adopted=True)
    about = status_of(ledger)["ledger"]
    assert (about["stage_creating"], about["stage_created"], about["settlements_owed"]) == (1, 1, 1)


def test_a_parked_sync_says_what_since_when_and_why(ledger: Ledger) -> None:
    park(ledger)
    [parked] = status_of(ledger)["parked"]
    assert parked == {
        "id": parked["id"],
        "processInstanceId": "instance-of-task-1",
        "processDefinitionKey": "order",
        "businessKey": None,
        "since": "2026-03-01T10:00:00+00:00",
        "error": "the module is busy",
        "cause": None,
        "cure": None,
    }


def test_the_state_is_plain_data(ledger: Ledger) -> None:
    park(ledger)
    status = status_of(ledger)
    assert json.loads(json.dumps(status)) == status


def test_the_table_has_a_line_for_each_figure_and_each_parked_sync(ledger: Ledger) -> None:
    park(ledger, "a")
    park(ledger, "b")
    status = status_of(ledger)
    silent, first, second, cure, explain, *figures = table(status).splitlines()
    assert len(figures) == len(NEVER_COUNTED) + len(status["ledger"])
    assert {"sync_requests_failed         2", "syncs_parked                 2"} <= set(figures)
    assert silent.startswith("The worker does not answer")
    assert first.startswith("parked sync 1")
    assert second.endswith(": process order, process instance instance-of-b: the module is busy")
    assert "replay ID" in cure
    assert explain.endswith("camunda-bitrix-worker explain ID"), "where a step needs a person"


def test_without_parked_syncs_there_is_nothing_to_mend(ledger: Ledger) -> None:
    assert "replay" not in table(status_of(ledger))
    assert "explain" not in table(status_of(ledger))


def test_what_waits_is_told_in_the_set_language(tmp_path: Path) -> None:
    clock = [1_772_359_200.0]
    ledger = open_ledger(tmp_path, now=lambda: clock[0])
    park(ledger, "a")
    ledger.begin_create(fetched("b"), draft(fetched("b")), None)
    clock[0] += 11.0
    _, parked, cure, waits, *_ = table(status_of(ledger, language="ru"), "ru").splitlines()
    assert waits == (
        f"ждёт с {since_of('2026-03-01T10:00:00+00:00', 'ru')}: Task_Create, процесс order, внешняя задача b: "
        f"исход создания не записан: {said_of(None, None).ru}"
    )
    assert parked.startswith("отложена синхронизация 1 с 2026-03-01")
    assert cure.startswith("Устраните причину")
    ledger.close()


def test_a_create_that_has_just_begun_waits_for_nothing(tmp_path: Path) -> None:
    clock = [1_772_359_200.0]
    ledger = open_ledger(tmp_path, now=lambda: clock[0])
    ledger.begin_create(fetched("a"), draft(fetched("a")), None)
    assert status_of(ledger)["waiting"] == []
    clock[0] += 11.0
    [waiting] = status_of(ledger)["waiting"]
    assert (waiting["externalTask"], waiting["reason"]) == ("a", said_of(None, None).en)
    ledger.close()


def test_a_reason_does_nothing_to_a_terminal(ledger: Ledger) -> None:
    park(ledger, error="\x1b[2J\x1b]0;title\x07\u202ebusy\nsyncs_parked 0 " + "x" * 900)
    status = status_of(ledger)
    [line] = [line for line in table(status).splitlines() if line.startswith("parked sync")]
    assert line.isprintable()
    assert "busy syncs_parked 0 xxx" in line
    assert len(line) < 900
    assert "\\u001b[2J" in status["parked"][0]["error"], "the ledger holds codes, and the line break"
    assert "busy\nsyncs" in status["parked"][0]["error"]


def test_looking_changes_nothing(ledger: Ledger) -> None:
    park(ledger)
    assert status_of(ledger) == status_of(ledger)


GOOD = {
    "good": True,
    "threads": "ok",
    "engine": "ok",
    "portal": "ok",
    "ledger": "ok",
    "poll": "ok",
    "running": "ok",
    "pauses": [],
}
PAUSE = {"side": "portal", "since": "2026-01-01", "text": "the portal does not know this webhook. Since 03:00"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_worker_that_does_not_answer_the_last_sign_of_life_is_told(ledger: Ledger, language: Language) -> None:
    """Somebody killed it, and `status` did not say since when nothing goes on."""
    assert status_of(ledger)["alive_at"] is None
    ledger.leases.beat()
    told = status_of(ledger, language=language)
    assert told["alive_at"] == "2026-03-01T10:00:00+00:00"
    line = table(told, language).splitlines()[1]
    assert line.endswith(f": {at_of(told['alive_at'], language)}")
    well = status_of(ledger, language=language, heard=Heard(ready=GOOD))
    assert at_of(told["alive_at"], language) not in table(well, language)


@pytest.mark.parametrize(
    ("heard", "lines"),
    [
        (Heard(), ["The worker does not answer at http.host and http.port"]),
        (
            Heard(elsewhere=ELSEWHERE, in_its_place=ELSEWHERE, no_start=ELSEWHERE),
            ["By the ledger a worker works elsewhere (vm-2, noted 8 s ago)"],
        ),
        (Heard(page=False), ["It is not known whether the worker works: its page is off"]),
        (Heard(ready=GOOD), ["Working: tasks are fetched, created and completed"]),
        (
            Heard(ready=GOOD | {"good": False, "portal": "down", "pauses": [PAUSE | {"passes": False}]}),
            ["Paused: the portal is unavailable. Nothing is lost, but", f"paused (the portal): {PAUSE['text']}"],
        ),
        (
            Heard(ready=GOOD | {"good": False, "pauses": [PAUSE | {"side": "engine", "part": "fetch"}]}),
            ["Paused: the engine hands out no tasks", f"paused (the engine): {PAUSE['text']}"],
        ),
        (
            Heard(ready=GOOD | {"pauses": [PAUSE | {"part": "syncs"}]}),
            ["Working, but synchronisations are paused", f"paused in part (the portal): {PAUSE['text']}"],
        ),
        (
            Heard(ready=GOOD | {"pauses": [PAUSE | {"part": "slow_portal"}]}),
            ["Working, but the portal answers slowly", f"the portal: {PAUSE['text']}"],
        ),
        (
            Heard(ready=GOOD | {"pauses": [PAUSE | {"part": "machine", "side": "ledger"}]}),
            ["Working, but the worker's machine is overloaded", f"the worker's machine: {PAUSE['text']}"],
        ),
        (
            Heard(ready=GOOD | {"pausedLately": [{"text": "the portal: paused 3 times in the last hour"}]}),
            ["Working: tasks are fetched, created and completed", "the portal: paused 3 times in the last hour"],
        ),
        (
            Heard(ready=GOOD | {"good": False, "poll": "the last good poll was 90 s ago"}),
            ["Paused: the engine has not answered a fetch"],
        ),
        (
            Heard(ready=GOOD | {"good": False, "threads": "ended: keeper"}),
            ["Not working: a thread has ended", "threads: ended: keeper"],
        ),
    ],
)
def test_first_of_all_comes_whether_the_worker_works(ledger: Ledger, heard: Heard, lines: list[str]) -> None:
    told = status_of(ledger, heard=heard)
    shown = table(told).splitlines()
    assert [line.startswith(words) for line, words in zip(shown, lines, strict=False)] == [True] * len(lines)
    assert told["pauses"] == (heard.ready and heard.ready["pauses"])
    assert status_without(heard, "en")["ready"] == told["ready"]


def warning(event: str, *occurrences: dict[str, Any], count: int = 1, level: str = "warning") -> dict[str, Any]:
    return {"event": event, "level": level, "count": count, "last": occurrences[0]["at"], "occurrences": occurrences}


def occurrence(message: str, *, at: str = "2026-01-02", passed: bool = False) -> dict[str, Any]:
    return {"at": at, "passed": passed, "message": message}


def test_only_the_newest_of_several_messages_has_the_last_moment(ledger: Ledger) -> None:
    portal = occurrence("Fetching is paused (portal): it is away", passed=True)
    earlier = occurrence("Fetching is paused (ledger)", at="2026-01-01")
    warnings = [warning("fetch.paused", portal, earlier, count=3)]
    told = status_of(ledger, heard=Heard(warnings=warnings, ready=GOOD))
    newest, before = (f"{ago_of(at, 'en')} ago" for at in ("2026-01-02", "2026-01-01"))
    assert table(told).splitlines()[2:4] == [
        f"warning fetch.paused (times: 3, the last {newest}, passed): Fetching is paused (portal): it is away",
        f"warning fetch.paused ({before}): Fetching is paused (ledger)",
    ]
    now = GOOD | {"good": False, "portal": "down", "pauses": [PAUSE | {"reason": "it is away"}]}
    shown = table(status_of(ledger, heard=Heard(warnings=warnings, ready=now))).splitlines()
    assert [line for line in shown if line.startswith("warning fetch")] == [
        f"warning fetch.paused ({before}): Fetching is paused (ledger)"
    ], "what the pause says is not said again, and no line refers to another that is not there"


def test_the_last_warnings_of_the_running_worker_are_told(ledger: Ledger) -> None:
    warnings = [warning("topics.unserved", occurrence("Steps of\nslip"))]
    told = status_of(ledger, heard=Heard(warnings=warnings, ready=GOOD))
    assert told["warnings"] == warnings
    hint, line = table(told).splitlines()[1:3]
    assert hint.startswith("warnings and errors since the start")
    assert line.startswith("warning topics.unserved (times: 1, the last ")
    assert line.endswith(" ago): Steps of slip")


@pytest.mark.parametrize(
    ("level", "words"), [("error", ("ошибка", "error")), ("warning", ("предупреждение", "warning"))]
)
def test_each_is_told_with_the_level_that_the_log_has(ledger: Ledger, level: str, words: tuple[str, str]) -> None:
    """`task.incident` is an error in the log, and `status` called it a warning."""
    told = [warning("task.incident", occurrence("Incident"), occurrence("Incident 2"), level=level)]
    found = status_of(ledger, heard=Heard(warnings=told, ready=GOOD))
    for language, word in zip(LANGUAGES, words, strict=True):
        shown = [line.split() for line in table(found, language).splitlines() if " task.incident " in line]
        assert [line[0] for line in shown] == [word, word]


@pytest.mark.parametrize(("ready", "left"), [(GOOD, False), (GOOD | {"portal": "down"}, True), (None, True)])
def test_a_doubtful_create_says_when_it_is_looked_up_and_nothing_of_an_outage_that_is_over(
    ledger: Ledger, ready: Any, left: bool
) -> None:
    row = ledger.begin_create(fetched("b"), draft(fetched("b")), None)
    ledger.doubtful(row, "http_502", counts=True, cause="gateway")
    told = {**NOT_KNOWN, "creates": {"b": "the worker looks for its marker at 10:00:07"}}
    [waiting] = status_of(ledger, heard=Heard(ready=ready, incidents=told))["waiting"]
    assert waiting["reason"] == "http_502; the worker looks for its marker at 10:00:07"
    assert waiting["cure"] == (cure_of("gateway", "portal").en if left else None)
    [line] = [one for one in table(status_of(ledger, heard=Heard(incidents=told))).splitlines() if " since " in one]
    assert "the outcome of the create is not recorded: http_502; the worker looks for" in line


def test_what_waits_is_named_by_all_that_people_know_it_by(tmp_path: Path) -> None:
    clock = [1_772_359_200.0]
    ledger = open_ledger(tmp_path, now=lambda: clock[0])
    known: dict[str, Any] = {"business_key": "A-17", "activity_id": "Approve", "activity_name": "Approve the contract"}
    for name in ("parked", "late"):
        ledger.created(replace(fetched(name), **known), None, 42, DONE, adopted=False)
        owed = ledger.settlements.of(name)
        assert owed
        ledger.settlements.settled(owed)
        [sync] = ledger.syncs.take(1)
        ledger.syncs.failed(sync, "the module is busy", retry_in=None if name == "parked" else 60.0)
    task = replace(fetched("doubted"), **known)
    ledger.begin_create(task, draft(task), None)
    ledger.created(replace(fetched("refused"), **known), None, 43, DONE, adopted=False)
    owed = ledger.settlements.of("refused")
    assert owed
    ledger.settlements.postpone(owed, 60.0, "the engine is away")
    note = Act("note", {"text": "x"})
    left = replace(fetched("left"), **known)
    begun = ledger.acts.begin(left, None, 45, origin="adopted", promise=Promise.CLOSE, drafted=[note])
    ledger.acts.given_up(begun.row, begun.acts[0], "no access")
    clock[0] += 11.0
    status = status_of(ledger)
    assert {row["kind"]: row["businessKey"] for row in status["waiting"]} == dict.fromkeys(
        ("unsettled", "doubtful", "late"), "A-17"
    )
    lines = [line for line in table(status).splitlines() if " since " in line]
    assert [line.split(": ")[1] for line in lines] == [
        "process order, key A-17, process instance instance-of-parked",
        "Approve the contract (Approve), process order, key A-17, Bitrix24 task 43, external task refused",
        "Approve the contract (Approve), process order, key A-17, external task doubted",
        "process order, key A-17, process instance instance-of-late",
        "Approve the contract (Approve), key A-17, Bitrix24 task 45, external task left",
    ]
    ledger.close()


def test_many_parked_for_one_reason_hide_none_for_another(ledger: Ledger) -> None:
    status = status_of(ledger)
    row = {"since": "2026-03-01T10:00:00+00:00", "processInstanceId": "i", "error": "the module is busy"}
    many = [row | {"id": number} for number in range(SHOWN + 20)]
    told = table(status | {"parked": [*many, row | {"id": 999, "error": "no such process"}]}).splitlines()
    parked = [line for line in told if line.startswith("parked sync ")]
    assert len(parked) == SHOWN
    assert parked[-1].endswith("no such process")
    assert any(line.startswith("and 21 more of these") for line in told)


def test_a_warning_of_what_is_told_already_is_not_told_again(ledger: Ledger) -> None:
    reason = "Nobody on the portal has the e-mail address of the variable responsibleId"
    incident = dict.fromkeys(
        ("externalTask", "activity", "step", "processDefinitionKey", "businessKey", "since", "cockpit", "portalTask")
    )
    incidents = {**NOT_KNOWN, "count": 1, "topics": {"t": 1}, "shown": [incident | {"reason": reason, "group": 0}]}
    incidents["groups"] = [{"count": 1, "reason": reason}]
    park(ledger, error="the portal's module did not execute the call")
    paused = PAUSE | {"reason": "the portal does not answer (portal.example:443) (call profile)"}
    messages = [
        "Fetching is paused (portal): the portal does not answer (portal.example:443) (call scope). Next check in 3 s",
        f"Incident for external task a: {reason}",
        "Synchronisation 1 is parked: the portal's module did not execute the call",
        "The clock of this machine was set",
    ]
    warnings = [warning(f"event.{number}", occurrence(words)) for number, words in enumerate(messages)]
    ready = GOOD | {"good": False, "portal": "down", "pauses": [paused]}
    told = status_of(ledger, heard=Heard(warnings=warnings, ready=ready, incidents=incidents))
    shown = [line for line in table(told).splitlines() if line.startswith("warning ")]
    assert [line.rpartition(": ")[2] for line in shown] == ["The clock of this machine was set"]
    assert reason in table(told)
    assert told["warnings"] == warnings, "programs get all of them"


def test_a_worker_that_has_fallen_silent_and_a_lost_log_stand_in_the_headline(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both stood only among the warnings."""
    silent = Silent("host-2", ledger.now() - 90, 3, ledger.now() + 100)
    monkeypatch.setattr(Views, "silent", lambda _: [silent])
    heard = Heard(ready={"good": True, "pauses": []})
    status = status_of(ledger, heard=heard)
    [row] = status["waiting"]
    assert (row["kind"], row["worker"], row["steps"]) == ("silent", "host-2", 3)
    assert status["headline"] == "Working, but 1 worker of this ledger sends no heartbeats"
    assert any(
        "worker host-2: no heartbeat since" in line and "Start host-2" in line for line in table(status).split("\n")
    )
    told = {"at": "2026-03-01T10:00:00+00:00", "passed": False, "message": "7 lines of the log were dropped"}
    warning = {"event": "log.dropped", "level": "error", "count": 1, "occurrences": [told]}
    assert (
        status_of(ledger, heard=replace(heard, warnings=[warning]))["headline"] == "Working, but the log is not written"
    )
    warning = {**warning, "occurrences": [{**told, "passed": True}]}
    assert "host-2" not in status_of(ledger, heard=replace(heard, warnings=[warning]))["headline"]
