"""What `check` reports about the ledger's rows. It only reads and never upgrades a ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from worker.commands.finding import Finding, of_error
from worker.config.served import Served, cure
from worker.config.settings import Settings
from worker.ledger import LedgerUnavailable
from worker.ledger.leases import WorkerLeases
from worker.ledger.schema import meta, schema_version
from worker.ledger.store import Store, sqlite_path
from worker.ledger.view import SeenTask, Views
from worker.runtime import clock
from worker.words import look_names as names
from worker.words.faults import Language

NOT_CHECKED_EN = "not checked: the ledger has schema version {version}, and `run` upgrades it"
NOT_CHECKED_RU = "не проверено: у журнала версия схемы {version}, её обновит `run`"


def rows_left(settings: Settings) -> Iterator[Finding]:
    """Whether rows wait whose topic or tenant the settings no longer name. No finding without a ledger."""
    url = settings.ledger.url
    if url.startswith("sqlite") and not sqlite_path(url).exists():
        return
    try:
        store = Store(url, exclusive=False)
        try:
            yield from _looked_at(store, settings)
        finally:
            store.close()
    except LedgerUnavailable as error:
        yield of_error(names.LEDGER_ROWS, error, essential=False)


def _looked_at(store: Store, settings: Settings) -> Iterator[Finding]:
    with store.transaction() as tx:
        if not sa.inspect(tx).has_table(meta.name):
            return
        version = tx.execute(sa.select(meta.c.value).where(meta.c.key == "schema_version")).scalar()
    if version != str(schema_version()):
        en, ru = NOT_CHECKED_EN.format(version=version), NOT_CHECKED_RU.format(version=version)
        yield Finding(names.LEDGER_ROWS, good=False, seen=en, seen_ru=ru, essential=False, checked=False)
        return
    served = Served(tuple(settings.topics), settings.camunda.tenants)
    now = store.time if store.shared else clock.wall
    slots = WorkerLeases(store, "check", now, settings.ledger.heartbeat_seconds)
    left = Views(store, slots, now).not_served(served)
    yield Finding(
        names.LEDGER_ROWS,
        good=not left,
        seen=_counted(left, served, "en") or "all that wait are served",
        seen_ru=_counted(left, served, "ru") or "всё, что ждёт, обслуживается",
        cure_ru=cure("ru"),
        cure_en=cure("en"),
        essential=False,
    )


def _counted(left: list[SeenTask], served: Served, language: Language) -> str:
    """How many of which topic or tenant; empty where there are none."""
    found = Counter(served.lacking(task.topic, task.tenant, language) for task in left)
    return ", ".join(f"{what} ({count})" for what, count in sorted(found.items()))
