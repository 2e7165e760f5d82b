"""Questionnaires of tasks on the portal stand-in: added by the module's method, filled in by people."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from itertools import count
from typing import Any

from sandbox.portal.records import CLOSED, Refused, number
from sandbox.portal.refusal import ModuleRefused, needed
from sandbox.portal.state import Tasks


class Questionnaires:
    """The questionnaires by task. Adding twice makes two. Thread-safe.

    `silent_when_closed`: fail to list the questionnaires of a closed task.
    """

    def __init__(self, store: Tasks) -> None:
        self._store = store
        self._numbers = count(1)
        self._by_task: dict[int, list[dict[str, Any]]] = {}
        self._guard = threading.RLock()
        self.silent_when_closed = False

    def add(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`task.questionnaire.add`: each call adds all that it names."""
        task_id = self._task(params)
        given = needed(params, "questionnaires")
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise ModuleRefused("Internal server error: questionnaires must be a list")
        with self._guard:
            made = [self._made(task_id, one) for one in given]
            self._by_task.setdefault(task_id, []).extend(made)
        return {"taskId": task_id, "createdIds": [one["ID"] for one in made], "totalCreated": len(made)}

    def listed(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`task.questionnaire.list`, with what people have answered so far."""
        task_id = self._task(params)
        if self.silent_when_closed and any(one.id == task_id and one.status in CLOSED for one in self._store.all()):
            raise ModuleRefused("Internal server error: the questionnaires could not be read")
        items = self.of(task_id)
        coded = all(one.get("CODE") for one in items)
        return {"taskId": task_id, "items": items, "total": len(items), "has_codes": coded}

    def of(self, task_id: int) -> list[dict[str, Any]]:
        """The questionnaires of a task, in the portal's format."""
        with self._guard:
            there = sorted(self._by_task.get(task_id, []), key=lambda one: number(one.get("SORT")) or 0)
            return [one | {"questions": [dict(question) for question in one["questions"]]} for one in there]

    def fill(self, task_id: int, answers: Mapping[str, str | None]) -> None:
        """Answer questions, by their id or by `CODE.QCODE`. A new answer replaces the old one; None takes it back.

        Raises `Refused` if the task has no such question.
        """
        with self._guard:
            there = {
                name: question
                for one in self._by_task.get(task_id, [])
                for question in one["questions"]
                for name in (str(question["ID"]), f"{one.get('CODE')}.{question.get('CODE')}")
            }
            if unknown := answers.keys() - there.keys():
                raise Refused("ERROR_CORE", f"no question {', '.join(sorted(unknown))}")
            for name, answer in answers.items():
                there[name]["answer"] = answer

    def remove(self, task_id: int, questionnaire_id: int) -> None:
        """Delete one questionnaire of a task."""
        with self._guard:
            self._by_task[task_id] = [one for one in self._by_task[task_id] if one["ID"] != questionnaire_id]

    def _task(self, params: Mapping[str, Any]) -> int:
        task_id = number(needed(params, "taskId")) or 0
        if not any(one.id == task_id for one in self._store.all()):
            raise ModuleRefused("Task not found")
        return task_id

    def _made(self, task_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
        questions = [
            dict(one) | {"ID": next(self._numbers), "answer": None, **_shown(one)}
            for one in given.get("questions") or ()
        ]
        kept = {name: given.get(name) for name in ("CODE", "TITLE", "SORT")}
        return {"ID": next(self._numbers), "TASK_ID": task_id, **kept, "questions": questions}


def _shown(question: Mapping[str, Any]) -> dict[str, Any]:
    return {"_userName": ""} if question.get("TYPE") == "user" else {}
