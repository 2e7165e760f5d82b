"""What `check` reports about the ledger: whether `run` would open it, who may read it, its rows. It only reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing

from worker import PROGRAM
from worker.commands.check.finding import Finding, of_error
from worker.config.served import CURE, Served
from worker.config.settings import Settings
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.connections import Limit, Limited
from worker.ledger.files import open_to_others
from worker.ledger.postgresql import MOST_CONNECTIONS
from worker.ledger.reader import LedgerReader, Prospect, prospect
from worker.ledger.schema import schema_version
from worker.ledger.seen import SeenTask
from worker.ledger.store import sqlite_path, trace_of
from worker.words import look_names as names
from worker.words.documents import LOST
from worker.words.phrase import NOTHING, Phrase, joined, unchanged

TO_MAKE = Phrase("ещё нет, его создаст `run`", "none yet, `run` makes it")
MISSING = Phrase("его нет, но он был: есть {trace}", "there is none, but there was one: there is {trace}")
EMPTY = Phrase(
    "файл {trace} есть, но он пуст: журнала в нём нет", "the file {trace} is there and empty: no ledger in it"
)
LOOK_FOR_IT = Phrase(
    f"не запускайте `run`, он создал бы пустой журнал: сначала найдите файл или резервную копию, иначе {LOST}",
    f"do not start `run`, it would make an empty ledger: look for the file or a backup first, otherwise see {LOST}",
)
TO_UPGRADE = Phrase(
    "версия схемы {version}, `run` обновит её до {known}",
    "schema version {version}, `run` upgrades it to {known}",
)
COPY = Phrase(
    f"сначала сделайте копию, пути назад без неё нет: {PROGRAM} docs ledger#backup",
    f"make a backup first, there is no other way back: {PROGRAM} docs ledger#backup",
)
READY = Phrase("версия схемы {version}, этих движка и портала", "schema version {version}, of this engine and portal")
IN_USE = Phrase("{state}; с ним работает `run`", "{state}; a `run` works on it")
ALL_SERVED = Phrase("всё, что ждёт, обслуживается", "everything that waits is served")
COUNTED = unchanged("{what} ({count})")
LIMITS: Mapping[Limited, tuple[Phrase, Phrase]] = {
    Limited.SERVER: (
        Phrase(
            "max_connections без зарезервированных: {most}, а воркер занимает до {need}",
            "max_connections without the reserved ones: {most}, but a worker takes up to {need}",
        ),
        Phrase(
            "увеличьте max_connections и перезапустите PostgreSQL: каждому воркеру нужно {need}",
            "raise max_connections and restart PostgreSQL: each worker needs {need}",
        ),
    ),
    Limited.ROLE: (
        Phrase(
            "роли {name} разрешено подключений: {most}, а воркер занимает до {need}",
            "connections that the role {name} may have: {most}, but a worker takes up to {need}",
        ),
        Phrase(
            'ALTER ROLE "{name}" CONNECTION LIMIT {need}, по столько на каждый воркер',
            'ALTER ROLE "{name}" CONNECTION LIMIT {need}, as many for each further worker',
        ),
    ),
    Limited.DATABASE: (
        Phrase(
            "база {name} принимает подключений: {most}, а воркер занимает до {need}",
            "connections that the database {name} accepts: {most}, but a worker takes up to {need}",
        ),
        Phrase(
            'ALTER DATABASE "{name}" CONNECTION LIMIT {need}, по столько на каждый воркер',
            'ALTER DATABASE "{name}" CONNECTION LIMIT {need}, as many for each further worker',
        ),
    ),
}
OPEN = Phrase("{path}, права {mode}", "{path}, mode {mode}")
PRIVATE = Phrase("{path}, только для владельца", "{path}, for its owner only")
ONLY_TO_READ = ("ledger_missing", "ledger_empty", "ledger_older")
"""Faults of whoever reads a ledger; a `run` would make or upgrade it."""
CLOSE = Phrase("закройте его от других пользователей: chmod 600 {path}", "close it to other users: chmod 600 {path}")


def ledger_of(settings: Settings) -> Iterator[Finding]:
    """Whether `run` would open or make the ledger; if so, who else may read its file, and whether its rows are served.

    Only for the settings of a command that needs engine and portal.
    """
    try:
        found = _prospect(settings)
    except LedgerError as error:
        yield of_error(names.LEDGER, error, essential=True)
        return
    if found.version is None and (trace := trace_of(settings.ledger.url)):
        yield _gone(settings.ledger.url, trace)
        return
    upgraded = found.version is not None and found.version < schema_version()
    yield Finding(names.LEDGER, good=not upgraded, seen=_state(found), cure=COPY, essential=False)
    yield from (_of_limit(limit) for limit in found.narrow)
    yield from mode_of(settings)
    if found.version == schema_version():
        yield from rows_left(settings)


def gone(settings: Settings) -> Iterator[Finding]:
    """A warning if the ledger is a file that is not there, but was. Call it where `file_fault` is empty."""
    url = settings.ledger.url
    if url.startswith("sqlite") and _prospect(settings).version is None and (trace := trace_of(url)):
        yield _gone(url, trace)


def _gone(url: str, trace: str) -> Finding:
    seen = EMPTY if trace == str(sqlite_path(url)) else MISSING
    return Finding(names.LEDGER, good=False, seen=seen.format(trace=trace), cure=LOOK_FOR_IT, essential=False)


def _of_limit(limit: Limit) -> Finding:
    said, cure = LIMITS[limit.by]
    seen = said.format(name=limit.name, most=limit.most, need=MOST_CONNECTIONS)
    cure = cure.format(name=limit.name, need=MOST_CONNECTIONS)
    return Finding(names.LEDGER_CONNECTIONS, good=False, seen=seen, cure=cure, essential=False)


def _prospect(settings: Settings) -> Prospect:
    return prospect(
        settings.ledger.url,
        portal=settings.portal,
        engine=settings.engine,
        tenants=str(settings.camunda.tenants),
        beat_seconds=settings.ledger.heartbeat_seconds,
    )


def start_fault(settings: Settings, opened: LedgerReader | LedgerError | None = None) -> Phrase:
    """Why a start of `run` would fail because of the ledger, and the cure; empty: it would not.

    `opened`: the ledger as it was opened, or why it was not: a server is not connected to again, unless it answered.
    """
    is_file = settings.ledger.url.startswith("sqlite")
    try:
        if is_file or opened is None or (isinstance(opened, LedgerError) and opened.name in ONLY_TO_READ):
            _prospect(settings)
        elif isinstance(opened, LedgerReader):
            opened.prove_start(str(settings.camunda.tenants))
        else:
            return opened.phrase
    except LedgerError as error:
        return error.phrase
    return NOTHING


def _state(found: Prospect) -> Phrase:
    if found.version is None:
        return TO_MAKE
    known = schema_version()
    state = (READY if found.version == known else TO_UPGRADE).format(version=found.version, known=known)
    return IN_USE.format(state=state) if found.has_run else state


def mode_of(settings: Settings) -> Iterator[Finding]:
    """Who else may read the ledger's file, if it is one and is there."""
    url = settings.ledger.url
    if url.startswith("sqlite") and (path := sqlite_path(url)).exists():
        mode = open_to_others(path)
        seen = OPEN.format(path=path, mode=mode) if mode else PRIVATE.format(path=path)
        yield Finding(names.LEDGER_FILE, good=mode is None, seen=seen, cure=CLOSE.format(path=path), essential=False)


