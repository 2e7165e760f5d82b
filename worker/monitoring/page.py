"""The status page as HTML: read-only, with every secret masked."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from jinja2 import Environment, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from worker.ledger.task_pages import TaskPage, cursor_of
from worker.monitoring.incidents import Incidents
from worker.monitoring.page_incidents import as_data as incidents_as_data
from worker.monitoring.page_model import HEIGHT, WIDTH, About, Facts, Wanted
from worker.monitoring.page_view import NEWEST, view_of
from worker.monitoring.page_warnings import as_data
from worker.runtime import clock
from worker.runtime.recent_warnings import RecentWarning
from worker.tasks.begun_creates import BegunCreate
from worker.words.documents import COMMAND
from worker.words.page import WORDS, chosen
from worker.words.phrase import LANGUAGES, Language, table_in
from worker.words.printable import one_line

TEMPLATE = Path(__file__).parent / "page.html"
FRESH_SECONDS = 1.0
"""The ledger is read at most once in this time, however many people open the page; a search reads it each time."""
LONGEST_WORDS = 255

Query = Mapping[str, str]
"""The parameters in the page's address: `lang`, `q`, `before`."""


class Source(Protocol):
    """Where the page's contents come from."""

    def look(self) -> Facts: ...
    def warnings(self) -> Sequence[RecentWarning]: ...
    def incidents(self) -> Incidents: ...
    def creates(self) -> Mapping[str, BegunCreate]: ...
    def find(self, wanted: Wanted) -> TaskPage | None:
        """The tasks that are wanted; None if the ledger cannot be read."""


class Page:
    """Renders the page. Thread-safe.

    `hide` masks every secret in a text. `language`: used if the reader asks for none.
    """

    def __init__(self, about: About, source: Source, hide: Callable[[str], str], language: Language) -> None:
        self._about = about
        self._source = source
        self._hide = hide
        self._language = language
        self._guard = threading.Lock()
        self._seen: tuple[float, Facts] | None = None
        self._template, self._headers = _compiled()

    def show(self, query: Query, accepted: str) -> tuple[bytes, list[tuple[str, str]]]:
        """The page and its headers. `query`: what the address asks for; `accepted`: the browser's languages."""
        language, wanted = chosen(query.get("lang", ""), accepted, self._language), wanted_by(query)
        found = None if wanted == NEWEST else self._source.find(wanted)
        other = next(one for one in LANGUAGES if one != language)
        text = self._template.render(
            hide=self._hide,
            view=view_of(self._facts(), self._about, language, wanted, found),
            words=table_in(language, WORDS),
            other=f"?{urlencode({'lang': other} | asked_by(wanted))}",
            other_language=other,
            size=(WIDTH, HEIGHT),
        )
        return text.encode(), [*self._headers, ("Content-Language", language)]

    def warnings(self, asked: str) -> bytes:
        """The last warnings as JSON, in the language that was asked for."""
        found = as_data(self._source.warnings(), chosen(asked, "", self._language))
        return json.dumps(self._hidden(found), ensure_ascii=False).encode()

    def incidents(self, asked: str) -> bytes:
        """The steps that need a person's decision, as JSON, in the language that was asked for."""
        source, language = self._source, chosen(asked, "", self._language)
        found = incidents_as_data(source.incidents(), language, source.creates())
        return json.dumps(self._hidden(found), ensure_ascii=False).encode()

    def _hidden(self, value: Any) -> Any:
        """The same data, every secret masked: a process may have written one into a business key."""
        if isinstance(value, dict):
            return {name: self._hidden(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._hidden(one) for one in value]
        return self._hide(value) if isinstance(value, str) else value

    def _facts(self) -> Facts:
        with self._guard:
            if self._seen is None or clock.boottime() - self._seen[0] >= FRESH_SECONDS:
                facts = self._source.look()
                self._seen = (clock.boottime(), facts)  # from its end: whoever waited for it is shown the same
            return self._seen[1]


def wanted_by(query: Query) -> Wanted:
    """Which tasks a query asks for: a search goes before a page."""
    if words := one_line(query.get("q", ""), LONGEST_WORDS):
        return Wanted(words)
    return Wanted(before=cursor_of(query.get("before", "")))


def asked_by(wanted: Wanted) -> dict[str, str]:
    """The query that asks for these tasks."""
    return {"q": wanted.words} if wanted.words else {"before": str(wanted.before)} if wanted.before else {}


@cache
def _compiled() -> tuple[Template, list[tuple[str, str]]]:
    """The template and the headers of every page."""
    source = TEMPLATE.read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_safe
    )
    environment.filters["with_links"] = _with_links
    return environment.from_string(source), _headers(source)


@pass_context
def _safe(context: Context, value: Any) -> Any:
    """Every text that the template prints goes through `hide`, then through escaping: none can bypass them.

    Markup is what a macro of the template has printed: its texts have been through both.
    """
    return context["hide"](value) if isinstance(value, str) and not isinstance(value, Markup) else value


@pass_context
def _with_links(context: Context, text: str) -> Markup:
    """The text, safe as `_safe` makes it, whose commands that print documentation lead to it."""
    link = partial(_link, context["view"].language)
    return Markup(COMMAND.sub(link, str(escape(context["hide"](text)))))  # noqa: S704 - escaped


def _link(language: Language, command: re.Match[str]) -> str:
    section = f"%23{command['section']}" if command["section"] else ""
    return f'<a href="docs/{command["page"]}{section}?lang={language}">{command[0]}</a>'


def _headers(source: str) -> list[tuple[str, str]]:
    """The headers. Only the page's own style and script, known by their hashes, may run; nothing foreign is loaded."""
    policy = {
        "default-src": "'none'",
        "style-src": _hash_of("style", source),
        "script-src": _hash_of("script", source),
        "connect-src": "'self'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items())),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept-Language"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]


def _hash_of(element: str, source: str) -> str:
    content = source.partition(f"<{element}>")[2].partition(f"</{element}>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
