"""Counts the external tasks that wait at the engine for a worker or a person, within the time of a scrape."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.ledger import LedgerUnavailable
from worker.ledger.view import Views
from worker.runtime import clock
from worker.runtime.gate import Gate, Gates
from worker.runtime.sight import Sight
from worker.runtime.telemetry import Telemetry

SECONDS = 2.5
"""The time for all topics together.

Prometheus waits ten seconds for a scrape. If an answer is later, all its metrics are lost.
"""
SOON_SECONDS = 1.0
EVERY_SECONDS = 10.0
PAUSED_SECONDS = 2.0
"""While a side is down: people look then, and what is released counts again."""
LATE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class EngineLoad:
    """By topic, as far as the engine has answered: tasks that wait for a worker, and incidents (no retries left)."""

    backlog: dict[str, int] = field(default_factory=dict)
    incidents: dict[str, int] = field(default_factory=dict)


class LoadReader:
    """Asks the engine at each `read`, so that no figure is older than its scrape. `gate`: the engine's.

    `known`: the ids of steps that wait for people, or are in hand: they are no backlog.
    If the engine refuses, each new reason is logged once. The figures are then missing.
    """

    def __init__(
        self,
        engine: Engine,
        topics: Collection[str],
        gate: Gate,
        telemetry: Telemetry,
        known: Callable[[], Collection[str]],
    ) -> None:
        self._engine = engine
        self._topics = topics
        self._gate = gate
        self._known = known
        self._sight = Sight(telemetry, "backlog.not_seen", "backlog.seen")

    def read(self) -> EngineLoad:
        """The current figures, without those not answered in time; empty while the engine's gate is closed."""
        found = EngineLoad()
        if self._gate.is_open:
            # In a thread, since no time-out bounds a whole call: name look-up, second connection, answer in pieces.
            asking = threading.Thread(target=self._ask, args=(found,), name="backlog", daemon=True)
            asking.start()
            asking.join(SECONDS)
        return EngineLoad(dict(found.backlog), dict(found.incidents))

    def _ask(self, found: EngineLoad) -> None:
        until = clock.boottime() + SECONDS
        topics = random.sample(list(self._topics), len(self._topics))  # a slow engine omits other topics each time
        for count, counts in ((self._backlog, found.backlog), (self._engine.incidents, found.incidents)):
            for topic in topics:
                left = until - clock.boottime()
                if left <= 0:
                    return
                try:
                    counts[topic] = count(topic, timeout=left)
                except EngineError as error:
                    self._sight.fails(error)
                    return
        self._sight.works()

    def _backlog(self, topic: str, *, timeout: float) -> int:
        ids, count = self._engine.unlocked(topic, timeout=timeout)
        return count - len(frozenset(self._known()).intersection(ids))


@dataclass(frozen=True, slots=True)
class _Unlocked:
    """The steps without a lock at the moment `at`: how many, and the ids of the first of each topic."""

    count: int
    ids: frozenset[str]
    at: float


class BacklogWatch:
    """Keeps how many steps waited for a worker when the engine was last asked, so that no page waits for the engine.

    A step counts once: the locks of steps that wait for people end while nothing is fetched, and the ledger, `views`,
    knows them; a step may have come in hand since. `in_hand` gives the ids of both kinds, as this process knows them.
    """

    def __init__(
        self,
        engine: Engine,
        topics: Collection[str],
        gates: Gates,
        views: Views,
        in_hand: Callable[[], Collection[str]],
    ) -> None:
        self._engine = engine
        self._topics = topics
        self._gates = gates
        self._views = views
        self._in_hand = in_hand
        self._told: _Unlocked | None = None
        self._taken: frozenset[str] = frozenset()
        self._left = 0

    def one_round(self) -> float:
        """Ask if the engine's gate is open; returns the seconds to wait before the next round."""
        if not self._gates.engine.is_open:
            return EVERY_SECONDS
        at = clock.boottime()
        with suppress(EngineError):  # the figure grows old; `LoadReader` and the gate say why
            found = [self._engine.unlocked(topic, timeout=SECONDS) for topic in self._topics]
            ids = frozenset(id_ for some, _ in found for id_ in some)
            self._learn([some for some, _ in found])
            self._told = _Unlocked(sum(count for _, count in found), ids, at)
            self._look_for_left()
        return EVERY_SECONDS if all(gate.is_open for gate in self._gates) else PAUSED_SECONDS

    def _learn(self, several: Sequence[Sequence[str]]) -> None:
        """Ask the ledger which of them are no news; while it is down, the former answer holds."""
        if not self._gates.ledger.is_open:
            return
        with suppress(LedgerUnavailable):  # the ledger's gate reports it
            self._taken = frozenset[str]().union(*(self._views.taken(ids) for ids in several if ids))

    def _look_for_left(self) -> None:
        """Count what silent workers of the ledger have locked and not recorded; while it is down, that holds."""
        if not self._gates.ledger.is_open:
            return
        with suppress(LedgerUnavailable):  # the ledger's gate reports it
            silent, now = {one.worker for one in self._views.silent()}, datetime.now(UTC)
            topics = self._topics if silent else ()
            locked = [one for topic in topics for one in self._engine.locked_beyond(topic, now, timeout=SECONDS)]
            ids = [one.external_task_id for one in locked if one.worker_id in silent]
            self._left = len(self._views.unknown(ids)) if ids else 0

    def left_locked(self) -> int:
        """The steps that silent workers of the ledger have locked and not recorded. Makes no call."""
        return self._left

    def seen(self) -> int | None:
        """The steps that wait, of all topics; None if that is not known now. Makes no call."""
        told = self._told
        if told is None or not self._gates.engine.is_open or clock.boottime() - told.at > LATE_SECONDS:
            return None
        return told.count - len(told.ids & self.known())

    def known(self) -> frozenset[str]:
        """The steps that are not in hand, but no backlog either, and those in hand. Makes no call."""
        return self._taken | frozenset(self._in_hand())
