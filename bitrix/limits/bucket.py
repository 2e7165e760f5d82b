"""The leaky bucket in which the portal counts calls: whether one more fits, whenever those on their way arrive."""

from __future__ import annotations

BURST_USED = 0.9
"""Share of the burst that is used. The rest is left to others who call the portal."""
ARRIVES_WITHIN = 10.0
"""Seconds after which a call has arrived, even if the portal has not answered it yet."""


class Bucket:
    """Counts each call as late as it can arrive: a call on its way takes room, and nothing of it leaks yet.

    Times in seconds by the caller's clock; not thread-safe. `leak`: calls per second.
    """

    def __init__(self, leak: float, burst: float, now: float) -> None:
        self._leak = leak
        self._size = max(burst * BURST_USED, 1.0)
        # An earlier run may just have filled the portal's bucket.
        self._level = self._size - max(burst * (1.0 - BURST_USED), 1.0)
        self._seen = now
        self._on_their_way: dict[object, float] = {}  # since when

    def wait(self, now: float) -> float:
        """Seconds until one more call surely fits. If it fits only after an answer: until a call counts without one."""
        self._let_leak(now)
        for call in [call for call, since in self._on_their_way.items() if since + ARRIVES_WITHIN <= now]:
            self._count(call)
        needed = len(self._on_their_way) + 1.0
        if needed <= self._size:
            return max((self._level + needed - self._size) / self._leak, 0.0)
        return min(self._on_their_way.values()) + ARRIVES_WITHIN - now

    def sent(self, call: object, now: float) -> None:
        """From now on this call may arrive at any moment."""
        self._on_their_way[call] = now

    def ended(self, call: object, now: float) -> None:
        """It was answered, or given up: count it as arrived just now, the latest moment possible."""
        self._let_leak(now)
        if call in self._on_their_way:
            self._count(call)

    def full(self) -> None:
        """The portal says so, whatever has been counted here."""
        self._level = max(self._level, self._size)

    def _count(self, call: object) -> None:
        del self._on_their_way[call]
        self._level += 1.0

    def _let_leak(self, now: float) -> None:
        self._level = max(0.0, self._level - (now - self._seen) * self._leak)
        self._seen = now
