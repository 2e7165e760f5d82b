"""Checks that the portal's list shows its newest task: a list that is behind proves no absence."""

from __future__ import annotations

from bitrix.tasks import Tasks
from worker.commands.check.finding import Finding
from worker.words import look_names as names
from worker.words.phrase import Phrase

AHEAD = 3
"""How many numbers after the newest listed task to ask for: some tasks may have been deleted."""
BEHIND = Phrase(
    "не показывает задач после {shown}, хотя они есть", "shows no task after {shown}, although there are some"
)
CURRENT = Phrase("показывает самую новую задачу, {shown}", "shows the newest task, {shown}")
EMPTY = Phrase("задач ещё нет", "there is no task yet")
HIDDEN = Phrase("список пуст, хотя задачи есть", "the list is empty, although there are tasks")


def of_list(tasks: Tasks) -> Finding:
    """Whether the list shows the newest task. Requests tasks with higher numbers one by one."""
    shown = tasks.newest_listed()
    behind = any(not tasks.is_gone(shown + ahead) for ahead in range(1, AHEAD + 1)) and tasks.newest_listed() == shown
    seen = (BEHIND if behind else CURRENT) if shown else (HIDDEN if behind else EMPTY)
    return Finding(
        names.TASK_LIST,
        good=not behind,
        seen=seen.format(shown=shown),
        cure=Phrase(
            "список портала отстаёт (реплика): увеличьте bitrix.margin_seconds сверх отставания",
            "the portal's list is behind (a replica): raise bitrix.margin_seconds above that",
        ),
        essential=False,
    )
