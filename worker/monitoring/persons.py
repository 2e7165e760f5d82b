"""Tells in the log what persons did by commands, such as to send a parked synchronisation again."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Protocol

from worker.ledger import LedgerUnavailable
from worker.ledger.decisions import Decision
from worker.runtime.telemetry import Telemetry
from worker.words.explain_events import EVENTS, PIECES
from worker.words.phrase import NOTHING


class Decisions(Protocol):
    """The ledger, as far as this look needs it. Raises `LedgerUnavailable`."""

    def untold(self, worker_id: str) -> list[Decision]: ...


class PersonsWatch:
    """Logs each decision once. Another worker of a shared ledger logs it too."""

    def __init__(self, decisions: Decisions, worker_id: str, telemetry: Telemetry) -> None:
        self._decisions = decisions
        self._worker_id = worker_id
        self._telemetry = telemetry

    def one_round(self) -> None:
        with suppress(LedgerUnavailable):  # the ledger's gate reports it
            for one in self._decisions.untold(self._worker_id):
                self._tell(one)

    def _tell(self, one: Decision) -> None:
        because = PIECES["because"].format(reason=one.reason) if one.reason else PIECES["no_reason"]
        why = PIECES["parked_for"].format(reason=one.last_error) if one.last_error else NOTHING
        about = {"id": one.sync_id, "worker": one.from_worker or "", "because": because, "why": why}
        self._telemetry.emit(
            "ledger.decided",
            what=EVENTS[one.decided.value].format(who=one.who, **about),
            at=datetime.fromtimestamp(one.at).astimezone().isoformat(" ", "seconds"),
            decided=one.decided.value,
            who=one.who,
            because=one.reason,
            id=one.sync_id or None,
            process_instance_id=one.process_instance_id,
            task=one.external_task_id,
        )
