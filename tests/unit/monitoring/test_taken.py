"""An open task whose step another worker has is told where people look, until the task is closed or gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bitrix.errors import Doubtful
from bitrix.task_states import Status
from tests.support.builders import fetched, open_ledger
from tests.support.fakes import Events, FakeTaskStates
from tests.support.page_facts import ABOUT, facts
from worker.commands.incidents import counts_of, lines_of
from worker.config.settings import Settings
from worker.engine.answers import Existing
from worker.engine.errors import EngineUnreachable
from worker.engine.incidents import Stuck
from worker.ledger import Ledger
from worker.model import Promise, Stage
from worker.monitoring.incidents import Incidents
from worker.monitoring.page_incidents import as_data
from worker.monitoring.page_view import view_of
from worker.monitoring.taken import EVERY_SECONDS, SOON_SECONDS, TakenWatch
from worker.run import Run
from worker.runtime.gate import Gate, Gates
from worker.words.headline import BUT, NEEDS
from worker.words.incident_words import ELSEWHERE_CURE, TAKEN_CURE
from worker.words.phrase import LANGUAGES


class Engine:
    worker_id = "w"

    def __init__(self) -> None:
        self.holders: dict[str, str | None] = {"task-1": "thief"}
        self.error: Exception | None = None

    def existing(self, task_ids: Any) -> Mapping[str, Existing]:
        if self.error:
            raise self.error
        return {id_: Existing(self.holders[id_], "t", None) for id_ in task_ids if id_ in self.holders}


class Scene:
    def __init__(self, folder: Path) -> None:
        self.ledger = open_ledger(folder)
        self.engine = Engine()
        self.portal = FakeTaskStates()
        self.events = Events()
        self.gates = Gates(*(Gate(side, self.events) for side in ("engine", "portal", "ledger")))
        self.watch = TakenWatch(self.ledger.views, self.engine, self.portal, self.gates)  # type: ignore[arg-type]

    def told(self) -> list[tuple[int | None, str | None]]:
        """All, each with the worker that has its step; None: the step is over."""
        self.watch.one_round()
        return [(one.portal_task_id, one.reason) for one in (*self.watch.over, *self.watch.elsewhere)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.ledger.close()


def taken(ledger: Ledger, name: str = "task-1", number: int = 81, promise: Promise | None = Promise.CLOSE) -> None:
    row, _ = ledger.waiting.begin(fetched(name, business_key="A-17"), None, number, origin="created", promise=promise)
    ledger.waiting.ended(row, stage=Stage.SUPERSEDED)


def test_it_is_told_with_the_other_workers_id_until_the_task_is_closed(scene: Scene) -> None:
    assert scene.told() == []
    assert scene.portal.looks == 0, "nobody is asked while there is none"
    taken(scene.ledger)
    scene.portal.set(81, Status.IN_PROGRESS)
    assert scene.told() == [(81, "thief")]
    scene.engine.holders.clear()
    assert scene.told() == [(81, None)], "the step is over: people still work on the task"
    scene.portal.set(81, Status.COMPLETED)
    assert scene.told() == []


def test_a_task_that_is_gone_is_not_told(scene: Scene) -> None:
    taken(scene.ledger)
    assert scene.told() == []


def test_a_step_that_came_back_is_not_told(scene: Scene) -> None:
    taken(scene.ledger)
    scene.portal.set(81, Status.IN_PROGRESS)
    assert scene.told() == [(81, "thief")]
    row = scene.ledger.known(["task-1"])["task-1"]
    scene.ledger.waiting.begin(fetched(), row, 81, origin="known", promise=Promise.CLOSE)
    assert scene.told() == []


@pytest.mark.parametrize("promise", [Promise.NOTHING, None])
def test_a_step_that_never_waited_for_its_task_is_not_told(scene: Scene, promise: Promise | None) -> None:
    """Its task may stay open: nothing waits for it."""
    taken(scene.ledger, promise=promise)
    scene.portal.set(81, Status.IN_PROGRESS)
    assert scene.told() == []


def test_what_was_told_stays_while_engine_or_portal_cannot_be_asked(scene: Scene) -> None:
    taken(scene.ledger)
    scene.portal.set(81, Status.IN_PROGRESS)
    assert scene.watch.one_round() == EVERY_SECONDS
    scene.engine.error = EngineUnreachable("external-task", "x", doubtful=True)
    assert scene.watch.one_round() == SOON_SECONDS
    scene.engine.error = None
    scene.portal.script = [Doubtful("tasks.task.list", "no_answer")]
    assert scene.watch.one_round() == SOON_SECONDS
    scene.gates.portal.close("away", retry_after=60.0)
    looks = scene.portal.looks
    assert scene.told() == [(81, "thief")]
    assert scene.portal.looks == looks


def test_a_task_of_another_step_is_not_told(scene: Scene) -> None:
    taken(scene.ledger)
    scene.portal.set(81, Status.IN_PROGRESS)
    scene.portal.mark(81, "camunda:another")
    assert scene.told() == []


def test_a_step_that_nobody_has_comes_back_and_is_not_told(scene: Scene) -> None:
    taken(scene.ledger)
    scene.portal.set(81, Status.IN_PROGRESS)
    for holder in (None, "w"):
        scene.engine.holders["task-1"] = holder
        assert scene.told() == []


def test_a_step_that_another_worker_has_needs_nobody_for_sure(scene: Scene) -> None:
    """A worker of the same portal with a ledger of its own waits for the same task: the alert called a person for it,
    until the task was closed."""
    taken(scene.ledger)
    scene.portal.set(81, Status.IN_PROGRESS)
    scene.watch.one_round()
    found = Incidents(elsewhere=scene.watch.elsewhere, taken=scene.watch.over)
    for language in LANGUAGES:
        page = view_of(facts(incidents=found), ABOUT, language)
        assert (page.mood, page.needs) == ("good", [])
        [group] = page.waits
        [item] = group.items
        assert (group.name, group.count, item.number, item.id) == ("elsewhere", 1, 81, "instance-of-task-1")
        assert ELSEWHERE_CURE.in_(language) in group.hint
        row, cure = lines_of(as_data(found, language), language)
        assert cure == ELSEWHERE_CURE.in_(language)
        assert all(said in row for said in ("81", "A-17", "thief"))
    assert not sum(counts_of(as_data(found, "en")).values())
    assert as_data(found, "en")["elsewhere"]["count"] == 1


def test_page_status_and_json_say_that_the_step_is_over_and_what_to_do(scene: Scene) -> None:
    """Page and `status` said nothing, while a person worked on a task whose answer nobody reads."""
    taken(scene.ledger)
    scene.portal.set(81, Status.IN_PROGRESS)
    scene.engine.holders.clear()
    scene.watch.one_round()
    found = Incidents(taken=scene.watch.over)
    for language in LANGUAGES:
        page = view_of(facts(incidents=found), ABOUT, language)
        [group] = page.needs
        [item] = group.items
        assert (page.mood, page.headline) == ("warn", BUT.format(what=NEEDS["taken"].of(1)).in_(language))
        assert (group.name, group.count, item.number, item.id) == ("taken", 1, 81, "instance-of-task-1")
        assert TAKEN_CURE.in_(language) in group.hint
        row, cure = lines_of(as_data(found, language), language)
        assert cure == TAKEN_CURE.in_(language)
        assert all(said in row for said in ("81", "A-17"))
    data = as_data(found, "en")["taken"]
    assert (data["count"], data["shown"][0]["portalTask"]) == (1, 81)


def test_a_run_shows_them_with_their_place_in_cockpit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    camunda = {"base_url": "http://engine/engine-rest", "cockpit_url": "http://engine/camunda/app/cockpit/default/"}
    bitrix = {"webhook_url": "https://portal.example/rest/1/secret/"}
    sides = {"camunda": camunda, "bitrix": bitrix, "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"}}
    run = Run(Settings.model_validate(sides), Events())
    found = Stuck("task-1", "task-1", "taken", "ask", "instance-3", None, "thief", portal_task_id=81)
    monkeypatch.setattr(run._parts.taken, "over", [found])
    [shown] = run._observation().incidents().taken
    run._parts.ledger.close()
    assert (shown.portal_task_id, "instance-3" in (shown.cockpit_url or "")) == (81, True)
