"""A ledger of any released version becomes one of this program, or says why not."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.builders import open_ledger
from tests.support.fakes import Events
from tests.support.ledger_history import NEXT, OLD_TASK, RELEASED, SYNC, bring_next_version, make_ledger_of
from tests.unit.monitoring.test_observation import settings
from worker.engine.wellbeing import LedgerWellbeing
from worker.ledger import LedgerError, Reports, opening, preparation, schema
from worker.model import Complete, Stage
from worker.run import Run
from worker.runtime.gate import Gate
from worker.words.codes import Preparing

HERE = {"portal": "https://portal.example", "engine": "http://engine/engine-rest", "serial": "INTEGER"}


def old_ledger(folder: Path, version: int, **about: str) -> Path:
    path = folder / "worker.db"
    with sqlite3.connect(path) as old:
        make_ledger_of(version, old.execute, **(HERE | about))
    return path


def shape(path: Path) -> dict[str, object]:
    """Every column and index, whatever the order in which they came."""
    inspector = sa.inspect(sa.create_engine(f"sqlite:///{path}"))
    return {
        table: (
            {column["name"]: str(column["type"]) for column in inspector.get_columns(table)},
            {str(index["name"]) for index in inspector.get_indexes(table)},
        )
        for table in inspector.get_table_names()
    }


def version_of(path: Path) -> str:
    with sqlite3.connect(path) as file:
        return str(file.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0])


@pytest.mark.parametrize("version", RELEASED)
@pytest.mark.parametrize("next_one", [False, True])
def test_an_older_ledger_becomes_like_one_made_anew(
    version: int, next_one: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if next_one:
        bring_next_version(monkeypatch)
    path = old_ledger(tmp_path, version)
    ledger = open_ledger(tmp_path)
    with sqlite3.connect(path) as beside:  # an older program still runs
        beside.execute(f"{SYNC} ('beside', 'order', 'waiting', 0, 0, 0, 0)")
        beside.execute(f"{SYNC} ('started', 'order', 'started', 1, 0, 1e12, 0)")
    assert {sync.request.process_instance_id for sync in ledger.syncs.take(9)} == {"before", "beside"}
    assert ledger.leases.lease("old", locks_for=1) == 1
    row = ledger.known([OLD_TASK])[OLD_TASK]
    assert (row.stage, row.attempt, row.portal_task_id, row.promise) == (Stage.CREATED, 1, 7, None)
    owed = ledger.settlements.of(OLD_TASK)
    assert owed is not None
    assert (owed.tries, owed.settlement) == (2, Complete({}))
    ledger.close()
    (tmp_path / "new").mkdir()
    open_ledger(tmp_path / "new").close()
    assert shape(path) == shape(tmp_path / "new" / "worker.db")
    assert version_of(path) == str(NEXT if next_one else NEXT - 1)
    open_ledger(tmp_path).close()  # and the second time there is nothing to do


def test_an_upgrade_that_takes_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(preparation, "AGAIN_SECONDS", 0.01)
    events = Events()
    told, upgrade = LedgerWellbeing(Gate("ledger", events), events).preparing, opening._upgrade
    seen: SimpleQueue[None] = SimpleQueue()

    def slow(*facts: Any) -> None:
        for _ in range(3):  # the first may have been on its way before
            seen.get(timeout=60)
        upgrade(*facts)

    def tell(*facts: Any) -> None:
        told(*facts)
        seen.put(None)

    monkeypatch.setattr(opening, "_upgrade", slow)
    old_ledger(tmp_path, RELEASED[-2])
    open_ledger(tmp_path, reports=Reports(preparing=tell)).close()
    said = [facts for name, facts in events.seen if name == "ledger.preparing"]
    assert (said[-1]["what"], said[-1]["most"]) == (Preparing.UPGRADE, None)
    assert len(said) >= 3


def test_an_opening_that_takes_long_tells_of_no_upgrade_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second worker of the same version said that the tables were being upgraded."""
    monkeypatch.setattr(preparation, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(preparation, "AGAIN_SECONDS", 0.01)
    seen: SimpleQueue[Preparing] = SimpleQueue()
    prove = opening._prove_complete

    def slow(*facts: Any) -> None:
        while seen.get(timeout=60) is Preparing.OTHERS:  # told before the wait for others was over
            pass
        seen.put(seen.get(timeout=60))
        prove(*facts)

    old_ledger(tmp_path, RELEASED[-1])
    monkeypatch.setattr(opening, "_prove_complete", slow)
    open_ledger(tmp_path, reports=Reports(preparing=lambda what, *_: seen.put(what))).close()
    assert {seen.get() for _ in range(seen.qsize())} == {Preparing.CHECK}


def test_the_history_ends_with_the_version_of_this_program() -> None:
    """Otherwise nobody would try what this version's ledgers become in the next."""
    assert schema.schema_version() == RELEASED[-1]


def test_what_came_later_may_be_empty() -> None:
    for table in schema.metadata.sorted_tables:
        later = [column for column in table.columns if column.info.get("since", 1) > table.info.get("since", 1)]
        assert [column.name for column in later if not column.nullable] == []


def test_a_migration_that_fails_is_told_for_what_it_is_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_ledger(tmp_path, 2)
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE of_tests (id INTEGER)")  # somebody's table has the name of ours
    before = shape(path)
    bring_next_version(monkeypatch)
    with pytest.raises(LedgerError, match=rf"upgraded from version 2 to version {NEXT}: .*already exists") as it:
        open_ledger(tmp_path)
    assert "Не удалось обновить" in it.value.phrase.ru
    assert (shape(path), version_of(path)) == (before, "2")


def test_a_ledger_that_lacks_what_its_version_has_is_told(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    with sqlite3.connect(tmp_path / "worker.db") as other:
        other.execute("ALTER TABLE syncs DROP COLUMN put_off")
        other.execute("DROP TABLE commits")
    with pytest.raises(LedgerError, match=r"lacks parts \((commits: writer, token, written_at|syncs: put_off)\)"):
        open_ledger(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE meta RENAME COLUMN value TO content",
        "DELETE FROM meta WHERE key = 'schema_version'",
        "UPDATE meta SET value = 'v2' WHERE key = 'schema_version'",
    ],
)
def test_a_table_of_somebody_else_is_not_taken_for_a_broken_disk(statement: str, tmp_path: Path) -> None:
    with sqlite3.connect(old_ledger(tmp_path, 2)) as other:
        other.execute(statement)
    with pytest.raises(LedgerError, match="table meta in this database belongs to another program"):
        open_ledger(tmp_path)


def test_a_file_of_another_program_gets_no_tables_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "worker.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE invoices (id INTEGER)")
    before = shape(path)
    with pytest.raises(LedgerError, match="table invoices in this database belongs to another program"):
        open_ledger(tmp_path)
    assert shape(path) == before


