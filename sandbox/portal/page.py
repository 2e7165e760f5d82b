"""The page of the portal stand-in: its tasks, for a person. Everything from outside is escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, Protocol

from sandbox.httpd import Reply
from sandbox.portal.records import StoredTask
from sandbox.portal.words import STATUSES, WORDS

REFRESH = '<meta http-equiv="refresh" content="3">'
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


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
    return document(words, f"{words['title']} ({len(tasks)})", body, head=REFRESH)


def _head(words: dict[str, str]) -> str:
    names = ("number", "name", "responsible", "deadline", "status", "instance", "syncs")
    return "<thead><tr>" + "".join(f'<th scope="col">{words[name]}</th>' for name in names) + "</tr></thead>"


def _row(task: StoredTask, counts: dict[str, int], words: dict[str, str]) -> str:
    fields = task.fields
    instance = str(fields.get("UF_PROCESS_INSTANCE_ID") or "")
    address = f"/company/personal/user/1/tasks/task/view/{task.id}/?lang={words['lang']}"
    cells = (
        ("number", str(task.id)),
        ("name", f'<a href="{address}">{safe(fields["TITLE"])}</a>'),
        ("responsible", safe(fields.get("RESPONSIBLE_ID"))),
        ("deadline", safe(fields.get("DEADLINE"))),
        ("status", safe(STATUSES[words["lang"]].get(str(fields.get("STATUS")), fields.get("STATUS")))),
        ("instance", f"<code>{safe(instance)}</code>"),
        ("syncs", str(counts.get(instance, 0))),
    )
    return "<tr>" + "".join(f'<td data-label="{words[name]}">{cell}</td>' for name, cell in cells) + "</tr>"


def document(words: Mapping[str, str], heading: str, body: str, *, status: int = 200, head: str = "") -> Reply:
    """A whole page; `body` and `head` are HTML already."""
    template = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
    text = template.substitute(lang=words["lang"], heading=safe(heading), body=body, head=head)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Reply(status, text=text, content_type="text/html; charset=utf-8", headers=headers)


def safe(value: object) -> str:
    """Text as HTML."""
    return html.escape("" if value is None else str(value))
