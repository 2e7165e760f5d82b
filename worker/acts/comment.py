"""A comment under a created task: sent once. After a lost answer nobody can look it up, so the worker reports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from worker.acts.kind import Call, Kind, Progress, Unusable
from worker.words.phrase import Phrase

METHOD = "task.commentitem.add"


class Comment(Kind):
    """Payload: `text`. Source: documentation of `task.commentitem.add`: deprecated since tasks 25.700, still working.

    The portal's new task card has no method that lists comments.
    """

    name = "comment"

    def title(self, payload: Mapping[str, Any]) -> Phrase:  # noqa: ARG002 - the text is not for the log
        return Phrase("комментарий", "a comment")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        if progress:
            return None
        return Call(METHOD, [task_id, {"POST_MESSAGE": payload["text"]}], _written)


def _written(result: Any) -> Progress:
    if not result:
        raise Unusable("the answer carries no number of a comment")
    return {"written": True}
