"""The status page: what it says in which case, that foreign text stays text, and that no secret gets there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from bitrix import secrecy
from bitrix.causes import Cause, Trouble
from tests.support.page_facts import ABOUT, AT, IN_DOUBT, Shown, facts, seen, sync, view
from tests.support.page_states import down
from tests.support.still_clock import still_clock
from worker.commands.status import Heard, status_without
from worker.engine.incidents import Incident, incident as read_incident
from worker.ledger.leases import Absent
from worker.ledger.peers import Silent
from worker.model import Stage
from worker.monitoring.health import HealthCheck
from worker.monitoring.incidents import Incidents
from worker.monitoring.page import TEMPLATE, Page
from worker.monitoring.page_charts import top_of
from worker.monitoring.page_model import HEIGHT, WIDTH, Facts, Flow, View
from worker.monitoring.page_view import view_of
from worker.monitoring.pauses import of_lately
from worker.runtime import clock
from worker.runtime.past_pauses import Lately
from worker.runtime.pause import pause_for
from worker.runtime.recent_warnings import RecentWarning, Telling
from worker.tasks.begun_creates import BegunCreate
from worker.words.begun_creates import NOT_ANSWERED, NOT_IN_HAND, NOT_RECORDED, said_of
from worker.words.causes import cure_of, explained
from worker.words.codes import SLOW, PartName
from worker.words.documents import see
from worker.words.headline import BUT, COUNTED_PARTS, NEEDS, PASSING_PARTS, PAUSED_PARTS, STATES, WAITS
from worker.words.health import NOT_PROBED
from worker.words.page import LEVELS, WORDS, chosen, span
from worker.words.pauses import PARTS
from worker.words.phrase import LANGUAGES, Language, Phrase, in_sentences
from worker.words.reasons import Reason

SECRET, PASSWORD = "s3cr3tcode0123456", "pa<ss&wörd"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


def seen_page(language: Language = "en", **changes: Any) -> View:
    return view_of(facts(**changes), ABOUT, language)


def page_of(found: Facts) -> Page:
    secrecy.keep([SECRET, PASSWORD])
    return Page(ABOUT, Shown(found), secrecy.hide, "ru")


def html(found: Facts, language: str = "en") -> str:
    return page_of(found).show({"lang": language}, "")[0].decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_foot_leads_to_the_other_pages_and_to_the_docs_in_its_language(language: Language) -> None:
    foot = html(facts(), language).partition("<footer")[2].partition("</footer>")[0]
    assert [f'href="{one}"' in foot for one in ("/readyz", "/healthz", "/metrics", f"/docs?lang={language}")] == [
        True
    ] * 4


# --- the headline ---


@pytest.mark.parametrize(
    ("wrong", "mood", "word"),
    [
        ({}, "good", "Working"),
        ({"portal": "profile: http_502"}, "bad", "portal"),
        ({"engine": "fetch: 401", "poll": "old"}, "bad", "engine"),
        ({"ledger": "disk full"}, "bad", "ledger"),
        ({"engine": "away", "portal": "away"}, "bad", "engine is unavailable, the portal"),
        ({"poll": "the last good poll was 99 s ago"}, "bad", "fetch"),
        ({"threads": "ended: keeper", "portal": "x"}, "bad", "thread"),
        ({"running": "stopping", "portal": "x"}, "wait", "Stopping"),
        ({"portal": NOT_PROBED.en}, "wait", "Starting"),
    ],
)
def test_one_sentence_says_whether_it_works(wrong: dict[str, str], mood: str, word: str) -> None:
    found = seen_page(wrong=wrong)
    assert found.mood == mood
    assert word in found.headline


def test_before_the_first_poll_it_is_starting() -> None:
    assert seen_page(wrong={"poll": "no poll has been answered yet"}, engine_answered=None).mood == "wait"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"parked": [sync(7)], "late": [sync(8)], "counts": {"parked": 1, "late": 1}}, "parked"),
        ({"unsettled": [seen(error="away")], "counts": {"unsettled": 1}}, "unsettled"),
        ({"creating": [seen(stage=Stage.CREATING, ago=99)]}, "doubtful"),
        ({"late": [sync(8)], "counts": {"late": 1}}, "late"),
    ],
)
def test_what_waits_is_said_first_where_all_else_works(changes: dict[str, Any], name: str) -> None:
    found = seen_page(view=view(**changes))
    assert found.mood == "warn"
    assert found.headline == BUT.format(what={**NEEDS, **WAITS}[name].of(1)).en
    assert found.groups[0].name == name


def test_an_outcome_that_a_working_engine_refuses_does_not_go_on_by_itself() -> None:
    refused = seen(error="no such property", cause=Cause.OUTCOME_REFUSED.value, settlement="complete", tries=2)
    found = seen_page(view=view(unsettled=[refused], counts={"not_accepted": 1}))
    assert not found.waits
    assert found.headline == BUT.format(what=NEEDS["not_accepted"].of(1)).en
    [cluster] = found.needs[0].clusters
    assert "After the third refusal the step fails" in cluster.cure
    assert "attempts: 2" in cluster.items[0].facts
    away = seen_page(view=view(unsettled=[replace(refused, cause="refused")], counts={"unsettled": 1}))
    assert away.waits_title == WORDS["waits"].en


@pytest.mark.parametrize(
    ("part", "cause", "by"),
    [
        (PartName.STRANGER_LOCKED, Cause.LOCKED_BY_STRANGER, "an unknown worker"),
        (PartName.LEFT_LOCKED, Cause.LOCKED_UNKNOWN, "an earlier run"),
    ],
)
def test_steps_that_are_locked_away_are_counted_and_leave_the_engine_well(
    part: PartName, cause: Cause, by: str
) -> None:
    """The headline named no number, and the engine was `not all works` while `/readyz` was good."""
    trouble = Trouble("engine", cause, said="9, 29.11 16:30:50")
    pause = replace(pause_for("engine", trouble, since=0.0, part=part), count=9)
    check = HealthCheck(part, good=True, reason=pause.reason, pause=pause)
    found = seen_page(ready=[*facts().ready, check])
    assert found.headline == BUT.format(what=COUNTED_PARTS[part].of(9)).en
    engine = found.sides[0]
    assert (engine.mood, engine.state) == ("good", WORDS["well"].en)
    assert dict(engine.facts)[f"Locked by {by}"] == "9"
    assert "9, 29.11 16:30:50" in engine.reason
    told = {"part": part.value, "side": "engine", "text": "", "count": 9}
    status = status_without(Heard(ready={"good": True, "pauses": [told]}), "en")
    assert status["headline"] == found.headline


def test_an_ended_thread_is_named() -> None:
    assert seen_page(wrong={"threads": "ended: keeper"}).reasons == ["Threads: ended: keeper"]


def test_a_portal_whose_limits_hold_us_back_says_so() -> None:
    budgets = {"tasks.task.add": 14.4, "imena.camunda.sync": 300.0}
    found = next(side for side in seen_page(calls_waiting=30, budgets=budgets).sides if side.name == WORDS["portal"].en)
    assert (found.mood, found.reason) == ("good", "")
    assert dict(found.facts) == {
        "Last answer": "1 s ago",
        "Calls in the queue": "30",
        "Execution time left": "14 s (tasks.task.add)",
        "Answers within": "110 ms, usually 120 ms",
    }
    usual = next(side for side in seen_page().sides if side.name == WORDS["portal"].en)
    assert [name for name, _ in usual.facts] == ["Last answer", "Answers within"]


@pytest.mark.parametrize(
    ("passes", "words"), [(True, "once the cause is gone"), (False, "only after you have fixed this")]
)
def test_it_never_says_that_what_needs_a_person_goes_on_by_itself(passes: bool, words: str) -> None:
    ready = [HealthCheck("engine", good=True), HealthCheck("portal", good=False, passes=passes)]
    assert words in seen_page(ready=ready).headline


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("cause", "title"), [(Cause.REFUSED, "waits"), (Cause.WEBHOOK_UNKNOWN, "waits_for_the_fix")])
def test_what_waits_is_headed_by_whether_its_pause_passes(cause: Cause, title: str, language: Language) -> None:
    found = facts(**down("portal", cause) | {"view": view(counts={"waiting": 1}, waiting_since=AT)})
    assert view_of(found, ABOUT, language).waits_title == WORDS[title].in_(language)
    heading = re.search(r'<h2 id="waits-title">(.*?)</h2>', html(found, language))
    assert heading
    assert heading[1] == WORDS[title].in_(language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", [None, Cause.REFUSED, Cause.WEBHOOK_UNKNOWN])
def test_where_nothing_waits_the_heading_says_neither_for_what_nor_that_it_goes_on(
    cause: Cause | None, language: Language
) -> None:
    pause = down("portal", cause) if cause else {}
    for nothing in (view(), None):
        shown = view_of(facts(**pause | {"view": nothing}), ABOUT, language)
        assert shown.waits_title == WORDS["waits_or_not"].in_(language)


def test_a_synchronisation_that_was_not_tried_since_names_no_number_of_attempts() -> None:
    """Such as one that a person has sent again, or whose portal has no module: `attempts: 0` beside its error."""
    for tries, shown in ((0, False), (2, True)):
        [late] = seen_page(view=view(late=[replace(sync(8), tries=tries)], counts={"late": 1})).waits
        assert (f"attempts: {tries}" in late.items[0].facts) is shown
        assert not any("attempts" in fact for fact in late.items[0].facts) or shown


@pytest.mark.parametrize(("late", "title"), [(0, "waits"), (1, "waits_for_the_fix")])
def test_steps_that_wait_for_people_do_not_wait_for_the_fix_of_a_part(late: int, title: str) -> None:
    waits = view(late=[sync(8)] * late, counts={"late": late, "waiting": 128}, waiting_since=AT - 60)
    paused = pause_for("portal", Trouble("portal", Cause.METHOD_MISSING), since=clock.boottime(), part=PartName.SYNCS)
    paused = replace(paused, passes=False)
    ready = [*facts().ready, HealthCheck(PartName.SYNCS, good=True, passes=False, pause=paused)]
    assert seen_page(view=waits, ready=ready).waits_title == WORDS[title].en


@pytest.mark.parametrize("part", [PartName.GONE_TASKS, PartName.GONE_STEPS, PartName.ANSWERS])
@pytest.mark.parametrize(("passes", "title"), [(True, "waits"), (False, "waits_in_part")])
def test_steps_that_a_part_holds_up_are_not_said_to_go_on_by_themselves(
    part: PartName, passes: bool, title: str
) -> None:
    waits = view(counts={"waiting": 8}, waiting_since=AT - 60)
    paused = pause_for("portal", Trouble("portal", Cause.TASKS_GONE), since=clock.boottime(), part=part)
    ready = [*facts().ready, HealthCheck(part, good=True, passes=passes, pause=replace(paused, passes=passes))]
    assert seen_page(view=waits, ready=ready).waits_title == WORDS[title].en


def test_a_late_sync_is_not_said_to_be_tried_again_while_all_are_paused() -> None:
    waits = view(late=[sync(8)], counts={"late": 1})
    paused = pause_for("portal", Trouble("portal", Cause.METHOD_MISSING), since=clock.boottime(), part=PartName.SYNCS)
    ready = [*facts().ready, HealthCheck(PartName.SYNCS, good=True, passes=False, pause=paused)]
    hints = [seen_page(view=waits, ready=looks).waits[0].hint for looks in (facts().ready, ready)]
    said = [WORDS["late_hint"].en, WORDS["late_paused_hint"].en]
    assert hints == [f"{WORDS['late_counts'].en} {one}" for one in said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_cause_and_cure_and_the_headline_all(language: Language) -> None:
    found = view_of(facts(**down("portal", Cause.WEBHOOK_UNKNOWN)), ABOUT, language)
    [reason] = [side.reason for side in found.sides if side.reason]
    told = explained(Trouble("portal", Cause.WEBHOOK_UNKNOWN))
    assert reason == in_sentences(told.sentence, told.cure).in_(language)
    assert found.reasons[0].startswith(f"{reason}. ")


@pytest.mark.parametrize(("language", "words"), [("en", ". The ledger is new, and"), ("ru", ". Журнал новый, а")])
def test_several_reasons_at_one_card_are_sentences(language: Language, words: str) -> None:
    """`… in LEDGER_URL. the ledger is new, and …` stood there."""
    new = pause_for("ledger", Trouble("ledger", Cause.LEDGER_NEW, said="9"), since=0.0, part=PartName.NEW_LEDGER)
    away = down("ledger", Cause.DATABASE_UNREACHABLE, place="db.example:5432", said="refused")
    away["ready"].append(HealthCheck(PartName.NEW_LEDGER, good=True, passes=False, pause=new))
    assert words in view_of(facts(**away), ABOUT, language).sides[2].reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_side_that_works_between_its_pauses_says_so(language: Language) -> None:
    checks = [HealthCheck(name, good=True) for name in ("engine", "portal", "ledger", "poll", "running")]
    checks[1] = replace(checks[1], lately=Lately(3, 165.0, clock.boottime()))
    sides = view_of(facts(ready=checks), ABOUT, language).sides
    assert [bool(side.reason) for side in sides] == [False, True, False]
    assert sides[1].reason.startswith(of_lately(checks[1]).in_(language))


def test_each_side_has_its_reason() -> None:
    sides = {side.name: side for side in seen_page(wrong={"portal": "profile: http_502"}).sides}
    assert (sides["Portal"].mood, sides["Portal"].reason) == ("bad", "profile: http_502")
    assert (sides["Engine"].mood, sides["Engine"].reason) == ("good", "")
    assert dict(sides["Engine"].facts) == {
        "Last answer": "2 s ago",
        "Waiting for a worker": "5",
        "In work": "3 of 63",
        "Answers within": "1.4 s, usually 1.5 s",
    }
    assert sides["Ledger"].mood == "good"
    assert sides["Ledger"].place == ABOUT.ledger
    assert dict(sides["Ledger"].facts) == {
        "Outcomes not yet with the engine": "2",
        "Synchronisations not yet accepted": "1",
        "Answers within": "3 ms",
    }


def test_what_was_not_measured_is_not_nought() -> None:
    found = seen_page(flow=Flow(), engine_answered=None, view=None)
    facts_of = {side.name: dict(side.facts) for side in found.sides}
    assert facts_of["Engine"] == {"Last answer": "none yet", "Waiting for a worker": "not known", "In work": "3 of 63"}
    assert set(facts_of["Ledger"].values()) == {"not known"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_hour_that_cannot_be_read_is_not_one_without_work(language: Language) -> None:
    unread, idle = html(facts(view=None, rates={}), language), html(facts(rates={}), language)
    assert WORDS["no_rates"].in_(language) not in unread
    assert WORDS["rates_unknown"].in_(language) in unread
    assert WORDS["no_rates"].in_(language) in idle


def test_what_a_button_copies_is_named_in_words() -> None:
    assert set(re.findall(r'class="copy"[^>]* aria-label="(\S+) ', html(facts()))) == {"Copy"}


def test_why_a_side_is_down_is_said_at_the_top() -> None:
    found = seen_page(wrong={"portal": "the portal does not know this webhook. Make a new one"})
    assert found.reasons == ["the portal does not know this webhook. Make a new one"]


# --- what waits ---


def test_parked_syncs_come_with_the_command_that_sends_them_again() -> None:
    parked = view(parked=[sync(12), sync(13)], business_keys={"instance-12": "A-17"}, counts={"parked": 2})
    (group,) = seen_page(view=parked).groups
    assert (group.command, group.more) == ("camunda-bitrix-worker replay 12 13", "")
    assert (group.items[0].facts, group.items[0].id) == (
        ("synchronisation 12", "order", "A-17", "attempts: 3"),
        "instance-12",
    )
    assert (group.items[0].since, group.items[0].reason) == ("2 h", "imena.camunda.sync: http_500")


def test_of_many_the_first_are_shown_and_the_rest_is_counted() -> None:
    (group,) = seen_page(view=view(parked=[sync(12), sync(13)], counts={"parked": 25})).groups
    assert (group.command, group.more) == ("camunda-bitrix-worker replay --all", "and 23 more")


def test_one_reason_of_several_is_told_once_with_its_count() -> None:
    parked = [sync(1, error="away"), *(sync(id_, error="the module: no") for id_ in range(2, 7))]
    (group,) = seen_page(view=view(parked=parked, counts={"parked": 6})).groups
    assert [(cluster.reason, len(cluster.items)) for cluster in group.clusters] == [("the module: no", 5), ("away", 1)]
    text = html(facts(view=view(parked=parked, counts={"parked": 6})))
    assert text.count("the module: no") == 1
    assert "<b>5 ×</b>" in text
    assert "2 more</summary>" in text


def test_what_goes_on_by_itself_is_not_among_what_needs_a_person() -> None:
    found = seen_page(view=view(late=[sync(8)], counts={"late": 1}))
    assert (found.needs, [group.name for group in found.waits]) == ([], ["late"])
    text = html(facts(view=view(late=[sync(8)], counts={"late": 1})))
    assert "Nothing needs you." in text


def test_the_parts_come_in_the_order_in_which_they_are_needed() -> None:
    text = html(facts(warnings=[ODD]))
    order = ["headline", "needs", "waits", "sides", "rates", "tasks", "warnings", "about"]
    assert re.findall(r'<(?:section|div class="hero \w+") id="(\w+)"', text) == order


def test_a_create_under_way_is_no_trouble_until_it_takes_long() -> None:
    creating = [seen("quick", Stage.CREATING, ago=2), seen("slow", Stage.CREATING, ago=30)]
    (group,) = seen_page(view=view(creating=creating)).groups
    assert [item.id for item in group.items] == ["slow"]
    assert group.items[0].reason == said_of(None, None).en
    under_way = seen_page(view=view(creating=creating), creates={"slow": BegunCreate(NOT_ANSWERED)})
    assert under_way.groups[0].items[0].reason == "the portal has not answered yet"
    doubtful = seen_page(view=view(creating=creating[:1]), creates={"quick": IN_DOUBT})
    assert doubtful.groups[0].items[0].reason == IN_DOUBT.said.en
    answered = seen_page(view=view(creating=creating), creates={"slow": BegunCreate(NOT_RECORDED.format(task=7))})
    assert "the portal has answered and task 7 exists" in answered.groups[0].items[0].reason


def test_a_create_that_this_worker_does_not_have_is_not_said_to_wait_for_the_portal() -> None:
    """The portal had answered, and the ledger could not take it: until the lock ended, the page blamed the portal."""
    left, said = seen("left", Stage.CREATING, ago=30), seen("said", Stage.CREATING, ago=30, said="http_502")
    (group,) = seen_page(view=view(creating=[left, said])).groups
    told = {item.id: item.reason for item in group.items}
    assert told["left"].startswith("no answer of the portal is in the ledger; the worker that has the step")
    assert told["said"] == f"http_502; {NOT_IN_HAND.en}"


@pytest.mark.parametrize(
    ("wrong", "cause", "left"),
    [
        ({}, Cause.GATEWAY, False),
        ({}, Cause.REFUSED, False),
        ({}, Cause.UNCLEAR, True),
        ({"portal": "away"}, Cause.GATEWAY, True),
        ({"engine": "away"}, Cause.GATEWAY, False),
    ],
)
def test_once_the_portal_works_a_doubtful_create_gives_no_advice_about_its_outage(
    wrong: dict[str, str], cause: Cause, left: bool
) -> None:
    """The create is only looked up: to start the server, as the page still advised, was done already."""
    doubted = seen("a", Stage.CREATING, ago=30, said="http_502", cause=cause.value)
    page = seen_page(view=view(creating=[doubted], newest=[doubted]), creates={"a": IN_DOUBT}, wrong=wrong)
    (group,) = page.groups
    assert page.tasks
    cure = cure_of(cause.value, "portal").en if left else ""
    assert [group.items[0].cure, page.tasks.lines[0].cure] == [cure, cure]
    assert group.items[0].reason == f"http_502; {IN_DOUBT.said.en}"


@pytest.mark.parametrize(("cause", "left"), [(Cause.REFUSED, False), (Cause.GATEWAY, True), (Cause.MODULE_SAYS, True)])
def test_a_synchronisation_that_is_late_keeps_the_advice_that_other_calls_do_not_prove_followed(
    cause: Cause, left: bool
) -> None:
    late = replace(sync(1), last_cause=cause.value)
    (group,) = seen_page(view=view(late=[late], counts={"late": 1})).groups
    assert group.items[0].cure == (cure_of(cause.value, "portal").en if left else "")


def test_a_create_of_a_worker_that_has_fallen_silent_does_not_wait_for_the_portal() -> None:
    left = seen("left", Stage.CREATING, ago=30, absent=Absent("host-1", AT - 40, AT + 180), said="http_502")
    page = seen_page(view=view(creating=[left]))
    (group,) = page.groups
    assert page.waits_title == WORDS["waits_or_not"].en, "not if no other worker of the ledger runs"
    assert group.items[0].reason.startswith(
        "http_502; the worker host-1, which sent the request, has sent no heartbeat"
    )
    assert "Start host-1, unless it has been started again" in group.items[0].cure
    taken = seen_page(view=view(creating=[left]), creates={"left": IN_DOUBT})
    assert taken.groups[0].items[0].reason == f"http_502; {IN_DOUBT.said.en}"
    assert taken.waits_title == WORDS["waits"].en


def test_a_worker_that_has_fallen_silent_stands_among_what_waits_with_its_steps_and_its_when() -> None:
    """It stood only among the warnings at the end, and the headline said that all works."""
    now, silent = time.time(), Silent("host-2", AT - 90, 3, AT + 100)
    assert now < AT, "its locks last"
    page = seen_page(view=view(silent=[silent]), flow=Flow(silent_locked=2))
    [group] = page.waits
    assert (group.name, group.count, group.items[0].facts, group.items[0].since) == ("silent", 1, ("host-2",), "1 min")
    assert "(recorded: 3)" in group.items[0].reason
    assert "when its locks end, at" in group.items[0].reason
    assert "Start host-2, unless it has been started again" in group.items[0].cure
    assert page.headline == "Working, but 1 worker of this ledger sends no heartbeats"
    engine = next(side for side in page.sides if side.name == "Engine")
    assert ("Fetched by a worker that has stopped", "2") in engine.facts
    [group] = seen_page(view=view(silent=[silent._replace(until=now - 1)])).waits
    assert "its locks have ended" in group.items[0].reason


def test_a_log_that_is_not_written_needs_somebody() -> None:
    """The page said that nothing does, while each line was lost."""
    told = Telling(AT - 5, {"count": 7, "why": "the disk is full"})
    lost = RecentWarning("log.dropped", "error", 2, AT - 60, (told,))
    page = seen_page(warnings=[lost])
    [group] = page.needs
    assert (group.name, group.count) == ("log", 1)
    assert "7 lines of the log were dropped: the disk is full" in group.items[0].reason
    assert page.headline == "Working, but the log is not written"
    over = replace(lost, newest=(replace(lost.newest[0], passed=True),))
    assert seen_page(warnings=[over]).needs == []


def test_creates_of_unknown_outcome_are_counted_though_few_are_shown() -> None:
    (group,) = seen_page(view=view(creating=[seen("slow", Stage.CREATING, ago=30)], counts={"unclear": 25})).groups
    assert (group.name, group.count, group.more) == ("doubtful", 25, "and 24 more")


def test_people_are_waited_for_without_any_alarm() -> None:
    found = seen_page(view=view(waiting_since=AT - 90000, counts={"waiting": 128}))
    assert found.mood == "good"
    assert found.people == "Steps whose task is still open: 128. The oldest has waited 1 d 1 h."


# --- the last warnings ---


ODD = RecentWarning(
    "waiting.odd_row",
    "warning",
    7,
    AT - 7200,
    (
        Telling(AT - 60, {"portal_task": 42, "reason": Reason.ROW_NO_STATUS}),
        Telling(AT - 300, {"portal_task": "-", "reason": Reason.ROW_NO_NUMBER}),
    ),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_warnings_are_told_in_the_language_of_the_page(language: Language) -> None:
    (shown,) = seen_page(language, warnings=[ODD]).warnings
    words = {"ru": "у задачи нет статуса", "en": "the task has no status"}
    times = {
        "ru": "раз: 7, впервые 2 ч назад, последний раз 1 мин назад",
        "en": "7 times, first 2 h ago, last 1 min ago",
    }
    assert (shown.event, shown.mood, shown.times) == ("waiting.odd_row", "warn", times[language])
    assert f"<b>{LEVELS['warning'].in_(language)}</b> <code>waiting.odd_row" in html(facts(warnings=[ODD]), language)
    error = html(facts(warnings=[replace(ODD, level="error")]), language)
    assert f"<b>{LEVELS['error'].in_(language)}</b> <code>waiting.odd_row" in error
    assert words[language] in shown.items[0].reason
    assert [(item.number, item.url) for item in shown.items] == [(42, ABOUT.task_url(42)), (None, "")]


def test_a_page_without_warnings_has_no_section_of_them() -> None:
    assert 'id="warnings"' not in html(facts())
    assert 'id="warnings"' in html(facts(warnings=[ODD]))


def test_an_engine_that_refuses_to_hand_out_tasks_is_told_with_its_reason() -> None:
    pause = pause_for("engine", "fetch: 500: no", since=clock.boottime(), part=PartName.FETCH)
    ready = [*facts().ready[:3], HealthCheck("poll", good=False, pause=pause)]
    found = seen_page(engine_answered=None, ready=ready)
    assert (found.mood, found.headline) == ("bad", STATES["fetch_refused"].en)
    assert found.reasons[0].startswith("fetch: 500: no. ")
    assert next(side.reason for side in found.sides if side.reason) == "fetch: 500: no"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", [part for part in PartName if part is not PartName.FETCH])
def test_a_part_that_is_paused_is_told_at_the_top_and_at_its_side(part: PartName, language: Language) -> None:
    pause = pause_for("portal", Trouble("portal", Cause.TASKS_GONE, said="4/50"), since=clock.boottime(), part=part)
    found = seen_page(language, ready=[*facts().ready, HealthCheck(part, good=True, pause=pause)])
    assert (found.mood, found.headline) == (
        "warn",
        BUT.format(what=PAUSED_PARTS[part]).in_(language),
    )
    assert PARTS[part].in_(language) in found.reasons[0]
    if part is PartName.MACHINE:
        assert not any(side.reason for side in found.sides), "it is none of the sides'"
        return
    [side] = [side for side in found.sides if side.reason]
    state = "well" if part in PASSING_PARTS else "slow" if part in SLOW else "in_part"
    mood = "good" if state == "well" else "warn"
    assert (side.mood, side.state) == (mood, WORDS[state].in_(language)), "a side whose steps wait for locks works"
    assert side.reason == pause.reason.in_(language)


# --- the last tasks ---


@pytest.mark.parametrize(
    ("task", "state", "way"),
    [
        (seen(stage=Stage.CREATING, ago=2), "being created", ("now", "none", "none")),
        (seen(stage=Stage.CREATING), "create not confirmed yet", ("late", "none", "none")),
        (seen("doubted", Stage.CREATING), "create not confirmed yet", ("late", "none", "none")),
        (seen(stage=Stage.CREATED), "created, outcome being delivered", ("done", "now", "none")),
        (
            seen(stage=Stage.CREATED, error="x"),
            "created, engine has not accepted the outcome",
            ("done", "late", "none"),
        ),
        (seen(stage=Stage.WAITING), "waits for a person", ("done", "now", "none")),
        (seen(), "over", ("done", "done", "done")),
        (seen(sync="started"), "over, synchronisation queued", ("done", "done", "now")),
        (seen(sync="parked"), "over, synchronisation parked", ("done", "done", "bad")),
        (
            seen(stage=Stage.REJECTED, settlement="failure"),
            "not created, failure being reported",
            ("bad", "now", "none"),
        ),
        (seen(stage=Stage.REJECTED, retries_left=2), "not created, failure reported", ("bad", "done", "none")),
        (seen(stage=Stage.REJECTED), "not created yet, the engine hands it out again", ("now", "none", "none")),
        (seen(stage=Stage.SUPERSEDED), "with another worker", ("done", "none", "none")),
    ],
)
def test_each_task_shows_how_far_it_has_come(task: Any, state: str, way: tuple[str, str, str]) -> None:
    tasks = seen_page(view=view(newest=[task]), creates={"doubted": IN_DOUBT}).tasks
    assert tasks
    lines = tasks.lines
    assert (lines[0].state, lines[0].way) == (state, way)


@pytest.mark.parametrize(
    ("listed", "changes", "state"),
    [
        ({"begun anew"}, {}, "no_incident"),
        ({"task-1"}, {}, "incident"),
        (None, {}, "incident"),
        (set(), {"topic": "of another worker of the ledger"}, "incident"),
    ],
)
def test_a_failed_step_is_an_incident_as_long_as_the_engine_says_so(
    listed: set[str] | None, changes: dict[str, Any], state: str
) -> None:
    """Once begun anew, a step's former row needed a decision for ever."""
    failed = seen(stage=Stage.REJECTED, retries_left=0, incident=True, **changes)
    tasks = seen_page(view=view(newest=[failed]), incidents=Incidents(listed=listed)).tasks
    assert tasks
    assert tasks.lines[0].state == WORDS[state].en


