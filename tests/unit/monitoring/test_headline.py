"""Page and `status` begin with the same sentence, which counts what needs a person whatever else is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bitrix.causes import Cause, Side, Trouble
from tests.support.builders import DONE, draft, fetched, open_ledger
from tests.support.page_facts import ABOUT, facts
from worker.commands.status import Heard, status_of, table
from worker.engine.incidents import Stuck
from worker.engine.step_life import task_now
from worker.ledger import Ledger
from worker.model import Act, Promise
from worker.monitoring.headline import Condition, headline
from worker.monitoring.health import HealthCheck
from worker.monitoring.incidents import Incidents
from worker.monitoring.misspelt import Misspelt, Waiting
from worker.monitoring.page_incidents import as_data
from worker.monitoring.page_model import Facts
from worker.monitoring.page_view import view_of
from worker.monitoring.page_warnings import as_data as warnings_as_data
from worker.monitoring.pauses import Pauses
from worker.runtime import clock
from worker.runtime.pause import pause_for
from worker.runtime.recent_warnings import RecentWarnings
from worker.words.brief_causes import BRIEF, HARMED, brief
from worker.words.cause_words import CATALOGUE
from worker.words.causes import explained
from worker.words.codes import PartName
from worker.words.headline import COUNTED_PARTS, DOWN, NEEDS, PAUSED_PARTS, UNKNOWN, WAITS
from worker.words.health import ENDED, NO_POLL_YET, NOT_PROBED, POLLED, STOPPING
from worker.words.phrase import LANGUAGES, Language, Phrase

SUSPENDED = Stuck("s", "s", "suspended", "ask", "instance-2", "order:1:x", None, portal_task_id=85)
DISMISSED = Stuck("d", "d", "dismissed", "ask", "instance-3", None, "42", portal_task_id=86)
MISSPELT = Misspelt.of([Waiting("bitrix_create_tsk", "bitrix_create_task", 1, [task_now({"id": "m"})])])
TAKEN = Stuck("t", "t", "taken", "ask", "instance-3", "order:1:x", "thief", portal_task_id=81)
NOW = 1_772_359_200.0
STUCK = Stuck("i", "i", "failedJob", "decide", "instance", "order:1:x", "no such variable")
EVERY_KIND = Incidents(
    by_topic={"t": 4}, stuck=[STUCK], suspended=[SUSPENDED], dismissed=[DISMISSED], taken=[TAKEN], misspelt=MISSPELT
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, now=lambda: NOW)
    yield ledger
    ledger.close()


def completed(ledger: Ledger, name: str, *, parked: bool) -> None:
    ledger.created(fetched(name), None, 42, DONE, adopted=False)
    owed = ledger.settlements.of(name)
    assert owed
    ledger.settlements.settled(owed)
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "the module is busy", retry_in=None if parked else 60.0)


def refused(ledger: Ledger) -> None:
    ledger.created(fetched("refused"), None, 43, DONE, adopted=False)
    owed = ledger.settlements.of("refused")
    assert owed
    ledger.settlements.postpone(owed, 60.0, "the engine is away")


def not_accepted(ledger: Ledger) -> None:
    for number, cause in enumerate((Cause.OUTCOME_REFUSED, Cause.INSTANCE_SUSPENDED), start=50):
        ledger.created(fetched(cause), None, number, DONE, adopted=False)
        owed = ledger.settlements.of(cause)
        assert owed
        ledger.settlements.postpone(owed, 60.0, "no such property", cause=cause)


def doubted(ledger: Ledger) -> None:
    row = ledger.begin_create(fetched("doubted"), draft(fetched("doubted")), None)
    ledger.doubtful(row, "HTTP 502", counts=True)


def unread(ledger: Ledger) -> None:
    ledger.models.unread("order:1:x", "no permission", None)


def stranger(ledger: Ledger) -> None:
    ledger.waiting.begin(replace(fetched("stranger"), topic="gone"), None, 44, origin="created")


def without(ledger: Ledger) -> None:
    task, note = fetched("without"), Act("note", {"text": "x"})
    begun = ledger.acts.begin(task, None, 45, origin="adopted", promise=Promise.CLOSE, drafted=[note])
    ledger.acts.given_up(begun.row, begun.acts[0], "no access")
    ledger.syncs.take(1)


LEFT: Mapping[str, Callable[[Ledger], object]] = {
    "parked": lambda ledger: completed(ledger, "parked", parked=True),
    "not_served": stranger,
    "unread": unread,
    "given_up": without,
    "not_accepted": not_accepted,
    "unsettled": refused,
    "doubtful": doubted,
    "late": lambda ledger: completed(ledger, "late", parked=False),
}
"""What the ledger may hold, by the names of `NEEDS` and `WAITS`."""


def pausing(side: Side, cause: Cause, part: PartName | None = None) -> HealthCheck:
    pause = pause_for(side, Trouble(side, cause, said="4/50"), since=clock.boottime(), part=part)
    return HealthCheck(part or side, good=part is not None, reason=pause.reason, passes=pause.passes, pause=pause)


WELL = {check.name: check for check in (*facts().alive, *facts().ready)}
RUNS: Mapping[str, Mapping[str, HealthCheck]] = {
    "works": {},
    "thread": {"threads": HealthCheck("threads", good=False, reason=ENDED.format(names="keeper"))},
    "stopping": {"running": HealthCheck("running", good=False, reason=STOPPING)},
    "starting": {"portal": HealthCheck("portal", good=False, reason=NOT_PROBED, not_yet=True)},
    "no poll yet": {"poll": HealthCheck("poll", good=False, reason=NO_POLL_YET, not_yet=True)},
    "no poll": {"poll": HealthCheck("poll", good=False, reason=POLLED.format(age=99))},
    "passing": {"portal": pausing("portal", Cause.REFUSED)},
    "staying": {"portal": pausing("portal", Cause.WEBHOOK_UNKNOWN), "engine": pausing("engine", Cause.REFUSED)},
    "no syncs": {PartName.SYNCS: pausing("portal", Cause.METHOD_MISSING, PartName.SYNCS)},
    "tasks gone": {PartName.GONE_TASKS: pausing("portal", Cause.TASKS_GONE, PartName.GONE_TASKS)},
    "clock": {PartName.CLOCK: pausing("ledger", Cause.CLOCK_JUMPED, PartName.CLOCK)},
    "slow": {PartName.SLOW_PORTAL: pausing("portal", Cause.PORTAL_SLOW, PartName.SLOW_PORTAL)},
    "slow ledger": {PartName.SLOW_LEDGER: pausing("ledger", Cause.LEDGER_SLOW, PartName.SLOW_LEDGER)},
    "machine": {PartName.MACHINE: pausing("ledger", Cause.MACHINE_BUSY, PartName.MACHINE)},
    "refused": {
        "poll": replace(pausing("engine", Cause.ENGINE_SAYS, PartName.FETCH), name="poll", good=False),
    },
}


class Nothing:
    def meanwhile(self) -> dict[str, int | None]:
        return {}


def of_page(ledger: Ledger, checks: Mapping[str, HealthCheck], incidents: Incidents, language: Language) -> str:
    now = {**WELL, **checks}
    alive = [now.pop("threads")]
    seen: Facts = facts(alive=alive, ready=list(now.values()), incidents=incidents, view=ledger.views.read())
    return view_of(seen, ABOUT, language).headline


def of_status(ledger: Ledger, checks: Mapping[str, HealthCheck], incidents: Incidents, language: Language) -> str:
    now = {**WELL, **checks}
    told: dict[str, Any] = {
        check.name: "ok" if check.good and not check.pause else check.reason.in_(language) for check in now.values()
    }
    ready = told | {
        "good": all(check.good for check in now.values()),
        "notYet": [check.name for check in now.values() if check.not_yet],
        "pauses": Pauses(Nothing(), str, language).as_data(now.values(), language),
    }
    ready = json.loads(json.dumps(ready))
    heard = Heard(ready=ready, incidents=as_data(incidents, "en"))
    found = status_of(ledger, language=language, heard=heard)
    assert table(found, language).splitlines()[0] == found["headline"]
    return str(found["headline"])


@pytest.mark.parametrize("run", RUNS)
def test_page_and_status_begin_with_the_same_sentence(ledger: Ledger, run: str) -> None:
    language = LANGUAGES[list(RUNS).index(run) % 2]
    stuck = EVERY_KIND
    for incidents in (stuck, Incidents(asked=False), Incidents(unknown_since=1.0), Incidents(stuck=None)):
        assert of_page(ledger, RUNS[run], incidents, language) == of_status(ledger, RUNS[run], incidents, language)
    for leave in LEFT.values():
        leave(ledger)
        assert of_page(ledger, RUNS[run], Incidents(), language) == of_status(ledger, RUNS[run], Incidents(), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_that_is_held_in_vain_needs_a_person_as_long_as_it_is(ledger: Ledger, language: Language) -> None:
    """`explain` said `Needs you`, and page and `status` that all is well."""
    kept = RecentWarnings()
    for name in ("t-1", "t-2", "t-3"):
        kept.note(
            "task.held",
            "warning",
            {"task": name, "portal_task": 42, "since": "10:00", "reason": "no such field", "seconds": 30},
        )
    kept.heard("task.went_on", {"task": "t-2"})
    warnings = kept.all()
    page = view_of(facts(warnings=warnings, view=ledger.views.read()), ABOUT, language)
    [group] = page.needs
    assert (group.name, group.count, {item.id for item in group.items}) == ("held", 2, {"t-1", "t-3"})
    assert all("no such field" in item.reason for item in group.items)
    assert NEEDS["held"].of(2).in_(language) in page.headline
    ready = {"good": True, "notYet": [], "pauses": []}
    heard = Heard(ready=ready, warnings=warnings_as_data(warnings, language))
    assert status_of(ledger, language=language, heard=heard)["headline"] == page.headline


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("run", [run for run in RUNS if run != "refused"])
def test_what_needs_a_person_is_counted_whatever_else_is_wrong(ledger: Ledger, run: str, language: Language) -> None:
    for name in NEEDS:
        if name in LEFT and name != "not_served":  # that takes the settings
            LEFT[name](ledger)
    said = of_status(ledger, RUNS[run], EVERY_KIND, language)
    assert NEEDS["incidents"].of(4).in_(language) in said
    assert NEEDS["stuck"].of(1).in_(language) in said
    assert NEEDS["suspended"].of(1).in_(language) in said
    assert NEEDS["dismissed"].of(1).in_(language) in said
    assert NEEDS["taken"].of(1).in_(language) in said
    assert NEEDS["misspelt"].of(1).in_(language) in said
    for name in ("parked", "unread", "given_up"):
        assert NEEDS[name].of(1).in_(language) in said, name
    assert NEEDS["not_accepted"].of(2).in_(language) in said
    for part in PAUSED_PARTS:
        assert (PAUSED_PARTS[part].in_(language) in said) is (part in RUNS[run])


def test_processes_of_which_nobody_could_tell_whether_they_are_stuck_are_not_none(ledger: Ledger) -> None:
    assert of_status(ledger, {}, Incidents(stuck=None), "en") == UNKNOWN.en


def test_a_part_that_stays_paused_does_not_make_a_side_need_a_person(ledger: Ledger) -> None:
    checks = {**RUNS["passing"], **RUNS["no syncs"]}
    said = of_page(ledger, checks, Incidents(), "en")
    assert said == of_status(ledger, checks, Incidents(), "en")
    assert said == (
        "Paused: the portal refuses connections. Nothing is lost, work resumes once the cause is gone. "
        "Besides, synchronisations are paused"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("side", "cause", "words"),
    [
        ("portal", Cause.WEBHOOK_UNKNOWN, Phrase("вебхук отозван", "the webhook is revoked")),
        ("engine", Cause.ENGINE_LOGIN, Phrase("движок не принимает имя и пароль", "does not accept name and password")),
        ("ledger", Cause.DISK_FULL, Phrase("нет места", "disk is full")),
        ("engine", Cause.REFUSED, Phrase("движок не принимает соединений", "the engine refuses connections")),
        ("ledger", Cause.LEDGER_AWAY, DOWN["ledger"]),
    ],
)
def test_the_sentence_names_the_cause(
    ledger: Ledger, side: Side, cause: Cause, words: Phrase, language: Language
) -> None:
    """It said only that the portal is unavailable, and a revoked webhook looked like an outage."""
    checks: dict[str, HealthCheck] = {side: pausing(side, cause)}
    said = of_page(ledger, checks, Incidents(), language)
    assert said == of_status(ledger, checks, Incidents(), language)
    assert words.in_(language) in said


@pytest.mark.parametrize("part", COUNTED_PARTS)
def test_steps_that_a_pause_concerns_are_counted_where_their_number_is_known(part: PartName) -> None:
    for count in (1, 4, 9):
        said = headline(Condition([], parts={part: count}))[1]
        assert all(f" {count} " in f" {text} " for text in (said.ru, said.en))
    assert headline(Condition([], parts={part: 0}))[1].en.endswith(PAUSED_PARTS[part].en)


@pytest.mark.parametrize(
    "cause", [cause for cause in CATALOGUE if cause.value.startswith(("ledger_", "disk_", "database_"))]
)
def test_that_nothing_is_lost_is_not_said_of_a_ledger_to_be_restored_from_a_backup(
    ledger: Ledger, cause: Cause
) -> None:
    """`Restore it from a backup … Nothing is lost` stood in one sentence."""
    lossy = cause in HARMED
    for language, words in zip(LANGUAGES, ("Ничего не потеряно", "Nothing is lost"), strict=True):
        said = of_page(ledger, {"ledger": pausing("ledger", cause)}, Incidents(), language)
        assert said == of_status(ledger, {"ledger": pausing("ledger", cause)}, Incidents(), language)
        assert (words in said) is not lossy
        cure = explained(Trouble("ledger", cause)).cure
        assert lossy or not re.search("backup|резервн", cure.in_(language))
        assert words not in headline(Condition(wrong=None, no_start=cure))[1].in_(language)


def test_each_cause_that_needs_a_person_is_named_in_a_few_words() -> None:
    of_parts = {Cause.TASKS_GONE, Cause.STEPS_GONE, Cause.CLOCK_JUMPED, Cause.CHANGES_MISSED, Cause.LEDGER_NEW}
    assert {cause for cause in Cause if not CATALOGUE[cause].passes} - of_parts <= BRIEF.keys()
    for cause in Cause:
        for language in LANGUAGES:
            assert len(brief("engine", cause).in_(language)) <= 62, cause
    assert brief("portal", None) == brief("portal", "of a later version") == DOWN["portal"]


def test_what_needs_nobody_is_said_only_if_nobody_is_needed() -> None:
    waits = {"late": 3}
    mood, said = headline(Condition([], counts=waits))
    assert (mood, said.en) == ("warn", f"Working, but {WAITS['late'].of(3).en}")
    locked = Condition([], counts=waits, parts={PartName.LEFT_LOCKED: 0})
    assert headline(locked)[1].en == "Working, but steps of an earlier run wait until their locks end"
    assert headline(replace(locked, counts={"parked": 2}))[1].en == f"Working, but {NEEDS['parked'].of(2).en}"
    mood, said = headline(Condition([], counts=waits | {"parked": 2, "not_served": 1}))
    assert said.en == f"Working, but {NEEDS['parked'].of(2).en}, {NEEDS['not_served'].of(1).en}"
    assert "3" not in said.ru
