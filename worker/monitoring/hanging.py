"""Finds the processes with a step of ours that wait at a gateway for ever: nothing is left that could come to it.

The engine raises no incident for them, and no query selects them: it lists what waits at gateways, and shows of one
process instance where it stands. A wait that an event around it may end, or around a call of its process, is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from worker.engine.errors import EngineError, TaskGone
from worker.engine.incidents import Stuck
from worker.engine.line import PAGE
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.model import Stage
from worker.monitoring.ledger_look import Numbers
from worker.monitoring.other_ends import OtherEnds, OtherEndsSource
from worker.runtime import clock
from worker.steps.bpmn.activity_path import waiting_in
from worker.steps.bpmn.forks import JOINS
from worker.words.causes import in_words, with_cure
from worker.words.incident_words import HANGING_LATER, HANGING_UNKNOWN
from worker.words.phrase import NOTHING, Phrase

EVERY_SECONDS = 300.0
SOON_SECONDS = 60.0
"""While one is known, or the engine has not told."""
AGAIN_SECONDS = 1800.0
"""After so long a process that had something else to do is asked about again."""
YOUNG_SECONDS = 60.0
"""What waits for a shorter time is not looked at: its other branches are on their way."""
MOST_ASKED = 20
"""Process instances of which the engine is asked in one look where they stand, in `LOOK_SECONDS` at most."""
LOOK_SECONDS = 6.0
CALL_SECONDS = 3.0
OVER = (Stage.SETTLED, Stage.SUPERSEDED)
Place = tuple[str, str]
"""A process instance and a gateway of it."""


class HangingSource(OtherEndsSource, Protocol):
    """The engine, as far as this look needs it. Raises `EngineError`."""

    def waiting_at(self, kind: str, before: datetime, *, timeout: float) -> list[Stuck]: ...
    def activity_tree(self, process_instance_id: str, *, timeout: float) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class HangingProcesses:
    """`unknown`: of how many nobody knows it, and why; empty: of none.

    `listed`: the process instances that wait for ever, or of which that is not known yet; None: not known now.
    """

    found: Sequence[Stuck] = ()
    unknown: Phrase = NOTHING
    listed: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    hangs: bool
    at: float


class HangingReader:
    """For one thread. Asks rarely, and tells in between what it knows."""

    def __init__(self, engine: HangingSource, numbers: Numbers) -> None:
        self._engine = engine
        self._numbers = numbers
        self._other_ends = OtherEnds(engine, seconds=CALL_SECONDS)
        self._answers: dict[Place, _Answer] = {}
        self._known = HangingProcesses()
        self._next_at = 0.0

    def read(self) -> HangingProcesses:
        """Those that are known; makes no call while the last look is young."""
        if clock.boottime() >= self._next_at:
            try:
                self._known = self._look()
            except EngineError as error:
                self._known = replace(self._known, unknown=_unknown(with_cure(error)), listed=None)
            except (LedgerError, LedgerUnavailable) as error:
                self._known = replace(self._known, unknown=_unknown(in_words(error)), listed=None)
            soon = self._known.found or self._known.unknown
            self._next_at = clock.boottime() + (SOON_SECONDS if soon else EVERY_SECONDS)
        return self._known

    def _look(self) -> HangingProcesses:
        before = datetime.now(UTC) - timedelta(seconds=YOUNG_SECONDS)
        pages = [self._engine.waiting_at(kind, before, timeout=CALL_SECONDS) for kind in JOINS]
        listed = [one for page in pages for one in page]
        ours = self._numbers.of_instances(sorted({_place(one)[0] for one in listed})) if listed else {}
        waiting = {_place(one): one for one in listed if _place(one)[0] in ours}
        self._answers = {place: answer for place, answer in self._answers.items() if place in waiting}
        why = self._ask(waiting, ours)
        left = sum(place not in self._answers for place in waiting)
        open_ = {place: one for place, one in waiting.items() if place not in self._answers or self._hangs(place)}
        found = [_named(one, ours[place[0]]) for place, one in open_.items() if self._hangs(place)]
        unknown = _unknown(why or HANGING_LATER) if left or max(map(len, pages)) >= PAGE else NOTHING
        return HangingProcesses(found, unknown, {instance for instance, _ in open_})

    def _hangs(self, place: Place) -> bool:
        answer = self._answers.get(place)
        return answer is not None and answer.hangs

    def _ask(self, waiting: Mapping[Place, Stuck], ours: Mapping[str, SeenTask]) -> Phrase:
        """Those first that were never asked about, and of them those at none of our steps.

        Returns why it could not be learnt of one; empty: it was. One that may not be read hides none of the others.
        """
        until, due = clock.boottime() + LOOK_SECONDS, list(dict.fromkeys(id_ for id_, _ in self._due(waiting)))
        why = NOTHING
        for id_ in sorted(due, key=lambda id_: ours[id_].stage not in OVER)[:MOST_ASKED]:
            if clock.boottime() >= until:
                break
            try:
                alone = self._alone_in(id_)
                for place in (place for place in waiting if place[0] == id_):
                    hangs = place[1] in alone and not self._ends_otherwise(place, waiting[place])
                    self._answers[place] = _Answer(hangs, clock.boottime())
            except EngineError as error:
                why = with_cure(error)
        return why

    def _due(self, waiting: Mapping[Place, Stuck]) -> list[Place]:
        now, known = clock.boottime(), self._answers
        old = [place for place, one in known.items() if now - one.at >= (SOON_SECONDS if one.hangs else AGAIN_SECONDS)]
        return [*(place for place in waiting if place not in known), *sorted(old, key=lambda place: known[place].at)]

    def _alone_in(self, process_instance_id: str) -> frozenset[str]:
        try:
            tree = self._engine.activity_tree(process_instance_id, timeout=CALL_SECONDS)
        except TaskGone:
            return frozenset()
        return frozenset(one.activity_id for one in waiting_in(tree) if one.alone)

    def _ends_otherwise(self, place: Place, one: Stuck) -> bool:
        return self._other_ends.may_end(*place, one.process_definition_id or "")


def _place(one: Stuck) -> Place:
    return one.process_instance_id or "", one.activity_id or ""


def _named(one: Stuck, step: SeenTask) -> Stuck:
    return replace(
        one,
        process_definition_key=step.process_definition_key,
        business_key=step.business_key,
        portal_task_id=step.portal_task_id,
    )


def _unknown(why: Phrase) -> Phrase:
    return HANGING_UNKNOWN.format(why=why)