def test_a_task_links_to_the_portal() -> None:
    tasks = seen_page().tasks
    assert tasks
    lines = tasks.lines
    assert (lines[0].number, lines[0].url) == (42, ABOUT.task_url(42))
    assert lines[0].since == "1 min"
    assert f'href="{ABOUT.task_url(42)}"' in html(facts())


def test_a_ledger_that_is_late_is_not_told_as_one_that_cannot_be_read() -> None:
    """The page said "Working" and "Ledger: OK" beside it."""
    late, down = seen_page(view=None), seen_page(view=None, wrong={"ledger": "disk full"})
    assert late.no_tasks == WORDS["ledger_late"].en
    assert down.no_tasks == WORDS["ledger_unreadable"].en


def test_a_ledger_that_cannot_be_read_leaves_the_rest() -> None:
    found = html(facts(view=None, wrong={"ledger": "disk full"}))
    assert "disk full" in found
    assert "no tasks are shown" in found


# --- the charts ---


def test_a_chart_shows_its_minutes_against_a_round_axis() -> None:
    [chart] = seen_page(rates={"tasks_created": [0, 3, 1.5], "tasks_failed": [0, 0, 0]}).charts
    assert (chart.name, chart.total, chart.top, chart.middle) == ("Created", "4.5", "4", "2")
    assert chart.bars == [(20.0, HEIGHT / 4, HEIGHT * 3 / 4), (40.0, 15.0, 9.0)]
    assert chart.width == WIDTH / 3 * 0.8
    assert chart.label == "Created: 4.5 in all, at most 3 per minute"


