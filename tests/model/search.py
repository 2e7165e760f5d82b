"""Exhaustive search: no second task anywhere, and an end within reach from everywhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.model import acts, protocol
from tests.model.world import ATTEMPTS, Rules, World

Place = World | acts.Scene


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search has found. `story` is the shortest way to what must not be; None: there is none."""

    worlds: int
    story: tuple[str, ...] | None
    wrong: str = ""


@cache
def search(rules: Rules | acts.ActRules, start: Place) -> Outcome:
    """Look at every world that can be reached; once for each pair."""
    came_from: dict[Place, tuple[Place, str] | None] = {start: None}
    healthy: dict[Place, list[Place]] = {}
    queue = deque([start])
    while queue:
        world = queue.popleft()
        if wrong := _wrong(world):
            return Outcome(len(came_from), _story(came_from, world), wrong)
        for label, after, fault in _steps(world, rules):
            if not fault:
                healthy.setdefault(after, []).append(world)
            if after not in came_from:
                came_from[after] = (world, label)
                queue.append(after)
    stuck = _stuck(came_from, healthy)
    if stuck is not None:
        return Outcome(len(came_from), _story(came_from, stuck), "the task waits for ever")
    return Outcome(len(came_from), None)


def _steps(place: Place, rules: Rules | acts.ActRules) -> Iterator[tuple[str, Place, bool]]:
    if isinstance(place, acts.Scene):
        assert isinstance(rules, acts.ActRules)
        yield from acts.steps(place, rules)
    else:
        assert isinstance(rules, Rules)
        yield from protocol.steps(place, rules)


def _wrong(world: Place) -> str:
    if isinstance(world, acts.Scene):
        return acts.wrong(world)
    if world.tasks > 1:
        return "two tasks"
    if world.done and not world.tasks:
        return "completed without a task"
    if any(worker.spent > ATTEMPTS for worker in world.workers):
        return "attempts without end"
    return ""


def _stuck(worlds: dict[Place, tuple[Place, str] | None], healthy: dict[Place, list[Place]]) -> Place | None:
    """The first world from which healthy parties cannot reach an end any more."""
    good = {world for world in worlds if world.ended}
    queue = deque(good)
    while queue:
        for before in healthy.get(queue.popleft(), ()):
            if before not in good:
                good.add(before)
                queue.append(before)
    return next((world for world in worlds if world not in good), None)


def _story(came_from: dict[Place, tuple[Place, str] | None], world: Place) -> tuple[str, ...]:
    def backwards() -> Iterator[str]:
        here = world
        while (step := came_from[here]) is not None:
            here, label = step
            yield label

    return tuple(reversed(list(backwards())))
