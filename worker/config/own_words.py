"""The words that the program itself writes: a secret that is one of them cannot be told from them in its output."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from bitrix.secrecy import SHORTEST

PACKAGES = ("worker", "bitrix")
ENDINGS = (".py", ".md", ".html", ".yaml")
LIKE_A_WORD = re.compile(r"[^\W\d_]+[0-9]{0,4}(?:[-_. ][^\W\d_]+[0-9]{0,4})*")
"""Letters, perhaps with a few digits after them; others, such as generated secrets, need no look into the files."""

OF_A_FILE = re.compile(
    r"[\w.@+-]+\.(txt|token|tok|jwt|secret|pass|pwd|key|pem|crt|url|env|conf|cfg|ya?ml|json)", re.IGNORECASE
)
WORD = re.compile(r"[^\W\d_]{3,}")
PARTS = re.compile(r"[-_.]")


def is_own(text: str) -> bool:
    """Whether it stands in the names, texts or pages of the program: to mask it there would break or blur them."""
    return bool(LIKE_A_WORD.fullmatch(text)) and text.casefold() in _all()


def is_plain_name(text: str) -> bool:
    """Whether it is the name of a file and no secret: short, with the ending of a file, or of plain words.

    Plain are the words of the program's files, as in `engine-token`.
    """
    if len(text) < SHORTEST or OF_A_FILE.fullmatch(text):
        return True
    return all(part in _vocabulary() for part in PARTS.split(text.casefold()))


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(WORD.findall(_all()))


@cache
def _all() -> str:
    """Every text of the program: what it writes of its own accord stands in its files."""
    return "\0".join(text.casefold() for package in PACKAGES for text in _texts(files(package)))


def _texts(folder: Traversable) -> Iterator[str]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _texts(one)
        elif one.name.endswith(ENDINGS):
            yield one.read_text(encoding="utf-8")
