"""Asks a side whether it works again, or still, and tells its gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bitrix.causes import Cause
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.words.causes import name_of

LOOK_SECONDS = 0.5
"""How often it is looked whether a probe is due."""


class Probe:
    """Opens the gate of one side when a probe succeeds.

    `look` makes the probe's call. It raises one of `failures` if the side does not work. `glance`: the same with less
    patience, for a side that has answered nothing lately; None: `look`. `is_slow`: whether that side is known to
    answer slowly, so that it would not answer a glance. `every`: seconds after which also a side that
    answers other calls is probed, because they do not show what the probe asks for; None: never. `when_idle`: whether
    an open gate is probed at all; False for a side that is always being asked something: only when it is in doubt.
    """

    def __init__(
        self,
        gate: Gate,
        look: Callable[[], object],
        failures: type[Exception],
        *,
        glance: Callable[[], object] | None = None,
        every: float | None = None,
        is_slow: Callable[[], bool] = bool,
        when_idle: bool = True,
    ) -> None:
        self.gate = gate
        self._look = look
        self._glance = glance or look
        self._failures = failures
        self._every = every
        self._is_slow = is_slow
        self._when_idle = when_idle
        self._looked_at = clock.boottime()
        self._was_unanswered = False
        """Whether a side that answered other calls left the last glance unanswered."""

    def one_round(self) -> float:
        """Probe the side if that is due; returns seconds until the next look.

        Each side has a thread of its own for it: one that hangs must not keep another from being found well.
        """
        if self.try_to_open() and (self._when_idle or self.gate.is_doubted):
            self.confirm()
        return LOOK_SECONDS

    def try_to_open(self) -> bool:
        """Probe a closed gate if a probe is due; True if the gate is open."""
        gate = self.gate
        if gate.is_open:
            gate.end_trial()
            return True
        if gate.seconds_to_probe() > 0:
            return False
        tries = gate.tries
        self._looked_at = clock.boottime()
        try:
            self._look()
        except self._failures as error:
            gate.still_closed(error, tries)
            return False
        gate.open()
        return True

    def confirm(self) -> None:
        """Probe an open gate with no recent success, or whose last probe is too old; close it if the probe fails.

        A probe that only was not answered in time proves nothing of a side that answered another call meanwhile. One
        that answered other calls lately gets no more time at first: if it hangs, it is silent soon, and asked again.
        """
        is_silent = self.gate.is_due()
        if not is_silent and not self._is_too_old():
            return
        self._looked_at = began = clock.boottime()
        try:
            self._asked(is_silent=is_silent)()
        except self._failures as error:
            no_answer = name_of(error) == Cause.NO_ANSWER
            self._was_unanswered = no_answer and not is_silent
            if not no_answer or (is_silent and not self.gate.was_well_since(began)):
                self.gate.close(error)
        else:
            self._was_unanswered = False
            self.gate.well()

    def _asked(self, *, is_silent: bool) -> Callable[[], object]:
        """What to ask an open gate's side: the look if it needs time, the glance if a hang must be noticed soon."""
        is_patient = self._is_slow() or (self._was_unanswered and not is_silent)
        return self._look if is_patient else self._glance

    def _is_too_old(self) -> bool:
        lasted = clock.boottime() - self._looked_at
        return self._every is not None and self.gate.is_open and lasted >= self._every


class Probes(NamedTuple):
    """The probes of a run."""

    engine: Probe
    portal: Probe
    ledger: Probe
