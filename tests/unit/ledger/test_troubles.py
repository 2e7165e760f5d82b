"""What a ledger refuses has a cause of the catalogue: its place, its free space, and whether it ends by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from bitrix.causes import Cause, Trouble
from tests.support.builders import draft, fetched, open_ledger
from worker.ledger import Ledger, LedgerUnavailable, LedgerUnusable, troubles
from worker.ledger.sqlite import Sqlite
from worker.words.causes import explained, with_cure


def refused(ledger: Ledger) -> Trouble:
    told: list[LedgerUnavailable] = []
    ledger._store.on_unavailable = told.append
    with pytest.raises(LedgerUnavailable) as caught:
        ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.close()
    assert told == [caught.value]
    return caught.value.trouble


def raw(ledger: Ledger) -> sqlite3.Connection:
    database = ledger._store._database
    assert isinstance(database, Sqlite)
    return database._raw()


def test_a_full_disk_names_its_path_and_its_free_space_and_needs_a_person(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, exclusive=True)
    pages = raw(ledger).execute("PRAGMA page_count").fetchone()[0]
    raw(ledger).execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(1000):
            ledger.begin_create(fetched(f"task-{number}"), draft(fetched(f"task-{number}")), None)

    with pytest.raises(LedgerUnavailable) as caught:
        fill()
    ledger.close()
    trouble = caught.value.trouble
    assert trouble.cause is Cause.DISK_FULL
    assert trouble.place == str(tmp_path / "worker.db")
    assert trouble.free == pytest.approx(troubles.free_bytes(tmp_path / "worker.db"), rel=0.1)
    told = with_cure(caught.value)
    for words in (told.ru, told.en):
        assert str(tmp_path / "worker.db") in words
    assert "MB free" in told.en
    assert not explained(trouble).passes


def test_a_failed_write_on_a_disk_without_space_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    path = tmp_path / "worker.db"
    assert troubles.of_file(path, error, "disk I/O error").cause is Cause.DISK_FAILED
    monkeypatch.setattr(troubles, "free_bytes", lambda _: 4096)
    assert troubles.of_file(path, error, "disk I/O error").cause is Cause.DISK_FULL


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, exclusive=True)
    (tmp_path / "worker.db").unlink()
    trouble = refused(ledger)
    assert (trouble.cause, trouble.place) == (Cause.LEDGER_REPLACED, str(tmp_path / "worker.db"))


def test_a_file_that_another_program_locks_says_so(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, exclusive=True)
    raw(ledger).execute("PRAGMA busy_timeout = 1")
    with sqlite3.connect(tmp_path / "worker.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        trouble = refused(ledger)
    other.close()
    assert trouble.cause is Cause.LEDGER_LOCKED
    assert explained(trouble).passes


def in_use(folder: Path) -> None:
    first = open_ledger(folder, exclusive=True)
    try:
        open_ledger(folder, exclusive=True)
    finally:
        first.close()


def newer(folder: Path) -> None:
    open_ledger(folder).close()
    with sqlite3.connect(folder / "worker.db") as file:
        file.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    file.close()
    open_ledger(folder)


def no_ledger(folder: Path) -> None:
    (folder / "worker.db").write_text("something else, and long enough " * 100, encoding="utf-8")
    open_ledger(folder)


@pytest.mark.parametrize(
    ("harm", "cause"),
    [(in_use, Cause.LEDGER_IN_USE), (newer, Cause.LEDGER_NEWER), (no_ledger, Cause.LEDGER_DAMAGED)],
)
def test_a_ledger_that_cannot_be_opened_has_a_cause(tmp_path: Path, harm: Callable[[Path], None], cause: Cause) -> None:
    with pytest.raises(LedgerUnusable) as caught:
        harm(tmp_path)
    assert caught.value.trouble.cause is cause
    assert with_cure(caught.value).ru in caught.value.phrase.ru


ADDRESS = sa.engine.make_url("postgresql+psycopg://worker:geheim@db.example:5433/worker")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (psycopg.errors.DiskFull("could not extend file"), Cause.DISK_FULL),
        (psycopg.errors.InsufficientPrivilege("permission denied for table tasks"), Cause.DATABASE_RIGHTS),
        (psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"), Cause.DATABASE_LOCKED),
        (psycopg.errors.AdminShutdown("terminating connection"), Cause.DATABASE_UNREACHABLE),
        (psycopg.errors.CannotConnectNow("the database system is starting up"), Cause.DATABASE_STARTING),
        (psycopg.errors.CannotConnectNow("the database system is shutting down"), Cause.DATABASE_UNREACHABLE),
        (psycopg.OperationalError("connection failed: Connection refused"), Cause.DATABASE_UNREACHABLE),
        (psycopg.OperationalError("FATAL: password authentication failed for user"), Cause.DATABASE_LOGIN),
        (psycopg.OperationalError('FATAL: database "worker" does not exist'), Cause.DATABASE_MISSING),
        (psycopg.errors.InvalidCatalogName('database "worker" does not exist'), Cause.DATABASE_MISSING),
        (psycopg.ProgrammingError('invalid connection option "sslmod"'), Cause.DATABASE_OPTION),
        (psycopg.ProgrammingError("the last operation did not produce a result"), Cause.LEDGER_AWAY),
        (psycopg.OperationalError('FATAL:  role "w" is not permitted to log in'), Cause.DATABASE_LOGIN),
        (psycopg.OperationalError("FATAL:  something new that this version says"), Cause.LEDGER_AWAY),
        (psycopg.errors.TooManyConnections("sorry, too many clients already"), Cause.DATABASE_CONNECTIONS),
        (psycopg.errors.SyntaxError("syntax error"), Cause.LEDGER_AWAY),
    ],
)
def test_a_database_that_refuses_has_a_cause(error: Exception, cause: Cause) -> None:
    trouble = troubles.of_database(ADDRESS, error, str(error))
    assert (trouble.cause, trouble.place) == (cause, "db.example:5433")
    assert "geheim" not in with_cure(LedgerUnavailable("", trouble)).en


REFUSALS = {
    Cause.DATABASE_LOGIN: [
        ('password authentication failed for user "w"', 'пользователь "w" не прошёл проверку подлинности (по паролю)'),
        ('role "w" is not permitted to log in', 'для роли "w" вход запрещён'),
        ('role "w" does not exist', 'роль "w" не существует'),
        ("empty password returned by client", "клиент возвратил пустой пароль"),
    ],
    Cause.DATABASE_MISSING: [
        ('database "w" does not exist', 'база данных "w" не существует'),
    ],
    Cause.DATABASE_HBA: [
        (
            'no pg_hba.conf entry for host "1.2.3.4", user "w", database "w", no encryption',
            'в pg_hba.conf нет записи для компьютера "1.2.3.4", пользователя "w", базы "w", без шифрования',
        ),
        (
            'pg_hba.conf rejects connection for host "1.2.3.4", user "w", database "w", SSL encryption',
            'pg_hba.conf отвергает подключение: компьютер "1.2.3.4", пользователь "w", база данных "w", SSL-шифрование',
        ),
    ],
    Cause.DATABASE_CLIENT_CERTIFICATE: [
        ("connection requires a valid client certificate", "для подключения требуется годный сертификат клиента"),
        (
            'certificate authentication failed for user "w"',
            'пользователь "w" не прошёл проверку подлинности (по сертификату)',
        ),
    ],
    Cause.DATABASE_RIGHTS: [('permission denied for database "w"', 'доступ к базе "w" запрещён')],
    Cause.DATABASE_CONNECTIONS: [
        ("sorry, too many clients already", "извините, уже слишком много клиентов"),
        (
            "remaining connection slots are reserved for non-replication superuser connections",
            "оставшиеся слоты подключений зарезервированы для подключений суперпользователя (не для репликации)",
        ),
        ('too many connections for role "w"', 'слишком много подключений для роли "w"'),
        ('too many connections for database "w"', 'слишком много подключений к БД "w"'),
    ],
    Cause.DATABASE_UNREACHABLE: [
        ("the database system is shutting down", "система баз данных останавливается"),
    ],
    Cause.DATABASE_STARTING: [
        ("the database system is starting up", "система баз данных запускается"),
        ("the database system is in recovery mode", "система баз данных в режиме восстановления"),
        ("the database system is not yet accepting connections", "система БД ещё не принимает подключения"),
    ],
    Cause.LEDGER_AWAY: [
        ('database "w" is not currently accepting connections', 'база "w" не принимает подключения в данный момент')
    ],
}
"""From PostgreSQL's catalogue of messages, in English and Russian."""


