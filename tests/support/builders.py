"""Small records for unit tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bitrix.questionnaires import Question, Questionnaire
from worker.ledger import Ledger, OwedSettlement
from worker.model import Complete, Failure, FetchedTask, TaskDraft
from worker.runtime.deadlines import Deadlines

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
DONE = Complete({"bitrixTaskId": {"type": "Long", "value": 42}})
FAILED = Failure("no such user", "details", 2, 10.0)


def fetched(id_: str = "task-1", **changes: Any) -> FetchedTask:
    values: dict[str, Any] = {
        "id": id_,
        "topic": "bitrix_create_task",
        "worker_id": "w",
        "activity_id": "Task_Create",
        "process_instance_id": f"instance-of-{id_}",
        "process_definition_key": "order",
        "create_time": NOW,
        "lock_expiration": NOW + timedelta(seconds=161),
    }
    return FetchedTask(**(values | changes))


def draft(task: FetchedTask) -> TaskDraft:
    return TaskDraft(task.marker, {"TITLE": "Approve", "XML_ID": task.marker})


def questionnaires(*told: tuple[str, str, str, str | None]) -> tuple[Questionnaire, ...]:
    """Questionnaires with one question each: its code, the question's code, type and answer."""
    return tuple(
        Questionnaire(code, f"Title of {code}", (Question(name, f"Name of {name}", kind, answer),), {})
        for code, name, kind, answer in told
    )


LONG_AGO = -1_000_000.0
"""A boot time, also for a test that runs seconds after the machine has booted."""
HOLD = 70.0
TOPIC = "bitrix_create_task"


def deadlines(**changes: Any) -> Deadlines:
    """Those of the default settings, of a run that has begun long ago."""
    usual = Deadlines(
        started=LONG_AGO, hold=HOLD, young=10.0, clock_skew=10.0, locks={TOPIC: 150.0}, waiting_lock=600.0, poll=8.0
    )
    return replace(usual, **changes)


def open_ledger(folder: Path, **changes: Any) -> Ledger:
    values: dict[str, Any] = {
        "portal": "https://portal.example",
        "engine": "http://engine/engine-rest",
        "owner": "run-1",
    }
    return Ledger(f"sqlite:///{folder / 'worker.db'}", **(values | changes))


def owed_for(ledger: Ledger, id_: str = "task-1") -> OwedSettlement:
    """What the engine is owed for a task."""
    owed = ledger.settlements.of(id_)
    assert owed is not None
    return owed
