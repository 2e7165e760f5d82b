"""The page of the portal stand-in: its tasks, for a person. Everything from outside is escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any, Protocol

from sandbox.httpd import Reply
from sandbox.portal_state import StoredTask

WORDS = {
    "ru": {
        "lang": "ru",
        "title": "Задачи портала-заменителя",
        "empty": "Задач пока нет.",
        "number": "№",
        "name": "Название",
        "responsible": "Ответственный",
        "deadline": "Срок",
        "status": "Статус",
        "instance": "Экземпляр процесса",
        "syncs": "Синхронизаций",
        "missing": "Такой задачи нет.",
        "back": "Все задачи",
    },
    "en": {
        "lang": "en",
        "title": "Tasks of the portal stand-in",
        "empty": "No tasks yet.",
        "number": "No.",
        "name": "Title",
        "responsible": "Responsible",
        "deadline": "Deadline",
        "status": "Status",
        "instance": "Process instance",
        "syncs": "Synchronisations",
        "missing": "There is no such task.",
        "back": "All tasks",
    },
}
STATUSES = {
    "ru": {"2": "ждёт", "3": "выполняется", "4": "на контроле", "5": "завершена"},
    "en": {"2": "pending", "3": "in progress", "4": "awaits control", "5": "completed"},
}


class Call(Protocol):
    """A call that was received."""

    @property
    def body(self) -> Any: ...


def page(tasks: Sequence[StoredTask], syncs: Sequence[Call], language: str) -> Reply:
    """All tasks, the newest first."""
    words = WORDS.get(language, WORDS["ru"])
    counts: dict[str, int] = {}
    for call in syncs:
        instance = str(call.body.get("processInstanceId"))
        counts[instance] = counts.get(instance, 0) + 1
    rows = "".join(_row(task, counts, words) for task in sorted(tasks, key=lambda task: -task.id))
    body = f"<table>{_head(words)}<tbody>{rows}</tbody></table>" if rows else f"<p>{words['empty']}</p>"
    return _document(words, f"{words['title']} ({len(tasks)})", body)


def task_page(tasks: Sequence[StoredTask], task_id: int, language: str) -> Reply:
    """One task with all its fields."""
    words = WORDS.get(language, WORDS["ru"])
    task = next((task for task in tasks if task.id == task_id), None)
    back = f'<p><a href="/?lang={words["lang"]}">{words["back"]}</a></p>'
    if task is None:
        return _document(words, words["missing"], back, status=404)
    rows = "".join(f"<tr><th>{_safe(name)}</th><td>{_safe(value)}</td></tr>" for name, value in task.fields.items())
    return _document(words, str(task.fields["TITLE"]), f"{back}<table>{rows}</table>")


def _head(words: dict[str, str]) -> str:
    names = ("number", "name", "responsible", "deadline", "status", "instance", "syncs")
    return "<thead><tr>" + "".join(f"<th>{words[name]}</th>" for name in names) + "</tr></thead>"


def _row(task: StoredTask, counts: dict[str, int], words: dict[str, str]) -> str:
    fields = task.fields
    instance = str(fields.get("UF_PROCESS_INSTANCE_ID") or "")
    address = f"/company/personal/user/1/tasks/task/view/{task.id}/?lang={words['lang']}"
    cells = (
        ("number", str(task.id)),
        ("name", f'<a href="{address}">{_safe(fields["TITLE"])}</a>'),
        ("responsible", _safe(fields.get("RESPONSIBLE_ID"))),
        ("deadline", _safe(fields.get("DEADLINE"))),
        ("status", _safe(STATUSES[words["lang"]].get(str(fields.get("STATUS")), fields.get("STATUS")))),
        ("instance", f"<code>{_safe(instance)}</code>"),
        ("syncs", str(counts.get(instance, 0))),
    )
    return "<tr>" + "".join(f'<td data-label="{words[name]}">{cell}</td>' for name, cell in cells) + "</tr>"


def _document(words: dict[str, str], heading: str, body: str, *, status: int = 200) -> Reply:
    template = Template((Path(__file__).parent / "portal_page.html").read_text(encoding="utf-8"))
    text = template.substitute(lang=words["lang"], heading=_safe(heading), body=body)
    return Reply(status, text=text, content_type="text/html; charset=utf-8")


def _safe(value: object) -> str:
    return html.escape("" if value is None else str(value))
