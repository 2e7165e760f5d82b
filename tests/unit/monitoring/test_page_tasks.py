"""The list of tasks on the page: what names a task, why it is in its state, the search and the older pages."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from typing import Any

import pytest

from bitrix import secrecy
from tests.support.page_facts import ABOUT, AT, Shown, facts, seen, view
from worker.ledger.task_pages import Cursor, TaskPage
from worker.model import Stage
from worker.monitoring.page import Page
from worker.monitoring.page_model import Line, Wanted
from worker.monitoring.page_view import view_of

SECRET = "s3cr3tcode0123456"
CURSOR = Cursor(AT - 60.25, "task-30")


def line(task: Any) -> Line:
    tasks = view_of(facts(view=view(newest=[task])), ABOUT, "en").tasks
    assert tasks
    return tasks.lines[0]


def shown(query: dict[str, str], tasks: TaskPage | None = None, **changes: Any) -> tuple[str, Shown]:
    secrecy.keep([SECRET])
    source = Shown(facts(**changes), tasks)
    return unescape(Page(ABOUT, source, secrecy.hide, "en").show(query, "")[0].decode()), source


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"activity_name": "Approve the contract", "activity_id": "Activity_1"}, "Approve the contract"),
        ({"activity_id": "Activity_1"}, "Activity_1"),
        ({}, "order"),
        ({"process_definition_key": None}, "bitrix_create_task"),
    ],
)
def test_a_task_has_the_best_name_that_is_known(known: dict[str, Any], name: str) -> None:
    assert line(seen(**known)).step == name


def test_a_state_comes_with_its_reason_and_its_cure() -> None:
    refused = line(seen(stage=Stage.CREATED, error="the engine: 403", cause="engine_rights"))
    assert refused.reason == "the engine: 403"
    assert refused.cure
    unclear = line(seen(stage=Stage.CREATING, said="the portal: no answer"))
    assert (unclear.reason, unclear.cure) == ("the portal: no answer", "")
    gone = line(seen(stage=Stage.WAITING, topic="other", served=False))
    assert "no longer serves the topic other" in gone.reason
    assert (line(seen()).reason, line(seen()).cure) == ("", "")


def test_a_step_that_ended_without_its_outcome_does_not_look_like_an_accepted_one() -> None:
    accepted, gone = line(seen(stage=Stage.SETTLED)), line(seen(stage=Stage.SETTLED, gone=True))
    assert accepted.state == "over"
    assert gone.state == "its step ended in the engine without its outcome"
    assert gone.way[:2] != accepted.way[:2]


def test_a_failure_that_is_held_back_after_a_start_says_so_and_until_when() -> None:
    """For a minute the page said that it is being delivered."""
    until = datetime.fromtimestamp(AT + 40).astimezone().strftime("%H:%M:%S")
    made = line(seen(stage=Stage.CREATED, settlement="failure", due=AT + 40))
    assert made.state == f"created, outcome held back until {until}"
    assert made.reason.startswith("right after its start the worker tells no failure")
    none = line(seen(stage=Stage.REJECTED, settlement="failure", due=AT + 40))
    assert none.state == f"not created, failure held back until {until}"
    late = line(seen(stage=Stage.CREATED, settlement="failure", due=AT - 1))
    assert (late.state, late.reason) == ("created, outcome being delivered", "")
    refused = line(seen(stage=Stage.CREATED, settlement="failure", due=AT + 40, error="the engine: 403"))
    assert refused.reason == "the engine: 403"


def test_a_search_shows_what_was_found_and_keeps_its_words() -> None:
    text, source = shown({"q": "  ORDER-7  "}, TaskPage([seen("found-1", business_key="ORDER-77")]))
    assert source.asked == [Wanted("ORDER-7")]
    assert "Found for “ORDER-7”: 1" in text
    assert 'value="ORDER-7"' in text
    assert "ORDER-77" in text
    assert "task-1" not in text, "the newest ones are not what was asked for"


def test_a_search_that_finds_nothing_says_what_can_be_found() -> None:
    text, _ = shown({"q": "x"}, TaskPage([]))
    assert "Nothing found. A Bitrix24 task is found by its whole number" in text


def test_a_search_that_found_too_much_says_so() -> None:
    text, _ = shown({"q": "x"}, TaskPage([seen()], cut=True))
    assert "1 are shown, but there are more" in text


def test_a_ledger_that_cannot_be_searched_is_not_an_empty_one() -> None:
    text, _ = shown({"q": "x"}, None)
    assert "The ledger did not answer in time" in text
    assert "Nothing found" not in text


def test_the_first_page_leads_to_the_next_and_that_one_back() -> None:
    text, source = shown({}, view=view(older=CURSOR))
    assert source.asked == []
    assert f"?lang=en&before={CURSOR.at!r}~task-30#tasks" in text.replace("%7E", "~")
    text, source = shown({"before": str(CURSOR)}, TaskPage([seen("older-1")]))
    assert source.asked == [Wanted(before=CURSOR)]
    assert "older-1" in text
    assert 'href="?lang=en#tasks"' in text


@pytest.mark.parametrize("before", ["", "~", "1", "x~y", "nan~a", "inf~a", "1e400~a", "1~", "'; DROP TABLE tasks~"])
def test_an_odd_page_is_the_first_one(before: str) -> None:
    text, source = shown({"before": before})
    assert source.asked == []
    assert "task-1" in text


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "{{ 7*7 }}{words}", "\x00\u202e", "я" * 100_000, SECRET]
)
def test_what_is_searched_for_stays_text_and_no_secret_comes_back(words: str) -> None:
    secrecy.keep([SECRET])
    source = Shown(facts(), TaskPage([]))
    text = Page(ABOUT, source, secrecy.hide, "en").show({"q": words}, "")[0].decode()
    assert "<script>alert" not in text
    assert SECRET not in text
    assert "\u202e" not in text
    assert len(text) < 60_000


def test_the_other_language_shows_the_same_tasks() -> None:
    text, _ = shown({"q": "ORDER-7", "lang": "en"}, TaskPage([seen()]))
    assert 'href="?lang=ru&q=ORDER-7"' in text
