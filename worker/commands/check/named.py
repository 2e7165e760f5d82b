"""Checks the people and groups that the configuration itself names: nobody should learn of them from an incident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bitrix.client import BitrixClient
from worker.commands.check.finding import Finding
from worker.commands.check.named_lookup import KINDS, READERS, Constant, NamedLookup
from worker.commands.check.sides import Check
from worker.config.settings import Settings
from worker.mapping.fields import is_blank
from worker.mapping.notations import is_constant
from worker.words import look_names as names
from worker.words.phrase import Phrase, joined, unchanged

UNFIT = unchanged("{place}: {reason}")
CURE = Phrase(
    "исправьте настройку: каждая задача с ней станет инцидентом или уйдёт не тому",
    "correct the setting: each task with it becomes an incident, or goes to the wrong person",
)


def constants(settings: Settings) -> list[Constant]:
    """All constants that name people, groups or a task; templates are not among them."""
    default = settings.bitrix.default_responsible_id
    general = [] if default is None else [Constant("", "bitrix.default_responsible_id", "RESPONSIBLE_ID", default)]
    return [*general, *_of_topics(settings)]


def _of_topics(settings: Settings) -> Iterator[Constant]:
    for topic, about in settings.topics.items():
        for key, value in about.task.items():
            items, field = value if isinstance(value, list) else [value], key.upper()
            constant = all(is_constant(item) for item in items if isinstance(item, str))
            if field in KINDS and constant and not is_blank(value):
                yield Constant(topic, f"topics.{topic}.task.{key}", field, READERS[field](value))


def named_checks(client: BitrixClient, settings: Settings) -> list[Check]:
    """The check of all these constants; none if the configuration has none."""
    named = constants(settings)
    return [Check(names.NAMED, lambda: _finding(client, named))] if named else []


def _finding(client: BitrixClient, named: Sequence[Constant]) -> Finding:
    """Raises `PortalError`."""
    seen = NamedLookup(client).look(named)
    faults = [UNFIT.format(place=one.place, reason=one.wrong) for one in seen if one.wrong]
    told = joined("; ", faults or (one.place for one in seen))
    return Finding(names.NAMED, good=not faults, seen=told, cure=CURE, essential=False)
