"""Says where each setting was read, and which required ones nobody has set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from worker.words.config_faults import BY_DEFAULT, Problem
from worker.words.phrase import NOTHING, Phrase, unchanged


class SourceKind(StrEnum):
    """What a setting was read from; the later wins over the earlier."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"
    PRESET = "preset"
    """Not set by itself: a preset states it."""
    DERIVED = "derived"
    """Not set by itself: other settings give it, or what is said where `env` or a locale is meant."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where one setting was read.

    `name`: the file's path, the variable, the flag, the preset, or what it is derived from; empty for a default.

    `line`: of a file; 0 for all others.
    """

    kind: SourceKind = SourceKind.DEFAULT
    name: str = ""
    line: int = 0

    @property
    def told(self) -> Phrase:
        """The source, for people."""
        name = Path(self.name).name if self.kind is SourceKind.FILE else self.name
        return SAID[self.kind].format(name=name, line=self.line)


SAID: Mapping[SourceKind, Phrase] = {
    SourceKind.DEFAULT: BY_DEFAULT,
    SourceKind.FILE: Phrase("{name}, строка {line}", "{name}, line {line}"),
    SourceKind.ENVIRONMENT: Phrase("переменная {name}", "variable {name}"),
    SourceKind.FLAG: Phrase("флаг {name}", "flag {name}"),
    SourceKind.PRESET: unchanged("preset {name}"),
    SourceKind.DERIVED: Phrase("следует из {name}", "derived from {name}"),
}
A_VARIABLE = Phrase("переменная окружения", "environment variable")
NOWHERE = Source()
NO_FILE = Phrase("нет файла, только окружение и умолчания", "none: environment and defaults")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where all settings were read. `file`: None: no file was read.

    `sources`: by dotted path, as far as they are set; what is set as a whole speaks for its parts. `lines`: of all that
    the file says, groups and items of lists too. `missing`: the paths of required settings that are not set, and that
    only a command without the other sides does without. `unread`: what such a command does without, because a file is
    at fault. `cut`: what of the file's texts became comments, by dotted path.
    """

    file: Path | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    unread: tuple[Problem, ...] = ()
    cut: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> Phrase:
        """The file, for people."""
        return unchanged(str(self.file.absolute())) if self.file else NO_FILE

    def unread_of(self, side: str) -> Phrase:
        """Why the side with this group of settings cannot be reached; empty: no file is at fault."""
        found = (Phrase(one.line("ru"), one.line("en")) for one in self.unread if one.path.startswith(f"{side}."))
        return next(found, NOTHING)

    def of(self, path: str) -> Source:
        """The source of a setting: of a mapping that of its first part, of a part that of the whole it was set with."""
        if path in self.sources:  # a group that the file sets to one value
            return self.sources[path]
        for known, source in self.sources.items():
            if known.startswith(f"{path}."):
                return source
        while path:
            if path in self.sources:
                return self.sources[path]
            path = path.rpartition(".")[0]
        return NOWHERE

    def located(self, problem: Problem, variables: Collection[str]) -> Problem:
        """The same fault with the place that a person must correct. `variables`: the names of the environment's."""
        if problem.path in variables:
            return replace(problem, where=A_VARIABLE)
        source, line = self.of(problem.path), self.lines.get(problem.path, 0)
        if self.file and line and (problem.in_file or source.kind in (SourceKind.DEFAULT, SourceKind.FILE)):
            source = Source(SourceKind.FILE, str(self.file), line)
        return problem if source.kind is SourceKind.DEFAULT else replace(problem, where=source.told)


def in_file(file: Path, paths: Iterable[str], lines: Mapping[str, int]) -> Mapping[str, Source]:
    """The sources of what a file sets at these dotted paths. `lines`: by dotted path."""
    return {path: Source(SourceKind.FILE, str(file), lines.get(path, 0)) for path in paths}
