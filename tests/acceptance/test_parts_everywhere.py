"""What pauses a part of the work is told alike by log, page, `/readyz`, `status` and metrics."""

from __future__ import annotations

import html
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from bitrix.causes import Cause
from sandbox.engine.builtin import BuiltinEngine
from sandbox.faults import Fault
from sandbox.httpd import Reply
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_process import WorkerProcess
from worker.waiting.plausible import FEW
from worker.waiting.trust import MISSES
from worker.words.cause_words import CATALOGUE
from worker.words.causes import SETTINGS
from worker.words.codes import PartName
from worker.words.headline import COUNTED_PARTS
from worker.words.page import WORDS
from worker.words.pauses import PARTS, outlook
from worker.words.phrase import LANGUAGES, Language

CLOCK = """
import os, pathlib, time
real, offset = time.time, pathlib.Path(os.environ["OFFSET"])
time.time = lambda: real() + float(offset.read_text() or 0)
"""
REFUSED = Reply(500, {"type": "ProcessEnginePersistenceException", "message": "ENGINE-03090 connection refused"})


WAITING = FEW + 1
"""So many steps wait for people, too many to be missing at once."""


@dataclass(frozen=True)
class Case:
    part: PartName
    side: str
    cause: Cause
    event: str
    harm: Callable[[BuiltinEngine, Portal, Path], object]
    waiting: int = 0


def delete_tasks(_: BuiltinEngine, portal: Portal, __: Path) -> None:
    for task in portal.tasks():
        portal.store.delete(task.id)


def cancel_steps(engine: BuiltinEngine, _: Portal, __: Path) -> None:
    for task in engine.state.find(lambda _: True):
        engine.state.delete(task.instance.id)


def set_portal_clock(_: BuiltinEngine, portal: Portal, __: Path) -> None:
    def was_read() -> bool:
        return any(">=CHANGED_DATE" in call.body["filter"] for call in portal.requests("tasks.task.list"))

    wait_until(was_read, "its clock was read", 60)
    portal.store.ahead = 3600.0


def close_unnamed(_: BuiltinEngine, portal: Portal, __: Path) -> None:
    portal.store.keeps_changed_date = True
    for task in portal.tasks():
        portal.store.update(task.id, {"CHANGED_DATE": "2026-01-01T10:00:00+03:00"})
        portal.complete(task.id)


