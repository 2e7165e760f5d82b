"""Decides which variables a fetch asks for: all that a step sees, or only those that its topic needs, by their names.

The engine's work grows with the names, the answer with the variables. Only the answers show which costs less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from worker.engine.errors import AnswerTooLong, EngineBusy, EngineDenied, EngineError, EngineUnreachable
from worker.runtime import clock
from worker.words.causes import in_words
from worker.words.phrase import Phrase
from worker.words.unbelieved import FILES_BESIDES, LARGE_BESIDES

MOST_BESIDES = 16_384
"""How much may come with a step, on average, that its topic does not need. Asked for by name, a step costs the engine
2 to 4 ms of CPU; this much costs it at most 2 ms."""
EACH = 100
"""What a variable counts besides its value: a row in the engine's database, a few words in the answer."""
PROVEN = 16
"""So many steps of a topic must have come with little besides before a fetch may bring any number of them."""
GROWTH = 4
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
"""Seconds for which a topic's variables are asked for by name: at first, and after several times."""

Names = Sequence[str]
OnByName = Callable[[str, Phrase], object]


@dataclass(slots=True)
class _Topic:
    """What the answers have shown of one topic.

    `came`: whether the newest one had steps of it; `shown`: how many have come with all variables and little besides.
    `until`: the boot time before which names are used; `pause`: how long that lasts, 0 if it never was so.
    """

    names: frozenset[str]
    came: bool = False
    shown: int = 0
    until: float = 0.0
    pause: float = 0.0

    @property
    def is_proven(self) -> bool:
        return self.shown >= PROVEN

    @property
    def is_allowed(self) -> bool:
        """Whether the next fetch may ask for all its variables; an unproven topic: only while its steps come."""
        return (self.is_proven or self.came) and clock.boottime() >= self.until


class AskedVariables:
    """For one thread. `named`: the variables that each topic needs, by name; None, or no entry: all.

    `chosen`: the topics of `named` for which the answers decide. Their steps have only the variables in `named`,
    however these came. `on_by_name` is called with a topic whose variables are asked for by name from now, and why.
    """

    def __init__(
        self,
        named: Mapping[str, Names | None] = MappingProxyType({}),
        chosen: Iterable[str] = (),
        on_by_name: OnByName = lambda topic, why: None,  # noqa: ARG005 - named for its callers
    ) -> None:
        self._named = named
        self._on_by_name = on_by_name
        known = ((name, named.get(name)) for name in chosen)
        self._topics = {name: _Topic(frozenset(names)) for name, names in known if names is not None}
        self._whole: frozenset[str] = frozenset()
        self._tried: list[_Topic] = []
        self._is_small = self._rests = False
        self._is_lost = self._was_lost = False

    def begin(self, tasks: int) -> int:
        """A fetch of up to `tasks` begins: how many may be asked for.

        Unproven topics are tried with few steps. Unless only one was tried and its steps came, the next fetch brings as
        many as are wanted, with the unproven topics by name: many topics would otherwise keep each other at few steps
        for each fetch, as the steps that come are always those of another.
        """
        allowed = {name: topic for name, topic in self._topics.items() if topic.is_allowed and not self._is_lost}
        self._tried = [topic for topic in allowed.values() if not topic.is_proven]
        trial = max(1, GROWTH * min(topic.shown for topic in self._tried)) if self._tried else tasks
        few = tasks if self._rests else min(tasks, trial)
        tries = few < tasks or not self._rests
        self._whole = frozenset(name for name, topic in allowed.items() if tries or topic.is_proven)
        self._is_small = few < tasks
        return few

    @property
    def is_whole(self) -> bool:
        """Whether the fetch that has begun asks for all variables of a topic whose answers decide."""
        return bool(self._whole)

    def of(self, topic: str) -> Names | None:
        """What the fetch that has begun asks for; None: all."""
        return None if topic in self._whole else self._named.get(topic)

    def answered(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of an answer, without what their topics do not need."""
        shown = sum(topic.shown for topic in self._tried)
        by_topic: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            by_topic.setdefault(str(row.get("topicName")), []).append(row)
        for name, topic in self._topics.items():
            mine = by_topic.get(name, [])
            topic.came = bool(mine)
            besides = [_besides(row, topic.names) for row in mine]
            if mine and name in self._whole:
                self._look(name, topic, besides)
        self._is_lost, self._was_lost = False, self._is_lost or (self._was_lost and not self._whole)
        goes_on = len(self._tried) == 1 and self._tried[0].shown > shown
        self._rests = self._is_small and not goes_on
        return rows

    def failed(self, error: EngineError) -> bool:
        """A fetch has failed. Whether all variables may be the cause: then the next one asks by name.

        An answer that was lost says so only if another one is lost after a fetch by name was answered: an engine that
        restarts, or a proxy that fails, loses both.
        """
        sent = not isinstance(error, EngineUnreachable) or error.doubtful
        if not self._whole or not sent or isinstance(error, EngineDenied | EngineBusy):
            return False
        lost = isinstance(error, EngineUnreachable) and not isinstance(error, AnswerTooLong)
        if lost and not self._was_lost:
            self._is_lost = True
        else:
            self._was_lost = False
            for name in self._whole:
                self._by_name(name, in_words(error))
        self._whole = frozenset()
        return True

    def _look(self, name: str, topic: _Topic, besides: list[Mapping[str, Any]]) -> None:
        size = sum(map(_size, besides)) / len(besides)
        if any(_is_file(one) for variables in besides for one in variables.values()):
            self._by_name(name, FILES_BESIDES)
        elif size > MOST_BESIDES:
            self._by_name(name, LARGE_BESIDES.format(size=size / 1024, limit=MOST_BESIDES / 1024))
        else:
            topic.shown += len(besides)

    def _by_name(self, name: str, why: Phrase) -> None:
        topic, now = self._topics[name], clock.boottime()
        if not topic.pause:
            self._on_by_name(name, why)
        grown = GROWTH * topic.pause if now - topic.until < LONGEST_PAUSE else 0.0
        topic.pause = min(max(grown, FIRST_PAUSE), LONGEST_PAUSE)
        topic.until, topic.shown = now + topic.pause, 0


def _besides(row: dict[str, Any], names: frozenset[str]) -> Mapping[str, Any]:
    """Takes the variables out of a row that are not among `names`."""
    given = row.get("variables")
    if not isinstance(given, dict):
        return {}
    row["variables"] = {name: one for name, one in given.items() if name in names}
    return {name: one for name, one in given.items() if name not in names}


def _size(variables: Mapping[str, Any]) -> int:
    values = (one.get("value") for one in variables.values() if isinstance(one, dict))
    return EACH * len(variables) + sum(len(value) for value in values if isinstance(value, str))


def _is_file(variable: object) -> bool:
    """Its content is not in the answer, but the engine reads it from its database all the same."""
    return isinstance(variable, dict) and variable.get("type") == "File"
