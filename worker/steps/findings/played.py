"""Finds by playing a process where it waits for ever, which steps are active twice, and what is read before it is set.

Each is told with the answers and events after which it is so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.forks import DECIDES, comes_back_alone
from worker.steps.findings.game_board import GameBoard, read_in
from worker.steps.findings.rounds_after import RoundsAfter, rounds_after
from worker.steps.findings.served import Served
from worker.steps.findings.token_game import Failing, Move, State, TokenGame
from worker.words.findings.joins import BEGIN_ALL_ANEW
from worker.words.findings.plays import (
    END_THE_OTHERS,
    FEWER,
    FROM_START,
    JOIN_BEFORE,
    JOIN_FIRST,
    NOT_LOOKED_AT,
    OVERWRITES,
)
from worker.words.phrase import NOTHING, Phrase

_MOST_STATES = 3_000
"""States that are looked at, about a second of computing: few drawn processes have more."""


class Waiting(NamedTuple):
    """A gateway to which `come` tokens come, and never all that it `needs`.

    None: an inclusive one, to which none comes any more: the engine does not look whether it still waits for any.
    """

    at: str
    come: int
    needs: int | None
    after: tuple[str, ...]


class Awaiting(NamedTuple):
    """An event that waits for a condition, and nothing makes it true any more."""

    at: str
    condition: str
    after: tuple[str, ...]


class Twice(NamedTuple):
    """A step of ours that is active twice at once."""

    at: str
    after: tuple[str, ...]


class Unset(NamedTuple):
    """An expression that the engine cannot evaluate."""

    failing: Failing
    after: tuple[str, ...]


class Stuck(NamedTuple):
    """An element that no flow leaves."""

    at: str
    after: tuple[str, ...]


class Rounds(NamedTuple):
    """A loop that no answer leads out of."""

    loop: RoundsAfter
    after: tuple[str, ...]


@dataclass(slots=True)
class Played:
    """What was found in one process, each element once, with the shortest play. `whole`: every play was looked at."""

    waiting: dict[str, Waiting] = field(default_factory=dict)
    awaiting: dict[str, Awaiting] = field(default_factory=dict)
    twice: dict[str, Twice] = field(default_factory=dict)
    unset: dict[tuple[str, str], Unset] = field(default_factory=dict)
    """By element and variable."""
    stuck: dict[str, Stuck] = field(default_factory=dict)
    rounds: dict[str, Rounds] = field(default_factory=dict)
    whole: bool = True


def played(process: str, served: Served) -> Played:
    """All of a process."""
    search = _Search(GameBoard(process, served))
    search.run()
    return search.found


@dataclass(slots=True)
class _Search:
    """Looks at each state that a play may come to, the nearest first."""

    board: GameBoard
    found: Played = field(default_factory=Played)
    _before: dict[State, tuple[State | None, str]] = field(default_factory=dict)
    """The state before each one, and what was said then."""
    _onward: dict[State, list[State | None]] = field(default_factory=dict)
    """What may follow each one."""

    def run(self) -> None:
        """Look at all of them, up to a number."""
        game = TokenGame(self.board)
        self._before |= dict.fromkeys(game.starts if self.board.ours else (), (None, ""))
        todo = deque(self._before)
        while todo and self.found.whole:
            state = todo.popleft()
            twice = self._is_twice(state)
            moves = [] if twice else game.moves(state)
            self._onward[state] = [move.state for move in moves]
            if not (moves or twice):
                self._note_waiting(state)
            for move in moves:
                self._note_end(state, move)
                if move.state is not None and move.state not in self._before:
                    self._before[move.state] = (state, move.said)
                    todo.append(move.state)
            self.found.whole = len(self._before) < _MOST_STATES
        loops = rounds_after(self._onward, self.board) if self.found.whole else ()
        self.found.rounds |= {one.at: Rounds(one, self._after(one.into)) for one in loops}

    def _is_twice(self, state: State) -> bool:
        """Whether a step of ours is active twice. Nothing is asked of such a state any more."""
        several = [one for one in sorted(self.board.ours) if state.tokens.count(one) > 1]
        for one in several:
            self.found.twice.setdefault(one, Twice(one, self._after(state)))
        return bool(several)

    def _note_waiting(self, state: State) -> None:
        there = [*dict.fromkeys(state.tokens)]
        awaited = [one for one in there if one in self.board.awaited and not self.board.may_be_ended(one)]
        for one in awaited:
            found = Awaiting(one, self.board.awaited[one].text, self._after(state))
            self.found.awaiting.setdefault(one, found)
        for one in there if not awaited else ():  # a gateway waits because of them
            if one in self.board.joins and not self.board.may_be_ended(one):
                come, needs = state.tokens.count(one), self.board.joins[one]
                known = needs if one not in self.board.inclusive else None
                self.found.waiting.setdefault(one, Waiting(one, come, known, self._after(state)))

    def _note_end(self, state: State, move: Move) -> None:
        """Where the engine gets no further."""
        after = tuple(filter(None, (*self._after(state), move.said))) if move.failing or move.stuck else ()
        if move.stuck:
            self.found.stuck.setdefault(move.stuck, Stuck(move.stuck, after))
        if move.failing:
            for name in move.failing.lacking:
                self.found.unset.setdefault((move.failing.at, name), Unset(move.failing, after))

    def _after(self, state: State) -> tuple[str, ...]:
        """What was said until it came to a state, in its order."""
        found, at = list[str](), self._before[state]
        while at[0] is not None:
            found += [at[1]] if at[1] else []
            at = self._before[at[0]]
        return tuple(reversed(found))


def findings_of_plays(
    process: str, served: Served, twice: Collection[str], read: Mapping[str, set[str]]
) -> Iterator[ModelFinding]:
    """What was found, but for what other findings tell, and for what comes only after a step is active twice.

    `twice`: the steps of which they tell that they run twice. `read`: by element, the variables that are not set there.
    """
    found = played(process, served)
    doubled = [one.after for one in found.twice.values()]

    def follows(after: tuple[str, ...]) -> bool:
        return any(one != after and _is_part(one, after) for one in doubled)

    if not found.whole:
        yield ModelFinding.of("unplayed", states=str(_MOST_STATES))
    hanging = {one.at for one in served.model.hanging}
    for waiting in (one for at, one in found.waiting.items() if at not in hanging and not follows(one.after)):
        fewer = FEWER.format(come=str(waiting.come), needs=str(waiting.needs))
        why = NOT_LOOKED_AT if waiting.needs is None else fewer
        cure = _cure(waiting, served)
        yield ModelFinding.of("waits_after", after=_shown(waiting.after), why=why, cure=cure)._replace(at=waiting.at)
    for awaiting in (one for one in found.awaiting.values() if not follows(one.after)):
        facts = {"after": _shown(awaiting.after), "condition": awaiting.condition}
        yield ModelFinding.of("awaits_after", **facts)._replace(at=awaiting.at)
    for one in (one for at, one in found.twice.items() if at not in twice and not follows(one.after)):
        overwrites = OVERWRITES if served.steps[one.at] in served.asking else NOTHING
        ways = served.model.ways
        ends_all = not ways.terminating.isdisjoint(reached([one.at], ways.flows))
        facts = {"overwrites": overwrites, "cure": END_THE_OTHERS if ends_all else JOIN_BEFORE}
        yield ModelFinding.of("active_twice", after=_shown(one.after), **facts)._replace(at=one.at)
    for stuck in (one for at, one in found.stuck.items() if _decides_together(at, served) and not follows(one.after)):
        yield ModelFinding.of("stuck_after", after=_shown(stuck.after))._replace(at=stuck.at)
    yield from _of_rounds(found)
    yield from _of_unset(found, read)


def _of_rounds(found: Played) -> Iterator[ModelFinding]:
    for at, (loop, after) in found.rounds.items():
        facts = {"names": ", ".join(loop.names), "steps": ", ".join(loop.asking)}
        yield ModelFinding.of("rounds_after", after=_shown(after), **facts)._replace(at=at)


def _of_unset(found: Played, read: Mapping[str, set[str]]) -> Iterator[ModelFinding]:
    for unset in dict.fromkeys(found.unset.values()):
        at, text = unset.failing.at, unset.failing.text
        names = sorted({name for name in unset.failing.lacking if found.unset[at, name] is unset} - read.get(at, set()))
        if names:
            facts = {"expression": text, "variables": ", ".join(names), "variable": names[0], "at": at}
            yield ModelFinding.of("unset_after", after=_shown(unset.after), **facts)._replace(at=at)


def _cure(waiting: Waiting, served: Served) -> Phrase:
    """How a gateway gets all its branches."""
    flows, steps = served.model.ways.flows, served.steps
    splits = {id_ for id_, to in flows.items() if to[1:] and id_ in steps and steps[id_].kind not in DECIDES}
    anew = waiting.needs is not None and comes_back_alone(waiting.at, flows, splits)
    return BEGIN_ALL_ANEW if anew else JOIN_FIRST


def _decides_together(at: str, served: Served) -> bool:
    """Whether the flows go by several variables: of those that go by one, another finding tells."""
    return len({name for one in served.model.conditions if one.at == at for name in read_in(one)}) > 1


def _is_part(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Whether the first ones come in the second ones too, in their order."""
    rest = iter(many)
    return all(one in rest for one in few)


def _shown(after: tuple[str, ...]) -> Phrase | str:
    return ", ".join(after) or FROM_START
