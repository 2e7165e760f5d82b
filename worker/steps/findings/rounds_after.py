"""Finds loops that certain answers lead into and none leads out of, though somebody in them is asked.

What leads out needs an answer, too, that was given before the loop, and that nobody in it gives anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import UNSET
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.endless_rounds import endless_rounds, may_leave_otherwise, passes
from worker.steps.findings.game_board import GameBoard, read_in
from worker.steps.findings.token_game import State

Onward = Mapping[State, Collection[State | None]]
"""What may follow each state of a game; None: it is not followed further."""


class RoundsAfter(NamedTuple):
    """A loop. `at`: where a flow leads out. `names`: the earlier answers that it needs; `asking`: who gives them."""

    at: str
    names: tuple[str, ...]
    asking: tuple[str, ...]
    into: State


def rounds_after(onward: Onward, board: GameBoard) -> Iterator[RoundsAfter]:
    """Each loop once, with the first state from which no play ends. In doubt a play ends."""
    told, seen = set[str](), set[State]()
    followed = {state: [one for one in next_ if one is not None] for state, next_ in onward.items()}
    for into in _without_end(onward):
        if into in seen:
            continue
        seen |= (states := reached([into], followed))
        stood = {one for state in states for one in state.tokens}
        circle = _circle(stood, board)
        if told.isdisjoint(circle) and (found := _judged(into, circle, board)) and _is_sure(stood, circle, board):
            told |= circle
            yield found


def _without_end(onward: Onward) -> list[State]:
    """The states from which every play goes on and on, in the order in which they were come to."""
    before, ends = defaultdict[State, list[State]](list), list[State]()
    for state, next_ in onward.items():
        ends += [] if next_ and None not in next_ else [state]
        for one in next_:
            if one is not None:
                before[one].append(state)
    ending = reached(ends, before)
    return [state for state in onward if state not in ending]


def _circle(stood: Collection[str], board: GameBoard) -> set[str]:
    """Those of the elements to which flows lead back."""
    flows = {**board.ways.flows, **{one: [other] for one, other in board.ways.links.items()}}
    inside = {one: [aim for aim in flows.get(one, ()) if aim in stood] for one in stood}
    return {one for one in stood if one in reached(inside[one], inside)}


def _judged(into: State, circle: Collection[str], board: GameBoard) -> RoundsAfter | None:
    """The first way out that needs an answer given before; None: there is none, as in a loop that is to go on."""
    given = {name for name, value in into.known if value is not UNSET}
    anew = {name for one in circle if (name := board.asked.get(one))}
    for at in (one for one in board.steps if one in circle):
        if all(flow.target in circle for flow in board.ways.leaving.get(at, ())):
            continue
        read = {name for one in board.model.conditions if one.at == at for name in read_in(one)}
        if names := read & given - anew:
            asking = sorted(id_ for id_, name in board.asked.items() if name in names)
            return RoundsAfter(at, tuple(sorted(names)), tuple(asking), into)
    return None


def _is_sure(stood: Collection[str], circle: Collection[str], board: GameBoard) -> bool:
    """Whether nothing but the answers changes how it goes on, and no other finding tells of the loop."""
    scopes, served = {one for one in stood if board.steps[one].kind in SCOPES}, board.served
    steps = [board.steps[one] for one in stood if one not in scopes]
    ends = [served.topic_of(one).wait for one in steps if one.id in board.ours]
    silent = any(not {one.declined, one.deleted, one.returned} <= {"incident", "wait"} for one in ends)
    passing = all(passes(board.steps[one], served) for one in circle if one not in scopes)
    if silent or not passing or any(one.loops for one in steps):
        return False
    makes = any(one in board.ours for one in circle)
    told = any(True for one in circle if one in board.ours for _ in endless_rounds(board.steps[one], served))
    return makes and not told and not may_leave_otherwise(stood, served)
