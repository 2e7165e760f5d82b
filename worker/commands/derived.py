"""Which value is in force where a setting is not set and has no fixed default, and what that value follows from."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

from worker.config.origin import Source, SourceKind
from worker.config.settings import Settings
from worker.config.tls import routes_of
from worker.config.worker_id import own_id, shared_id
from worker.config.working_time import WorkingTimeSettings
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.reader import LedgerReader
from worker.mapping.outcomes import DEFAULT_RESULT

UNKNOWN = "…"
"""What only a run can know: the number of a slot, the id of a ledger that is not there yet."""
CALENDAR = "calendar.settings.get"


def derived(settings: Settings) -> Iterator[tuple[str, Any, Source]]:
    """(path, value, what it follows from). A value None: only a run learns it."""
    camunda, bitrix = settings.camunda, settings.bitrix
    figures = bitrix.limits.resolved(camunda.max_in_flight)
    if not camunda.worker_id:
        yield "camunda.worker_id", _worker_id(settings), _from("hostname, ledger.url")
    for side, (_, route) in routes_of(settings).items():
        if route.client_cert and not route.client_key:
            yield f"{side}.client_key", route.client_cert, _from(f"{side}.client_cert")
    if bitrix.questionnaires is None:
        yield "bitrix.questionnaires", settings.with_questionnaires, _from("portal_templates")
    if bitrix.limits.concurrency is None:
        yield "bitrix.limits.concurrency", figures.concurrency, _from("camunda.max_in_flight")
    if settings.sync.slots is None:
        yield "sync.slots", figures.most_of_one_kind, _from("bitrix.limits.concurrency")
    if not settings.working_time.hours:
        yield from ((f"working_time.{name}", None, _from(CALENDAR)) for name in WorkingTimeSettings.model_fields)
    yield from _of_topics(settings)


def _of_topics(settings: Settings) -> Iterator[tuple[str, Any, Source]]:
    for name, topic in settings.topics.items():
        path = f"topics.{name}"
        if topic.portal_templates is None:
            yield f"{path}.portal_templates", settings.bitrix.portal_templates, _from("bitrix.portal_templates")
        if topic.lock_seconds is None:
            yield f"{path}.lock_seconds", settings.camunda.lock_seconds, _from("camunda.lock_seconds")
        if name in settings.templates.topics:
            yield f"{path}.variables", topic.variables, _from("portal_templates")
        if not topic.result:
            yield f"{path}.result", DEFAULT_RESULT, settings.origin.of(f"{path}.result")


def _from(name: str) -> Source:
    return Source(SourceKind.DERIVED, name)


def _worker_id(settings: Settings) -> str:
    """The id of a run that starts now, as far as it is known."""
    host, url = platform.node(), settings.ledger.url
    if not url.startswith("sqlite"):
        return shared_id(None, host, UNKNOWN)
    seconds = settings.ledger.heartbeat_seconds
    with (
        suppress(LedgerError, LedgerUnavailable),
        closing(LedgerReader(url, portal=None, engine=None, beat_seconds=seconds)) as reader,
    ):
        return own_id(None, host, reader.id)
    return own_id(None, host, UNKNOWN)