def test_only_what_has_happened_has_a_chart() -> None:
    assert seen_page(rates={"tasks_created": [0, 0], "tasks_fetched": []}).charts == []
    assert "Nothing happened in this time." in html(facts())


def test_the_charts_say_what_time_they_are_of() -> None:
    assert seen_page(rates_cover=3600.0).charted == ("Last hour", "1 h ago")
    assert seen_page(rates_cover=400.0).charted == ("Since the start (6 min)", "start")


@pytest.mark.parametrize(("highest", "top"), [(0.2, 1), (1, 1), (2, 2), (3, 4), (5, 6), (7, 10), (11, 20), (950, 1000)])
def test_an_axis_ends_with_a_round_number(highest: float, top: float) -> None:
    assert top_of(highest) == top


# --- words ---


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 с"),
        (59.9, "59 с"),
        (60, "1 мин"),
        (3600, "1 ч"),
        (3660, "1 ч 1 мин"),
        (86400, "1 д"),
        (90000, "1 д 1 ч"),
    ],
)
def test_spans_are_short(seconds: float, words: str) -> None:
    assert span(seconds, "ru") == words


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("en", "ru", "en"),
        ("", "", "ru"),
        ("", "en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("", "de,ru;q=0.5,en;q=0.7", "en"),
        ("", "de", "ru"),
        ("<b>", "x;q=y", "ru"),
    ],
)
def test_the_language_is_the_one_asked_for(asked: str, accepted: str, language: str) -> None:
    assert chosen(asked, accepted, "ru") == language
    assert f'<html lang="{language}">' in page_of(facts()).show({"lang": asked}, accepted)[0].decode()


