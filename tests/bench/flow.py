"""Creates and synchronisations as the portal saw them: how many a second, and how far the second kind lags behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call that reached the portal at this moment, for this process instance."""

    at: float
    instance: str


@dataclass(frozen=True, slots=True)
class Flow:
    """All arrivals so far, in order; the portal answers each after `latency`."""

    creates: Sequence[Arrival]
    syncs: Sequence[Arrival]
    latency: float

    def rates(self, since: float, until: float) -> tuple[float, float]:
        """Creates and synchronisations a second between two moments."""
        creates, syncs = (self._rate(some, since, until) for some in (self.creates, self.syncs))
        return creates, syncs

    def _rate(self, arrivals: Sequence[Arrival], since: float, until: float) -> float:
        """A call counts for the part of it between the two moments: calls that began together end together, and a wave
        of them just inside or outside would otherwise change the figure by several per cent."""
        if not self.latency:
            return sum(since <= one.at < until for one in arrivals) / (until - since)
        spent = sum(max(min(one.at + self.latency, until) - max(one.at, since), 0.0) for one in arrivals)
        return spent / self.latency / (until - since)

    def lags(self, since: float, until: float) -> list[float]:
        """Seconds from the answer to a create until the synchronisation of its instance arrived, the shortest first."""
        synced: dict[str, float] = {}
        for one in self.syncs:
            synced.setdefault(one.instance, one.at)
        answered = {one.instance: one.at + self.latency for one in self.creates if since <= one.at < until}
        return sorted(synced[instance] - at for instance, at in answered.items() if instance in synced)

    def behind(self) -> int:
        """Synchronisations that had not arrived yet when the last create did."""
        last = self.creates[-1].at
        return len(self.creates) - sum(one.at <= last for one in self.syncs)


def p95(ordered: Sequence[float]) -> float:
    return ordered[max(int(len(ordered) * 0.95) - 1, 0)] if ordered else float("nan")
