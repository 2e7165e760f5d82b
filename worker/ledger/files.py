"""The files of a SQLite ledger: private to their owner, and used by one run at a time under whatever name.

SQLite's own locks belong to the process: closing any descriptor of the file in this process drops all of them. So this
module opens its descriptor before SQLite opens the file, and closes it after SQLite has closed the file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import struct
from contextlib import suppress
from pathlib import Path

from bitrix.causes import Cause, Trouble
from worker.ledger.errors import LedgerError, LedgerUnusable

FLOCK = "hhqqi4x"
RUN_BYTE = 1 << 62
"""The byte we lock. It is far beyond the bytes that SQLite locks or stores."""
BESIDE = (".lock", "-wal", "-shm")
SIGN = re.compile(r"pid \d+")
LONGEST_SIGN = 40
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Claim:
    """Makes this process the only `run` on a ledger file until it is closed. Raises `LedgerError`.

    It locks two things: a file beside the ledger, which covers symbolic links and is the only lock that older versions
    know, and the ledger file itself, which covers hard links too.
    """

    def __init__(self, path: Path) -> None:
        self._beside = _opened(Path(f"{path}.lock"), path, os.O_NOFOLLOW)
        self._itself = -1
        try:
            try:
                fcntl.flock(self._beside, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise _in_use(path) from None
            self._itself = _opened(path, path)
            _lock_itself(self._itself, path)
            _sign(self._beside)
        except LedgerError:
            self.close()
            raise
        _as_private(path)

    def close(self) -> None:
        """Release the file for another run; safe to call again."""
        for descriptor in (self._itself, self._beside):
            if descriptor >= 0:
                os.close(descriptor)
        self._itself = self._beside = -1


def make(path: Path) -> None:
    """Create the file, readable by its owner only, if it does not exist. Raises `LedgerError`."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not os.access(path, os.R_OK | os.W_OK) or path.is_dir():
            words = os.strerror(errno.EISDIR if path.is_dir() else errno.EACCES)
            raise LedgerError("ledger_not_writable", path=path, words=words) from None
    except OSError as error:
        raise LedgerError("ledger_not_writable", path=path, words=error.strerror) from None


def refusal(path: Path) -> OSError | None:
    """What would keep a `run` of this user from opening or making the file; None: nothing is known. Makes no file."""
    if path.is_dir():
        code = errno.EISDIR
    elif not path.parent.is_dir():
        code = errno.ENOTDIR if path.parent.exists() else errno.ENOENT
    else:
        there = os.access(path, os.F_OK)
        allowed = os.access(path, os.R_OK | os.W_OK) if there else os.access(path.parent, os.W_OK | os.X_OK)
        code = 0 if allowed else errno.EACCES
    return OSError(code, os.strerror(code)) if code else None


def refuse_another_name(path: Path) -> None:
    """Raise `LedgerError` if a run uses this file under another name: two names would have two write-ahead logs.

    Call it before SQLite opens the file in this process.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return  # SQLite will report it
    try:
        found = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _whole_lock(fcntl.F_WRLCK))
        has_run = struct.unpack(FLOCK, found)[0] != fcntl.F_UNLCK
    except OSError:
        has_run = False
    finally:
        os.close(descriptor)
    if has_run and not _is_locked(Path(f"{path}.lock")):
        raise _in_use(path)


def open_to_others(path: Path) -> str | None:
    """The file's mode, such as `0644`, if anyone but its owner may read or write it; None if nobody may, or no file."""
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
            raise _in_use(path) from None
        # The file system has no such locks: the lock on the file beside it must do.


def _in_use(path: Path) -> LedgerUnusable:
    """With the process that uses it, if it has signed the file beside the ledger under this name."""
    beside, said = Path(f"{path}.lock"), ""
    with suppress(OSError):
        if _is_locked(beside):
            said = beside.read_bytes()[:LONGEST_SIGN].decode("ascii", "replace").strip()
    return LedgerUnusable(
        Trouble("ledger", Cause.LEDGER_IN_USE, place=str(path), said=said if SIGN.fullmatch(said) else "")
    )


def _sign(descriptor: int) -> None:
    """Write into the file beside the ledger who has it, for people. On a full disk it stays unsigned."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()}\n".encode(), 0)


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
    """Give the files beside the ledger its own mode, by name: closing a descriptor would drop SQLite's locks."""
    mode = stat.S_IMODE(path.stat().st_mode) & ~0o111
    for beside in (Path(f"{path}{name}") for name in BESIDE):
        with suppress(OSError):
            if not beside.is_symlink():  # a link may lead to somebody else's file
                beside.chmod(mode)
