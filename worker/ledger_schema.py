"""The tables of the ledger, and how a ledger file is opened, made, versioned and bound."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import uuid
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from worker.faults import Language, fault_text

SCHEMA_VERSION = 1

metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("external_task_id", sa.String(64), primary_key=True),
    sa.Column("stage", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(36), nullable=False),  # the run that changed the row last
    sa.Column("attempt", sa.Integer, nullable=False),  # never goes back: stage changes compare it
    sa.Column("spent", sa.Integer, nullable=False),  # attempts that count towards the limit
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("worker_id", sa.Text, nullable=False),
    sa.Column("process_instance_id", sa.String(64)),
    sa.Column("process_definition_key", sa.Text),
    sa.Column("portal_task_id", sa.BigInteger),
    sa.Column("draft", sa.JSON),  # personal data: dropped when settled
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.Index("tasks_by_stage", "stage", "updated_at"),
    sa.Index("tasks_by_portal_task", "portal_task_id"),
)

settlements = sa.Table(
    "settlements",
    metadata,
    sa.Column("external_task_id", sa.String(64), primary_key=True),
    sa.Column("worker_id", sa.Text, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Index("settlements_by_due", "due_at"),
)

syncs = sa.Table(
    "syncs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("process_instance_id", sa.String(64), nullable=False),
    sa.Column("process_definition_key", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),  # waiting, started, parked
    sa.Column("begun", sa.Boolean, nullable=False),  # has been started once: nothing is merged into it any more
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Index("syncs_by_due", "state", "due_at"),
    sa.Index("syncs_by_instance", "process_instance_id", "state"),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)


class LedgerError(Exception):
    """The ledger cannot be used as it is; the text names the place and the cure. A person must act."""

    def __init__(self, name: str, **facts: object) -> None:
        self._name = name
        self._facts = facts
        super().__init__(self.told("en"))

    def told(self, language: Language) -> str:
        """What is wrong and what to do."""
        return fault_text(language, self._name, **self._facts)


class LedgerUnavailable(Exception):
    """The disk refused a transaction; nothing of it was recorded. Worth trying again later."""


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:///…` address."""
    database = sa.engine.make_url(url).database
    if not database or database == ":memory:":
        raise LedgerError("ledger_no_file", url=url)
    return Path(database).absolute()


def connect(url: str) -> Engine:
    """Open the database behind `url`; makes the file, readable by its owner only, where there is none."""
    path = sqlite_path(url)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise LedgerError("ledger_not_writable", path=path, words=error.strerror) from None
    engine = sa.create_engine(
        f"sqlite:///{path}", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _begin_at_once)
    return engine


def _durable(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's recipe: BEGIN is ours to send
    # FULL: in WAL mode NORMAL may lose the newest commits at a power cut, and with them an intent already acted on.
    for pragma in ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_at_once(connection: Connection) -> None:
    # A deferred transaction that has read cannot always become a writer; an immediate one waits its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def claim(url: str) -> TextIO:
    """Make this process the only `run` on the ledger file, for as long as the returned file stays open."""
    path = sqlite_path(url)
    try:
        lock = Path(f"{path}.lock").open("a", encoding="utf-8")  # noqa: SIM115 - stays open as long as the process
    except OSError as error:
        raise LedgerError("ledger_not_writable", path=path, words=error.strerror) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise LedgerError("ledger_in_use", path=path) from None
    return lock


def prepare(connection: Connection, *, portal: str, engine: str, now: float) -> dict[str, str]:
    """Make or check the schema, and bind the ledger to its portal and engine; returns the `meta` table."""
    if sa.inspect(connection).has_table(meta.name):
        found = {row.key: row.value for row in connection.execute(sa.select(meta))}
        _check(found, portal=portal, engine=engine)
        return found
    metadata.create_all(connection)
    values = {
        "schema_version": str(SCHEMA_VERSION),
        "ledger_id": str(uuid.uuid4()),
        "created_at": repr(now),
        "portal": portal,
        "engine": engine,
    }
    rows: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in values.items()]
    connection.execute(sa.insert(meta), rows)
    return values


def _check(found: dict[str, str], *, portal: str, engine: str) -> None:
    version = int(found.get("schema_version", "0"))
    if version != SCHEMA_VERSION:
        raise LedgerError("ledger_newer", found=version, known=SCHEMA_VERSION)
    for what, expected in (("portal", portal), ("engine", engine)):
        if found.get(what) != expected:
            raise LedgerError("ledger_of_another", found=found.get(what), expected=expected)