# --- foreign text, and secrets ---


class Tags(HTMLParser):
    """The elements in order, and the names of all attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}


def poisoned(text: str) -> Facts:
    """The same foreign text wherever there is any."""
    ids: dict[str, Any] = {
        "process_definition_key": text,
        "process_instance_id": text,
        "business_key": text,
        "activity_name": text,
    }
    task = seen(text, Stage.CREATED, topic=text, error=text, **ids)
    shown = view(
        newest=[task],
        creating=[seen(text, Stage.CREATING, topic=text)],
        unsettled=[task],
        late=[sync(1, error=text)],
        parked=[sync(2, error=text)],
        counts={"unsettled": 1, "late": 1, "parked": 1},
    )
    told = (Telling(AT, {"reason": text, "task": text, "portal_task": 42, "message": text}),)
    warnings = [RecentWarning(event, "error", 1, AT, told) for event in ("waiting.not_concluded", text)]
    stuck = Incident(text, text, None, text, text, text, text, text, text, step_name=text, cockpit_url=text)
    return facts(
        view=shown,
        warnings=warnings,
        incidents=Incidents([stuck], {text: 1}),
        wrong={"engine": text, "portal": text, "ledger": text, "threads": text},
    )


def test_nothing_in_the_template_passes_by_the_escaping() -> None:
    assert not re.search(r"\|\s*safe|Markup|autoescape", TEMPLATE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_foreign_text_stays_text(language: str) -> None:
    plain, evil = Tags(html(poisoned("text"), language)), Tags(html(poisoned(EVIL), language))
    assert evil.names == plain.names
    assert evil.attributes == plain.attributes
    assert "{{ 7*7 }}" in html(poisoned(EVIL), language), "not taken for a template"


@pytest.mark.parametrize(
    "told",
    [
        SECRET,
        f"https://portal.example/rest/1/{SECRET}/profile",
        PASSWORD,
        f"password={PASSWORD}",
        "pa%3Css%26w%C3%B6rd",
    ],
)
def test_no_secret_is_shown_wherever_it_comes_from(told: str) -> None:
    found = html(poisoned(f"before {told} after"))
    assert SECRET not in found
    assert PASSWORD not in found
    assert "pa&lt;ss" not in found
    assert "pa%3C" not in found
    assert re.search(r"before \S*" + re.escape(secrecy.HIDDEN) + r"\S* after", found)


# --- its headers ---


def test_nothing_runs_and_nothing_is_loaded_but_what_the_page_brings_along() -> None:
    text, headers = page_of(poisoned(EVIL)).show({}, "")
    policy = dict(headers)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for element in (b"style", b"script"):
        (content,) = re.findall(rb"<%s>(.*?)</%s>" % (element, element), text, re.S)
        known = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert f"{element.decode()}-src 'sha256-{known}'" in policy
    names = Tags(text.decode()).attributes
    assert not names & {"style", "src", "srcset"}
    assert "form-action 'self'" in policy, "the search, and nothing else"
    assert not re.search(rb"@import|url\(", text)


def test_however_many_look_the_ledger_is_read_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = still_clock(monkeypatch)
    source = Shown(facts())
    page = Page(ABOUT, source, str, "ru")
    for _ in range(50):
        page.show({}, "")
    assert source.looks == 1
    now[0] += 1
    for _ in range(50):
        page.show({}, "")
    assert source.looks == 2


def test_whoever_waited_for_a_slow_look_is_shown_what_it_has_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of several readers looked anew, one after another, and the last got no answer."""
    now = still_clock(monkeypatch)

    class Slow(Shown):
        def look(self) -> Facts:
            now[0] += 4
            return super().look()

    source = Slow(facts())
    page = Page(ABOUT, source, str, "ru")
    for _ in range(3):
        page.show({}, "")
    assert source.looks == 1


