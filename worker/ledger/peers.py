"""What one heartbeat shows of the other workers of a shared ledger, beside the heartbeat before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple


class Silent(NamedTuple):
    """A worker whose heartbeats have stopped. `beat_at`: its last one; `steps`: how many it has left unfinished.

    `until`: when the last of its locks has ended, also of steps that it fetched and did not record.
    """

    worker: str
    beat_at: float
    steps: int
    until: float


class Peers(NamedTuple):
    """What a heartbeat has shown of the other workers, each once.

    `relieved`: silent ones that have no unfinished step left; `back`: those that were silent and no longer are.
    """

    silent: list[Silent]
    relieved: list[str]
    back: list[str]


@dataclass(frozen=True, slots=True)
class _Known:
    """A silent run as it was seen first. `told`: that was news; `is_over`: nothing of it is left, or it never was."""

    first: Silent
    told: bool
    is_over: bool


class SilentPeers:
    """The silent runs of the last heartbeat, by owner. For one thread."""

    def __init__(self) -> None:
        self._known: Mapping[str, _Known] = {}

    def is_over(self, owner: str) -> bool:
        """Whether a silent run is known to have nothing left: it takes no new steps, so that this stays."""
        known = self._known.get(owner)
        return known is not None and known.is_over

    def compared(self, silent: Mapping[str, Silent], *, now: float, since: float) -> Peers:
        """What has changed. A run long silent, before `since`, with nothing left, is no news."""
        before = self._known
        new = {owner: _first(one, now, since) for owner, one in silent.items() if owner not in before}
        old = {owner: _again(before[owner], one, now) for owner, one in silent.items() if owner in before}
        self._known = new | old
        return Peers(
            silent=[one.first for one in new.values() if one.told],
            relieved=[one.first.worker for owner, one in old.items() if one.is_over and not before[owner].is_over],
            back=[one.first.worker for owner, one in before.items() if one.told and owner not in silent],
        )


def _first(one: Silent, now: float, since: float) -> _Known:
    told = one.steps > 0 or one.until > now or one.beat_at > since
    return _Known(one, told, is_over=not told)


def _again(known: _Known, one: Silent, now: float) -> _Known:
    """If it was told without steps, only its locks can be left, of which the ledger knows no more."""
    ended = not one.steps and (known.first.steps > 0 or one.until <= now)
    return replace(known, is_over=known.is_over or ended)
