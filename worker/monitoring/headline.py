"""Says in one sentence whether the worker works, and how much needs a person: for page and `status` alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from worker.words.brief_causes import HARMED, brief
from worker.words.codes import PartName
from worker.words.forms import Forms
from worker.words.headline import (
    BESIDES,
    BUT,
    COUNTED_PARTS,
    DOWN,
    NEEDS,
    PASSING_PARTS,
    PAUSED_PARTS,
    STATES,
    UNKNOWN,
    WAITS,
)
from worker.words.phrase import NOTHING, Phrase, joined

Mood = Literal["good", "warn", "bad", "wait"]
Told = Literal["known", "unknown", "not_asked"]


@dataclass(frozen=True, slots=True)
class Condition:
    """How a worker is, as it knows it itself or as it tells others.

    `wrong`: the checks of its health that fail; None: no worker answers, or its page is off. `not_yet`: those of which
    nothing is known yet. `causes`: why whole sides are down, by the names of their causes; None: unknown.
    `parts`: what is paused while its side works, and how many steps that concerns; 0: not known. `passes`: whether the
    pauses of whole sides may end without a person. `counts`: how much waits, by the names of `NEEDS` and `WAITS`.
    `incidents`: whether the engine has told how many steps need a decision.
    """

    wrong: Collection[str] | None
    not_yet: Collection[str] = ()
    causes: Mapping[str, str | None] = field(default_factory=dict)
    parts: Mapping[PartName, int] = field(default_factory=dict)
    passes: bool = True
    counts: Mapping[str, int] | None = None
    incidents: Told = "known"
    page: bool = True
    in_its_place: Phrase = NOTHING
    """That somebody else answers at this worker's address, and what to do."""
    elsewhere: Phrase = NOTHING
    """That the ledger has heartbeats of a worker, though none answers."""
    no_start: Phrase = NOTHING
    """Why a start would fail because of the ledger, and the cure."""
    no_ledger: bool = False
    """Whether a start would make a new ledger: there is none."""


def headline(now: Condition) -> tuple[Mood, Phrase]:
    """The sentence and its mood. What needs a person is counted whatever else is wrong."""
    mood, name = _state(now)
    needs = list(_needs(now))
    if name != "works":
        sides = (brief(side, now.causes.get(side)) for side in _down(now))
        who = now.elsewhere or now.in_its_place
        state = STATES[name].format(sides=joined(", ", sides), why=now.no_start, another=who)
        return mood, BESIDES.format(state=state, what=joined(", ", needs)) if needs else state
    if some := needs or [*_parts(now, passing=True), *_counted(WAITS, now)][:1]:
        return "warn", BUT.format(what=joined(", ", some))
    if now.incidents == "not_asked":
        return "wait", STATES["starting"]
    return ("warn", UNKNOWN) if now.incidents == "unknown" else ("good", STATES["works"])


def _state(now: Condition) -> tuple[Mood, str]:
    """The name in `STATES`, the gravest first."""
    wrong = now.wrong
    if wrong is None:
        if now.elsewhere:
            return "wait", "in_its_place"
        return ("bad", _silent(now)) if now.page else ("wait", "page_off")
    if "threads" in wrong:
        return "bad", "thread_ended"
    if "running" in wrong:
        return "wait", "stopping"
    if _down(now):
        if not HARMED.isdisjoint(now.causes.values()):
            return "bad", "ledger_harmed"
        return "bad", "side_down" if now.passes else "side_needs_help"
    if PartName.FETCH in now.parts:
        return "bad", "fetch_refused"
    if any(side in wrong for side in DOWN) or ("poll" in wrong and "poll" in now.not_yet):
        return "wait", "starting"
    return ("bad", "no_poll") if wrong else ("good", "works")


def _silent(now: Condition) -> str:
    if now.in_its_place or now.no_start:
        return "in_its_place" if now.in_its_place else "cannot_start"
    return "no_ledger" if now.no_ledger else "not_running"


def _down(now: Condition) -> list[str]:
    return [side for side in DOWN if side in (now.wrong or ()) and side not in now.not_yet]


def _needs(now: Condition) -> Iterator[Phrase]:
    yield from _parts(now, passing=False)
    yield from _counted(NEEDS, now)


def _parts(now: Condition, *, passing: bool) -> Iterator[Phrase]:
    for part, count in now.parts.items():
        if part in PAUSED_PARTS and (part in PASSING_PARTS) is passing:
            yield COUNTED_PARTS[part].of(count) if count and part in COUNTED_PARTS else PAUSED_PARTS[part]


def _counted(several: Mapping[str, Forms], now: Condition) -> Iterator[Phrase]:
    for name, forms in several.items():
        if count := (now.counts or {}).get(name, 0):
            yield forms.of(count)
