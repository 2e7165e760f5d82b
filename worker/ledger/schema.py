"""The tables of the ledger; `opening.py` creates, upgrades and checks them.

A column, table or index that came later names the version that brought it in its `info`: `{"since": N}`. N is one
more than the newest version of the main branch, released or not. The newest N named here is the version of this
program.

A new column takes: its line here, nullable, because an older program that still runs leaves it empty; who writes it
(`rows._of_hand_out` for what the engine tells, or a method of the ledger); a field of the same name in its record
(`records.py`), or in `view.py` where only people see it; the version in `docs/ledger.md` and its Russian page; the
same column in the tests' history of ledgers. Tests name what is forgotten of this.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.column_types import Members
from worker.model import ActState, Decided, Promise, Stage

SCHEMA_LOCK = 0x62697472

IS_WAITING = sa.text(f"stage = '{Stage.WAITING}'")
"""The condition of a partial index, which a query must repeat word by word, not as a parameter, to use it."""

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
    sa.Column("stage", Members(sa.String(16), Stage), nullable=False),
    sa.Column("owner", sa.String(36), nullable=False),  # the run that changed the row last
    sa.Column("attempt", sa.Integer, nullable=False),  # never goes back: stage changes compare it
    sa.Column("spent", sa.Integer, nullable=False),  # attempts that count towards the limit
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("worker_id", sa.Text, nullable=False),
    sa.Column("process_instance_id", sa.String(64)),
    sa.Column("process_definition_key", sa.Text),
    sa.Column("portal_task_id", sa.BigInteger),
    sa.Column("draft", sa.JSON(none_as_null=True)),  # personal data: NULL once settled
    sa.Column("last_words", sa.Text, info={"since": 3}),  # the portal's, to a create that was not clearly answered
    sa.Column("last_cause", sa.String(32), info={"since": 4}),  # the name of their cause, where it is known
    sa.Column("tenant_id", sa.Text, info={"since": 4}),  # empty: it belongs to none
    sa.Column(
        "promise", Members(sa.Integer(), Promise), info={"since": 4}
    ),  # what must come of the Bitrix24 task, as it was begun
    sa.Column("acts", sa.Integer, info={"since": 5}),  # how many its task needs; NULL: none, or they are over
    sa.Column("retries_left", sa.Integer, info={"since": 6}),  # after its accepted failure; NULL: none since handed out
    sa.Column("business_key", sa.Text, info={"since": 6}),  # the process instance's own, as the engine tells it
    sa.Column("activity_id", sa.Text, info={"since": 6}),  # the step's id in its model
    sa.Column("activity_name", sa.Text, info={"since": 6}),  # the step's name in its model
    sa.Column(
        "waiting_since", sa.Float, info={"since": 9}
    ),  # of the newest wait; NULL: it never waited, or an older version wrote it
    sa.Column("kept", sa.Text, info={"since": 10}),  # what a waiting step's end needs of it, as JSON: personal data
    sa.Column("kept_under", sa.String(64), info={"since": 10}),  # which settings `kept` was chosen by
    sa.Column("gone", sa.Boolean, info={"since": 11}),  # it ended because the engine no longer had the step
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.Index("tasks_by_stage", "stage", "updated_at"),
    # The oldest first, whatever changes `updated_at`: each hand-out does.
    sa.Index(
        "tasks_waiting", "stage", "created_at", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING, info={"since": 6}
    ),
    sa.Index(
        "tasks_waiting_since",
        "stage",
        "waiting_since",
        "created_at",
        sqlite_where=IS_WAITING,
        postgresql_where=IS_WAITING,
        info={"since": 9},
    ),
    sa.Index("tasks_by_portal_task", "portal_task_id"),
    sa.Index(
        "tasks_by_instance",
        "process_instance_id",
        postgresql_ops={"process_instance_id": "varchar_pattern_ops"},
        info={"since": 6},
    ),
    sa.Index(
        "tasks_by_business_key", "business_key", postgresql_ops={"business_key": "text_pattern_ops"}, info={"since": 6}
    ),
    sa.Index(  # SQLite finds the beginning of an id by the primary key
        "tasks_by_beginning",
        "external_task_id",
        postgresql_ops={"external_task_id": "varchar_pattern_ops"},
        info={"since": 6},
    ).ddl_if(dialect="postgresql"),
)

acts = sa.Table(
    "acts",
    metadata,
    sa.Column("external_task_id", sa.String(64), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("payload", sa.JSON(none_as_null=True)),  # personal data: NULL once the act is over
    sa.Column("state", Members(sa.String(8), ActState), nullable=False),
    sa.Column("begun", sa.Integer, nullable=False),  # sends since the last progress that count towards the limit
    sa.Column("begun_at", sa.Float),  # when the newest send began
    sa.Column("owner", sa.String(36)),  # the run that began it
    sa.Column("progress", sa.JSON(none_as_null=True)),  # how far it is; NULL: not begun, or over
    sa.Column("last_error", sa.Text),
    sa.Column("last_cause", sa.String(32)),
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.Index("acts_by_state", "state", "updated_at"),
    info={"since": 5},
)
"""What a created task needs besides its create: one more call each, done once and in order."""

settlements = sa.Table(
    "settlements",
    metadata,
    sa.Column("external_task_id", sa.String(64), primary_key=True),
    sa.Column("owner", sa.String(36), nullable=False),  # the run that delivers it
    sa.Column("worker_id", sa.Text, nullable=False),  # whose lock it ends
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("seen", sa.Text, info={"since": 4}),  # what it was read from, where people had answered on the portal
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("last_cause", sa.String(32), info={"since": 4}),
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
    sa.Column("owner", sa.String(36), info={"since": 2}),  # the run that has started it
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("put_off", sa.Float, info={"since": 2}),  # for how many seconds, when `due_at` was set
    sa.Column("last_error", sa.Text),
    sa.Column("last_cause", sa.String(32), info={"since": 4}),
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


slots = sa.Table(
    "slots",
    metadata,
    sa.Column("host", sa.String(255), primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("owner", sa.String(36), nullable=False),  # the run that has it
    sa.Column("beat_at", sa.Float, nullable=False),
    sa.Column("locks_for", sa.Float, info={"since": 2}),  # seconds that a lock under its worker id may last
)
"""The running workers of a shared ledger; empty in a SQLite ledger."""

unread_models = sa.Table(
    "unread_models",
    metadata,
    sa.Column("definition_id", sa.String(255), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("cause", sa.String(32)),
    sa.Column("since", sa.Float, nullable=False),
    info={"since": 4},
)
"""Process definitions that the engine did not deliver: their steps are not fully checked."""

commits = sa.Table(
    "commits",
    metadata,
    sa.Column("writer", sa.String(80), primary_key=True),  # a thread of a run
    sa.Column("token", sa.String(36), nullable=False),
    sa.Column("written_at", sa.Float, nullable=False),
    info={"since": 2},
)
"""The newest transaction of each writer of a shared ledger, read back if the answer to a commit is lost."""


decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("decided", Members(sa.String(16), Decided), nullable=False),
    sa.Column("sync_id", sa.Integer, nullable=False),  # 0: it is not about a parked synchronisation
    sa.Column("process_instance_id", sa.String(64), nullable=False),
    sa.Column("external_task_id", sa.String(64), info={"since": 8}),  # NULL: it is about the whole instance
    sa.Column("from_worker", sa.Text, info={"since": 8}),  # from whom a step was taken over
    sa.Column("who", sa.Text, nullable=False),  # the operating system's user and host
    sa.Column("reason", sa.Text),  # as the person gave it; NULL: none
    sa.Column("owed_since", sa.Float, nullable=False),  # since when it had been owed: `replay` begins anew
    sa.Column("last_error", sa.Text),  # why it was parked
    sa.Index("decisions_by_instance", "process_instance_id"),
    info={"since": 7},
)
"""What persons did: about parked synchronisations, by `audit --resync`, and by `takeover`."""


def schema_version() -> int:
    """The version this program writes: the newest one that a table, column or index names."""
    return max(since(part) for table in metadata.sorted_tables for part in (table, *table.columns, *table.indexes))


def alone(connection: Connection) -> None:
    """Let workers that start at the same time go through one by one; held until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))


def since(part: sa.Table | sa.Column[Any] | sa.Index) -> int:
    """The version that brought this table, column or index."""
    return int(part.info.get("since", 1))
