"""Whether a look at engine or portal succeeds: told when it fails, and when it succeeds again."""

from __future__ import annotations

from worker.runtime.telemetry import Telemetry


class Sight:
    """One kind of look, repeated for as long as the worker runs; by several threads if it may be told twice.

    `lost`: the event that says why the look has failed; `seen`: the one that says that it has succeeded again. Both
    carry `facts`. `each_time`: tell every failure; otherwise only a reason other than that of the failure before.
    """

    def __init__(self, telemetry: Telemetry, lost: str, seen: str, *, each_time: bool = False, **facts: object) -> None:
        self._telemetry = telemetry
        self._lost = lost
        self._seen = seen
        self._each_time = each_time
        self._facts = facts
        self.reason: object | None = None
        """Why the newest look has failed; None: it has succeeded."""
        self.failures = 0
        """How many looks have failed, or have shown what cannot be, since the start."""

    @property
    def is_lost(self) -> bool:
        """Whether the newest look has failed."""
        return self.reason is not None

    def fails(self, reason: object) -> None:
        """The look has failed, or has shown what cannot be. `reason`: an error or a phrase."""
        self.failures += 1
        if self._each_time or not self.is_lost or str(reason) != str(self.reason):
            self._telemetry.emit(self._lost, reason=reason, **self._facts)
        self.reason = reason

    def works(self) -> None:
        """The look has succeeded. Safe to repeat: told once after a failure."""
        if self.is_lost:
            self._telemetry.emit(self._seen, **self._facts)
        self.reason = None
