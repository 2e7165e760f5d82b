"""The files of a ledger on SQLite: made for their owner alone, and had by one run, by whatever name.

SQLite's own locks belong to the process: closing any descriptor of the file in this process drops them. So a descriptor
of the ledger's file is opened here before SQLite opens it, and closed after SQLite has closed it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
from contextlib import suppress
from pathlib import Path

from worker.ledger.errors import LedgerError

FLOCK = "hhqqi4x"
RUN_BYTE = 1 << 62
"""Far beyond what SQLite locks; nothing is stored there."""
BESIDE = (".lock", "-wal", "-shm")
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Claim:
    """Makes this process the only `run` on a ledger file until it is closed. Raises `LedgerError`.

    By a file beside it, which tells every name that a symbolic link leads to and is all that older versions know, and
    by a lock on the file itself, which tells hard links too.
    """

    def __init__(self, path: Path) -> None:
        self._beside = _opened(Path(f"{path}.lock"), path, os.O_NOFOLLOW)
        self._itself = -1
        try:
            try:
                fcntl.flock(self._beside, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LedgerError("ledger_in_use", path=path) from None
            self._itself = _opened(path, path)
            _lock_itself(self._itself, path)
        except LedgerError:
            self.close()
            raise
        _as_private(path)

    def close(self) -> None:
        """Let another run have it; safe to call again."""
        for descriptor in (self._itself, self._beside):
            if descriptor >= 0:
                os.close(descriptor)
        self._itself = self._beside = -1


def make(path: Path) -> None:
    """Make the file, readable by its owner only, where there is none. Raises `LedgerError`."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not os.access(path, os.R_OK | os.W_OK) or path.is_dir():
            words = os.strerror(errno.EISDIR if path.is_dir() else errno.EACCES)
            raise LedgerError("ledger_not_writable", path=path, words=words) from None
    except OSError as error:
        raise LedgerError("ledger_not_writable", path=path, words=error.strerror) from None


def refuse_another_name(path: Path) -> None:
    """Raises `LedgerError` where a run has this file by another name: two names have two write-ahead logs.

    Before SQLite opens the file in this process.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return  # SQLite will tell
    try:
        found = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _whole_lock(fcntl.F_WRLCK))
        has_run = struct.unpack(FLOCK, found)[0] != fcntl.F_UNLCK
    except OSError:
        has_run = False
    finally:
        os.close(descriptor)
    if has_run and not _is_locked(Path(f"{path}.lock")):
        raise LedgerError("ledger_in_use", path=path)


def open_to_others(path: Path) -> str | None:
    """The mode of a ledger that others than its owner may read or write, such as `0644`; None: nobody, or no file."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    return f"{stat.S_IMODE(mode):04o}" if mode & FOR_OTHERS else None


def _opened(path: Path, ledger: Path, more: int = 0) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | more, 0o600)
    except OSError as error:
        raise LedgerError("ledger_not_writable", path=ledger, words=error.strerror) from None


def _lock_itself(descriptor: int, path: Path) -> None:
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _whole_lock(fcntl.F_WRLCK))
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            raise LedgerError("ledger_in_use", path=path) from None
        # A file system without such locks: the file beside it has to do.


def _whole_lock(kind: int) -> bytes:
    return struct.pack(FLOCK, kind, os.SEEK_SET, RUN_BYTE, 1, 0)


def _is_locked(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _as_private(path: Path) -> None:
    """What lies beside the file is for those whom the file itself is for; by name, for no descriptor may be closed."""
    mode = stat.S_IMODE(path.stat().st_mode) & ~0o111
    for beside in (Path(f"{path}{name}") for name in BESIDE):
        with suppress(OSError):
            if not beside.is_symlink():  # what it leads to is somebody else's
                beside.chmod(mode)
