"""People, groups and files that a task names by text. Their numbers on the portal are found by `worker.content`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from bitrix.people import is_email

MOST_WORDS = 6
MOST_CHARACTERS = 250
_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\]+")
_IN_WORD = re.compile(r"[-'’.]")


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """A user by e-mail, or by name and surname in either order."""

    text: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for a text that is neither: a number, one word (a login, `system`), or one with brackets."""
        words = text.split()
        plain = " ".join(words)
        if len(plain) > MOST_CHARACTERS or not (_EMAIL.fullmatch(plain) or _is_name(words)):
            return None
        return cls(plain)

    @property
    def is_email(self) -> bool:
        return is_email(self.text)


@dataclass(frozen=True, slots=True)
class GroupNamed:
    """A workgroup or project by its name."""

    text: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for a text without a letter, or one that is too long for a name."""
        plain = " ".join(text.split())
        return cls(plain) if any(map(str.isalpha, plain)) and len(plain) <= MOST_CHARACTERS else None


@dataclass(frozen=True, slots=True)
class FileNamed:
    """A file in the engine, by the name of its File variable."""

    variable: str


def _is_name(words: list[str]) -> bool:
    """Two words at least, each with a letter: `Test1 User` is a name, `5 and 6` is none."""
    bare = [_IN_WORD.sub("", word) for word in words]
    return 1 < len(words) <= MOST_WORDS and all(word.isalnum() and any(map(str.isalpha, word)) for word in bare)
