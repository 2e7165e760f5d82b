"""Plays a process with every answer, token by token: what may come next where the tokens stand.

Whatever waits neither for our steps nor for another branch is passed at once. What the model does not show is decided
once: a further decision by the same variables ends the play, because both might never be taken together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from worker.steps.bpmn.juel_values import FAILS, UNSET, names_in, value_of
from worker.steps.bpmn.raised import ERROR, Thrown
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.answer_ways import Option, Unshown
from worker.steps.findings.game_board import GameBoard, read_in

Tokens = tuple[str, ...]
Chosen = tuple[tuple[str, Tokens], ...]
_ERROR = "error:"


class State(NamedTuple):
    """Where the tokens stand, with one for each open sub-process, and what is known of the answers.

    `chosen`: what was decided by something that the model does not show, by element. `come_to`: the inclusive gateways
    to which a token has come since the last answer or event: the engine looks at no other ones. `done`: the activities
    that have ended and that a compensation would undo with a question.
    """

    tokens: Tokens
    known: tuple[tuple[str, Any], ...] = ()
    chosen: Chosen = ()
    come_to: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()


class Failing(NamedTuple):
    """An expression at an element that the engine cannot evaluate, and the answers in it that are not given."""

    at: str
    text: str
    lacking: frozenset[str]


class Move(NamedTuple):
    """What may come next. `said`: what somebody answered, or the event that came; empty: nothing of the kind.

    `state` None: the play is not followed further, or the engine gets no further: because of `failing`, or because no
    flow from `stuck` fits.
    """

    state: State | None
    said: str = ""
    failing: Failing | None = None
    stuck: str = ""


@dataclass(frozen=True)
class TokenGame:
    """The game of one process."""

    board: GameBoard

    @cached_property
    def starts(self) -> list[State]:
        """What the process may begin with."""
        known = State((), tuple(self.board.at_first.items()))
        return [self._state([one], known) for one in self.board.starts_of(self.board.process)]

    def moves(self, state: State) -> list[Move]:
        """All that may come next; empty: nothing comes any more."""
        passed = next((one for one in state.tokens if self._is_passed(one, state)), None)
        if passed is not None:
            return [*self._passing(passed, state)]
        waiting = [one for one in dict.fromkeys(state.tokens) if one not in self.board.joins]
        seen = state._replace(come_to=frozenset())
        return [move for one in waiting for move in (*self._ending(one, seen), *self._interrupting(one, seen))]

    def _is_passed(self, id_: str, state: State) -> bool:
        if id_ in self.board.joins:
            return state.tokens.count(id_) >= self.board.joins[id_] or self._is_last(id_, state)
        if self.board.steps[id_].kind in SCOPES:
            return not any(id_ in self.board.around(one) for one in state.tokens)
        return id_ not in self.board.ours and not self.board.is_awaited(id_, dict(state.known))

    def _is_last(self, id_: str, state: State) -> bool:
        """Whether nothing else comes to an inclusive gateway any more."""
        return id_ in state.come_to and not any(id_ in self.board.ahead[one] for one in state.tokens if one != id_)

    def _passing(self, id_: str, state: State) -> Iterator[Move]:
        """What does not wait, or waits no longer."""
        ways = self.board.ways
        if id_ in self.board.joins:
            come = min(state.tokens.count(id_), self.board.joins[id_])
            yield from self._leaving(id_, state, come)
        elif thrown := next((one for one in self.board.model.raised.thrown if one.at == id_), None):
            yield self._raised(thrown, state)
        elif id_ in ways.terminating:
            yield Move(self._ended(id_, state))
        else:
            yield from self._leaving(id_, self._behind_unknown(id_, state))
            yield from self._interrupting(id_, state)

    def _ended(self, id_: str, state: State) -> State | None:
        """What follows an end event that ends all around it. What compensates steps is not played."""
        ways, around = self.board.ways, self.board.ways.scopes[id_]
        kept = [one for one in state.tokens if one != id_ and around not in self.board.around(one)]
        if id_ not in ways.cancelling:
            return self._next(state, kept)
        caught, outside = ways.cancelling[id_], [one for one in kept if one != around]
        return self._next(state, [*outside, caught]) if caught and not ways.undoes else None

    def _ending(self, id_: str, state: State) -> Iterator[Move]:
        """The ends of a step of ours, one for each answer."""
        if id_ not in self.board.ours:
            return
        before, name = self._behind_unknown(id_, state), self.board.asked.get(id_)
        for value in self.board.values_of(id_):
            said = f"{id_}: {value}"
            if str(value).startswith(_ERROR):
                within = (id_, *self.board.around(id_))
                thrown = Thrown(id_, within, ERROR, str(value).removeprefix(_ERROR))
                yield self._raised(thrown, state)._replace(said=said)
            else:
                given = {name: value} if name and name in self.board.answers else {}
                answered = before._replace(known=tuple({**dict(before.known), **given}.items()))
                yield from (move._replace(said=said) for move in self._leaving(id_, answered))
        if id_ not in self.board.asked:
            yield from self._leaving(id_, before)

    def _interrupting(self, id_: str, state: State) -> Iterator[Move]:
        """The events that end an activity. Errors of steps of ours come with answers, those of a sub-process inside."""
        ways = self.board.ways
        shown = id_ in self.board.ours or self.board.steps[id_].kind in SCOPES
        for event, activity in ways.attached.items():
            if activity == id_ and event in ways.interrupting and (event in ways.outer or not shown):
                kept = [one for one in _without(state.tokens, id_) if id_ not in self.board.around(one)]
                yield Move(self._next(self._broken_off(id_, state), [*kept, event]), said=event)

    def _raised(self, thrown: Thrown, state: State) -> Move:
        """What follows an error or an escalation. Event sub-processes, and events that end nothing, are not played."""
        catcher = self.board.model.raised.catcher_of(thrown.kind, thrown.code, thrown.within)
        kept = _without(state.tokens, thrown.at)
        if catcher is None:  # another finding tells of an answer whose error nothing catches
            return Move(None if thrown.at in self.board.ours else self._next(state, kept))
        if catcher.inside or not catcher.interrupts:
            return Move(None)
        kept = [one for one in kept if one != catcher.of and catcher.of not in self.board.around(one)]
        return Move(self._next(self._broken_off(catcher.of, state), [*kept, catcher.event]))

    def _leaving(self, id_: str, state: State, come: int = 1) -> Iterator[Move]:
        """The tokens that leave an element. `come`: how many become one there."""
        kept, state = _without(state.tokens, id_, come), state._replace(done=state.done | {id_} & self.board.undoable)
        if link := self.board.ways.links.get(id_):
            yield Move(self._next(state, [*kept, link]))
            return
        if not self.board.ways.leaving.get(id_):
            yield Move(self._next(state, kept))
            return
        options = self.board.options(id_, dict(state.known))
        unclear = any(one.by and Unshown.FIRST not in one.by for one in options)
        for option in options:
            chosen = self._chosen(id_, option, state) if unclear else state.chosen
            if chosen is None or not all(map(self.board.is_here, option.targets)):
                yield Move(None)
            elif not option.targets:
                is_certain = option is options[0] and not (option.by or option.failing)
                yield Move(None, failing=self._undecided(id_, option, state), stuck=id_ if is_certain else "")
            elif failing := self._unbegun(option.targets, dict(state.known)):
                yield Move(None, failing=failing)
            else:
                begun = [one for target in option.targets for one in self._entered(target)]
                come_to = state.come_to.union(self.board.inclusive.intersection(begun))
                yield Move(self._next(state._replace(chosen=chosen, come_to=come_to), [*kept, *begun]))

    def _entered(self, id_: str) -> list[str]:
        """An element that is come to, with the starts of a sub-process."""
        return [id_, *self.board.starts_of(id_)] if self.board.steps[id_].kind in SCOPES else [id_]

    def _chosen(self, id_: str, option: Option, state: State) -> Chosen | None:
        """All that was decided; None: a decision that may contradict an earlier one."""
        before, names = dict(state.chosen), self.board.deciding
        tied = any(one != id_ and not names[id_].isdisjoint(names[one]) for one in before)
        if tied or before.get(id_, option.targets) != option.targets:
            return None
        return tuple(sorted({**before, id_: option.targets}.items()))

    def _undecided(self, id_: str, option: Option, state: State) -> Failing | None:
        failing = option.failing
        lacking = _lacking(read_in(failing), dict(state.known)) if failing else frozenset[str]()
        return Failing(id_, failing.text, lacking) if failing and lacking else None

    def _unbegun(self, targets: Tokens, known: Mapping[str, Any]) -> Failing | None:
        """What the engine cannot evaluate when one of these elements begins."""
        for one in targets:
            for node in self.board.steps[one].read_at_begin:
                lacking = _lacking(names_in(node), known)
                if lacking and value_of(node, known) is FAILS:
                    return Failing(one, f"${{{node.text}}}", lacking)
        return None

    def _behind_unknown(self, id_: str, state: State) -> State:
        """Without what is known, if the element may set anything. A compensation does if there is something to undo."""
        if id_ not in self.board.compensations:
            return state._replace(known=()) if id_ in self.board.bringers else state
        outside = {*self.board.around(id_)}
        undone = {one for one in state.done & self.board.compensations[id_] if not self._is_inside(one, outside, state)}
        return state._replace(known=(), done=state.done - undone) if undone else state

    def _is_inside(self, id_: str, outside: Collection[str], state: State) -> bool:
        """Whether an activity is in a sub-process that is still open; only what is `outside` does not count."""
        return any(one in state.tokens for one in self.board.around(id_) if one not in outside)

    def _broken_off(self, id_: str, state: State) -> State:
        """Without what has ended inside an element: once that is broken off, nothing undoes it."""
        return state._replace(done=frozenset(one for one in state.done if id_ not in self.board.around(one)))

    def _next(self, state: State, tokens: Collection[str]) -> State | None:
        """The state that follows; None: something in it has no id."""
        if not all(map(self.board.is_here, tokens)):
            return None
        return self._state(tokens, state)

    def _state(self, tokens: Iterable[str], before: State) -> State:
        """The state that follows, without what nothing reads any more."""
        stand, known = tuple(sorted(tokens)), dict(before.known)
        live = frozenset[str]().union(*(self.board.live[one] for one in stand))
        kept = tuple((name, known[name]) for name in sorted(live & known.keys()))
        return State(stand, kept, before.chosen, before.come_to.intersection(stand), before.done)


def _lacking(names: Iterable[str], known: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in names if known.get(name) is UNSET)


def _without(tokens: Tokens, id_: str, count: int = 1) -> list[str]:
    kept = [*tokens]
    for _ in range(count):
        kept.remove(id_)
    return kept
