"""The mark of a ledger, by which a command tells whether the worker that answers is the one of its own settings."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

from bitrix.named_files import real_path
from worker.config.secrets import shown_address

HEADER = "X-Ledger-Mark"
PLACE = "X-Ledger"
FILE = "sqlite:///"


def place_of_ledger(url: str) -> str:
    """Where the ledger is: a file's whole path, or a database's address without its secrets."""
    address, _, _ = url.partition("?")
    return str(real_path(address.removeprefix(FILE))) if address.startswith(FILE) else shown_address(url)


def mark_of(url: str) -> str | None:
    """The same for each name of one file, and for each user of one database; None: no such file can be seen."""
    address, _, _ = url.partition("?")
    try:
        place = _identity(Path(address.removeprefix(FILE))) if address.startswith(FILE) else address.rpartition("@")[2]
    except (OSError, ValueError):
        return None
    return hashlib.sha256(place.rpartition("://")[2].lower().encode()).hexdigest()[:16]


def is_of_another(url: str, mark: str | None, place: str | None) -> bool:
    """Whether an answer with these headers certainly tells of another ledger than this one."""
    if ours := mark_of(url):
        return mark is not None and mark != ours
    return None not in (mark, place) and _is_missing(url) and place != quote(place_of_ledger(url))


def _is_missing(url: str) -> bool:
    """Whether it is a file that is certainly not there yet, or no more."""
    address, _, _ = url.partition("?")
    try:
        return address.startswith(FILE) and not Path(address.removeprefix(FILE)).exists()
    except (OSError, ValueError):
        return False


def marks_of(url: str) -> list[tuple[str, str]]:
    """The headers by which an answer tells its ledger: the mark, and for people the place."""
    mark = mark_of(url)
    return [(HEADER, mark), (PLACE, quote(place_of_ledger(url)))] if mark else []


def _identity(path: Path) -> str:
    found = path.stat()
    return f"{found.st_dev}:{found.st_ino}"
