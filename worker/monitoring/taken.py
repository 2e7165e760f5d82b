"""Finds open tasks whose steps another worker has taken: no process of ours gets the answers of those who work on them.

While that worker has the step, nobody knows whether it waits for the same task, as another worker of this portal does,
or is another program. Once the step is over while the task is open, its answer surely does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from bitrix.errors import PortalError
from bitrix.task_states import CLOSED, TaskStates
from worker.engine.answers import Existing
from worker.engine.errors import EngineError
from worker.engine.incidents import Stuck
from worker.ledger import LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.runtime.gate import Gates
from worker.tasks.met_step import step_of
from worker.waiting.watch import is_task_of

EVERY_SECONDS = 60.0
SOON_SECONDS = 5.0


class Rows(Protocol):
    """The ledger, as far as this look needs it. Raises `LedgerUnavailable`."""

    def superseded(self) -> list[SeenTask]: ...


class Source(Protocol):
    """The engine, as far as this look needs it. Raises `EngineError`."""

    worker_id: str

    def existing(self, task_ids: Sequence[str]) -> Mapping[str, Existing]: ...


class TakenWatch:
    """Looks once a minute, while engine and portal work; otherwise what was found last stays."""

    def __init__(self, rows: Rows, engine: Source, task_states: TaskStates, gates: Gates) -> None:
        self._rows = rows
        self._engine = engine
        self._task_states = task_states
        self._gates = gates
        self.over: Sequence[Stuck] = ()
        """Those whose step is over at the engine: each needs a person. The newest first."""
        self.elsewhere: Sequence[Stuck] = ()
        """Those whose step another worker has now, which is their `reason`."""

    def one_round(self) -> float:
        """Returns the seconds until the next round."""
        if self._gates.engine.is_open and self._gates.portal.is_open:
            with suppress(EngineError, PortalError, LedgerUnavailable):  # the gates tell why
                self._look()
                return EVERY_SECONDS
        return SOON_SECONDS

    def _look(self) -> None:
        rows = {row.portal_task_id: row for row in self._rows.superseded() if row.portal_task_id}
        shown = self._task_states.states([*rows]).read if rows else ()
        still = [one.id for one in shown if one.status not in CLOSED and is_task_of(rows[one.id].external_task_id, one)]
        left = [row for number, row in rows.items() if number in still]
        there = self._engine.existing([row.external_task_id for row in left]) if left else {}
        holders = {id_: step.worker_id for id_, step in there.items() if step.worker_id != self._engine.worker_id}
        self.over = [step_of(row, "taken", None, row.since) for row in left if row.external_task_id not in there]
        held = [(row, holder) for row in left if (holder := holders.get(row.external_task_id))]
        self.elsewhere = [step_of(row, "elsewhere", holder, row.since) for row, holder in held]