CASES = {
    "the module is missing": Case(
        PartName.SYNCS,
        "portal",
        Cause.METHOD_MISSING,
        "sync.paused",
        lambda _, portal, __: setattr(portal, "module", False),
    ),
    "refused fetches": Case(
        PartName.FETCH,
        "engine",
        Cause.ENGINE_SAYS,
        "fetch.refused",
        lambda engine, _, __: engine.faults.add(Fault("fetchAndLock", execute=False, reply=REFUSED, times=None)),
    ),
    "many tasks gone at once": Case(
        PartName.GONE_TASKS, "portal", Cause.TASKS_GONE, "waiting.many_tasks_gone", delete_tasks, WAITING
    ),
    "many steps gone at once": Case(
        PartName.GONE_STEPS, "engine", Cause.STEPS_GONE, "waiting.many_steps_gone", cancel_steps, WAITING
    ),
    "the portal's clock was set": Case(
        PartName.CHANGES,
        "portal",
        Cause.PORTAL_CLOCK_JUMPED,
        "waiting.changes_untold",
        set_portal_clock,
        1,
    ),
    "closings that the list of changes does not name": Case(
        PartName.CHANGES, "portal", Cause.CHANGES_MISSED, "waiting.changes_untold", close_unnamed, MISSES
    ),
    "the clock was set": Case(
        PartName.CLOCK, "ledger", Cause.CLOCK_JUMPED, "clock.jumped", lambda _, __, offset: offset.write_text("3600")
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_output_says_the_same_of_a_part(
    name: str, tmp_path: Path, portal: Portal, key: str, worker_for: WorkerFor
) -> None:
    case, language = CASES[name], LANGUAGES[list(CASES).index(name) % 2]
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(CLOCK)
    offset = tmp_path / "offset"
    offset.write_text("0")
    port = free_port()
    with BuiltinEngine() as engine:
        path = f"{tmp_path}/clock:{os.environ.get('PYTHONPATH', '')}"
        worker = worker_for(
            engine.base_url,
            key,
            config=f"topics: {{{key}: {{wait_for_close: true}}}}" if case.waiting else "",
            HTTP_PORT=str(port),
            LOG_LANGUAGE=language,
            PYTHONPATH=path,
            OFFSET=str(offset),
            WAITING_SWEEP_SECONDS="1",
            WAITING_POLL_SECONDS="0.5",
        )
        worker.log_through_a_pipe = True
        worker.start()
        worker.wait_for("http.listening", seconds=60)
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        wait_until(lambda: requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).ok, "ready", 60)
        for _ in range(case.waiting):
            admin.start(key)
        worker.wait_for_steps("task.waiting", case.waiting, 60)
        case.harm(engine, portal, offset)
        admin.start(key)
        (told, *_) = worker.wait_for(case.event, seconds=60)

        def answer() -> requests.Response:
            return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60)

        pause = wait_until(lambda: [one for one in answer().json()["pauses"] if one["part"] == case.part], "told", 60)[
            0
        ]
        assert answer().status_code == (503 if case.part is PartName.FETCH else 200)
        assert "ok" not in [
            answer().json().get(name) for name in (case.part, "poll" if case.part is PartName.FETCH else "")
        ]
        page = requests.get(f"http://127.0.0.1:{port}/?lang={language}", timeout=60).text
        shown = html.unescape(re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
        status = worker.command("status")
        outputs = {"log": told["message"], "readyz": pause["text"], "page": shown, "status": status.stdout}
        cure = CATALOGUE[case.cause].cure.in_(language).format(**SETTINGS[case.side])
        assert (pause["cause"], pause["cure"], pause["side"]) == (case.cause, cure, case.side)
        assert {where for where, text in outputs.items() if cure not in text} == set()
        assert {where for where, text in outputs.items() if pause["reason"] not in text} == set()
        stays = outlook(passes=CATALOGUE[case.cause].passes, part=case.part).in_(language)
        for words in (PARTS[case.part].in_(language), stays):
            assert {where for where, text in outputs.items() if words not in text} == {"log"}
        metrics = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
        found = re.search(rf'part_paused_seconds{{part="{case.part}"}} (\S+)', metrics)
        assert found
        assert float(found[1]) > 0


@contextmanager
def killed_while_it_waits(worker_for: WorkerFor, key: str, **environ: str) -> Iterator[tuple[WorkerProcess, str]]:
    """A worker that was killed while a step of it waits, and the address of its page."""
    port = free_port()
    with BuiltinEngine() as engine:
        config = f"topics: {{{key}: {{wait_for_close: true}}}}"
        worker = worker_for(engine.base_url, key, config=config, HTTP_PORT=str(port), **environ).start()
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        admin.start(key)
        worker.wait_for("task.waiting", seconds=60)
        worker.kill()
        yield worker, f"http://127.0.0.1:{port}"


def page_that_tells(address: str, part: PartName, language: Language) -> str:
    """The page, once its headline tells the part."""
    headline = COUNTED_PARTS[part].of(1).in_(language)

    def page() -> str:
        return requests.get(f"{address}/?lang={language}", timeout=60).text

    wait_until(lambda: headline in page(), "in the headline", 60)
    return page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_that_a_restored_ledger_does_not_know_are_told_until_they_come_back(
    key: str, worker_for: WorkerFor, language: Language
) -> None:
    slow = {"BITRIX_SERVER_MAX_SECONDS": "60", "BITRIX_REQUEST_TIMEOUT": "61", "CAMUNDA_LOCK_SECONDS": "150"}
    with killed_while_it_waits(worker_for, key, LOG_LANGUAGE=language, **slow) as (worker, address):
        with closing(sqlite3.connect(worker.folder / "worker.db")) as ledger, ledger:
            ledger.execute("DELETE FROM tasks")
        worker.start()
        (told,) = worker.wait_for("fetch.locked_unknown", seconds=60)
        worker.wait_for("http.listening", 2, seconds=60)
        cure = CATALOGUE[Cause.LOCKED_UNKNOWN].cure.in_(language)
        assert cure in told["message"]
        assert cure in page_that_tells(address, PartName.LEFT_LOCKED, language)
        headline = COUNTED_PARTS[PartName.LEFT_LOCKED].of(1).in_(language)
        assert headline in worker.command("status").stdout.splitlines()[0]
        [pause] = requests.get(f"{address}/readyz", timeout=60).json()["pauses"]
        assert (pause["part"], pause["passes"], pause["cause"]) == ("left_locked", True, "locked_unknown")
        assert 0 < pause["nextCheckSeconds"] <= 70


@pytest.mark.parametrize("language", LANGUAGES)
def test_steps_that_a_run_left_locked_whose_ledger_was_lost_are_told_until_their_locks_end(
    key: str, worker_for: WorkerFor, language: Language
) -> None:
    """They were on no surface until then: the page said that no step is waiting for people."""
    with killed_while_it_waits(worker_for, key, LOG_LANGUAGE=language) as (worker, address):
        for file in worker.folder.glob("worker.db*"):
            file.unlink()
        worker.start()
        (told,) = worker.wait_for("fetch.locked_by_stranger", seconds=60)
        worker.wait_for("http.listening", 2, seconds=60)
        cure = CATALOGUE[Cause.LOCKED_BY_STRANGER].cure.in_(language)
        assert cure in told["message"]
        page = page_that_tells(address, PartName.STRANGER_LOCKED, language)
        assert cure in page
        assert WORDS["nobody_known"].in_(language) in page
        assert WORDS["nobody"].in_(language) not in page
        headline = COUNTED_PARTS[PartName.STRANGER_LOCKED].of(1).in_(language)
        assert headline in worker.command("status").stdout.splitlines()[0]
        assert cure in worker.command("check").stdout


@pytest.mark.parametrize("name", ["many tasks gone at once", "many steps gone at once"])
def test_a_restart_hides_nothing_of_what_is_missing(name: str, portal: Portal, key: str, worker_for: WorkerFor) -> None:
    """Whoever restarted to help saw a page on which all works, until somebody looked again."""
    case = CASES[name]
    port = free_port()
    with BuiltinEngine() as engine:
        worker = worker_for(
            engine.base_url,
            key,
            config=f"topics: {{{key}: {{wait_for_close: true}}}}",
            HTTP_PORT=str(port),
            WAITING_SWEEP_SECONDS="1",
        ).start()
        admin = Admin(engine.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        for _ in range(case.waiting):
            admin.start(key)
        worker.wait_for_steps("task.waiting", case.waiting, seconds=60)
        case.harm(engine, portal, worker.folder)
        worker.wait_for(case.event, seconds=60)
        worker.wait_for("part.tried", seconds=60, part=case.part)  # a sweep after that: it is kept
        assert worker.stop() == 0
        worker._environ["WAITING_SWEEP_SECONDS"] = "600"
        worker.start()

        def pauses() -> list[dict[str, object]]:
            found: list[dict[str, object]] = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).json()[
                "pauses"
            ]
            return [one for one in found if one["part"] == case.part]

        worker.wait_for("http.listening", 2, seconds=60)
        [pause] = wait_until(pauses, "told before anybody has looked", 60)
        assert pause["cause"] == case.cause
        assert len(worker.events(case.event)) == 2
        metrics = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
        assert f"bitrix_worker_many_{case.part.partition('_')[2]}_gone {float(case.waiting)}" in metrics
