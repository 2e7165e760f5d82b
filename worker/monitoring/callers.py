"""Finds the stuck processes that called a process with a step of ours: the step's answer has led nowhere there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from worker.engine.errors import EngineError
from worker.engine.step_life import KnownInstance
from worker.ledger.seen import SeenTask
from worker.monitoring.ledger_look import Numbers
from worker.runtime import clock
from worker.words.causes import with_cure
from worker.words.incident_words import CALLERS_LATER, CALLERS_UNKNOWN, NO_HISTORY
from worker.words.phrase import NOTHING, Phrase

MOST_ASKED = 5
"""Stuck processes about which the engine is asked in one round, each with at most `MOST_CALLS` calls."""
MOST_CALLS = 5
CALL_SECONDS = 4.0
AGAIN_SECONDS = 600.0
"""After so long a process that had called none of ours is asked about again: it may go on beside its fault."""


class CallSource(Protocol):
    """The engine's history, as far as callers need it. Raises `EngineError`."""

    def kept_instances(self, ids: Sequence[str], *, timeout: float) -> Mapping[str, KnownInstance]: ...
    def called_by(self, process_instance_id: str, *, ended: bool = False, timeout: float) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found at the boot time `at`: the step; None: none of ours was called."""

    step: SeenTask | None
    at: float


class StuckCallers:
    """For one thread. What was found is kept while the process is stuck."""

    def __init__(self, engine: CallSource, numbers: Numbers) -> None:
        self._engine = engine
        self._numbers = numbers
        self._answers: dict[str, _Answer] = {}

    def of(self, stuck: Sequence[str]) -> tuple[Mapping[str, SeenTask], Phrase]:
        """Those of these process instances that called one of ours, each with the step there that changed last.

        The first of them are asked about first. The step bears names of the caller. And of how many nobody knows it
        yet, and why; empty: of none. Raises `LedgerUnavailable`.
        """
        self._answers = {id_: answer for id_ in stuck if (answer := self._answers.get(id_))}
        why = NOTHING
        try:
            why = self._ask(self._due(stuck))
        except EngineError as error:
            why = with_cure(error)
        left = len(stuck) - len(self._answers)
        unknown = CALLERS_UNKNOWN.format(count=left, why=why or CALLERS_LATER) if left else NOTHING
        return {id_: answer.step for id_, answer in self._answers.items() if answer.step}, unknown

    def _due(self, stuck: Sequence[str]) -> list[str]:
        now, answers = clock.boottime(), self._answers
        old = [id_ for id_, one in answers.items() if one.step is None and now - one.at >= AGAIN_SECONDS]
        new = [id_ for id_ in stuck if id_ not in answers]
        return [*new, *sorted(old, key=lambda id_: answers[id_].at)][:MOST_ASKED]

    def _ask(self, some: Sequence[str]) -> Phrase:
        """Returns why it could not be learnt of all; empty: it was."""
        kept = self._engine.kept_instances(some, timeout=CALL_SECONDS) if some else {}
        for id_, instance in kept.items():
            step = self._called(id_)
            named = step and replace(
                step,
                process_instance_id=id_,
                process_definition_key=instance.definition_key,
                business_key=instance.business_key,
            )
            self._answers[id_] = _Answer(named, clock.boottime())
        return NO_HISTORY if len(kept) < len(some) else NOTHING

    def _called(self, caller: str) -> SeenTask | None:
        """A step of ours in what it called, or in what that called."""
        queue = [caller]
        for _ in range(MOST_CALLS):
            if not queue:
                break
            called = self._engine.called_by(queue.pop(0), ended=True, timeout=CALL_SECONDS)
            if called and (ours := self._numbers.of_instances(called)):
                return max(ours.values(), key=lambda step: step.since)
            queue += called
        return None
