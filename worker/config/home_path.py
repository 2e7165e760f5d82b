"""Finds paths that begin with `~`, which only a shell expands: for everybody else it is a folder of that name."""

from __future__ import annotations

import re
from pathlib import Path

from worker.words.phrase import NOTHING, Phrase

FILE = "sqlite:///"
OF_A_HOME = re.compile(rf"(?P<begin>{FILE})?(?P<path>(?P<home>~\w*)/.*)")
WRITE_WHOLE = Phrase(
    "{found} раскрывает только командная строка: напишите путь целиком, {whole}",
    "only a shell expands {found}: write the whole path, {whole}",
)
FROM_THE_ROOT = Phrase("от /", "from / on")


def home_fault(text: str) -> Phrase:
    """What is wrong with a path or the address of a file, and what to write in its place; empty: nothing is."""
    found = OF_A_HOME.fullmatch(text)
    if not found:
        return NOTHING
    try:
        whole: object = f"{found['begin'] or ''}{Path(found['path']).expanduser()}"
    except RuntimeError:  # nobody of this name has a home here
        whole = FROM_THE_ROOT
    return WRITE_WHOLE.format(found=found["home"], whole=whole)
