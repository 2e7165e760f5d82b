"""Finds the cause of a failed transaction: a full disk, a locked file, a database that is down."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import URL

from bitrix.causes import Cause, Trouble
from worker.ledger.server_words import cause_in

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
    "3D": Cause.DATABASE_MISSING,
    "42501": Cause.DATABASE_RIGHTS,
    "53300": Cause.DATABASE_CONNECTIONS,
    "53100": Cause.DISK_FULL,
    "55P03": Cause.DATABASE_LOCKED,
    "57P": Cause.DATABASE_UNREACHABLE,
    "08": Cause.DATABASE_UNREACHABLE,
}
"""PostgreSQL's codes, or how they begin."""
CANNOT_CONNECT = "57P03"
"""Of a server that starts, recovers or stops: its words tell which."""
TRIED = re.compile(r"^connection (failed|is bad): ")
"""What the driver writes before the words of libpq."""
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
    cause = next((cause for begins, cause in STATES.items() if state.startswith(begins)), Cause.LEDGER_AWAY)
    unnamed = state == CANNOT_CONNECT or (not state and isinstance(error, OperationalError))
    if unnamed or "invalid connection option" in said:
        cause = cause_in(said)
    place = f"{address.host or 'localhost'}:{address.port or 5432}"
    return Trouble("ledger", cause, place=place, said=said)


def in_one_line(text: str) -> str:
    """What a database says in several lines, each of which is a sentence; once, though tried with and without TLS."""
    lines = TRIED.sub("", text).splitlines()
    *before, last = dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()) or [""]
    return " ".join([*(line if line.endswith(ENDS) else f"{line}." for line in before), last])


def free_bytes(path: Path) -> int | None:
    """Bytes that this user may still write on the disk of the file; None if that cannot be read."""
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize
