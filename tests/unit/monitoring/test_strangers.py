from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import pytest

from bitrix.causes import Cause
from tests.support.fakes import Events
from worker.engine.errors import EngineUnreachable
from worker.engine.step_life import TaskNow, task_now
from worker.monitoring.strangers import EVERY_SECONDS, OLD_SECONDS, StrangerWatch
from worker.monitoring.surroundings import LONGEST_LOCK, SOON_SECONDS
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.words.log.lines import TEXTS

NOW = time.time()
"""Of the import: the tests may run minutes later."""
DAY = 86_400
LOST = replace(
    task_now({"id": "lost", "workerId": "vm-former"}), locked_until=NOW + DAY, created=NOW - 3600, topic="ask"
)


class Source:
    worker_id = "vm-new"

    def __init__(self, *steps: TaskNow) -> None:
        self.steps = list(steps)
        self.asked = 0
        self.error: EngineUnreachable | None = None

    def locked_beyond(self, topic: str, until: datetime, *, timeout: float) -> list[TaskNow]:
        self.asked += 1
        assert timeout
        if self.error:
            raise self.error
        return [one for one in self.steps if one.topic == topic and (one.locked_until or 0) > until.timestamp()]


class Memory:
    def __init__(self, age: float = 60.0, rows: Collection[str] = (), workers: Collection[str] = ()) -> None:
        self.made, self.rows, self.runs = NOW - age, rows, workers

    def made_at(self) -> float:
        return self.made

    def unknown(self, external_task_ids: Collection[str]) -> set[str]:
        return {*external_task_ids} - {*self.rows}

    def workers(self) -> set[str]:
        return {*self.runs}


def watching(source: Source, memory: Memory | None = None) -> tuple[StrangerWatch, Events, Gate]:
    events = Events()
    gate = Gate("engine", events)
    gate.well()
    return StrangerWatch(source, ("ask",), gate, memory or Memory(), events), events, gate


def test_steps_that_a_lost_run_left_locked_are_told_until_their_locks_end() -> None:
    """Nine waiting steps were on no surface after a kill and a lost ledger: the page said that nobody is waited for."""
    source = Source(LOST, replace(LOST, external_task_id="more", locked_until=NOW + DAY - 40))
    watch, events, _ = watching(source)
    assert watch.one_round() == EVERY_SECONDS
    assert watch.one_round() == EVERY_SECONDS
    pause = watch.standstill.pause
    assert pause
    assert pause.count == 2
    assert (pause.cause, pause.passes, pause.stops_all) == (Cause.LOCKED_BY_STRANGER, True, False)
    ends = f"2, {datetime.fromtimestamp(NOW + DAY).astimezone():%d.%m %H:%M:%S}"
    assert ends in pause.reason.en
    assert ends in pause.reason.ru
    assert events.facts("fetch.locked_by_stranger")["holders"] == "vm-former"
    assert events.names().count("fetch.locked_by_stranger") == 1
    line = TEXTS["fetch.locked_by_stranger"].en.format(**events.facts("fetch.locked_by_stranger"))
    assert len(re.findall("does not know|unknown", line)) == 1, "one thing is said once"
    source.steps.clear()
    assert watch.one_round() == OLD_SECONDS
    assert watch.standstill.pause is None
    assert "part.resumed" in events.names()


@pytest.mark.parametrize(
    ("step", "memory"),
    [
        (replace(LOST, worker_id="vm-new"), Memory()),
        (replace(LOST, topic="of others"), Memory()),
        (replace(LOST, created=NOW - 30), Memory()),
        (replace(LOST, locked_until=NOW - 1), Memory()),
        (LOST, Memory(rows=["lost"])),
        (LOST, Memory(workers=["vm-former"])),
        (LOST, Memory(age=LONGEST_LOCK.total_seconds() + 1)),
    ],
)
def test_other_locks_are_not_told(step: TaskNow, memory: Memory) -> None:
    """Ours, other topics', newer than the ledger, ended, known to it, of a worker that shares it, of an old ledger."""
    watch, events, _ = watching(Source(step), memory)
    assert watch.one_round() == OLD_SECONDS
    assert (watch.standstill.pause, events.names()) == (None, [])


def test_a_worker_that_has_fetched_a_newer_step_runs() -> None:
    newer = replace(LOST, external_task_id="newer", created=NOW)
    watch, _, _ = watching(Source(LOST, newer), Memory(age=600))
    watch.one_round()
    assert watch.standstill.pause is None


def test_a_worker_that_renews_a_lock_runs() -> None:
    source = Source(LOST, replace(LOST, external_task_id="other", worker_id="vm-lost"))
    watch, _, _ = watching(source)
    watch.one_round()
    source.steps[0] = replace(LOST, locked_until=NOW + DAY + 300)
    watch.one_round()
    assert watch.standstill.pause
    assert "1, " in watch.standstill.pause.reason.en
    source.steps.pop()
    watch.one_round()
    assert watch.standstill.pause is None


def test_without_the_engine_what_was_told_stays() -> None:
    source = Source(LOST)
    watch, _, gate = watching(source)
    watch.one_round()
    source.error = EngineUnreachable("external-task", "", doubtful=False, cause=Cause.NO_ANSWER)
    assert watch.one_round() == EVERY_SECONDS
    assert watch.standstill.pause
    gate.close(source.error)
    asked = source.asked
    assert watch.one_round() == SOON_SECONDS
    assert source.asked == asked


def test_locks_that_have_ended_are_not_told_while_the_engine_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """For hours the page said until when they are locked, and that time had passed."""
    source = Source(replace(LOST, locked_until=NOW + DAY))
    watch, _, gate = watching(source)
    watch.one_round()
    gate.close(EngineUnreachable("fetchAndLock", "", doubtful=False, cause=Cause.NO_ANSWER))
    watch.one_round()
    assert watch.standstill.pause
    monkeypatch.setattr(clock, "wall", lambda: NOW + DAY + 1)
    assert watch.one_round() == SOON_SECONDS
    assert watch.standstill.pause is None


def test_an_old_ledger_asks_the_engine_nothing() -> None:
    source = Source(LOST)
    watch, _, _ = watching(source, Memory(age=LONGEST_LOCK.total_seconds() + 1))
    watch.one_round()
    assert source.asked == 0