@pytest.mark.parametrize("cause", list(REFUSALS))
def test_a_server_that_lets_nobody_in_is_understood_in_its_language(cause: Cause) -> None:
    for both in REFUSALS[cause]:
        for severity, said in zip(("FATAL", "ВАЖНО"), both, strict=True):
            error = psycopg.OperationalError(f'connection to server at "db", port 5433 failed: {severity}:  {said}')
            assert troubles.of_database(ADDRESS, error, str(error)).cause is cause, said


OF_LIBPQ = {
    Cause.DATABASE_OPTION: [
        'invalid sslmode value: "requre"',
        'weak sslmode "require" may not be used with sslrootcert=system (use "verify-full")',
        'invalid integer value "x" for connection option "connect_timeout"',
    ],
    Cause.DATABASE_NO_TLS: ["server does not support SSL, but SSL was required"],
    Cause.DATABASE_CERTIFICATE: [
        "SSL error: certificate verify failed",
        'server certificate for "database" does not match host name "db"',
        'server certificate for "database" (and 2 other names) does not match host name "db"',
        "host name must be specified for a verified SSL connection",
    ],
    Cause.DATABASE_CLIENT_CERTIFICATE: [
        "SSL error: tlsv1 alert unknown ca",
        "SSL error: ssl/tls alert certificate expired",
        "SSL error: sslv3 alert bad certificate",
        "SSL error: tlsv13 alert certificate required",
    ],
    Cause.DATABASE_TLS_FILES: [
        'root certificate file "/x/root.crt" does not exist\nEither provide the file, or change sslmode',
        'could not read root certificate file "/x/root.crt": no certificate or crl found',
        'could not read certificate file "/x/w.crt": no start line',
        'private key file "/x/w.key" has group or world access; file must have permissions u=rw (0600) or less',
        'certificate present, but not private key file "/x/w.key"',
        'could not load private key file "/x/w.key": key values mismatch',
    ],
    Cause.DATABASE_TLS: ["SSL error: tlsv1 alert protocol version", "SSL error: unsupported protocol"],
    Cause.DATABASE_UNREACHABLE: ["server closed the connection unexpectedly", "Connection refused"],
}
"""From the catalogue of libpq."""


@pytest.mark.parametrize("cause", list(OF_LIBPQ))
def test_a_driver_that_makes_no_connection_is_understood(cause: Cause) -> None:
    for said in OF_LIBPQ[cause]:
        error = psycopg.OperationalError(f'connection failed: connection to server at "db", port 5433 failed: {said}')
        assert troubles.of_database(ADDRESS, error, str(error)).cause is cause, said


def test_what_is_tried_with_and_without_tls_is_said_once() -> None:
    refusal = 'connection to server at "db", port 5433 failed: FATAL:  password authentication failed'
    said = troubles.in_one_line(f"connection failed: {refusal}\n{refusal}\n")
    assert said == 'connection to server at "db", port 5433 failed: FATAL: password authentication failed'


def test_the_sentences_of_a_database_do_not_run_into_each_other() -> None:
    said = "failed: Connection refused\n\tIs the server running?\nfailed:\n  no   route\n"
    assert troubles.in_one_line(said) == "failed: Connection refused. Is the server running? failed: no route"
    assert troubles.in_one_line("") == ""
