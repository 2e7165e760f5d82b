"""Ledgers as released versions made them, and a next version that only tests know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from worker.ledger import schema as ledger_schema

OLD_TASK = "task-of-old"
NEXT = ledger_schema.schema_version() + 1
SYNC = "INSERT INTO syncs (process_instance_id, process_definition_key, state, begun, tries, due_at, created_at) VALUES"

_VERSION_1 = """
CREATE TABLE meta (key VARCHAR(64) NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key));
CREATE TABLE tasks (external_task_id VARCHAR(64) NOT NULL, stage VARCHAR(16) NOT NULL, owner VARCHAR(36) NOT NULL,
 attempt INTEGER NOT NULL, spent INTEGER NOT NULL, topic TEXT NOT NULL, worker_id TEXT NOT NULL,
 process_instance_id VARCHAR(64), process_definition_key TEXT, portal_task_id BIGINT, draft JSON,
 created_at FLOAT NOT NULL, updated_at FLOAT NOT NULL, PRIMARY KEY (external_task_id));
CREATE INDEX tasks_by_stage ON tasks (stage, updated_at);
CREATE INDEX tasks_by_portal_task ON tasks (portal_task_id);
CREATE TABLE settlements (external_task_id VARCHAR(64) NOT NULL, owner VARCHAR(36) NOT NULL, worker_id TEXT NOT NULL,
 kind VARCHAR(16) NOT NULL, payload JSON NOT NULL, tries INTEGER NOT NULL, due_at FLOAT NOT NULL, last_error TEXT,
 created_at FLOAT NOT NULL, PRIMARY KEY (external_task_id));
CREATE INDEX settlements_by_due ON settlements (due_at);
CREATE TABLE syncs (id {serial} NOT NULL, process_instance_id VARCHAR(64) NOT NULL,
 process_definition_key TEXT NOT NULL, state VARCHAR(8) NOT NULL, begun BOOLEAN NOT NULL, tries INTEGER NOT NULL,
 due_at FLOAT NOT NULL, last_error TEXT, created_at FLOAT NOT NULL, PRIMARY KEY (id));
CREATE INDEX syncs_by_due ON syncs (state, due_at);
CREATE INDEX syncs_by_instance ON syncs (process_instance_id, state);
CREATE TABLE counters (name VARCHAR(64) NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (name));
CREATE TABLE slots (host VARCHAR(255) NOT NULL, slot INTEGER NOT NULL, owner VARCHAR(36) NOT NULL,
 beat_at FLOAT NOT NULL, PRIMARY KEY (host, slot));
"""
_VERSION_2 = """
ALTER TABLE syncs ADD COLUMN owner VARCHAR(36);
ALTER TABLE syncs ADD COLUMN put_off FLOAT;
ALTER TABLE slots ADD COLUMN locks_for FLOAT;
CREATE TABLE commits (writer VARCHAR(80) NOT NULL, token VARCHAR(36) NOT NULL, written_at FLOAT NOT NULL,
 PRIMARY KEY (writer));
"""
_VERSION_3 = """
ALTER TABLE tasks ADD COLUMN last_words TEXT;
"""
_VERSION_4 = """
ALTER TABLE tasks ADD COLUMN last_cause VARCHAR(32);
ALTER TABLE tasks ADD COLUMN tenant_id TEXT;
ALTER TABLE settlements ADD COLUMN last_cause VARCHAR(32);
ALTER TABLE settlements ADD COLUMN seen TEXT;
ALTER TABLE syncs ADD COLUMN last_cause VARCHAR(32);
CREATE TABLE unread_models (definition_id VARCHAR(255) NOT NULL, reason TEXT NOT NULL, cause VARCHAR(32),
 since FLOAT NOT NULL, PRIMARY KEY (definition_id));
ALTER TABLE tasks ADD COLUMN promise INTEGER;
"""
_VERSION_5 = """
ALTER TABLE tasks ADD COLUMN acts INTEGER;
CREATE TABLE acts (external_task_id VARCHAR(64) NOT NULL, position INTEGER NOT NULL, kind VARCHAR(32) NOT NULL,
 payload JSON, state VARCHAR(8) NOT NULL, begun INTEGER NOT NULL, begun_at FLOAT, owner VARCHAR(36), progress JSON,
 last_error TEXT, last_cause VARCHAR(32), updated_at FLOAT NOT NULL, PRIMARY KEY (external_task_id, position));
