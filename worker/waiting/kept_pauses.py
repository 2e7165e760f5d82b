"""Keeps in the ledger what is missing at once: a restart tells it, until a sweep finds that it has passed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from worker.runtime import clock
from worker.runtime.standstill import Standstill
from worker.waiting.plausible import Gone


class Notes(Protocol):
    """The ledger, as far as pauses need it. Raises `LedgerUnavailable`."""

    def paused(self, part: str, worker_id: str) -> str: ...
    def note_paused(self, part: str, worker_id: str, why: str) -> None: ...


class Look(Protocol):
    """What may find that many are gone."""

    paused: Standstill
    gone: Gone | None

    def tell(self, gone: Gone, since: float | None = None) -> None: ...


class KeptPauses:
    """For one thread. Each method raises `LedgerUnavailable`, and is safe to repeat."""

    def __init__(self, notes: Notes, looks: Sequence[Look], *, worker_id: str) -> None:
        self._notes = notes
        self._looks = looks
        self._worker_id = worker_id
        self._kept: dict[str, Gone | None] = {}

    @property
    def is_read(self) -> bool:
        """Whether `restore` has succeeded."""
        return len(self._kept) == len(self._looks)

    def restore(self) -> None:
        """Call once before the first look: go on with what an earlier run has found."""
        for look in self._looks:
            part = look.paused.part
            if part not in self._kept:
                told = read_kept(self._notes.paused(part, self._worker_id))
                self._kept[part] = told[0] if told else None
                if told:
                    look.tell(told[0], since=clock.boottime() - max(clock.wall() - told[1], 0.0))

    def keep(self) -> None:
        """Write what has changed."""
        for look in self._looks:
            pause, part = look.paused.pause, look.paused.part
            gone = look.gone if pause else None
            if gone != self._kept[part]:
                why = json.dumps({**asdict(gone), "since": clock.wall() - pause.lasted}) if gone and pause else ""
                self._notes.note_paused(part, self._worker_id, why)
                self._kept[part] = gone


def read_kept(noted: str) -> tuple[Gone, float] | None:
    """What is gone, and since when in seconds since the epoch; None: nothing, or a later version has noted it."""
    try:
        told = json.loads(noted)
        return Gone(int(told["count"]), int(told["of"]), str(told["said"])), float(told["since"])
    except (ValueError, TypeError, KeyError):
        return None
