"""Names files: those that a task shall have, and the name under which the worker saves one on the portal's Disk."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from worker.mapping.named import FileNamed
from worker.mapping.outcomes import is_variable_name
from worker.mapping.unfit import Unfit
from worker.model import FileVariable

NAME_CHARACTERS = 120
"""Of a file's own name. The portal's column holds 255 characters."""
EXTENSION_CHARACTERS = 12
_DISK_ID = re.compile(r"n?([1-9][0-9]{0,9})")
_LIKE_AN_ID = re.compile(r"n[0-9]+")
_FORBIDDEN = re.compile(r"[\\/:*?\"'<>|{}%&~#$`]")
"""Characters that Disk replaces, or that some system takes for part of a path. The worker replaces them itself, so that
the portal stores exactly the name that was sent."""


def file_named(value: Any) -> str | FileNamed:
    """`n123` for an object on Disk (`n123`, `123`), or a File variable by its name. Raises `Unfit`."""
    match value:
        case FileVariable(name=name) if name:
            return FileNamed(name)
        case int() if not isinstance(value, bool) and value > 0:
            return f"n{value}"
        case str() if found := _DISK_ID.fullmatch(value.strip()):
            return f"n{found[1]}"
        case str() if is_variable_name(value.strip()) and not _LIKE_AN_ID.fullmatch(value.strip()):
            return FileNamed(value.strip())
        case _:
            raise Unfit(value, "files")


def disk_name(filename: str, mark: str) -> str:
    """The name on Disk: the file's own, then the mark, then the extension. Different marks give different names."""
    whole = filename.replace("\\", "/").rsplit("/", 1)[-1]  # some browsers send the path, too
    stem, dot, extension = whole.rpartition(".")
    if not stem or not 0 < len(extension) <= EXTENSION_CHARACTERS:
        stem, dot, extension = whole, "", ""
    return f"{_plain(stem)[:NAME_CHARACTERS].rstrip(' .') or 'file'} ({mark}){dot}{_plain(extension)}"


def _plain(text: str) -> str:
    """Text that Disk stores as it is: no control characters, and none beyond the plane that its column holds."""
    seen = (letter if ord(letter) <= 0xFFFF and unicodedata.category(letter)[0] != "C" else "_" for letter in text)
    return " ".join(_FORBIDDEN.sub("_", unicodedata.normalize("NFC", "".join(seen))).split()).lstrip(".")
