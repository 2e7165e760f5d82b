"""Shows in a fault the value that was given, shortened, unless it may be a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from bitrix.secrecy import SHORTEST
from worker.config.settings import GROUPS, parts_of
from worker.config.yaml_file import ODD_BLANK
from worker.words.phrase import NOTHING, Phrase, unchanged
from worker.words.printable import one_line

LONGEST = 40
GIVEN = Phrase(" (задано {given})", " (given: {given})")
A_TEXT = Phrase("«{text}»", "“{text}”")
NO_VALUE = Phrase("пустое значение", "nothing")
A_GROUP = Phrase("группа", "a group")
ADDRESS = "://"
"""It may have a password, a webhook has one, and nobody needs to read where it leads."""


def given(path: str, value: Any, values: Mapping[str, Any]) -> Phrase:
    """` (given: …)`; empty for what may be a secret. `values`: all settings as they were said, with their secrets."""
    text = str(value)
    if ADDRESS in text or any(path == one or one.startswith(f"{path}.") for one in _secret()):
        return NOTHING
    if len(text) >= SHORTEST and any(text in secret for secret in _secrets_in(values)):
        return NOTHING
    return GIVEN.format(given=shown(value))


def shown(value: Any) -> Phrase:
    """A value as people write it, shortened."""
    match value:
        case None:
            return NO_VALUE
        case str():
            return A_TEXT.format(text=one_line(ODD_BLANK.sub(_escaped, value), LONGEST))
        case date():
            return unchanged(str(value))
        case Mapping() if value:
            return A_GROUP
    text = one_line(json.dumps(value, ensure_ascii=False, default=str), LONGEST)
    return Phrase(text, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


@cache
def _secret() -> frozenset[str]:
    """The paths of settings that are secret, or may hold one."""
    found = set()
    for group, model in GROUPS.items():
        for path, field in parts_of(model):
            if "SecretStr" in str(field.annotation) or path[-1].endswith("url") or path[-1] == "proxy":
                found.add(".".join((group, *path)))
    return frozenset(found)


def _secrets_in(values: Mapping[str, Any]) -> Iterator[str]:
    for path in _secret():
        found: Any = values
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            yield found
