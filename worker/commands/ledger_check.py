"""What `check` reports about the ledger's rows. It only reads and never upgrades a ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from worker.commands.finding import Finding, of_error
from worker.config.served import CURE, Served
from worker.config.settings import Settings
from worker.ledger import LedgerUnavailable
from worker.ledger.leases import WorkerLeases
from worker.ledger.schema import meta, schema_version
from worker.ledger.seen import SeenTask
from worker.ledger.store import Store, sqlite_path
from worker.ledger.view import Views
from worker.runtime import clock
from worker.words import look_names as names
from worker.words.phrase import Phrase, joined, unchanged

NOT_CHECKED = Phrase(
    "не проверено: у журнала версия схемы {version}, её обновит `run`",
    "not checked: the ledger has schema version {version}, and `run` upgrades it",
)
ALL_SERVED = Phrase("всё, что ждёт, обслуживается", "everything that waits is served")
COUNTED = unchanged("{what} ({count})")


def rows_left(settings: Settings) -> Iterator[Finding]:
    """Whether rows wait whose topic or tenant the settings no longer name. No finding if there is no ledger yet."""
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
        seen = NOT_CHECKED.format(version=version)
        yield Finding(names.LEDGER_ROWS, good=False, seen=seen, essential=False, checked=False)
        return
    served = Served(tuple(settings.topics), settings.camunda.tenants)
    now = store.time if store.shared else clock.wall
    slots = WorkerLeases(store, "check", now, settings.ledger.heartbeat_seconds)
    left = Views(store, slots, now).not_served(served)
    seen = _counted(left, served) or ALL_SERVED
    yield Finding(names.LEDGER_ROWS, good=not left, seen=seen, cure=CURE, essential=False)


def _counted(left: list[SeenTask], served: Served) -> Phrase:
    """The number of rows for each topic or tenant; empty without rows."""
    found = Counter(served.lacking(task.topic, task.tenant) for task in left)
    ordered = sorted(found.items(), key=lambda pair: pair[0].en)
    return joined(", ", (COUNTED.format(what=what, count=count) for what, count in ordered))
