"""What people and the webhook do with the tasks of the portal stand-in: close, reopen, comment, answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from sandbox.portal.checklists import Checklists, failed
from sandbox.portal.records import (
    AWAITS_CONTROL,
    COMPLETED,
    DECLINED,
    DEFERRED,
    IN_PROGRESS,
    OPEN,
    PENDING,
    USER_FIELDS,
    ChecklistItem,
    Comment,
    Refused,
    Result,
    StoredTask,
    now,
    number,
)
from sandbox.portal.table import Table

__all__ = ["USER_FIELDS", "ChecklistItem", "Comment", "Refused", "Result", "StoredTask", "Tasks"]

NOT_ALLOWED = "1048582"
POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "complete": (*OPEN, DECLINED),
    "approve": (AWAITS_CONTROL,),
    "disapprove": (AWAITS_CONTROL,),
    "renew": (AWAITS_CONTROL, COMPLETED, DEFERRED, DECLINED),
    "decline": OPEN,
    "start": (PENDING, DEFERRED),
    "defer": (PENDING, IN_PROGRESS),
}
"""From which statuses each action is allowed: a closed task cannot be completed again."""


class Tasks(Table):
    """The tasks and everything said under them. `by`: who acts, see `Table`."""

    def __init__(self, owner: int = 1, users: tuple[int, ...] = (1, 7, 42, 106)) -> None:
        super().__init__(owner, users)
        self._numbers = count(1)
        self._comments: dict[int, list[Comment]] = {}
        self._results: dict[int, list[Result]] = {}
        self.checklists = Checklists(owner, self._seen, self._joined, self._guard)
        self.links: list[tuple[int, int]] = []
        """The arrows of `task.dependence.add`: (before, after)."""

    # --- the status ---

    def complete(
        self, task_id: Any, by: int | None = None, *, answer: str | None = None, result: str | None = None
    ) -> Any:
        """`tasks.task.complete`, to 4 where the creator controls; as a person does it, with an answer and a result."""
        option = self.option(answer) if answer is not None else None

        def closing(task: StoredTask) -> Mapping[str, Any]:
            self._allow("complete", task, code="0")
            status = AWAITS_CONTROL if task.fields.get("TASK_CONTROL") == "Y" else COMPLETED
            if result:
                self.add_result(task.id, result, by)
            self._results[task.id] = [replace(one, closed=True) for one in self._results.get(task.id, [])]
            return {"STATUS": status} | (
                {"UF_RESULT_ANSWER": self._user_value("UF_RESULT_ANSWER", option)} if option else {}
            )

        return self._act(task_id, closing, by, code="0")

    def approve(self, task_id: Any, by: int | None = None) -> Any:
        """`tasks.task.approve`: the creator has looked at it."""
        return self._move("approve", task_id, COMPLETED, by)

    def disapprove(self, task_id: Any, by: int | None = None) -> Any:
        """`tasks.task.disapprove`: the creator sends it back."""
        return self._move("disapprove", task_id, PENDING, by)

    def renew(self, task_id: Any, by: int | None = None) -> Any:
        """`tasks.task.renew`: open again; the answer stays in its field, the results stay closed."""
        return self._move("renew", task_id, PENDING, by)

    def decline(self, task_id: Any, by: int | None = None) -> Any:
        """The legacy refusal, which REST no longer knows."""
        return self._move("decline", task_id, DECLINED, by)

    def start(self, task_id: Any, by: int | None = None) -> Any:
        """`tasks.task.start`."""
        return self._move("start", task_id, IN_PROGRESS, by)

    def defer(self, task_id: Any, by: int | None = None) -> Any:
        """`tasks.task.defer`."""
        return self._move("defer", task_id, DEFERRED, by)

    def option(self, answer: str) -> str:
        """The id of an answer, given as its id or its text."""
        for option, text in self.answers.items():
            if answer in (option, text):
                return option
        raise Refused("ERROR_CORE", "Неверное значение поля &quot;Ответ&quot;<br>")

    def _move(self, action: str, task_id: Any, status: str, by: int | None) -> Any:
        def moving(task: StoredTask) -> Mapping[str, Any]:
            self._allow(action, task)
            return {"STATUS": status}

        return self._act(task_id, moving, by)

    def _act(self, task_id: Any, change: Any, by: int | None, code: str = NOT_ALLOWED) -> Any:
        with self._guard:
            there = self._seen(task_id, by)
        if there is None:  # the portal answers the same for a missing and a forbidden task
            raise Refused(code, "Действие над задачей не разрешено")
        return self._change(task_id, change, by)

    @staticmethod
    def _allow(action: str, task: StoredTask, code: str = NOT_ALLOWED) -> None:
        if task.status not in POSSIBLE[action]:
            raise Refused(code, "Действие над задачей не разрешено")

    # --- what is said under a task ---

    def comment(self, task_id: Any, text: Any, by: int | None = None, *, author: int | None = None) -> int:
        """`task.commentitem.add`: the comment's id. `author`: in whose name; None: of the one who acts."""
        if not str(text or "").strip():
            raise failed("Comment text is not specified")
        with self._guard:
            task = self._seen(task_id, by)
            if task is None:
                raise failed("Insufficient permissions to add a comment")
            comment = Comment(next(self._numbers), task.id, author or by or self.owner, str(text), now())
            self._comments.setdefault(task.id, []).append(comment)
            return comment.id

    def comments(self, task_id: int) -> list[Comment]:
        """The comments under a task, the oldest first."""
        with self._guard:
            return list(self._comments.get(task_id, []))

    def add_result(self, task_id: Any, text: str, by: int | None = None, *, files: Iterable[int] = ()) -> int:
        """A result of a task, as a person writes it; its id. `files`: objects on Disk to attach."""
        with self._guard:
            task, number_ = self._existing(task_id, by), next(self._numbers)
            attached = tuple(self.disk.attach("result", number_, one) for one in files)
            result = Result(number_, task.id, by or self.owner, text, now(), files=attached)
            self._results.setdefault(task.id, []).append(result)
            return result.id

    def results(self, task_id: Any, by: int | None = None) -> list[Result]:
        """The results of a task, the newest first."""
        with self._guard:
            task = self._seen(task_id, by)
            if task is None:
                raise Refused("0", "Access denied.")
            return self._results.get(task.id, [])[::-1]

    def add_checklist_item(self, task_id: int, title: str, *, complete: bool = False, parent_id: int = 0) -> int:
        """Add a line to a checklist as a person; returns its id. Without a parent it is the checklist's heading."""
        return self.checklists.write(task_id, title, complete=complete, parent_id=parent_id)

    def tick(self, item_id: int, *, complete: bool = True) -> None:
        """Tick or untick a line of a checklist."""
        self.checklists.change(item_id, complete=complete)

    def checklist(self, task_id: Any, by: int | None = None) -> list[ChecklistItem]:
        """The lines of a task's checklists."""
        return self.checklists.of(task_id, by)

    def link(self, params: Mapping[str, Any]) -> list[Any]:
        """`task.dependence.add`: an arrow between two tasks, for which both need their planned end."""
        before, after = number(params.get("taskIdFrom")), number(params.get("taskIdTo"))
        with self._guard:
            tasks = [self._seen(one, None) for one in (before, after)]
            if before == after or None in tasks or not all(one and one.fields.get("END_DATE_PLAN") for one in tasks):
                raise Refused("ACTION_NOT_ALLOWED", "Действие не разрешено")
            arrow = (before or 0, after or 0)
            if arrow in self.links or self._follows(*arrow):
                raise Refused("ILLEGAL_NEW_LINK", "Связь между задачами уже существует")
            self.links.append(arrow)
            return []

    def _follows(self, before: int, after: int) -> bool:
        """Whether `before` already comes, by way of others, after `after`."""
        return any(one == after and (two == before or self._follows(before, two)) for one, two in self.links)

    def _joined(self, task_id: int, field: str, people: Iterable[int]) -> None:
        task = self._tasks[task_id]
        there = list(task.fields.get(field) or [])
        new = [person for person in people if str(person) not in map(str, there)]
        if new:
            self._tasks[task_id] = replace(task, fields={**task.fields, field: [*there, *new]})
