from __future__ import annotations

import socket
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from bitrix.causes import Cause, Trouble
from tests.support.builders import draft, fetched
from tests.support.fakes import Events
from tests.support.page_facts import ABOUT
from worker.commands.status import status_of
from worker.config.settings import Settings
from worker.engine.incidents import Stuck
from worker.engine.wellbeing import EngineWellbeing
from worker.ledger import LedgerUnavailable
from worker.monitoring import ledger_look
from worker.monitoring.incidents import Incidents
from worker.monitoring.misspelt import Misspelt
from worker.monitoring.page_model import Wanted
from worker.monitoring.page_view import view_of
from worker.monitoring.pauses import in_full, pauses_in
from worker.run import Run
from worker.runtime import clock
from worker.words.causes import in_words
from worker.words.headline import NEEDS
from worker.words.page import WORDS
from worker.words.phrase import table_in


def settings(**changes: object) -> Settings:
    camunda = {"base_url": "http://engine/engine-rest"} | dict(changes.pop("camunda", {}))  # type: ignore[call-overload]
    bitrix = {"webhook_url": "https://portal.example/rest/1/secret/"}
    return Settings.model_validate({"camunda": camunda, "bitrix": bitrix, **changes})


def test_a_scrape_is_in_time_beside_a_silent_engine(tmp_path: Path) -> None:
    """Prometheus waits ten seconds; what it misses then is what the alerts for this very outage are made of."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        engine = {"base_url": f"http://127.0.0.1:{server.getsockname()[1]}/engine-rest"}
        topics: dict[str, dict[str, str]] = {f"topic-{number}": {} for number in range(5)}
        run = Run(
            settings(camunda=engine, topics=topics, ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events()
        )
        registry = run._observation()._metrics().registry()
        began = time.monotonic()
        text = generate_latest(registry).decode()
        seconds = time.monotonic() - began
        run._parts.ledger.close()
    assert seconds < 5
    for sample in ("since_poll_seconds ", "tasks_created_total ", 'side_well{side="engine"} ', "slots 63.0"):
        assert f"\nbitrix_worker_{sample}" in text
    assert "bitrix_worker_backlog{" not in text


class NeverAsked:
    """Views of a ledger that makes whoever asks wait."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"asked for {name}")


@pytest.mark.parametrize("cause", [Cause.LEDGER_LOCKED, Cause.DATABASE_LOCKED])
def test_a_locked_ledger_makes_no_page_wait(tmp_path: Path, cause: Cause) -> None:
    """Each look stood behind all writers, five seconds for each: a browser gave up before it learnt why."""
    run = Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events())
    observation, parts = run._observation(), run._parts
    parts.gates.ledger.close(LedgerUnavailable("", Trouble("ledger", cause, place="worker.db")))
    parts.ledger.views = NeverAsked()  # type: ignore[assignment]
    facts = observation.look()
    assert facts.view is None
    assert observation.find(Wanted(words="ORDER-7")) is None
    parts.ledger.close()


def test_a_ledger_that_has_just_been_locked_makes_nobody_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the worker's own calls have failed, no gate says so, and only the limit of a look keeps the page."""
    monkeypatch.setattr(ledger_look, "SECONDS", 0.05)
    path, late = tmp_path / "worker.db", in_words(Trouble("ledger", Cause.NO_ANSWER))
    run = Run(settings(ledger={"url": f"sqlite:///{path}"}), Events())
    observation, parts = run._observation(), run._parts
    job = Stuck("incident-1", "incident-1", "failedJob", "gateway", "instance-1", "definition-1", "no verdict")
    monkeypatch.setattr(parts.gates.ledger, "close", lambda *_, **__: None)
    monkeypatch.setattr(parts.engine, "incidents_of", lambda _, timeout: ([], 0))
    monkeypatch.setattr(parts.engine, "failed_jobs", lambda timeout: [job])
    with closing(sqlite3.connect(path)) as another:
        another.execute("BEGIN IMMEDIATE")
        assert observation.look().view is None
        assert observation.find(Wanted(words="ORDER-7")) is None
        assert observation.meanwhile()["outcomes"] is None
        parts.gates.engine.open()
        parts.incidents.one_round()
        seen = parts.incidents.seen()
        assert (seen.stuck, seen.why) == (None, late), "not that it is locked: this only a longer wait shows"
    parts.ledger.close()


