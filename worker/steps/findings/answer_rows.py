"""The table of where the answers of one step or call lead: its rows, also those where nobody has answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from worker.model import Ending
from worker.steps.bpmn.step import Condition, Step
from worker.steps.findings.answer_leads import Lead
from worker.steps.findings.answer_readers import Unread
from worker.steps.findings.old_answers import Old


class Said(NamedTuple):
    """An answer: its value for the process, and the words of people that give it."""

    value: str
    words: tuple[str, ...] = ()


class Unanswered(NamedTuple):
    """Nobody has given the answer. `old`: an earlier one that counts in its place; None: there is nothing.

    `by`: the event that has ended the step. `how`: the end of its task. Neither: a called process has ended. `meant`:
    what goes on then asks for it.
    """

    old: str | None = None
    by: str = ""
    meant: bool = False
    how: Ending | None = None


class Uncaught(NamedTuple):
    """A BPMN error that nothing in the model catches."""

    code: str


class Row(NamedTuple):
    """What leads to the same: answers, or ends of the task or of a called process without one."""

    cases: tuple[Said | Ending | Unanswered, ...]
    to: Lead | Uncaught


def said_in(row: Row) -> list[Said]:
    """The answers of a row."""
    return [one for one in row.cases if isinstance(one, Said)]


class Table(NamedTuple):
    """Where the answers lead that a step gets, or that a call hands back. `unread`: of several answers, if they do."""

    at: Step
    rows: tuple[Row, ...]
    unread: Unread | None
    incidents: tuple[Ending, ...] = ()
    """The ends of the task that become an incident."""
    of_call: tuple[str, str] | None = None
    """The called process, and the variable of the answer there."""
    handed: tuple[str, ...] = ()
    """The variables in which the caller gets it."""
    events: tuple[Condition, ...] = ()
    """The conditions of events beside that ask for the answer, too."""
    olds: tuple[Old, ...] = ()
    """The earlier answers that count where nobody has answered, and decide then."""
    judged: tuple[Row, ...] = ()
    """The rows as they are past steps that ask nobody, if somebody may not answer: by these, silence is judged."""

    def silent(self) -> Iterator[tuple[Row, Unanswered]]:
        """The judged rows without an answer, or an earlier one."""
        for row in self.judged:
            yield from ((row, one) for one in row.cases if isinstance(one, Unanswered) and one.old is None)


class Silence(NamedTuple):
    """Where it leads that nobody has answered. `may`: it may come so; otherwise it is only there to compare with.

    `old`: the earlier answer that counts then.
    """

    to: Lead
    old: Old | None = None
    may: bool = True
    meant: bool = False
    by: str = ""


def with_silence(
    rows: list[Row], silence: Sequence[Silence], unread: Unread | None = None
) -> tuple[list[Row], list[Old]]:
    """The rows, with those of silence, and the earlier answers that decide then. `silence`: first that without one."""
    if not silence:
        return rows, []
    first, *others = silence
    kept = [one for one in others if one.to != first.to or unread]
    shown = [*([first] if first.may or kept != others else []), *(one for one in kept if one.to != first.to)]
    found = dict[Lead, list[Unanswered]]()
    for one in shown:
        old = str(one.old.value) if one.old else None
        found.setdefault(one.to, []).append(Unanswered(old, one.by, one.meant and old is None))
    said = [one.to for one in rows if unread]
    silent = [Row(tuple(dict.fromkeys(cases)), lead) for lead, cases in found.items() if lead not in said]
    return [*rows, *silent], [one.old for one in kept if one.old]
