"""Reads a small file of text that a person wrote: the configuration, or a secret."""

from __future__ import annotations

import errno
import os
from io import TextIOWrapper
from pathlib import Path
from typing import Literal

from bitrix.named_files import opened
from bitrix.secrecy import HIDDEN
from worker.config.own_words import is_plain_name

LONGEST = 1_000_000
"""Characters. A pipe may never end."""


def text_in(path: Path, errors: Literal["strict", "replace"] = "strict", encoding: str = "utf-8-sig") -> str:
    """The whole text. Raises `OSError`, or `UnicodeDecodeError` unless `errors` replaces what is not UTF-8."""
    with TextIOWrapper(opened(path, once=True), encoding=encoding, errors=errors) as file:
        text = file.read(LONGEST + 1)
    if len(text) > LONGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return text


def shown_file(name: str) -> str:
    """The whole path of a file with a secret, hidden if the secret itself may stand in place of the name."""
    path = Path(name)
    is_a_path = path.is_absolute() or (len(path.parts) > 1 and is_a_folder(path.parent)) or is_plain_name(name)
    return str(path.absolute() if is_a_path or os.path.lexists(name) else Path(HIDDEN).absolute())


def is_plain(path: Path) -> bool:
    """Whether it is a file that can be read twice: no pipe, no folder, and nothing that may not be looked at."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_a_folder(path: Path) -> bool:
    """Whether it is a folder; False also if it may not be looked at, or its name cannot be one."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_a_pipe(path: Path) -> bool:
    """Whether it is a pipe; False also if it may not be looked at."""
    try:
        return path.is_fifo()
    except OSError:
        return False
