"""A comment under a created task. It cannot be looked up on the portal's new task card: written once, or told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from worker.acts.kind import Call, CannotTell, Progress, Read, Unusable
from worker.words.phrase import Phrase

METHOD = "task.commentitem.add"


class Comment:
    """Payload: `text`. Source: documentation of `task.commentitem.add`, deprecated since tasks 25.700 and working."""

    name: ClassVar[str] = "comment"
    optional: ClassVar[bool] = False

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        del payload
        return Phrase("комментарий", "a comment")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        if progress:
            return None
        return Call(METHOD, [task_id, {"POST_MESSAGE": payload["text"]}], _written)

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        del task_id, payload, progress, read
        raise CannotTell

    def is_done_by(self, code: str, words: str) -> bool:
        del code, words
        return False

    def lasting(self, payload: Mapping[str, Any]) -> Progress | None:
        del payload
        return None


def _written(result: Any) -> Progress:
    if not result:
        raise Unusable("the answer carries no number of a comment")
    return {"written": True}