CREATE INDEX acts_by_state ON acts (state, updated_at);
"""
_VERSION_6 = """
ALTER TABLE tasks ADD COLUMN retries_left INTEGER;
ALTER TABLE tasks ADD COLUMN business_key TEXT;
ALTER TABLE tasks ADD COLUMN activity_id TEXT;
ALTER TABLE tasks ADD COLUMN activity_name TEXT;
CREATE INDEX tasks_waiting ON tasks (stage, created_at) WHERE stage = 'waiting';
CREATE INDEX tasks_by_instance ON tasks (process_instance_id);
CREATE INDEX tasks_by_business_key ON tasks (business_key);
"""
_VERSION_7 = """
CREATE TABLE decisions (id {serial} NOT NULL, at FLOAT NOT NULL, decided VARCHAR(16) NOT NULL, sync_id INTEGER NOT NULL,
 process_instance_id VARCHAR(64) NOT NULL, who TEXT NOT NULL, reason TEXT, owed_since FLOAT NOT NULL, last_error TEXT,
 PRIMARY KEY (id));
CREATE INDEX decisions_by_instance ON decisions (process_instance_id);
"""
_VERSION_8 = """
ALTER TABLE decisions ADD COLUMN external_task_id VARCHAR(64);
ALTER TABLE decisions ADD COLUMN from_worker TEXT;
"""
_VERSION_9 = """
ALTER TABLE tasks ADD COLUMN waiting_since FLOAT;
CREATE INDEX tasks_waiting_since ON tasks (stage, waiting_since, created_at) WHERE stage = 'waiting';
"""
_VERSION_10 = """
ALTER TABLE tasks ADD COLUMN kept TEXT;
ALTER TABLE tasks ADD COLUMN kept_under VARCHAR(64);
"""
_VERSION_11 = """
ALTER TABLE tasks ADD COLUMN gone BOOLEAN;
"""
_VERSION_6_POSTGRESQL = "CREATE INDEX tasks_by_beginning ON tasks (external_task_id varchar_pattern_ops)"
"""SQLite finds the beginning of an id by the primary key."""
_VERSIONS = (
    *(_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5, _VERSION_6, _VERSION_7, _VERSION_8, _VERSION_9),
    *(_VERSION_10, _VERSION_11),
)
RELEASED = tuple(range(1, len(_VERSIONS) + 1))


_CREATED = """
INSERT INTO tasks (external_task_id, stage, owner, attempt, spent, topic, worker_id, portal_task_id, created_at,
 updated_at)
VALUES ('task-of-old', 'created', 'run-0', 1, 1, 'order', 'old', 7, 0, 0)
"""
_OWED = """
INSERT INTO settlements (external_task_id, owner, worker_id, kind, payload, tries, due_at, created_at)
VALUES ('task-of-old', 'run-0', 'old', 'complete', '{"variables": {}}', 2, 0, 0)
"""


def make_ledger_of(
    version: int, execute: Callable[[str], object], *, serial: str, portal: str, engine: str, **about: str
) -> None:
    """Make the tables that a program of `version` had made, with a row in each that holds work."""
    for part in "".join(_VERSIONS[:version]).format(serial=serial).split(";"):
        if part.strip():
            execute(part)
    if version >= 6 and "SERIAL" in serial.upper():
        execute(_VERSION_6_POSTGRESQL)
    values = {"ledger_id": "old", "created_at": "0.0", "portal": portal, "engine": engine} | about
    for key, value in (values | {"schema_version": str(version)}).items():
        execute(f"INSERT INTO meta (key, value) VALUES ('{key}', '{value}')")  # noqa: S608 - our own words
    execute(f"{SYNC} ('before', 'order', 'waiting', false, 0, 0, 0)")
    execute(_CREATED)
    execute(_OWED)
    execute("INSERT INTO slots (host, slot, owner, beat_at) VALUES ('old', 1, 'run-0', 0)")


def bring_next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """This program learns one more version: a column of an old and of a later table, an index, a table."""
    later = {"since": NEXT}
    changed = sa.MetaData()
    for table in ledger_schema.metadata.sorted_tables:
        copied = table.to_metadata(changed)
        originals = {index.name: index for index in table.indexes}
        for index in copied.indexes:  # SQLAlchemy copies neither of these
            index.info |= originals[index.name].info
            index._ddl_if = originals[index.name]._ddl_if
    changed.tables["syncs"].append_column(sa.Column("order", sa.Text, info=later))  # a word of SQL, too
    changed.tables["commits"].append_column(sa.Column("note", sa.JSON, info=later))
    sa.Index("tasks_by_topic", changed.tables["tasks"].c.topic, info=later)
    sa.Table("of_tests", changed, sa.Column("id", sa.Integer, primary_key=True), info=later)
    monkeypatch.setattr(ledger_schema, "metadata", changed)
