"""What people wrote as the results of a task, and the files they added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bitrix import reading, shapes
from bitrix.client import Caller
from bitrix.errors import malformed
from bitrix.limits.limiter import Kind
from bitrix.methods import RESULTS


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One result. `text`: BBCode, as the portal stores it; `files`: numbers of attached objects."""

    id: int
    text: str
    files: tuple[int, ...]


class Results:
    """The results of tasks, through one webhook. Thread-safe."""

    def __init__(self, client: Caller) -> None:
        self._client = client

    def of(self, task_id: int) -> tuple[TaskResult, ...]:
        """All results of a task, the oldest first. Raises `PortalError`, also if the task may not be read."""
        answer = self._client.call(RESULTS, {"taskId": task_id}, kind=Kind.URGENT).result
        rows = shapes.rows(RESULTS, answer, "the results")
        return tuple(sorted(map(_result, rows), key=lambda one: one.id))


def _result(row: Mapping[str, Any]) -> TaskResult:
    id_, text = reading.whole(row.get("id"), least=1), reading.written(row.get("text"))
    if id_ is None or text is None or "text" not in row:
        raise malformed(RESULTS, "a result without number or text")
    return TaskResult(id_, text, tuple(_numbers(row.get("files"))))


def _numbers(value: Any) -> Sequence[int]:
    numbers = [reading.whole(one, least=1) for one in shapes.listed(RESULTS, value or None, "the files of a result")]
    known = [one for one in numbers if one is not None]
    if len(known) < len(numbers):
        raise malformed(RESULTS, "a file of a result has no number")
    return known