# --- the steps that need a decision ---


def incident(id_: str = "task-1", **changes: Any) -> Incident:
    row = {
        "id": id_,
        "activityId": "Task_Approve",
        "processInstanceId": "instance-1",
        "processDefinitionKey": "order",
        "businessKey": "A-17",
        "errorMessage": "nobody is responsible",
    }
    return replace(read_incident("bitrix_create_task", row), since=AT - 7200, step_name="Approve", **changes)


def these(*found: Incident, count: int | None = None, **changes: Any) -> Incidents:
    return Incidents(found, {"bitrix_create_task": len(found) if count is None else count}, **changes)


@pytest.mark.parametrize(
    ("count", "russian", "english"),
    [
        (1, "1 шаг ждёт решения", "1 step needs a decision"),
        (4, "4 шага ждут решения", "4 steps need a decision"),
        (5, "5 шагов ждут решения", "5 steps need a decision"),
        (11, "11 шагов ждут решения", "11 steps need a decision"),
        (21, "21 шаг ждёт решения", "21 steps need a decision"),
        (112, "112 шагов ждут решения", "112 steps need a decision"),
        (122, "122 шага ждут решения", "122 steps need a decision"),
    ],
)
def test_the_headline_counts_the_steps_that_need_a_decision(count: int, russian: str, english: str) -> None:
    waits = view(parked=[sync(7)], counts={"parked": 1})
    for language, words in zip(LANGUAGES, (russian, english), strict=True):
        found = seen_page(language, incidents=these(incident(), count=count), view=waits)
        assert found.mood == "warn"
        assert words in found.headline
        assert [group.name for group in found.groups] == ["incidents", "parked"]


