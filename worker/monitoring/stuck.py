"""Finds the processes with a step of ours that the engine itself could not go on with, and logs each of them once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from worker.engine.errors import EngineError
from worker.engine.incident_looks import MOST_JOBS
from worker.engine.incidents import HANGS, Stuck
from worker.ledger import LedgerError, LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.monitoring.callers import CallSource, StuckCallers
from worker.monitoring.ledger_look import Numbers
from worker.runtime.telemetry import Telemetry
from worker.words.causes import in_words, with_cure
from worker.words.incident_words import WORDS
from worker.words.phrase import NOTHING, Phrase

CALL_SECONDS = 4.0
"""So short that a failed call says nothing about the engine."""
MOST_TOLD = 2 * MOST_JOBS


class StuckSource(CallSource, Protocol):
    """The engine, as far as stuck processes need it."""

    def failed_jobs(self, *, timeout: float) -> list[Stuck]: ...


class Told(Protocol):
    """The ledger, which notes what the log has told. Raises `LedgerUnavailable`."""

    def begin(self, instances: Collection[str]) -> Collection[str]: ...
    def end(self, still: Collection[str]) -> Collection[str]: ...


@dataclass(frozen=True, slots=True)
class StuckProcesses:
    """`found` None: nobody knows them, and `why`. `callers_unknown`: of how many that is not known, and why.

    `listed`: the process instances that the engine lists as stuck, ours or not; None: not all are known.
    """

    found: Sequence[Stuck] | None
    why: Phrase = NOTHING
    callers_unknown: Phrase = NOTHING
    listed: Collection[str] | None = None


class StuckReader:
    """For one thread."""

    def __init__(self, engine: StuckSource, numbers: Numbers) -> None:
        self._engine = engine
        self._numbers = numbers
        self._callers = StuckCallers(engine, numbers)
        self._ours: tuple[Collection[str], Mapping[str, SeenTask]] = ((), {})

    def read(self) -> StuckProcesses:
        """One for each fault: where processes call each other, the engine lists it in all of them."""
        try:
            failed = self._engine.failed_jobs(timeout=CALL_SECONDS)
            instances = {id_ for one in failed if (id_ := one.process_instance_id)}
            ours = self._ours_of(instances)
            others = [id_ for one in failed if (id_ := one.process_instance_id) and id_ not in ours]
            callers, unknown = self._callers.of(list(dict.fromkeys(others)))
        except EngineError as error:
            return StuckProcesses(None, with_cure(error))
        except (LedgerError, LedgerUnavailable) as error:
            return StuckProcesses(None, in_words(error))
        ours = {**callers, **ours}
        found = {one.root_id: one for one in failed if one.process_instance_id in ours}
        found |= {one.root_id: one for one in failed if one.process_instance_id in ours and one.id == one.root_id}
        named = [_of_step(one, ours[one.process_instance_id or ""]) for one in found.values()]
        return StuckProcesses(named, NOTHING, unknown, instances if len(failed) < MOST_JOBS else None)

    def _ours_of(self, instances: Collection[str]) -> Mapping[str, SeenTask]:
        """Which of them are ours: as the ledger said before, if it cannot be read and knew all of them then."""
        if not instances:
            return {}
        try:
            self._ours = instances, self._numbers.of_instances(sorted(instances))
        except LedgerUnavailable:
            asked, _ = self._ours
            if not set(asked) >= set(instances):
                raise
        return self._ours[1]


def _of_step(one: Stuck, step: SeenTask) -> Stuck:
    return replace(
        one,
        process_definition_key=step.process_definition_key,
        business_key=step.business_key,
        portal_task_id=step.portal_task_id,
    )


class StuckLog:
    """Logs each process instance that is stuck, and that it no longer is, once for a ledger. For one thread.

    Those that wait at a gateway for ever have a log of their own, with notes of its own in the ledger.

    The worker that sees it first logs it, and its end too; another one does, if that worker no longer runs.
    """

    def __init__(self, telemetry: Telemetry, told: Told) -> None:
        self._telemetry = telemetry
        self._told = told
        self._seen: dict[str, Stuck] = {}
        self._has_compared = False

    def tell(self, found: Sequence[Stuck], listed: Collection[str] | None) -> None:
        """Log what is new. `listed`: all that are stuck at the engine, or that wait for ever, if known."""
        with suppress(LedgerUnavailable):  # the ledger's gate reports it, and the next round does this
            self._tell_new(found)
            if listed is not None:
                self._tell_ended(listed)

    def _tell_new(self, found: Sequence[Stuck]) -> None:
        known = {one.process_instance_id or "": one for one in found}
        new = [id_ for id_ in known if id_ not in self._seen][: MOST_TOLD - len(self._seen)]
        if not new:
            return
        untold = self._told.begin(new)
        self._seen |= {id_: known[id_] for id_ in new}
        for id_ in new:
            if id_ in untold:
                self._emit_stuck(id_, known[id_])

    def _emit_stuck(self, id_: str, one: Stuck) -> None:
        key, business_key, step = one.process_definition_key, one.business_key, step_of(one) or "?"
        if one.kind == HANGS:
            self._telemetry.emit(
                "process.hangs",
                process_instance_id=id_,
                process_definition_key=key,
                business_key=business_key,
                step=step,
                reason=WORDS["hangs_reason"],
            )
            return
        self._telemetry.emit(
            "process.stuck",
            process_instance_id=id_,
            process_definition_key=key,
            business_key=business_key,
            step=step,
            reason=one.reason or WORDS["no_reason"],
        )

    def _tell_ended(self, listed: Collection[str]) -> None:
        """In the first round also of those that an earlier run has logged."""
        if self._has_compared and all(id_ in listed for id_ in self._seen):
            return
        for id_ in sorted(self._told.end(listed)):
            one = self._seen.get(id_)
            key, business_key = (one.process_definition_key, one.business_key) if one else (None, None)
            self._telemetry.emit(
                "process.not_stuck", process_instance_id=id_, process_definition_key=key, business_key=business_key
            )
        self._has_compared = True
        self._seen = {id_: one for id_, one in self._seen.items() if id_ in listed}


def step_of(one: Stuck) -> str:
    """The step's name, otherwise its id, and that in the process that it called, if it is stuck there."""
    step = one.step_name or one.activity_id or ""
    return f"{step} → {one.called.process_key or '?'}: {one.called.activity_id or '?'}" if one.called else step
