"""An arrow from a predecessor's task to the created one, made by the portal's module, which needs no plan dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bitrix.camunda_module import ADD_DEPENDENCY, accepted
from worker.acts.kind import Call, Progress, Read
from worker.words.phrase import Phrase

EXISTS = "ERROR_ADDING_DEPENDENCY"
"""The link exists, or would close a circle: the module's text is the same."""


class ModuleDependency:
    """Payload: `on`, the number of the earlier task. Safe to repeat: a second link is refused.

    Optional: the process decides the order of its steps, an arrow only shows it.
    """

    name: ClassVar[str] = "module_dependency"
    optional: ClassVar[bool] = True

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        return Phrase(f"связь с задачей {payload['on']}", f"link to task {payload['on']}")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        if progress:
            return None
        params = {"taskId": task_id, "dependsOnId": payload["on"]}
        return Call(ADD_DEPENDENCY, params, _linked)

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        del task_id, payload, read
        return progress

    def is_done_by(self, code: str, words: str) -> bool:
        del code
        return words.upper().startswith(EXISTS)

    def lasting(self, payload: Mapping[str, Any]) -> Progress | None:
        del payload
        return None


def _linked(result: Any) -> Progress:
    accepted(ADD_DEPENDENCY, result)
    return {"linked": True}