def test_an_incident_says_what_a_person_needs() -> None:
    linked = "http://engine/camunda/app/cockpit/default/#/process-instance/instance-1/runtime"
    found = seen_page(incidents=these(incident(portal_task_id=42, cockpit_url=linked)))
    [item] = found.groups[0].items
    assert (item.facts, item.id) == (("Approve", "order", "A-17", "bitrix_create_task"), "task-1")
    assert (item.number, item.since, item.reason, item.link) == (42, "2 h", "nobody is responsible", linked)
    text = html(facts(incidents=these(incident(portal_task_id=42, cockpit_url=linked))))
    assert f'<a href="{linked}"' in text
    assert "Nothing needs you" not in text


def test_incidents_are_shown_though_the_ledger_cannot_be_read() -> None:
    text = html(facts(incidents=these(incident()), view=None, wrong={"ledger": "disk full"}))
    assert "nobody is responsible" in text
    assert text.index("nobody is responsible") < text.index('id="sides"')


SILENT = Phrase("движок отказал", "the engine has refused")


@pytest.mark.parametrize("found", [these(), these(incident())])
def test_what_is_not_known_is_never_none_and_has_its_cause(found: Incidents) -> None:
    found = replace(found, unknown_since=AT - 60, why=SILENT)
    shown = seen_page(incidents=found)
    assert shown.mood == "warn"
    assert "need a decision, since" in shown.unknown
    assert ": the engine has refused." in shown.unknown
    assert ("What the engine told then is shown." in shown.unknown) is bool(found.count)
    text = html(facts(incidents=found))
    assert shown.unknown in text
    assert "Nothing needs you" not in text


