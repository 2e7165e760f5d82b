"""A process that waits at a gateway for ever raises no incident: only `explain` told it, of whoever asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bitrix.causes import Cause
from tests.support.builders import DONE, fetched, open_ledger
from tests.support.fakes import Events
from tests.support.page_facts import ABOUT, facts
from worker.commands.incidents import counts_of, lines_of
from worker.engine.errors import EngineDenied, TaskGone
from worker.engine.incidents import HANGS, Stuck
from worker.engine.line import PAGE
from worker.ledger import Ledger
from worker.monitoring.hanging import AGAIN_SECONDS, EVERY_SECONDS, MOST_ASKED, SOON_SECONDS, HangingReader
from worker.monitoring.incidents import Incidents
from worker.monitoring.page_incidents import as_data
from worker.monitoring.page_view import view_of
from worker.monitoring.stuck import StuckLog
from worker.runtime import clock
from worker.words.explain_instances import HANGS_CURE
from worker.words.incident_words import WORDS
from worker.words.log.telling import text_of, with_facts
from worker.words.phrase import LANGUAGES, NOTHING, Language

JOIN = {"id": "j:1", "activityId": "join", "activityType": "parallelGateway"}
STEP = {"id": "s:1", "activityId": "ask", "activityType": "serviceTask"}


def waits(instance: str, *, at: str = "join") -> Stuck:
    return Stuck(f"{at}:{instance}", f"{at}:{instance}", HANGS, at, instance, "order:1:x", None, 1.0, step_name="Join")


class Engine:
    def __init__(self, *waiting: Stuck) -> None:
        self.waiting = list(waiting)
        self.trees: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.lists = 0
        self.error: EngineDenied | None = None
        self.denied: set[str] = set()
        self.callers: dict[str, str] = {}
        self.models: dict[str, str] = {}
        self.read: list[str] = []

    def waiting_at(self, kind: str, before: datetime, *, timeout: float) -> list[Stuck]:
        assert before.tzinfo
        assert timeout
        self.lists += 1
        if self.error:
            raise self.error
        return self.waiting if kind == "parallelGateway" else []

    def activity_tree(self, process_instance_id: str, *, timeout: float) -> Mapping[str, Any]:
        assert timeout
        self.asked.append(process_instance_id)
        if process_instance_id in self.denied:
            raise EngineDenied("activity-instances", "no READ", cause=Cause.ENGINE_RIGHTS)
        if process_instance_id == "gone":
            raise TaskGone("activity-instances", "no such instance")
        return {"id": process_instance_id, "childActivityInstances": self.trees.get(process_instance_id, [JOIN])}

    def caller_of(self, process_instance_id: str, *, timeout: float) -> tuple[str, str] | None:
        assert timeout
        caller = self.callers.get(process_instance_id)
        return (caller, f"{caller}:1") if caller else None

    def definition_xml(self, definition_id: str, *, timeout: float) -> str:
        assert timeout
        self.read.append(definition_id)
        return self.models.get(definition_id, PLAIN)


TIMER = '<boundaryEvent id="t" attachedToRef="{}"><timerEventDefinition/></boundaryEvent>'
PLAIN = (
    '<definitions><process id="p"><parallelGateway id="join"/><callActivity id="c"/><endEvent id="e"/></process>'
    "</definitions>"
)
AROUND = (
    '<definitions><process id="p"><subProcess id="s"><parallelGateway id="join"/></subProcess>'
    f"{TIMER.format('s')}</process></definitions>"
)
CALLING = f'<definitions><process id="p"><callActivity id="c"/>{TIMER.format("c")}</process></definitions>'


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(clock, "boottime", lambda: now[0])
    return now


def reader(folder: Path, engine: Engine, ours: Collection[str]) -> HangingReader:
    ledger = open_ledger(folder)
    for number, instance in enumerate(ours):
        task = fetched(f"t-{instance}", process_instance_id=instance, business_key="A-17")
        ledger.created(task, None, 42 + number, DONE, adopted=False)
    return HangingReader(engine, ledger.views)


def test_only_what_has_nothing_else_to_do_is_told_and_only_of_our_processes(tmp_path: Path, time: list[float]) -> None:
    engine = Engine(*map(waits, ("hangs", "goes on", "theirs", "gone")))
    engine.trees["goes on"] = [JOIN, STEP]
    found = reader(tmp_path, engine, ("hangs", "goes on", "gone")).read()
    assert not found.unknown
    [one] = found.found
    assert (one.process_instance_id, one.process_definition_key, one.business_key) == ("hangs", "order", "A-17")
    assert (one.activity_id, one.since, one.portal_task_id) == ("join", 1.0, 42)
    assert set(engine.asked) == {"hangs", "goes on", "gone"}


def test_a_wait_that_an_event_around_it_may_end_is_not_for_ever(tmp_path: Path, time: list[float]) -> None:
    engine = Engine(waits("x"))
    engine.models["order:1:x"] = AROUND
    found = reader(tmp_path, engine, ("x",)).read()
    assert (found.found, found.unknown, found.listed) == ([], NOTHING, set())


@pytest.mark.parametrize(
    ("callers", "model", "ended"),
    [
        (("caller",), PLAIN, False),
        (("caller",), CALLING, True),
        (("caller", "first"), CALLING, True),
        ([f"c{number}" for number in range(9)], PLAIN, True),
    ],
)
def test_an_event_at_a_call_that_led_to_its_process_may_end_the_wait(
    tmp_path: Path, time: list[float], callers: Collection[str], model: str, *, ended: bool
) -> None:
    """A timer at the call, say; of callers too deep to look at, nobody knows."""
    engine = Engine(waits("x"), waits("y"))
    engine.callers = dict(zip(("x", *callers), callers, strict=False)) | {"y": "x"}
    engine.models[f"{[*callers][-1]}:1"] = model
    found = reader(tmp_path, engine, ("x",)).read()
    assert len(found.found) == (not ended)
    assert engine.read.count("order:1:x") == 1


def test_one_process_that_may_not_be_read_hides_none_of_the_others(tmp_path: Path, time: list[float]) -> None:
    engine = Engine(waits("a"), waits("b"))
    engine.denied.add("a")
    found = reader(tmp_path, engine, ("a", "b")).read()
    assert [one.process_instance_id for one in found.found] == ["b"]
    assert "no READ" in found.unknown.en
    assert found.listed == {"a", "b"}, "it may wait for ever, so that its end is not told"


def test_what_is_asked_is_bounded_and_the_rest_is_asked_later(tmp_path: Path, time: list[float]) -> None:
    names = [f"i-{number}" for number in range(MOST_ASKED + 5)]
    engine = Engine(*map(waits, names))
    engine.trees = {name: [JOIN, STEP] for name in names}
    watch = reader(tmp_path, engine, names)
    assert "a part of them" in watch.read().unknown.en
    assert (len(engine.asked), engine.lists) == (MOST_ASKED, 2)
    time[0] += SOON_SECONDS - 1
    watch.read()
    assert engine.lists == 2, "nothing is asked in between"
    time[0] += 1
    assert not watch.read().unknown
    assert sorted(engine.asked) == sorted(names), "none is asked twice"
    time[0] += EVERY_SECONDS
    watch.read()
    assert len(engine.asked) == len(names)
    time[0] += AGAIN_SECONDS
    watch.read()
    assert len(engine.asked) == len(names) + MOST_ASKED


def test_of_a_list_that_is_cut_not_all_is_known(tmp_path: Path, time: list[float]) -> None:
    engine = Engine(*(waits(f"theirs-{number}") for number in range(PAGE)))
    assert reader(tmp_path, engine, ()).read().unknown
    assert engine.asked == []


def test_what_goes_on_again_is_no_longer_told(tmp_path: Path, time: list[float]) -> None:
    engine = Engine(waits("x"))
    watch = reader(tmp_path, engine, ("x",))
    assert watch.read().listed == {"x"}
    engine.trees["x"] = [JOIN, STEP]  # somebody has begun the branch anew
    time[0] += SOON_SECONDS
    found = watch.read()
    assert (found.found, found.listed) == ([], set())
    engine.waiting.clear()
    time[0] += EVERY_SECONDS
    assert not watch.read().found


def test_an_engine_that_refuses_leaves_what_was_known_and_says_why(tmp_path: Path, time: list[float]) -> None:
    engine = Engine(waits("x"))
    watch = reader(tmp_path, engine, ("x",))
    before = watch.read().found
    engine.error = EngineDenied("history/activity-instance", "no READ_HISTORY", cause=Cause.ENGINE_RIGHTS)
    time[0] += SOON_SECONDS
    found = watch.read()
    assert (found.found, found.listed) == (before, None)
    assert "is not known of all: " in found.unknown.en
    assert "no READ_HISTORY" in found.unknown.en


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_status_and_headline_tell_it_alike(language: Language) -> None:
    seen = Incidents(hangs=[replace(waits("x"), business_key="A-17")])
    page = view_of(facts(incidents=seen), ABOUT, language)
    [group] = page.needs
    assert (group.name, group.count) == (HANGS, 1)
    told = as_data(seen, language)
    assert counts_of(told)[HANGS] == 1
    line, cure = lines_of(told, language)
    assert "A-17" in line
    assert cure == HANGS_CURE.in_(language)
    assert {"ru": "1 процесс ждёт у шлюза", "en": "1 process waits at a gateway"}[language] in page.headline


def test_the_log_tells_it_once_for_a_ledger_and_its_end(tmp_path: Path) -> None:
    ledger: Ledger = open_ledger(tmp_path)
    for run in range(2):
        events = Events()
        log = StuckLog(events, ledger.hanging)
        log.tell([waits("x")], {"x"})
        log.tell([waits("x")], {"x"})
        assert events.names() == ([] if run else ["process.hangs"])
        if not run:
            message = with_facts(text_of("process.hangs").en, events.facts("process.hangs"), "en")
            assert f": {WORDS['hangs_reason'].en}" in message, "as `status` tells it, which then does not tell it twice"
    log.tell([], None)
    StuckLog(Events(), ledger.stuck).tell([], set())
    assert events.names() == [], "nobody knows whether it still waits; nor is the other kind asked"
    log.tell([], set())
    assert events.names() == ["process.not_stuck"]
    ledger.close()