def test_a_ledger_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = old_ledger(tmp_path, 2)
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [str(NEXT)])
    with pytest.raises(LedgerError, match=f"schema_version {NEXT} > {NEXT - 1}"):
        open_ledger(tmp_path)


def test_the_documents_name_the_version() -> None:
    docs = Path(__file__).parents[3] / "docs"
    version = schema.schema_version()
    assert f"The schema version of the ledger is {version}." in (docs / "ledger.md").read_text("utf-8")
    assert f"Версия схемы журнала — {version}." in (docs / "ledger.ru.md").read_text("utf-8")


def test_an_upgrade_is_told_once_with_both_versions(tmp_path: Path) -> None:
    """There is no way back: the log must say later that, and when, it came."""
    events = Events()
    reports = Reports(upgraded=LedgerWellbeing(Gate("ledger", events), events).upgraded)
    old_ledger(tmp_path, RELEASED[0])
    open_ledger(tmp_path, reports=reports).close()
    assert events.seen == [("ledger.upgraded", {"before": RELEASED[0], "now": RELEASED[-1]})]
    open_ledger(tmp_path, reports=reports).close()
    (tmp_path / "worker.db").unlink()
    open_ledger(tmp_path, reports=reports).close()
    assert len(events.seen) == 1


@pytest.mark.parametrize("left", ["", "-wal", ".lock"])
def test_a_run_warns_of_a_ledger_that_is_gone(left: str, tmp_path: Path) -> None:
    """Whoever starts it by a service runs no `validate` first."""
    url, events = f"sqlite:///{tmp_path / 'worker.db'}", Events()
    (tmp_path / f"worker.db{left}").touch(0o600)
    for _ in range(2):
        Run(settings(ledger={"url": url}), events)._parts.ledger.close()
    assert events.names().count("ledger.lost") == 1
    assert events.facts("ledger.lost") == {"path": f"{tmp_path}/worker.db{left}"}


def test_a_run_warns_of_no_ledger_that_never_was(tmp_path: Path) -> None:
    events = Events()
    Run(settings(ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), events)._parts.ledger.close()
    assert "ledger.lost" not in events.names()


def test_a_new_ledger_says_once_that_it_is_new(tmp_path: Path) -> None:
    events = Events()
    reports = Reports(created=LedgerWellbeing(Gate("ledger", events), events).created)
    for _ in range(2):
        open_ledger(tmp_path, reports=reports).close()
    assert events.names() == ["ledger.created"]
