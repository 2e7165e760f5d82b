"""Checks, before a late delivery, whether the task on the portal still shows the answer.

An instance may be suspended for days, or the engine be unreachable for a night, and people change their answers
meanwhile. If the task shows something else by then, the step goes on waiting and its task is read anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Protocol

from bitrix.errors import LookupUnproven, PortalError
from bitrix.methods import LIST
from bitrix.questionnaires import Questionnaire, digest
from bitrix.task_states import TaskState, TaskStates
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.locks import ENGINE_MAX_SECONDS
from worker.ledger import Ledger, LedgerUnavailable, OwedSettlement, StaleRow
from worker.runtime.gate import Gate
from worker.runtime.sight import Sight
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_needed_cure

AGAIN_SECONDS = 15.0
"""How soon to try again if the portal could not be asked."""
UNTIL_FETCHED_SECONDS = ENGINE_MAX_SECONDS + 1.0
"""How long the step stays locked after its outcome was withdrawn.

By then no call with that outcome can still be executing (P9), and the step is not young any more (P10).
"""

ANSWERS = "questionnaires"
"""Under this name the kept state has the digest of the questionnaires, if they were read."""


class Questionnaires(Protocol):
    """The portal's module. Raises `PortalError` if it cannot tell."""

    def questionnaire_list(self, task_id: int) -> tuple[Questionnaire, ...]: ...


class ShownTasks:
    """What the portal shows of a task. `questionnaires` None: nobody asks for their answers any more."""

    def __init__(self, task_states: TaskStates, questionnaires: Questionnaires | None) -> None:
        self._task_states = task_states
        self._questionnaires = questionnaires

    def still_shows(self, seen: str) -> bool:
        """Whether the portal still shows what `seen_of` has kept. Raises `PortalError`."""
        kept = json.loads(seen)
        digest_then = kept.pop(ANSWERS, None)
        if json.loads(seen_of(self._state(int(kept["id"])))) != kept:
            return False
        if digest_then is None or self._questionnaires is None:
            return True
        return digest(self._questionnaires.questionnaire_list(int(kept["id"]))) == str(digest_then)

    def _state(self, portal_task_id: int) -> TaskState:
        states = self._task_states.states([portal_task_id])
        if states.odd:
            raise LookupUnproven(LIST, "malformed", f"task {portal_task_id}: {states.odd[0].why}")
        return next(iter(states.read), missing(portal_task_id))


class Afterthoughts:
    """Thread-safe; never raises."""

    def __init__(
        self, shown: ShownTasks, ledger: Ledger, engine: Engine, portal_gate: Gate, telemetry: Telemetry
    ) -> None:
        self._shown = shown
        self._ledger = ledger
        self._engine = engine
        self._portal_gate = portal_gate
        self._telemetry = telemetry
        self._sight = Sight(telemetry, "waiting.not_seen", "waiting.seen", each_time=True, look="delivery")

    def hold_back(self, owed: OwedSettlement) -> bool:
        """Whether not to deliver this outcome now: its task shows something else, or the portal cannot be asked.

        An outcome that is no longer true is withdrawn. The external task must be in hand, so that nobody else delivers
        or replaces the outcome meanwhile.
        """
        try:
            current = self._ledger.settlements.of(owed.external_task_id) if owed.seen else None
            if current is None or current.seen is None:
                return False
            return not self._still_shown(current, current.seen)
        except (LedgerUnavailable, StaleRow):
            return True

    def _still_shown(self, owed: OwedSettlement, seen: str) -> bool:
        portal_task_id = int(json.loads(seen)["id"])
        if not self._portal_gate.is_open:
            self._ledger.settlements.delay_untried(owed, AGAIN_SECONDS)
            return False
        try:
            still_shown = self._shown.still_shows(seen)
        except PortalError as error:
            self._sight.fails(error)
            self._ledger.settlements.delay_untried(owed, AGAIN_SECONDS)
            return False
        self._sight.works()
        if still_shown:
            return True
        self._ledger.settlements.take_back(owed)
        self._telemetry.emit("waiting.read_again", task=owed.external_task_id, portal_task=portal_task_id)
        try:
            self._engine.extend_lock(owed.external_task_id, UNTIL_FETCHED_SECONDS)
        except EngineError as error:  # for example suspended: the step is fetched when its lock expires
            reason = with_needed_cure(error)
            self._telemetry.emit("lock.not_shortened", task=owed.external_task_id, reason=reason)
        return False


def missing(portal_task_id: int) -> TaskState:
    """The state that stands for a task the portal does not list."""
    return TaskState(portal_task_id, 0)


def seen_of(state: TaskState, questionnaires: Iterable[Questionnaire] | None = None) -> str:
    """The state an answer was read from, as the ledger keeps it. It stays equal until somebody changes the task."""
    answers = {} if questionnaires is None else {ANSWERS: digest(questionnaires)}
    told = (state.id, state.status, state.closed_at, state.closed_by, state.chosen, state.xml_id)
    names = ("id", "status", "closed_at", "closed_by", "chosen", "xml_id")
    return json.dumps(dict(zip(names, told, strict=True)) | answers)
