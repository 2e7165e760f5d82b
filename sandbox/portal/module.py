"""The portal's module `imena.camunda` as far as it gives tasks their content. Off until it is set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.portal.diagrams import Diagrams, Predecessors
from sandbox.portal.questionnaires import Questionnaires
from sandbox.portal.records import number
from sandbox.portal.refusal import ModuleRefused
from sandbox.portal.resolvers import People
from sandbox.portal.state import Tasks

PREFIX = "imena.camunda."
FINISH_START = 2


class Module:
    """Templates, people, questionnaires and arrows. `on` False: its methods are not there."""

    def __init__(self, store: Tasks) -> None:
        self.on = False
        self.people = People()
        self.diagrams = Diagrams(self.people)
        self.questionnaires = Questionnaires(store)
        self.links: list[tuple[int, int]] = []
        """Each task with the task that it depends on."""
        self._store = store
        self._methods: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "diagram.responsible.list": self.diagrams.responsibles,
            "diagram.responsible.get": self.diagrams.responsible,
            "diagram.properties.list": self.diagrams.properties,
            "tasktemplate.get": self.diagrams.template,
            "resolvers.list": self.diagrams.resolvers,
            "user.supervisor.get": self.people.supervisor,
            "task.questionnaire.add": self.questionnaires.add,
            "task.questionnaire.list": self.questionnaires.listed,
            "task.dependency.add": self._add_link,
        }

    def set_up(self, data: Mapping[str, Any]) -> None:
        """Switch it on and add `diagrams`, `templates`, `supervisors`, `emails`; `on: false` switches it off.

        `predecessors`, `unknown_diagram`, `silent_when_closed` set how it behaves.
        """
        self.on = bool(data.get("on", True))
        self.diagrams.put(data)
        self.diagrams.predecessors = Predecessors(data.get("predecessors", self.diagrams.predecessors))
        self.diagrams.unknown_diagram = data.get("unknown_diagram", self.diagrams.unknown_diagram)
        self.questionnaires.silent_when_closed = bool(data.get("silent_when_closed", False))
        self.people.supervisors |= {int(user): number(head) for user, head in (data.get("supervisors") or {}).items()}
        self.people.emails |= data.get("emails") or {}

    def has(self, method: str) -> bool:
        """Whether there is this method, given with its prefix."""
        return self.on and method.removeprefix(PREFIX) in self._methods

    def call(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Execute a method, given with its prefix. A refusal is an answer with `success: false`."""
        try:
            return {"success": True, "data": self._methods[method.removeprefix(PREFIX)](params)}
        except ModuleRefused as refused:
            return {"success": False, "error": str(refused)}

    def _add_link(self, params: Mapping[str, Any]) -> dict[str, Any]:
        task, before = (self._task(params, name) for name in ("taskId", "dependsOnId"))
        if task == before:
            raise ModuleRefused("Task cannot depend on itself")
        if (task, before) in self.links or self._reaches(before, task):
            raise ModuleRefused("ERROR_ADDING_DEPENDENCY")
        self.links.append((task, before))
        return {"taskId": task, "dependsOnId": before, "type": FINISH_START, "typeDescription": "Finish-Start"}

    def _task(self, params: Mapping[str, Any], name: str) -> int:
        task_id = number(params.get(name)) or 0
        if not any(one.id == task_id for one in self._store.all()):
            raise ModuleRefused(f"Invalid {name}")
        return task_id

    def _reaches(self, start: int, end: int) -> bool:
        seen, ahead = set(), [start]
        while ahead:
            here = ahead.pop()
            if here == end:
                return True
            if here not in seen:
                seen.add(here)
                ahead += [before for task, before in self.links if task == here]
        return False
