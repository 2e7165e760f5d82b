"""Says where each setting was read, and which required ones nobody has set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from worker.words.phrase import Phrase, unchanged


class SourceKind(StrEnum):
    """What a setting was read from; the later wins over the earlier."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one setting was read. `name`: the file's path, the variable, or the flag; empty for a default."""

    kind: SourceKind = SourceKind.DEFAULT
    name: str = ""


NOWHERE = Source()
NO_FILE = Phrase("нет файла, только окружение и умолчания", "none: environment and defaults")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where all settings were read. `file`: None: no file was read.

    `sources`: by dotted path, as far as they are set; what is set as a whole speaks for its parts. `missing`: the paths
    of required settings that are not set, and that only a command without the other sides does without.
    """

    file: Path | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    @property
    def told(self) -> Phrase:
        """The file, for people."""
        return unchanged(str(self.file.absolute())) if self.file else NO_FILE

    def of(self, path: str) -> Source:
        """The source of a setting: of a mapping that of its first part, of a part that of the whole it was set with."""
        for known, source in self.sources.items():
            if known.startswith(f"{path}."):
                return source
        while path:
            if path in self.sources:
                return self.sources[path]
            path = path.rpartition(".")[0]
        return NOWHERE


def in_file(file: Path, values: Mapping[str, Any]) -> Mapping[str, Source]:
    """The sources of all that a file says, by dotted path."""
    source = Source(SourceKind.FILE, str(file))
    found: dict[str, Source] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{inner}": source for inner in in_file(file, value)} or {str(name): source}
        elif value is not None:
            found[str(name)] = source
    return found