def file_fault(settings: Settings) -> Phrase:
    """`start_fault` of a ledger that is a file; empty for one on a server, which is not asked."""
    return start_fault(settings) if settings.ledger.url.startswith("sqlite") else NOTHING


def rows_left(settings: Settings) -> Iterator[Finding]:
    """Whether rows wait whose topic or tenant the settings no longer name. The ledger is there, and of our version."""
    served, seconds = Served(tuple(settings.topics), settings.camunda.tenants), settings.ledger.heartbeat_seconds
    try:
        with closing(LedgerReader(settings.ledger.url, portal=None, engine=None, beat_seconds=seconds)) as reader:
            left = reader.views.not_served(served)
    except (LedgerError, LedgerUnavailable) as error:
        yield of_error(names.LEDGER_ROWS, error, essential=True)
        return
    seen = _counted(left, served) or ALL_SERVED
    yield Finding(names.LEDGER_ROWS, good=not left, seen=seen, cure=CURE, essential=False)


def _counted(left: list[SeenTask], served: Served) -> Phrase:
    """The number of rows for each topic or tenant; empty without rows."""
    found = Counter(served.lacking(task.topic, task.tenant) for task in left)
    ordered = sorted(found.items(), key=lambda pair: pair[0].en)
    return joined(", ", (COUNTED.format(what=what, count=count) for what, count in ordered))
