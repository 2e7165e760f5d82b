"""What `check` reports about the ledger's file and rows. It only reads, and never makes or upgrades a ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from worker.commands.finding import Finding, of_error
from worker.config.served import CURE, Served
from worker.config.settings import Settings
from worker.ledger import LedgerUnavailable
from worker.ledger.files import open_to_others, refusal
from worker.ledger.leases import WorkerLeases
from worker.ledger.schema import meta, schema_version
from worker.ledger.seen import SeenTask
from worker.ledger.store import Store, sqlite_path
from worker.ledger.view import Views
from worker.runtime import clock
from worker.words import look_names as names
from worker.words.foreign import why_unwritten
from worker.words.phrase import Phrase, joined, unchanged

NOT_CHECKED = Phrase(
    "не проверено: у журнала версия схемы {version}, её обновит `run`",
    "not checked: the ledger has schema version {version}, and `run` upgrades it",
)
ALL_SERVED = Phrase("всё, что ждёт, обслуживается", "everything that waits is served")
COUNTED = unchanged("{what} ({count})")
UNUSABLE = unchanged("{path}: {why}")
OTHER_FOLDER = Phrase(
    "создайте папку или укажите в ledger.url другую, в которую может писать этот пользователь",
    "make the folder, or name in ledger.url another one that this user may write to",
)
OPEN = Phrase("{path}, права {mode}", "{path}, mode {mode}")
PRIVATE = Phrase("{path}, только для владельца", "{path}, for its owner only")
CLOSE = Phrase("закройте его от других пользователей: chmod 600 {path}", "close it to other users: chmod 600 {path}")


def file_of(settings: Settings) -> Iterator[Finding]:
    """Whether `run` can open or make the ledger's file, and who else may read it; nothing about one it will make."""
    if not settings.ledger.url.startswith("sqlite"):
        return
    path = sqlite_path(settings.ledger.url)
    if refused := refusal(path):
        seen = UNUSABLE.format(path=path, why=why_unwritten(refused))
        yield Finding(names.LEDGER_FILE, good=False, seen=seen, cure=OTHER_FOLDER)
    elif path.exists():
        mode = open_to_others(path)
        seen = OPEN.format(path=path, mode=mode) if mode else PRIVATE.format(path=path)
        yield Finding(names.LEDGER_FILE, good=mode is None, seen=seen, cure=CLOSE.format(path=path), essential=False)


def file_doubt(settings: Settings) -> Phrase | None:
    """What keeps `run` of this user on this machine from its ledger's file, and the cure; None: nothing."""
    found = next((one for one in file_of(settings) if one.essential and not one.good), None)
    return joined(" → ", [found.seen, found.cure]) if found else None


def rows_left(settings: Settings) -> Iterator[Finding]:
    """Whether rows wait whose topic or tenant the settings no longer name. None without a ledger that can be opened."""
    url = settings.ledger.url
    if url.startswith("sqlite") and (refusal(sqlite_path(url)) or not sqlite_path(url).exists()):
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
