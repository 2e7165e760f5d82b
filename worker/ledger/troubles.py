"""Finds the cause of a failed transaction: a full disk, a locked file, a database that is down."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from bitrix.causes import Cause, Trouble

LEAST_FREE_BYTES = 1_000_000
"""With less than this free, a file system reports a failed write in more ways than one; the cause is the space."""
SQLITE_CAUSES: Mapping[int, Cause] = {
    sqlite3.SQLITE_FULL: Cause.DISK_FULL,
    sqlite3.SQLITE_IOERR: Cause.DISK_FAILED,
    sqlite3.SQLITE_READONLY: Cause.DISK_FAILED,
    sqlite3.SQLITE_CANTOPEN: Cause.DISK_FAILED,
    sqlite3.SQLITE_PERM: Cause.DISK_FAILED,
    sqlite3.SQLITE_CORRUPT: Cause.LEDGER_DAMAGED,
    sqlite3.SQLITE_NOTADB: Cause.LEDGER_DAMAGED,
    sqlite3.SQLITE_BUSY: Cause.LEDGER_LOCKED,
    sqlite3.SQLITE_LOCKED: Cause.LEDGER_LOCKED,
}
STATES: Mapping[str, Cause] = {
    "28": Cause.DATABASE_LOGIN,
    "3D": Cause.DATABASE_LOGIN,
    "42501": Cause.DATABASE_RIGHTS,
    "53300": Cause.DATABASE_CONNECTIONS,
    "53100": Cause.DISK_FULL,
    "55P03": Cause.DATABASE_LOCKED,
    "57P": Cause.DATABASE_UNREACHABLE,
    "08": Cause.DATABASE_UNREACHABLE,
}
"""PostgreSQL's codes, or how they begin."""
WORDS: Mapping[str, Cause] = {
    "password authentication failed": Cause.DATABASE_LOGIN,
    "authentication failed": Cause.DATABASE_LOGIN,
    "pg_hba.conf": Cause.DATABASE_LOGIN,
    "does not exist": Cause.DATABASE_LOGIN,
    "no password supplied": Cause.DATABASE_LOGIN,
    "empty password": Cause.DATABASE_LOGIN,
    "not permitted to log in": Cause.DATABASE_LOGIN,
    "permission denied for database": Cause.DATABASE_RIGHTS,
    "too many clients": Cause.DATABASE_CONNECTIONS,
    "too many connections": Cause.DATABASE_CONNECTIONS,
    "connection slots are reserved": Cause.DATABASE_CONNECTIONS,
    "the database system is": Cause.DATABASE_UNREACHABLE,
    "прошёл проверку подлинности": Cause.DATABASE_LOGIN,
    "не существует": Cause.DATABASE_LOGIN,
    "пустой пароль": Cause.DATABASE_LOGIN,
    "вход запрещён": Cause.DATABASE_LOGIN,
    "доступ к базе": Cause.DATABASE_RIGHTS,
    "слишком много клиентов": Cause.DATABASE_CONNECTIONS,
    "слишком много подключений": Cause.DATABASE_CONNECTIONS,
    "слоты подключений зарезервированы": Cause.DATABASE_CONNECTIONS,
    "система баз данных": Cause.DATABASE_UNREACHABLE,
    "система БД": Cause.DATABASE_UNREACHABLE,
}
"""What a server says that lets nobody in, in English or Russian: the driver gives no code before it is connected.

The texts are those of PostgreSQL's catalogue of messages; the server chooses the language (`lc_messages`).
"""
ANSWERED = ("FATAL:", "ВАЖНО:", "ERROR:", "ОШИБКА:")
"""A server has answered, whatever it said."""
ENDS = (".", "?", "!", ":", ",", ";")


class Replaced(sqlite3.OperationalError):
    """The file of the ledger was deleted or replaced while it is open."""


def of_file(path: Path, error: object, said: str) -> Trouble:
    """The facts of a failed transaction on a SQLite file. `said`: SQLite's own words."""
    cause = SQLITE_CAUSES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, Cause.LEDGER_AWAY)
    if isinstance(error, Replaced):
        return Trouble("ledger", Cause.LEDGER_REPLACED, place=str(path))
    if cause not in (Cause.DISK_FULL, Cause.DISK_FAILED):
        return Trouble("ledger", cause, place=str(path), said=said)
    free = free_bytes(path)
    if free is not None and free < LEAST_FREE_BYTES:
        cause = Cause.DISK_FULL
    return Trouble("ledger", cause, place=str(path), said=said, free=free)


def of_database(address: URL, error: object, said: str) -> Trouble:
    """The facts of a failed transaction on PostgreSQL. `said`: the server's or the driver's own words."""
    from psycopg import OperationalError  # noqa: PLC0415 - imported late: commands on a file start without the driver

    state = getattr(error, "sqlstate", None) or ""
    found = [cause for begins, cause in STATES.items() if state.startswith(begins)]
    if not state and isinstance(error, OperationalError):
        found = [cause for words, cause in WORDS.items() if words in said]
        if not found and not any(severity in said for severity in ANSWERED):
            found = [Cause.DATABASE_UNREACHABLE]
    place = f"{address.host or 'localhost'}:{address.port or 5432}"
    return Trouble("ledger", found[0] if found else Cause.LEDGER_AWAY, place=place, said=said)


def in_one_line(text: str) -> str:
    """What a database says in several lines, each of which is a sentence."""
    *before, last = [" ".join(line.split()) for line in text.splitlines() if line.strip()] or [""]
    return " ".join([*(line if line.endswith(ENDS) else f"{line}." for line in before), last])


def free_bytes(path: Path) -> int | None:
    """Bytes that this user may still write on the disk of the file; None if that cannot be read."""
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize
