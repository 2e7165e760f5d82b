"""The ways on which the flow goes behind an answer: the places at which it arrives, alone or at once with others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import product
from typing import Any, NamedTuple

from worker.steps.bpmn.step import Condition
from worker.steps.findings.answer_ways import Reason, World

MOST_WAYS = 8


class How(Enum):
    """How the flow arrives at an element."""

    THERE = "there"
    STUCK = "stuck"
    """The engine gets no further: there is no flow for the answer, or a condition fails."""
    UNREAD = "unread"
    """The engine cannot evaluate what a call hands back, so that the called process cannot end."""
    CIRCLE = "circle"
    """It comes back to the element without having passed any step."""
    OVER = "over"
    """The process ends behind the element without an end event."""
    BRANCH = "branch"
    """Only the branch ends with the element, and the process goes on."""
    WAITING = "waiting"
    """The branch waits there for ever: fewer branches come than the gateway waits for."""
    MET = "met"
    """A join at which it meets other branches of the same fork; its `past` is the branch."""


class Place(NamedTuple):
    """Where the flow arrives. `past`: what it has passed that waits for other branches, or raises something.

    `failing`: the condition that the engine cannot evaluate there. `when`, `unless`: what decides whether it does, if
    each place of a way has something of its own.
    """

    id: str
    how: How = How.THERE
    past: tuple[str, ...] = ()
    failing: Condition | None = None
    when: tuple[Reason, ...] = ()
    unless: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """All places at which it arrives at once, and what decides so. Of several ways the first whose reasons hold."""

    places: tuple[Place, ...]
    by: tuple[Reason, ...] = ()
    worlds: tuple[World, ...] = field(default=(), compare=False)
    """Those in which it may be taken."""


def merged(*several: tuple[Any, ...]) -> tuple[Any, ...]:
    """All of them, each once."""
    return tuple(dict.fromkeys(one for each in several for one in each))


def some(found: Sequence[Way]) -> list[Way]:
    """The ways, each once, without those in whose place the next one is as good."""
    worlds = dict[Way, tuple[World, ...]]()
    for one in found:
        worlds[one] = (*worlds.get(one, ()), *one.worlds)
    ways = list[Way]()
    for one, several in worlds.items():
        before = ways.pop() if ways and _covers(one, ways[-1]) else None
        ways.append(replace(one, worlds=(*(before.worlds if before else ()), *several)))
    return ways


def at_once(each: list[list[Way]]) -> list[Way]:
    """The ways of several branches together. Where several branches may each be left out, each place says so itself."""
    skipping = [one for one in each if _is_left_out(one)]
    others = [one for one in each if not _is_left_out(one)]
    if len(skipping) < 2:
        return _together(each) or _product(each)
    optional, left = [_optional(one) for one in skipping], [[_left_out(one)] for one in skipping]
    places = merged(*(one.places for one in optional))
    worlds = tuple(world for one in skipping[0] for world in one.worlds)
    whole = _together([*others, [Way(places, (), worlds)]])
    none = _together([*others, *left]) if all(_is_met(way) for one in others for way in one) else []
    if none and any(not one[0].by for one in left):
        return _together(each) or _product(each)
    return [*none, *whole]


def _is_left_out(ways: list[Way]) -> bool:
    """Whether a branch either comes straight to where branches meet, or arrives elsewhere."""
    return len(ways) == 2 and bool(ways[0].by) and not ways[1].by and sum(map(_is_met, ways)) == 1


def _is_met(way: Way) -> bool:
    return all(one.how is How.MET for one in way.places)


def _left_out(ways: list[Way]) -> Way:
    return next(one for one in ways if _is_met(one))


def _optional(ways: list[Way]) -> Way:
    """Where a branch arrives if it is not left out, each place with what decides that."""
    first, other = ways
    if _is_met(first):
        return replace(other, places=tuple(one._replace(unless=first.by) for one in other.places))
    return replace(first, places=tuple(one._replace(when=first.by) for one in first.places), by=())


def _together(each: list[list[Way]]) -> list[Way]:
    """The ways that branches may take in the same world."""
    found = ((ways, _common(ways)) for ways in product(*each))
    return [replace(_one_of(ways), worlds=worlds) for ways, worlds in found if worlds]


def _product(each: list[list[Way]]) -> list[Way]:
    return [_one_of(ways) for ways in product(*each)]


def _one_of(ways: Sequence[Way]) -> Way:
    return Way(merged(*(one.places for one in ways)), merged(*(one.by for one in ways)), ways[0].worlds)


def _common(ways: Sequence[Way]) -> tuple[World, ...]:
    """The worlds of the first one that agree with one of each other."""
    first, *others = ways
    return tuple(one for one in first.worlds if all(any(_agree(one, it) for it in way.worlds) for way in others))


def _agree(one: World, other: World) -> bool:
    return all(other.get(name, value) == value for name, value in one.items())


def _covers(way: Way, other: Way) -> bool:
    """Whether the other one may be left out before it: it has the same places, and holds whenever the other does."""
    return frozenset(way.places) == frozenset(other.places) and {*way.by} <= {*other.by}
