"""Shows where each answer leads: one block of lines for each step that waits for one. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from textwrap import wrap

from worker.mapping.bbcode import single_line
from worker.model import Ending
from worker.steps.answer_leads import Circle, Lead, Over, Place, Stuck
from worker.steps.answer_table import Row, Said, Table, Uncaught, Unread
from worker.steps.step import Condition, Step
from worker.words import answer_tables as words
from worker.words.look_names import kind_of
from worker.words.phrase import NOTHING, Language, Phrase, joined, unchanged
from worker.words.printable import one_line

COLUMNS = 100
WIDEST_LABEL = 30
"""A longer one gets a line of its own."""
LONGEST_ANSWER = 24
LONGEST_NAME = 40
LONGEST_CONDITION = 60
EMPTY = "''"
MOST_ANSWERS = 6
"""How many are named in one row."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table of one model. `model`: how people know it; `steps`: its elements, by id."""

    table: Table
    model: str
    steps: Mapping[str, Step]

    def lines(self, language: Language) -> Iterator[str]:
        """The lines to print, at most `COLUMNS` wide, after an empty one."""
        yield ""
        yield from _wrapped("", self._head().in_(language), "    ")
        rows = [(label.in_(language), text.in_(language)) for label, text in self._rows()]
        width = max((len(label) for label, _ in rows if len(label) <= WIDEST_LABEL), default=0)
        for label, text in rows:
            if long := len(label) > width:
                yield from _wrapped("  ", label, "    ")
            first = f"  {'' if long else label:{width}} {'→' if label else ' '} "
            yield from _wrapped(first, text, " " * len(first))

    def _head(self) -> Phrase:
        table, at = self.table, self._element(self.table.at.id)
        if table.of_call is None:
            return words.OF_STEP.format(at=at, model=self.model)
        called, variable = table.of_call
        head = words.OF_CALL if table.handed else words.NOT_HANDED_BACK
        return head.format(at=at, model=self.model, called=called, variable=variable, names=", ".join(table.handed))

    def _rows(self) -> Iterator[tuple[Phrase, Phrase]]:
        table = self.table
        for row in table.rows:
            yield self._label(row), self._to(row.to)
            if table.unread and row is table.rows[0]:
                yield NOTHING, self._unread(table.unread)
        if not table.rows:
            yield NOTHING, words.NO_VARIABLE
        elif table.of_call is None:
            ends = [words.UNANSWERED, *(words.ENDINGS[end] for end in table.incidents)]
            yield words.OTHERWISE, words.INCIDENT.format(ends=_listed(ends, words.OR))

    def _label(self, row: Row) -> Phrase:
        if self.table.unread and row is self.table.rows[0]:
            return words.ANY
        shown = [_case(one) for one in row.cases[:MOST_ANSWERS]]
        return joined(", ", [*shown, *([unchanged(f"… ({len(row.cases)})")] if row.cases[MOST_ANSWERS:] else [])])

    def _to(self, to: Lead | Uncaught) -> Phrase:
        if isinstance(to, Uncaught):
            return words.UNCAUGHT.format(code=to.code)
        each = [reduce(_and, map(self._place, way)) if way else words.END for way in to.ways]
        said = reduce(lambda one, other: words.OR_WAY.format(one=one, other=other), dict.fromkeys(each))
        for true, form in ((to.several, words.SEVERAL), (to.more, words.MORE)):
            said = form.format(ways=said) if true else said
        if to.by:
            said = words.DECIDED_BY.format(ways=said, conditions=_texts(to.by))
        if to.ended is not None:
            said = (words.ENDS_LOOP if to.ended else words.AS_LAST).format(ways=said)
        if to.joins:
            said = words.BRANCHES.format(ways=said, at=joined(", ", map(self._element, to.joins)))
        return said

    def _unread(self, unread: Unread) -> Phrase:
        if unread.by_scripts:
            return words.BY_SCRIPT.format(at=joined(", ", map(self._element, unread.by_scripts)))
        if unread.alike:
            return words.ALIKE.format(conditions=_texts(unread.alike))
        if unread.first:
            return words.FIRST.format(at=self._element(unread.first.at), condition=_texts([unread.first]))
        if not unread.variables:
            return words.NOT_BACK
        names = ", ".join(unread.variables[:MOST_ANSWERS])
        return (words.IN_CODE if unread.in_code else words.NOWHERE).format(variables=names)

    def _place(self, place: Place) -> Phrase:
        match place:
            case Stuck(id_):
                return words.STUCK.format(at=self._element(id_))
            case Circle(id_):
                return words.CIRCLE.format(at=self._element(id_))
            case Over(id_):
                return words.END if id_ == self.table.at.id else words.OVER.format(at=self._element(id_))
            case _:
                step = self.steps.get(place)
                return self._end(step) if step and step.kind == "endEvent" else self._element(place)

    def _end(self, end: Step) -> Phrase:
        model = end.model
        kind = words.END
        if end.id in model.ways.terminating:
            kind = words.END_OF_SCOPE if len(end.scopes) > 1 else words.END_OF_ALL
        for thrown in model.raised.thrown:
            kind = words.RAISED[thrown.kind].format(code=thrown.code) if thrown.at == end.id else kind
        if _name(end):
            return words.KIND_NAMED.format(kind=kind, shown=self._element(end.id))
        return words.NAMED_BY_ID.format(kind=kind, id=end.id)

    def _element(self, id_: str) -> Phrase:
        """With its name, if it has one; otherwise with what it is."""
        step = self.steps.get(id_)
        if step and (name := _name(step)):
            return words.NAMED.format(name=one_line(name, LONGEST_NAME), id=id_)
        return words.UNNAMED.format(kind=kind_of(step.kind if step else "process"), id=id_)


def _wrapped(first: str, text: str, indent: str) -> list[str]:
    return wrap(text, COLUMNS, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)


def _name(step: Step) -> str:
    return single_line(step.name or "")


def _case(case: Said | Ending) -> Phrase:
    if isinstance(case, Said):
        given = ", ".join(one for one in case.words if one.casefold() != case.value.casefold())
        return unchanged(one_line(f"{case.value or EMPTY} ({given})" if given else case.value or EMPTY, LONGEST_ANSWER))
    return words.ENDING.format(ending=words.ENDINGS[case])


def _and(one: Phrase, other: Phrase) -> Phrase:
    return words.AND.format(one=one, other=other)


def _listed(several: list[Phrase], last: Phrase) -> Phrase:
    """`a, b or c`."""
    *before, end = several
    return last.format(one=joined(", ", before), other=end) if before else end


def _texts(conditions: Iterable[Condition]) -> str:
    return "; ".join(dict.fromkeys(one_line(one.text, LONGEST_CONDITION) for one in conditions))
