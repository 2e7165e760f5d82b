"""An arrow from an earlier task to the created one, as the portal's Gantt chart shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from worker.acts.kind import Call, Progress, Read
from worker.words.phrase import Phrase

METHOD = "task.dependence.add"
FINISH_TO_START = 2
EXISTS = "ILLEGAL_NEW_LINK"
"""The link exists, or would close a circle: the portal's code is the same."""


class Dependency:
    """Payload: `on`, the number of the earlier task. Safe to repeat: a second link is refused.

    Optional: the process decides the order of its steps, an arrow only shows it. The portal refuses one unless both
    tasks have plan dates (source of `CTaskRestService`, module tasks).
    """

    name: ClassVar[str] = "dependency"
    optional: ClassVar[bool] = True

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        return Phrase(f"связь с задачей {payload['on']}", f"link to task {payload['on']}")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        if progress:
            return None
        params = {"taskIdFrom": payload["on"], "taskIdTo": task_id, "linkType": FINISH_TO_START}
        return Call(METHOD, params, lambda _: {"linked": True})

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        del task_id, payload, read
        return progress

    def is_done_by(self, code: str, words: str) -> bool:
        del words
        return code.upper() == EXISTS

    def lasting(self, payload: Mapping[str, Any]) -> Progress | None:
        del payload
        return None
