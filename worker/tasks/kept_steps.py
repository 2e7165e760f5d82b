"""What the end of a wait needs of its step, as the ledger keeps it for the next run, and instead of the memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields

from worker import __version__
from worker.ledger import Kept
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask

FORMAT = 1
"""One more whenever a step must be handed out again, as what was kept before is not enough."""
DEFAULTS = {one.name: one.default for one in fields(FetchedTask)}


class KeptSteps:
    """`topics`: the settings of each, as text. Steps kept under others, or by another version, do not count."""

    def __init__(self, mapper: Mapper, topics: Mapping[str, str]) -> None:
        self._mapper = mapper
        self._under = {name: _digest(name, topic) for name, topic in topics.items()}

    @property
    def under(self) -> frozenset[str]:
        """What stands for the settings in force."""
        return frozenset(self._under.values())

    def of(self, task: FetchedTask) -> tuple[FetchedTask, Kept | None]:
        """The task with only what the end of its wait needs; None if the ledger cannot give that back unchanged."""
        task = self._mapper.kept(task)
        told = {name: value for name in DEFAULTS if (value := getattr(task, name)) != DEFAULTS[name]}
        told["loops"] = list(task.loops)
        under = self._under.get(task.topic)
        if under is None or not _is_plain(told):
            return task, None
        return task, Kept(json.dumps(told), under)

    @staticmethod
    def read(text: str) -> FetchedTask:
        """The task that `of` has kept."""
        told = json.loads(text)
        return FetchedTask(**told | {"loops": tuple(told["loops"])})


def _digest(name: str, topic: str) -> str:
    return hashlib.sha256(f"{FORMAT} {__version__} {name} {topic}".encode()).hexdigest()


def _is_plain(value: object) -> bool:
    """Whether it comes back from JSON as it was: a date or an unreadable variable does not."""
    match value:
        case dict():
            return all(type(key) is str and _is_plain(one) for key, one in value.items())
        case list():
            return all(map(_is_plain, value))
        case _:
            return value is None or type(value) in (str, int, float, bool)
