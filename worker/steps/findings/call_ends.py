"""Works out how a called process may end: what it raises after an answer, and without which answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, UNSET, names_in, value_of
from worker.steps.bpmn.step import Step
from worker.steps.findings.answer_ways import Raises
from worker.steps.findings.earlier_answers import ends_unanswered, values_of, ways_behind
from worker.steps.findings.game_board import GameBoard
from worker.steps.findings.handed_back import is_all_named
from worker.steps.findings.never_given import Answers
from worker.steps.findings.served import Served
from worker.steps.findings.token_game import TokenGame

_MOST_STATES = 1_000
"""Of a called process that are looked at."""


class CallEnds(NamedTuple):
    """The errors and escalations that a process may raise for its caller. `otherwise`: it may end without one.

    `without`: the answers that nobody has given by then.
    """

    raises: tuple[Raises, ...]
    otherwise: bool = True
    without: frozenset[str] = frozenset()


def ends_of_call(called: Served, variable: str, value: Any) -> CallEnds:
    """How a process may end after this answer, which it has in a variable."""
    leaving, up = called.model.ways.leaving, _raised_up(called)
    found, otherwise, without = dict[Raises, None](), False, [*_others(called, variable)]
    asking = [one for one in called.asking if called.answer_of(one) == variable]
    for step in asking:
        answers = Answers(variable, [*values_of([step], called).values()], called.model.made)
        for number in (number for number, one in enumerate(answers.values) if one == value):
            ways, values = ways_behind(step, called, variable), answers.values_with(number)
            passed, silent = ways.passed(step.id, values), ways.passed(step.id, values, until=up)
            found |= {one: None for id_, one in up.items() if id_ in passed}
            otherwise |= any(not leaving.get(id_) for id_ in {step.id, *silent})
            without = [name for name in without if not _may_be_given(name, step, passed, called)]
    return CallEnds(tuple(found), otherwise or not found, frozenset(without if asking else ()))


class Back(NamedTuple):
    """The variables that a call sets in the caller. `failing`: an expression that the engine cannot evaluate there."""

    values: dict[str, Any]
    failing: Node | None = None


def handed_back(call: Call, inside: Mapping[str, Any]) -> Back:
    """What a call hands back by name or expression, where the called process has ended with these variables."""
    found = dict[str, Any]()
    for out in call.outs:
        value = value_of(out.node, inside)
        if value is FAILS and out.source is None and any(inside.get(name) is UNSET for name in names_in(out.node)):
            return Back({}, out.node)
        if value is not UNKNOWN:
            found[out.target] = None if value is FAILS else value
    return Back(found)


def may_end_without(variable: str, process: str, called: Served) -> bool:
    """Whether a process that asks for this answer, which nothing else in it sets, may end before anybody gave it."""
    giving = [one for one in called.asking if called.answer_of(one) == variable]
    if variable not in called.answers() or not is_all_named(called):
        return False
    ids, up, game = {one.id for one in giving}, _raised_up(called), TokenGame(GameBoard(process, called))
    seen, ended = dict.fromkeys(game.starts), any(ends_unanswered(called.topic_of(one)) for one in giving)
    todo = [*seen]
    while todo and len(seen) < _MOST_STATES:
        state = todo.pop()
        ended |= not state.tokens
        moves = game.moves(state) if up.keys().isdisjoint(state.tokens) else []
        next_ = (one.state for one in moves if one.said.partition(": ")[0] not in ids)
        todo += (new := [one for one in dict.fromkeys(next_) if one is not None and one not in seen])
        seen |= dict.fromkeys(new)
    return ended and any(not ids.isdisjoint(state.tokens) for state in seen)


def _raised_up(called: Served) -> dict[str, Raises]:
    """What the elements of a process raise for its caller, by their ids."""
    raised = called.model.raised
    up = (one for one in raised.thrown if not raised.catcher_of(one.kind, one.code, one.within))
    return {one.at: Raises(one.kind, one.code) for one in up}


def _others(called: Served, variable: str) -> Iterator[str]:
    """The other answers of a process, if nothing else may set them. Links are not followed."""
    sure = is_all_named(called) and not called.model.ways.links
    names = {of for one in called.asking if (of := called.answer_of(one)) and of != variable}
    yield from (names & called.answers().keys()) if sure else ()


def _may_be_given(name: str, step: Step, passed: Collection[str], called: Served) -> bool:
    """Whether a step that gives an answer may come before another one, beside it, or behind its answer."""
    ways, around = called.model.ways, [*called.model.ways.around(step.id)]
    onward = ways.onward
    behind = reached([aim for scope in around for aim in onward.get(scope, ())], onward) | {*passed}
    for one in (one for one in called.asking if called.answer_of(one) == name):
        places = {one.id, *ways.around(one.id)} - {*around}
        if one.id in step.beside or ways.may_precede(one.id, step.id) or not places.isdisjoint(behind):
            return True
    return False
