"""The progress of the five instances of the main job, seen from outside."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sandbox.demo.words import Say
from sandbox.engine.client import EngineClient
from sandbox.portal import Portal

MODEL = Path(__file__).parent / "example.bpmn"
KEY = "contract_check"
CLIENTS = ("Ромашка", "Василёк", "Лютик", "Пион", "Ирис")
LIMIT_SECONDS = 120.0


class Tour(Protocol):
    """A demonstration. `settings`: the worker's settings besides the two required ones."""

    settings: Mapping[str, str]

    def start(self) -> None:
        """Deploy the process and start its instances."""

    def look(self) -> bool:
        """Print what is new since the last call; returns whether all instances have ended."""

    def late(self) -> str | None:
        """Why the demonstration has failed; None: it has not."""

    def table(self) -> str:
        """The result of each instance."""


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A table for the terminal."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


@dataclass(slots=True)
class Way:
    """The progress of one instance in the engine and on the portal. None: not there yet."""

    name: str
    instance: str
    external_task: str | None = None
    portal_task: int | None = None
    completed: bool = False
    synchronised: bool = False
    seconds: float | None = None

    @property
    def through(self) -> bool:
        return self.completed and self.synchronised


class Ways:
    """Five instances of one step each: external task, portal task, completed, synchronised."""

    settings: Mapping[str, str] = {}

    def __init__(self, engine: EngineClient, portal: Portal, say: Say) -> None:
        self._engine = engine
        self._portal = portal
        self._say = say
        self._ways: list[Way] = []
        self._began = 0.0

    def start(self) -> None:
        self._engine.deploy(MODEL)
        for number, client in enumerate(CLIENTS, start=1):
            name = f"contract-{number}"
            self._ways.append(Way(name, self._engine.start(KEY, name, _variables(client, number))))
        self._say.tell("instances_started", key=KEY, count=len(CLIENTS))

    def look(self) -> bool:
        self._began = self._began or time.monotonic()
        for way in [way for way in self._ways if not way.through]:
            self._look(way)
            if way.through:
                way.seconds = time.monotonic() - self._began
        if not all(way.through for way in self._ways):
            return False
        self._say.tell("all_through", count=len(self._ways), seconds=round(time.monotonic() - self._began, 1))
        return True

    def late(self) -> str | None:
        return self._say("late", seconds=LIMIT_SECONDS) if time.monotonic() - self._began > LIMIT_SECONDS else None

    def _look(self, way: Way) -> None:
        if way.external_task is None:
            found = self._engine.external_tasks(way.instance)
            self._step(way, "external_task", found[0]["id"] if found else None)
        if way.portal_task is None:
            tasks = (task for task in self._portal.tasks() if task.fields.get("UF_PROCESS_INSTANCE_ID") == way.instance)
            task = next(tasks, None)
            if task and way.external_task is None:  # created before we queried the engine
                self._step(way, "external_task", str(task.fields["UF_CAMUNDA_ID_EXTERNAL_TASK"]))
            self._step(way, "portal_task", task.id if task else None)
        if not way.completed and way.portal_task is not None:
            self._step(way, "completed", not self._engine.external_tasks(way.instance))
        if not way.synchronised and way.completed:
            told = any(call.body.get("processInstanceId") == way.instance for call in self._portal.syncs())
            self._step(way, "synchronised", told)

    def _step(self, way: Way, step: str, value: str | int | None) -> None:
        if value:
            setattr(way, step, value)
            self._say.line(f"{way.name}: {self._say(step, value=value)}")

    def table(self) -> str:
        sure = {True: self._say("yes"), False: self._say("no")}
        rows = [self._say("head").split("|")]
        for way in self._ways:
            seconds = "–" if way.seconds is None else f"{way.seconds:.1f}"
            task = "–" if way.portal_task is None else str(way.portal_task)
            rows.append(
                [way.name, way.external_task or "–", task, sure[way.completed], sure[way.synchronised], seconds]
            )
        return aligned(rows)


def _variables(client: str, number: int) -> dict[str, dict[str, object]]:
    deadline = datetime.now(UTC) + timedelta(days=number)
    return {
        "title": {"value": f"Проверить договор с ООО «{client}»"},
        "description": {"value": f"Договор № {number} ждёт проверки юристом."},
        "responsibleId": {"value": 7},
        "deadline": {"type": "Date", "value": deadline.strftime("%Y-%m-%dT%H:%M:%S.000+0000")},
    }
