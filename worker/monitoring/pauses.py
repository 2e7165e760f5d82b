"""Pauses as people and programs are told of them: on the page, in `/readyz` and in `status`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from worker.monitoring.health import HealthCheck
from worker.runtime import clock
from worker.runtime.pause import Pause
from worker.words.causes import SIDES
from worker.words.codes import HOLDS_NOTHING
from worker.words.page import chosen
from worker.words.pauses import PARTS, WAITS_FOR_PART, lately, meanwhile, next_check, outlook, restart_for, times
from worker.words.phrase import NOTHING, Language, Phrase, in_sentences

Counts = Mapping[str, int | None]
"""How much waits, by the names of `worker.words.pauses.WAITS`; None: not known."""
NO_PAUSE = sys.maxsize


def urgent_first(checks: Iterable[HealthCheck]) -> list[HealthCheck]:
    """In the order in which people are told of pauses, as in the headline; those of no pause come last."""
    return sorted(checks, key=lambda check: check.pause.urgency if check.pause else NO_PAUSE)


def pauses_in(checks: Iterable[HealthCheck]) -> list[Pause]:
    """The pauses among these checks, the most urgent first."""
    return [check.pause for check in urgent_first(checks) if check.pause]


def is_beside(pause: Pause, pauses: Iterable[Pause]) -> bool:
    """Whether other work than that of this pause is paused too."""
    return any(one.part != pause.part and one.part not in HOLDS_NOTHING for one in pauses)


def in_full(pause: Pause, counts: Counts, *, beside: bool = False) -> Phrase:
    """What happened, what to do, whether it passes, since when, the next check, and what waits.

    `beside`: other work is paused too, so nothing is said of what goes on without this part.
    """
    part = pause.part
    waits = WAITS_FOR_PART[part] if part else tuple(counts)
    parts = (
        pause.reason,
        PARTS[part] if part and not (beside and not pause.stops_all) else NOTHING,
        outlook(passes=pause.passes, part=part),
        restart_for(pause.cure.en),
        times(_began(pause), pause.lasted, next_check(pause.seconds_to_check, on_trial=pause.on_trial)),
        meanwhile({name: count for name, count in counts.items() if name in waits}) if waits else NOTHING,
    )
    return in_sentences(*parts)


def of_lately(check: HealthCheck) -> Phrase:
    """That this side, which works now, was paused again and again in the last hour; empty: it was not."""
    past = check.lately
    return lately(SIDES[check.name], past.times, past.seconds, _wall(past.until)) if past else NOTHING


class Backlog(Protocol):
    """A run, as far as a pause needs it."""

    def meanwhile(self) -> Counts:
        """How much waits now."""


class Pauses:
    """Tells programs of pauses. `hide` masks every secret in a text. `language`: used if none is asked for."""

    def __init__(self, backlog: Backlog, hide: Callable[[str], str], language: Language) -> None:
        self._backlog = backlog
        self._hide = hide
        self._language = language

    def language(self, asked: str) -> Language:
        """The language to answer in; `asked`: the one that is asked for, if any."""
        return chosen(asked, "", self._language)

    def as_data(self, checks: Iterable[HealthCheck], asked: str) -> list[dict[str, Any]]:
        """The pauses among these checks: times in UTC and in seconds, `text` in full."""
        pauses, language = pauses_in(checks), self.language(asked)
        counts = self._backlog.meanwhile() if pauses else {}
        return [
            self._one(pause, counts, in_full(pause, counts, beside=is_beside(pause, pauses)), language)
            for pause in pauses
        ]

    def lately_as_data(self, checks: Iterable[HealthCheck], asked: str) -> list[dict[str, Any]]:
        """The sides among these checks that work now and were paused again and again in the last hour."""
        return [
            {
                "side": check.name,
                "count": check.lately.times,
                "seconds": round(check.lately.seconds, 1),
                "until": datetime.fromtimestamp(_wall(check.lately.until), UTC).isoformat(timespec="seconds"),
                "text": of_lately(check).in_(self.language(asked)),
            }
            for check in checks
            if check.lately
        ]

    def _one(self, pause: Pause, counts: Counts, told: Phrase, language: Language) -> dict[str, Any]:
        return {
            "side": pause.side,
            "part": pause.part,
            "cause": pause.cause,
            "reason": self._hide(pause.said.in_(language)),
            "cure": pause.cure.in_(language) or None,
            "passes": pause.passes,
            "since": datetime.fromtimestamp(_began(pause), UTC).isoformat(timespec="seconds"),
            "seconds": round(pause.lasted, 1),
            "nextCheckSeconds": round(pause.seconds_to_check, 1),
            "checks": pause.tries,
            "count": pause.count or None,
            "meanwhile": dict(counts),
            "text": self._hide(told.in_(language)),
        }


def _began(pause: Pause) -> float:
    return clock.wall() - pause.lasted


def _wall(moment: float) -> float:
    return clock.wall() - (clock.boottime() - moment)
