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
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bitrix.causes import Cause, Trouble
from worker.ledger.errors import LedgerError, LedgerUnusable
from worker.ledger.troubles import free_bytes
from worker.runtime import clock
from worker.words.file_rights import why_closed
from worker.words.foreign import A_FOLDER, A_LINK, NO_FILE, why_unwritten

FLOCK = "hhqqi4x"
RUN_BYTE = 1 << 62
"""The byte we lock. It is far beyond the bytes that SQLite locks or stores."""
WRITER_BYTE = 120
"""The byte of the file `-shm` that SQLite locks for the one who writes."""
BUSY_SECONDS = 5.0
"""How long whoever wants to write waits for others."""
LOOK_SECONDS = 0.05
ROOM_BYTES = 131_072
"""What a `run` writes at once beside the ledger: the beginning of the write-ahead log, and what its users share."""
SMALLEST_PAGE = 512
"""Bytes. Of pages a database consists."""
BESIDE = (".lock", "-wal", "-shm")
LONGEST_END = "-journal"
"""Of the names of files that SQLite makes beside a database."""
SIGN = re.compile(r"pid \d+")
LONGEST_SIGN = 40
LOOK = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
"""How a file is opened of which only the locks are looked at; a pipe of that name is not waited for."""
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Claim:
    """Makes this process the only `run` on a ledger file until it is closed. Raises `LedgerError`.

    It locks two things: a file beside the ledger, which covers symbolic links and is the only lock that older versions
    know, and the ledger file itself, which covers hard links too.
    """

    def __init__(self, path: Path) -> None:
        self._beside = _opened(Path(f"{path}.lock"), os.O_NOFOLLOW)
        self._itself = -1
        try:
            try:
                fcntl.flock(self._beside, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise _in_use(path) from None
            self._itself = _opened(path)
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
    prove_usable(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise _unusable(path, error) from None


def prove_no_loop(path: Path) -> None:
    """Raise `LedgerError` if links on the way to the file lead back to themselves."""
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _unusable(path, error) from None


def prove_usable(path: Path) -> None:
    """Raise `LedgerError` if this user may not write the file, or make it and those beside it. Makes no file."""
    folder = path.parent
    try:
        has_folder, exists = folder.is_dir(), folder.exists()
        Path(f"{path}{LONGEST_END}").exists()  # its name is longer still
    except OSError as error:
        raise _unseen(path, error) from None
    _prove_a_file(path)
    if not has_folder:
        raise _unusable(path, _error(errno.ENOTDIR if exists else errno.ENOENT))
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise _unusable(path, _error(errno.EROFS))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _folder_closed(path)
    lock = Path(f"{path}.lock")
    if lock.is_symlink() or lock.is_dir():
        raise LedgerError("ledger_not_writable", path=lock, why=A_LINK if lock.is_symlink() else A_FOLDER)
    for one in _files_of(path):
        if not os.access(one, os.R_OK | os.W_OK):
            raise _unusable(one, _error(errno.EACCES))
    _prove_whole(path)


def prove_readable(path: Path) -> None:
    """Raise `LedgerError` if this user may not read the file, or those beside it."""
    for one in _files_of(path):
        if not os.access(one, os.R_OK) and one.suffix != ".lock":
            raise LedgerError("ledger_file_unread", path=one, why=why_closed(one))
    _prove_whole(path)


def _prove_whole(path: Path) -> None:
    """Raise `LedgerError` for a copy that was broken off: SQLite reads what is left of the last page as if it were all.

    With a write-ahead log the end may be in that: SQLite writes it again.
    """
    if is_there(path) and (size := path.stat().st_size) % SMALLEST_PAGE and not is_there(Path(f"{path}-wal")):
        said = f"{size} bytes are no whole number of pages"
        raise LedgerUnusable(Trouble("ledger", Cause.LEDGER_DAMAGED, place=str(path), said=said))


def _files_of(path: Path) -> Iterator[Path]:
    """The file and those beside it, as far as they are there."""
    yield from (one for end in ("", *BESIDE) if os.access(one := Path(f"{path}{end}"), os.F_OK))


def _prove_a_file(path: Path) -> None:
    """Raise `LedgerError` for a folder; also for a device, a pipe or a socket: whoever opens it may wait for ever."""
    if not is_there(path) or path.is_file():
        return
    if path.is_dir():
        raise _unusable(path, _error(errno.EISDIR))
    raise LedgerError("ledger_not_writable", path=path, why=NO_FILE)


def _error(code: int) -> OSError:
    return OSError(code, os.strerror(code))


def _unusable(path: Path, error: OSError) -> LedgerError:
    """What `error` means for a ledger at `path`, and what to do."""
    why = why_unwritten(error)
    match error.errno:
        case errno.EISDIR:
            return LedgerError("ledger_is_folder", path=path)
        case errno.ENOENT | errno.ENOTDIR:
            return LedgerError("ledger_without_folder", path=path, why=why)
        case errno.EACCES | errno.EPERM:
            return LedgerError("ledger_file_closed", path=path, why=why_closed(path, writing=True))
    return LedgerError("ledger_not_writable", path=path, why=why)


def is_there(path: Path) -> bool:
    """Whether there is a file. Raises `LedgerError` if that cannot be seen."""
    try:
        return path.exists()
    except OSError as error:
        raise _unseen(path, error) from None


def _unseen(path: Path, error: OSError) -> LedgerError:
    if isinstance(error, PermissionError):
        return _folder_closed(path)
    return _unusable(path, error)


def _folder_closed(path: Path) -> LedgerError:
    return LedgerError("ledger_folder_closed", path=path, why=why_closed(path.parent, writing=True))


def has_run(path: Path) -> bool:
    """Whether a `run` of this version works on the file; False also if that cannot be found out.

    Call it before SQLite opens the file in this process.
    """
    return _has_lock(path, RUN_BYTE)


def prove_room(path: Path) -> None:
    """Raise `LedgerUnusable` if nothing can be written to the folder of the file. Leaves nothing there.

    A process without a free descriptor learns nothing of the disk.
    """
    try:
        with tempfile.TemporaryFile(dir=path.parent) as file:
            os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return
        cause = Cause.DISK_FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else Cause.DISK_FAILED
        said = error.strerror or str(error)
        raise LedgerUnusable(Trouble("ledger", cause, place=str(path), said=said, free=free_bytes(path))) from None


def prove_unlocked(path: Path) -> None:
    """Raise `LedgerError` if another program keeps all others from writing to the file. Writes nothing.

    Call it before SQLite opens the file in this process.
    """
    until = clock.boottime() + BUSY_SECONDS
    while _has_lock(Path(f"{path}-shm"), WRITER_BYTE):
        if clock.boottime() > until:
            raise LedgerUnusable(Trouble("ledger", Cause.LEDGER_LOCKED, place=str(path), said="database is locked"))
        time.sleep(LOOK_SECONDS)


def _has_lock(path: Path, byte: int) -> bool:
    """Whether anybody has locked this byte; False also if that cannot be found out."""
    try:
        descriptor = os.open(path, LOOK)
    except OSError:
        return False
    try:
        found = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _lock_of(fcntl.F_WRLCK, byte))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return bool(struct.unpack(FLOCK, found)[0] != fcntl.F_UNLCK)


def refuse_another_name(path: Path) -> None:
    """Raise `LedgerError` if a run uses this file under another name: two names would have two write-ahead logs.

    Or if it is no file. Call it before SQLite opens the file in this process.
    """
    _prove_a_file(path)
    if has_run(path) and not _is_locked(Path(f"{path}.lock")):
        raise _in_use(path)


def open_to_others(path: Path) -> str | None:
    """The file's mode, such as `0644`, if anyone but its owner may read or write it; None if nobody may, or no file."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    return f"{stat.S_IMODE(mode):04o}" if mode & FOR_OTHERS else None


def _opened(path: Path, more: int = 0) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | more, 0o600)
    except OSError as error:
        raise _unusable(path, error) from None


def _lock_itself(descriptor: int, path: Path) -> None:
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _lock_of(fcntl.F_WRLCK, RUN_BYTE))
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


def _lock_of(kind: int, byte: int) -> bytes:
    return struct.pack(FLOCK, kind, os.SEEK_SET, byte, 1, 0)


def _is_locked(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, LOOK)
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
