"""A running worker tells with each answer its configuration file and its topics; a command compares these."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from bitrix.named_files import real_path
from worker.config.settings import Settings
from worker.words.health import NO_FILE, OTHER_FILE, OTHER_TOPICS, TOPICS_CHANGED
from worker.words.phrase import NOTHING, Phrase, unchanged
from worker.words.printable import printable

FILE = "X-Settings"
TOPICS = "X-Topics"
LONGEST = 8000
"""Longer headers are not sent: then nothing is compared."""
MOST_NAMED = 5


def settings_marks(settings: Settings) -> list[tuple[str, str]]:
    """The headers. Call it at the start: the file is named by its whole path, whatever becomes of the folder."""
    told = {FILE: quote(_file_of(settings)), TOPICS: ",".join(quote(name, safe="") for name in sorted(settings.topics))}
    return [*told.items()] if max(map(len, told.values())) <= LONGEST else []


@dataclass(frozen=True, slots=True)
class Started:
    """With what a running worker was started. `file`: empty if there was none."""

    file: str
    topics: Collection[str]

    def beside(self, settings: Settings) -> Phrase:
        """How a command with these settings finds out about another worker than theirs; empty: it does not."""
        ours, named = _file_of(settings), {*settings.topics}
        facts = {"theirs": _shown(self.file), "ours": _shown(ours)}
        if {*self.topics} != named:
            words = OTHER_TOPICS if self.file != ours else TOPICS_CHANGED
            return words.format(**facts, served=_listed(self.topics), named=_listed(named))
        return OTHER_FILE.format(**facts) if self.file != ours else NOTHING


def started_in(headers: Mapping[str, str]) -> Started | None:
    """What an answer tells; None: it was written by an earlier version, or by another program."""
    file, topics = headers.get(FILE), headers.get(TOPICS)
    if file is None or not topics:
        return None
    return Started(unquote(file), frozenset(unquote(name) for name in topics.split(",")))


def _file_of(settings: Settings) -> str:
    file = settings.origin.file
    return str(real_path(file)) if file else ""


def _shown(file: str) -> Phrase:
    return unchanged(printable(file)) if file else NO_FILE


def _listed(topics: Collection[str]) -> str:
    some = ", ".join(printable(name) for name in sorted(topics)[:MOST_NAMED])
    return f"{some}, …" if len(topics) > MOST_NAMED else some
