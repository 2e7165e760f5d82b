"""What is told of an example's instances, seen at a portal that really keeps tasks and an engine that is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from sandbox.demo.example_ways import ExampleWays
from sandbox.demo.examples import EXAMPLES
from sandbox.demo.words import Say
from sandbox.engine.client import EngineClient
from sandbox.portal import Portal


class Engine:
    """Keeps what the test says that it has."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[dict[str, Any]]] = {}
        self.gone: set[str] = set()

    def deploy(self, path: object) -> None: ...

    def start(self, key: str, name: str, variables: object) -> str:
        self.waiting[name] = []
        return name

    def external_tasks(self, instance: str) -> list[dict[str, Any]]:
        return self.waiting[instance]

    def ended(self, instance: str) -> bool:
        return instance in self.gone


class Scene:
    def __init__(self, portal: Portal, key: str = "approval", *, plays: bool = False) -> None:
        self.engine = Engine()
        self.portal = portal
        self.ways = ExampleWays(EXAMPLES[key], cast("EngineClient", self.engine), portal, Say("en"), plays=plays)
        self.ways.start()

    def waits(self, activity: str, **more: Any) -> str:
        """The first instance's step; its external task."""
        self.engine.waiting["approval-1"] = [{"id": f"e-{activity}", "activityId": activity, **more}]
        return f"e-{activity}"

    def make(self, activity: str) -> int:
        made = self.portal.store.add(
            {
                "TITLE": activity,
                "RESPONSIBLE_ID": 7,
                "UF_PROCESS_INSTANCE_ID": "approval-1",
                "UF_CAMUNDA_ID_EXTERNAL_TASK": f"e-{activity}",
                "UF_ELEMENT_ID": activity,
            }
        )
        return int(made["id"])

    def goes_on(self) -> None:
        self.engine.waiting["approval-1"] = []


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


def test_a_person_is_told_where_to_answer_and_then_what_became_of_it(
    portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene(portal)
    scene.waits("approve")
    task = scene.make("approve")
    scene.ways.look()
    told = capsys.readouterr().out
    assert f"open {portal.task_url(task)}, close task No. {task}" in told
    assert "«Согласовать договор?»" in told
    portal.store.complete(task, by=7, answer="НЕТ")
    scene.ways.look()
    scene.goes_on()
    scene.ways.look()
    told = capsys.readouterr().out
    assert told.index("closed, answer НЕТ") < told.index("«Согласовать договор» completed")


def test_a_step_that_ends_without_an_answer_was_cancelled(portal: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    scene = Scene(portal)
    scene.waits("approve")
    scene.make("approve")
    scene.ways.look()
    scene.goes_on()
    scene.ways.look()
    assert "cancelled by the timer" in capsys.readouterr().out


def test_a_step_that_the_engine_never_showed_is_told_by_its_task(
    portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene(portal)
    scene.make("sign")
    scene.ways.look()
    told = capsys.readouterr().out
    assert told.index("external task e-sign") < told.index("Bitrix24 task 1") < told.index("договор» completed")


def test_an_incident_is_told_once(portal: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    scene = Scene(portal)
    scene.waits("approve", retries=0, errorMessage="no such answer")
    scene.ways.look()
    scene.ways.look()
    assert capsys.readouterr().out.count("no such answer") == 1


def test_who_plays_the_person_answers_as_the_responsible(portal: Portal) -> None:
    scene = Scene(portal, plays=True)
    scene.waits("approve")
    task = scene.make("approve")
    scene.ways.look()
    (stored,) = portal.tasks()
    assert (stored.id, stored.status, str(stored.fields["CLOSED_BY"])) == (task, "5", "7")


def test_there_is_no_limit_while_a_person_is_to_act(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(portal)
    scene.ways._last_step_at -= 1000
    assert scene.ways.late()
    scene.waits("approve")
    task = scene.make("approve")
    scene.ways.look()
    scene.ways._last_step_at -= 1000
    assert scene.ways.late() is None
    portal.store.complete(task, by=7, answer="ДА")
    scene.ways.look()
    scene.ways._last_step_at -= 1000
    assert scene.ways.late()
