"""A link from an earlier task to the created one, which the portal's Gantt chart shows as an arrow."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from bitrix.camunda_module import ADD_DEPENDENCY, accepted
from worker.acts.kind import Call, Kind, Progress, Read
from worker.words.phrase import Phrase

METHOD = "task.dependence.add"
FINISH_TO_START = 2
EXISTS = "ILLEGAL_NEW_LINK"
EXISTS_IN_MODULE = "ERROR_ADDING_DEPENDENCY"
"""The link exists, or would close a circle: the portal's code, and the module's text, are the same for both."""


class _Link(Kind):
    """Payload: `on`, the number of the earlier task. Safe to repeat: the portal refuses a second link.

    Optional: the process decides the order of its steps, the link only shows it.
    """

    optional = True

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        return Phrase(f"связь с задачей {payload['on']}", f"link to task {payload['on']}")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        return None if progress else self._call(task_id, payload["on"])

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:  # noqa: ARG002
        return progress

    @abstractmethod
    def _call(self, task_id: int, earlier: int) -> Call: ...


class Dependency(_Link):
    """A link that a topic names. The portal refuses it unless both tasks have plan dates.

    Source: `CTaskRestService` of the portal's module `tasks`.
    """

    name = "dependency"

    def _call(self, task_id: int, earlier: int) -> Call:
        params = {"taskIdFrom": earlier, "taskIdTo": task_id, "linkType": FINISH_TO_START}
        return Call(METHOD, params, lambda _: {"linked": True})

    def is_done_by(self, code: str, words: str) -> bool:  # noqa: ARG002
        return code.upper() == EXISTS


class ModuleDependency(_Link):
    """A link to the task of a predecessor in the diagram. The portal's module makes it without plan dates."""

    name = "module_dependency"

    def _call(self, task_id: int, earlier: int) -> Call:
        return Call(ADD_DEPENDENCY, {"taskId": task_id, "dependsOnId": earlier}, _linked)

    def is_done_by(self, code: str, words: str) -> bool:  # noqa: ARG002
        return words.upper().startswith(EXISTS_IN_MODULE)


def _linked(result: Any) -> Progress:
    accepted(ADD_DEPENDENCY, result)
    return {"linked": True}
