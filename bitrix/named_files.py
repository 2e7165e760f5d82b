"""Opens files that people name. What is no file is refused: a pipe nobody writes into would be waited for for ever."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

HANDED_OVER = re.compile(r"/dev/(stdin|fd/[0-9]+)|/proc/(self|[0-9]+)/fd/[0-9]+")
"""What is open already when the program starts: its input, or `<(command)` of a shell."""


class NotAFile(OSError):
    """The path names something else than a file or a folder."""


class PipeGiven(NotAFile):
    """A named pipe, or one that was handed over where the file is read more than once."""


class DeviceGiven(NotAFile):
    """Such as a terminal or `/dev/zero`: it may have no end."""


class SocketGiven(NotAFile):
    """It cannot be opened at all."""


def real_path(path: str | Path) -> Path:
    """The whole path behind all links. Of a link that leads back to itself a path that is a link still, no error."""
    return Path(os.path.realpath(path))


def opened(path: str | Path, *, once: bool = False) -> BinaryIO:
    """The file, to be read. Raises `OSError`, for what is no file at once.

    `once`: it is read a single time, so a pipe will do that was handed over, and `/dev/null` is an empty file.
    """
    found = os.stat(path)  # noqa: PTH116 - a text as well
    kind = _kind_of(found.st_mode)
    if kind and not (once and _is_readable(str(path), found)):
        raise kind(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return Path(path).open("rb")


def _kind_of(mode: int) -> type[NotAFile] | None:
    if stat.S_ISFIFO(mode):
        return PipeGiven
    if stat.S_ISSOCK(mode):
        return SocketGiven
    return DeviceGiven if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else None


def _is_readable(path: str, found: os.stat_result) -> bool:
    if stat.S_ISFIFO(found.st_mode):
        return bool(HANDED_OVER.fullmatch(path))
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == Path(os.devnull).stat().st_rdev