def test_as_data_a_count_that_is_not_known_is_null_and_secrets_are_masked() -> None:
    told = json.loads(page_of(facts(incidents=these(incident(), unknown_since=AT - 60, why=SILENT))).incidents("ru"))
    assert (told["count"], told["unknown_since"]) == (None, "2027-01-15T07:59:00+00:00")
    assert told["reason"] == SILENT.ru
    [one] = told["shown"]
    assert (one["externalTask"], one["step"], one["since"]) == ("task-1", "Approve", "2027-01-15T06:00:00+00:00")
    assert SECRET not in page_of(facts(incidents=these(incident(reason=f"key {SECRET}")))).incidents("").decode()


def test_secrets_and_foreign_text_of_an_incident_stay_text() -> None:
    text = html(facts(incidents=these(incident(reason=f"{EVIL} {SECRET}", business_key=EVIL))))
    assert "<script>alert" not in text
    assert SECRET not in text


@pytest.mark.parametrize(
    ("command", "address"),
    [
        (see("model-faults"), "docs/model-faults?lang=en"),
        (see("model-faults", "a-b"), "docs/model-faults%23a-b?lang=en"),
    ],
)
def test_a_command_that_prints_documentation_leads_to_it(command: str, address: str) -> None:
    text = html(facts(incidents=these(incident(reason=f"{EVIL} {SECRET}: see {command}."))))
    assert f'see <a href="{address}">{command}</a>.' in text
    assert "<script>alert" not in text
    assert SECRET not in text


@pytest.mark.parametrize("stage", [Stage.CREATED, Stage.REJECTED])
def test_a_step_whose_failure_is_told_is_an_incident_in_the_list(stage: Stage) -> None:
    found = seen_page(view=view(newest=[seen(stage=stage, incident=True)]))
    assert found.tasks
    assert found.tasks.lines[0].state == "incident: needs a decision"
    assert found.tasks.lines[0].way[1] == "bad"


def test_a_worker_that_has_just_started_blames_no_engine_that_nobody_has_asked_yet() -> None:
    fresh = seen_page(incidents=Incidents(unknown_since=1.0, asked=False))
    assert (fresh.mood, fresh.unknown) == ("wait", "")
    assert seen_page(incidents=Incidents(unknown_since=1.0)).mood == "warn"