def test_a_ledger_without_an_answer_in_time_is_told_wherever_its_state_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page had no tasks for it, and said “Working” and “Ledger: OK”; `/readyz` and `status` said nothing."""
    monkeypatch.setattr(ledger_look, "SECONDS", 0.05)
    path = tmp_path / "worker.db"
    run = Run(settings(ledger={"url": f"sqlite:///{path}"}), Events())
    observation, parts = run._observation(), run._parts
    monkeypatch.setattr(parts.gates.ledger, "close", lambda *_, **__: None)
    parts.fetcher.polled_at = clock.boottime()
    with closing(sqlite3.connect(path)) as another:
        another.execute("BEGIN IMMEDIATE")
        facts = observation.look()
    view = view_of(facts, ABOUT, "en")
    assert (view.tasks, view.no_tasks) == (None, table_in("en", WORDS)["ledger_late"])
    assert view.headline == "Working, but the ledger answers slowly"
    assert any("the ledger answers slowly: a question has had no answer" in reason for reason in view.reasons)
    assert [side.state for side in view.sides if side.name == "Ledger"] == ["slow"]
    checks = observation._health.ready()
    assert all(check.good for check in checks), "no restart heals it, so nobody should restart for it"
    [told] = observation._pauses().as_data(checks, "en")
    assert (told["side"], told["part"], told["cause"]) == ("ledger", "slow_ledger", "ledger_slow")
    assert "Since " in told["text"]
    parts.ledger.close()


def test_an_engine_that_answers_while_the_portal_is_down_has_answered_lately(tmp_path: Path) -> None:
    """It is asked for no tasks then, and seemed silent since: the next one to be blamed."""
    run = Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events())
    observation, parts = run._observation(), run._parts
    parts.gates.engine.open()
    parts.gates.portal.close("maintenance")
    assert parts.fetcher.polled_at is None
    EngineWellbeing(parts.gates.engine).on_end("external-task/count", None)
    answered = observation.look().engine_answered
    assert answered is not None
    assert answered < 5
    parts.ledger.close()


def test_a_pause_counts_the_steps_that_nobody_has_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an outage they are what one wants to know first: what stands still because of it."""
    run = Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events())
    observation, parts = run._observation(), run._parts
    parts.gates.engine.open()
    parts.gates.ledger.open()
    parts.gates.portal.close("maintenance")
    monkeypatch.setattr(type(parts.backlog), "seen", lambda _: 12)
    facts = observation.look()
    [pause] = [pause for pause in pauses_in(facts.ready) if pause.side == "portal"]
    told = in_full(pause, facts.meanwhile)
    assert "Waiting meanwhile: steps in the engine not yet fetched: 12" in told.en
    assert "Тем временем ждут: шагов в движке, которые ещё не взяты: 12" in told.ru
    task = fetched()
    row = parts.ledger.begin_create(task, draft(task), None)
    parts.ledger.waiting.begin(task, row, 42, origin="created")
    counts, facts = observation.meanwhile(), observation.look()
    assert facts.view
    assert counts["waiting"] == facts.view.counts["waiting"] == 1, "as the ledger has it, whoever waits"
    parts.ledger.close()


def test_a_side_that_works_again_does_not_resume_what_the_engine_refuses(tmp_path: Path) -> None:
    """The gates of a run know of each other, and of a fetch that is refused."""
    events = Events()
    run = Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), events)
    parts = run._parts
    for gate in parts.gates:
        gate.open()
    parts.fetcher.paused.begin("refused", seconds=1.0)
    parts.gates.engine.close("away")
    parts.gates.portal.close("away")
    parts.gates.portal.open()
    assert "for another reason (engine)" in str(events.facts("fetch.resumed")["what"])
    parts.gates.engine.open()
    last = [facts for name, facts in events.seen if name == "fetch.resumed"][-1]
    assert "for another reason (engine)" in str(last["what"]), "it hands out no tasks"
    parts.ledger.close()


def test_while_the_ledger_is_down_the_steps_for_people_that_nobody_has_count_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were released at a stop: the headline of a full disk counted the steps not yet fetched without them."""
    run = Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events())
    observation, parts = run._observation(), run._parts
    for gate in parts.gates:
        gate.open()
    tasks = [fetched(name) for name in ("t-1", "t-2")]
    for number, task in enumerate(tasks):
        parts.ledger.waiting.begin(task, parts.ledger.begin_create(task, draft(task), None), number, origin="created")
    monkeypatch.setattr(type(parts.engine), "unlocked", lambda *_, timeout: (["t-1", "t-2", "new"], 3))
    parts.backlog.one_round()
    parts.gates.ledger.close("the disk is full")
    counts = observation.meanwhile()
    assert (counts["waiting"], counts["backlog"]) == (2, 1)
    parts.ledger.close()


def test_the_metric_counts_the_creates_that_page_and_status_count(tmp_path: Path) -> None:
    """A worker was killed amid 14 creates: the page counted them, the metric was 0, and the alert could not fire."""
    run = Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events())
    observation, parts = run._observation(), run._parts
    parts.gates.ledger.open()
    for number in range(25):
        row = parts.ledger.begin_create(fetched(f"t-{number}"), draft(fetched(f"t-{number}")), None)
        parts.ledger.doubtful(row, "http_502", counts=False)
    readings = {one.name: one.read for one in observation._readings()}
    [group] = view_of(observation.look(), ABOUT, "en").waits
    counted = [one["kind"] for one in status_of(parts.ledger)["waiting"]]
    assert (readings["doubtful"](), group.count, counted.count("doubtful")) == (25, 25, 25)
    assert readings["doubtful_in_hand"]() == 0, "these take no slot of this worker"
    parts.gates.ledger.close("silent")
    assert readings["doubtful"]() == 0, "nobody waits for a ledger that does not answer"
    parts.ledger.close()


def test_the_metric_of_what_needs_a_person_is_what_the_page_counts_as_far_as_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a closed task of a suspended process page and `status` said that it needs somebody, and no alert could."""
    run = Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events())
    observation, parts = run._observation(), run._parts
    parts.gates.ledger.open()
    parts.surroundings.misspelt = Misspelt()
    parts.waiting.suspended.meet(fetched(), 85)
    incidents = Incidents(by_topic={"bitrix_create_task": 3})
    monkeypatch.setattr(parts.incidents, "seen", lambda: incidents)
    counts = {group.name: group.count for group in view_of(observation.look(), ABOUT, "en").needs}
    assert counts == {"incidents": 3, "suspended": 1}
    assert observation._needs() == dict.fromkeys(NEEDS, 0) | counts
    monkeypatch.setattr(parts.incidents, "seen", lambda: replace(incidents, stuck=None))
    assert observation._needs().keys() == NEEDS.keys() - {"stuck"}
    monkeypatch.setattr(parts.incidents, "seen", lambda: replace(incidents, unknown_since=1.0))
    assert observation._needs().keys() == NEEDS.keys() - {"stuck", "incidents", "hangs"}
    parts.surroundings.misspelt = None
    parts.ledger.close()
    assert observation._needs().keys() == {"suspended", "dismissed", "taken", "held", "log"}
