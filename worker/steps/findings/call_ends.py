"""Works out how a called process may end: what it raises after an answer, and without which answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, UNSET, names_in, value_of
from worker.steps.bpmn.step import Step
from worker.steps.findings.answer_ways import SIGNAL, Raises
from worker.steps.findings.earlier_answers import ends_unanswered, values_of, ways_behind
from worker.steps.findings.game_board import GameBoard
from worker.steps.findings.handed_back import is_all_named
from worker.steps.findings.never_given import Answers
from worker.steps.findings.served import Served
from worker.steps.findings.token_game import State, TokenGame
from worker.steps.findings.yes_answers import yes_values

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
    leaving, up = called.model.ways.leaving, {**_raised_up(called), **_signalled(called)}
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
    if variable not in called.answers() or not is_all_named(called):
        return False
    play = _Play(variable, process, called)
    ended = play.ends_unanswered or any(not state.tokens for state in play.silent)
    return ended and bool(play.asking)


def ends_without_a_yes(variable: str, process: str, called: Served) -> bool:
    """Whether such a process may so end though it has asked for the answer, or no other one was a yes."""
    play = _Play(variable, process, called)
    others = {f"{one.id}: {value}" for one in called.asking for value in yes_values(one, called)}
    states = (*play.states(play.asking), *play.states(play.starts, others))
    return play.ends_unanswered or any(not one.tokens for one in states)


class _Play:
    """The play of a process in which nobody gives one of its answers."""

    def __init__(self, variable: str, process: str, called: Served) -> None:
        giving = [one for one in called.asking if called.answer_of(one) == variable]
        self.ends_unanswered = any(ends_unanswered(called.topic_of(one)) for one in giving)
        self._ids, self._up = {one.id for one in giving}, _raised_up(called)
        self._game = TokenGame(GameBoard(process, called))
        self.starts = self._game.starts
        self.silent = self.states(self.starts)
        self.asking = [one for one in self.silent if not self._ids.isdisjoint(one.tokens)]

    def states(self, starts: Iterable[State], besides: Collection[str] = ()) -> list[State]:
        """All that may come behind some states. `besides`: what else nobody answers."""
        todo = [*(seen := dict.fromkeys(starts))]
        while todo and len(seen) < _MOST_STATES:
            state = todo.pop()
            moves = self._game.moves(state) if self._up.keys().isdisjoint(state.tokens) else []
            given = (one for one in moves if one.said not in besides and one.said.partition(": ")[0] not in self._ids)
            todo += (new := [one for one in dict.fromkeys(move.state for move in given) if one and one not in seen])
            seen |= dict.fromkeys(new)
        return [*seen]


def _raised_up(called: Served) -> dict[str, Raises]:
    """What the elements of a process raise for its caller, by their ids."""
    raised = called.model.raised
    up = (one for one in raised.thrown if not raised.catcher_of(one.kind, one.code, one.within))
    return {one.at: Raises(one.kind, one.code) for one in up}


def _signalled(called: Served) -> dict[str, Raises]:
    """The signals that the elements of a process throw: a caller may catch them."""
    throwing = ("intermediateThrowEvent", "endEvent")
    signals = called.model.ways.of_signals
    return {id_: Raises(SIGNAL, name) for id_, name in signals.items() if called.kinds.get(id_) in throwing}


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
