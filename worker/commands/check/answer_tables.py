"""Shows where each answer leads: one block of lines for each step that waits for one. It judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from textwrap import wrap

from worker.mapping.bbcode import single_line
from worker.model import Ending
from worker.steps.bpmn.step import Condition, Step
from worker.steps.bpmn.tree import LONGEST_XML
from worker.steps.findings.answer_leads import Lead
from worker.steps.findings.answer_places import How, Place, Way
from worker.steps.findings.answer_readers import Unread
from worker.steps.findings.answer_rows import Row, Said, Table, Unanswered, Uncaught
from worker.steps.findings.answer_ways import NotSet, Raises, Reason, StillOpen, Unshown
from worker.words.findings import answer_tables as words
from worker.words.look_names import kind_of
from worker.words.phrase import NOTHING, Language, Phrase, joined, unchanged
from worker.words.printable import both_ends, one_line

COLUMNS = 100
WIDEST_LABEL = 30
"""A longer one gets a line of its own."""
LONGEST_ANSWER = 24
LONGEST_NAME = 40
LONGEST_CONDITION = 400
KEPT = "\ue000"
"""Stands for a space within a condition: no line breaks there if the condition fits into one."""
EMPTY = "''"
MOST_ANSWERS = 6
"""How many are named in one row."""
MOST_REASONS = 3
WAY, NO_WAY = "→", " "


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
        rows = [(label.in_(language), [*texts], mark) for label, texts, mark in self._rows()]
        width = max((len(label) for label, _, _ in rows if len(label) <= WIDEST_LABEL), default=0)
        for label, texts, mark in rows:
            if long := len(label) > width:
                yield from _wrapped("  ", label, "    ")
            for number, text in enumerate(texts):
                first = f"  {'' if long or number else label:{width}} {mark} "
                yield from _wrapped(first, text.in_(language), " " * len(first))

    def _head(self) -> Phrase:
        table, at = self.table, self._element(self.table.at.id)
        if table.of_call is None:
            return words.OF_STEP.format(at=at, model=self.model)
        called, variable = table.of_call
        head = words.OF_CALL if table.handed else words.NOT_HANDED_BACK
        return head.format(at=at, model=self.model, called=called, variable=variable, names=", ".join(table.handed))

    def _rows(self) -> Iterator[tuple[Phrase, Iterable[Phrase], str]]:
        """The label of each row, its lines, and what marks them as ways."""
        table = self.table
        for row in table.rows:
            yield self._label(row), self._to(row.to), WAY
            if isinstance(row.to, Lead) and (notes := [*self._notes(row.to)]):
                yield NOTHING, notes, NO_WAY
            if table.unread and row is table.rows[0]:
                yield NOTHING, [self._unread(table.unread)], NO_WAY
        if table.events:
            yield NOTHING, [self._asking(words.ALSO, table.events)], NO_WAY
        if not table.rows:
            yield NOTHING, [words.NO_VARIABLE], NO_WAY
        elif table.of_call is None:
            ends = [words.UNANSWERED, *(words.ENDINGS[end] for end in table.incidents)]
            yield words.OTHERWISE, [words.INCIDENT.format(ends=_listed(ends, words.OR))], WAY

    def _label(self, row: Row) -> Phrase:
        if self.table.unread and row is self.table.rows[0]:
            return words.ANY
        shown = [self._case(one) for one in row.cases[:MOST_ANSWERS]]
        return joined(", ", [*shown, *([unchanged(f"… ({len(row.cases)})")] if row.cases[MOST_ANSWERS:] else [])])

    def _case(self, case: Said | Ending | Unanswered) -> Phrase:
        if isinstance(case, Unanswered):
            old = None if case.old is None else one_line(case.old, LONGEST_ANSWER) or EMPTY
            said = words.NO_ANSWER if old is None else words.OLD_ANSWER.format(old=old)
            by = words.ENDED_BY.format(case=said, event=self._element(case.by)) if case.by else said
            return words.ENDING.format(ending=by)
        if isinstance(case, Said):
            given = ", ".join(one for one in case.words if one.casefold() != case.value.casefold())
            text = f"{case.value or EMPTY} ({given})" if given else case.value or EMPTY
            return unchanged(one_line(text, LONGEST_ANSWER))
        return words.ENDING.format(ending=words.ENDINGS[case])

    def _to(self, to: Lead | Uncaught) -> Iterator[Phrase]:
        """One line for each way."""
        if isinstance(to, Uncaught):
            yield words.UNCAUGHT.format(code=to.code)
            return
        shared = _shared([place for way in to.ways for place in way.places]) if to.ways[1:] else ()
        for way in to.ways:
            if to.more and way is to.ways[-1]:
                yield words.MORE
            said = self._way(way, shared)
            if way.by:
                said = words.IF.format(way=said, reasons=_reasons(way.by))
            elif to.ways[1:]:
                said = words.LAST.format(way=said)
            if to.ended is not None and way is to.ways[0]:
                said = (words.ENDS_LOOP if to.ended else words.AS_LAST).format(way=said)
            yield said

    def _notes(self, lead: Lead) -> Iterator[Phrase]:
        for id_ in _shared([place for way in lead.ways for place in way.places]) if lead.ways[1:] else ():
            yield self._passing(id_)
        if lead.several:
            yield words.SEVERAL

    def _way(self, way: Way, besides: tuple[str, ...]) -> Phrase:
        """All its places; what all of them have passed is said once, `besides` not at all."""
        shared = _shared(way.places)
        each = dict.fromkeys(self._at(one, () if shared else one.past) for one in way.places)
        return self._passed(reduce(_and, each), () if besides else shared)

    def _at(self, place: Place, past: tuple[str, ...]) -> Phrase:
        """A place, with what it has passed, and what decides about it alone."""
        said = self._passed(self._place(place), past)
        for form, reasons in ((words.ONLY_IF, place.when), (words.UNLESS, place.unless)):
            said = form.format(way=said, reasons=_reasons(reasons)) if reasons else said
        return said

    def _passed(self, said: Phrase, past: tuple[str, ...]) -> Phrase:
        return reduce(lambda one, id_: words.PASSED.format(way=one, passed=self._passing(id_)), past, said)

    def _passing(self, id_: str) -> Phrase:
        """What the flow has passed that waits for other branches, ends them, or raises something."""
        step = self.steps[id_]
        if step.kind in ("endEvent", "intermediateThrowEvent"):
            return words.BY.format(at=self._end(step))
        if step.kind in ("startEvent", "boundaryEvent", "intermediateCatchEvent"):
            return words.BY.format(at=self._element(id_))
        return words.BRANCHES.format(at=self._element(id_))

    def _unread(self, unread: Unread) -> Phrase:
        if unread.by_scripts:
            return words.BY_SCRIPT.format(at=self._elements(unread.by_scripts))
        if unread.alike:
            return words.ALIKE.format(conditions=_texts(unread.alike))
        if unread.first:
            return words.FIRST.format(at=self._element(unread.first.at), condition=_texts([unread.first]))
        if unread.aside:
            return self._asking(words.ASIDE, unread.aside)
        if not unread.variables:
            return words.NOT_BACK
        names = ", ".join(unread.variables[:MOST_ANSWERS])
        if unread.readers:
            form = words.READ_BY_CODE if unread.in_code else words.READ_BY
            return form.format(variables=names, readers=self._elements(unread.readers))
        if unread.deciding and not unread.in_code:
            return words.BY_TABLE.format(variables=names, tables=self._elements(unread.deciding))
        return (words.IN_CODE if unread.in_code else words.NOWHERE).format(variables=names)

    def _asking(self, form: Phrase, conditions: Sequence[Condition]) -> Phrase:
        at = self._elements([*dict.fromkeys(one.at for one in conditions)])
        return form.format(at=at, condition=_texts(conditions))

    def _elements(self, ids: Sequence[str]) -> Phrase:
        shown = [self._element(one) for one in ids[:MOST_ANSWERS]]
        return joined(", ", [*shown, *([unchanged("…")] if ids[MOST_ANSWERS:] else [])])

    def _place(self, place: Place) -> Phrase:
        step, at = self.steps.get(place.id), self._element(place.id)
        ends = step is not None and step.kind == "endEvent"
        match place.how:
            case How.STUCK if place.failing:
                return words.NEITHER.format(at=at, condition=_texts([place.failing]))
            case How.STUCK:
                return words.STUCK.format(at=at)
            case How.UNREAD if place.failing:
                return words.UNREAD.format(at=at, expression=_texts([place.failing]))
            case How.CIRCLE:
                return words.CIRCLE.format(at=at)
            case How.WAITING:
                return words.WAITING.format(at=at)
            case How.BRANCH:
                return self._named(words.END_OF_BRANCH, step) if step and ends else words.BRANCH_OVER.format(at=at)
            case How.OVER:
                return words.END if place.id == self.table.at.id else words.OVER.format(at=at)
        return self._last(step) if step and ends else at

    def _last(self, end: Step) -> Phrase:
        """An end behind which nothing follows: what it raises is caught by nothing."""
        raises = any(one.at == end.id for one in end.model.raised.thrown)
        return words.NOT_CAUGHT.format(end=self._end(end)) if raises else self._end(end)

    def _end(self, event: Step) -> Phrase:
        """What an event ends or raises."""
        model, inside = event.model, len(event.scopes) > 1
        kind = words.END if inside or not event.beside else words.END_LAST
        if event.id in model.ways.cancelling:
            kind = words.CANCELLED
        elif event.id in model.ways.terminating:
            kind = words.END_OF_SCOPE if inside else words.END_OF_ALL
        if event.id in model.ways.compensating:
            kind = words.COMPENSATION if event.kind != "endEvent" else words.AFTER_COMPENSATION.format(end=kind)
        for thrown in model.raised.thrown:
            kind = words.RAISED[thrown.kind].format(code=thrown.code) if thrown.at == event.id else kind
        return self._named(kind, event)

    def _named(self, kind: Phrase, event: Step) -> Phrase:
        if _name(event):
            return words.KIND_NAMED.format(kind=kind, shown=self._element(event.id))
        return words.NAMED_BY_ID.format(kind=kind, id=event.id)

    def _element(self, id_: str) -> Phrase:
        """With its name, if it has one; otherwise with what it is."""
        step = self.steps.get(id_)
        if step and (name := _name(step)):
            return words.NAMED.format(name=one_line(name, LONGEST_NAME), id=id_)
        if step is None and not any(id_ == scope.id for one in self.steps.values() for scope in one.scopes):
            return words.NOT_THERE.format(id=id_)
        return words.UNNAMED.format(kind=kind_of(step.kind if step else "process"), id=id_)


def _wrapped(first: str, text: str, indent: str) -> list[str]:
    room = COLUMNS - len(indent)
    words = (one if len(one) <= room else one.replace(KEPT, " ") for one in text.split(" "))
    lines = wrap(" ".join(words), COLUMNS, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
    return [one.replace(KEPT, " ") for one in lines]


def _name(step: Step) -> str:
    return single_line(step.name or "")


def _shared(places: Sequence[Place]) -> tuple[str, ...]:
    """What all of these have passed, if it is the same."""
    several = {one.past for one in places}
    return several.pop() if len(several) == 1 else ()


def _and(one: Phrase, other: Phrase) -> Phrase:
    return words.AND.format(one=one, other=other)


def _listed(several: list[Phrase], last: Phrase) -> Phrase:
    """`a, b or c`."""
    *before, end = several
    return last.format(one=joined(", ", before), other=end) if before else end


def _texts(conditions: Iterable[Condition]) -> str:
    return "; ".join(dict.fromkeys(map(_text, conditions)))


def _text(condition: Condition) -> str:
    """A condition to its end: conditions at one element often begin alike, and differ in what comes last."""
    shown = both_ends(one_line(condition.text, LONGEST_XML), LONGEST_CONDITION)
    return shown.replace(" ", KEPT)


def _reasons(reasons: Sequence[Reason]) -> Phrase:
    shown = [_reason(one) for one in reasons[:MOST_REASONS]]
    return reduce(_and, [*shown, *([unchanged("…")] if reasons[MOST_REASONS:] else [])])


def _reason(reason: Reason) -> Phrase:
    match reason:
        case Unshown():
            return words.UNSHOWN[reason.value]
        case Raises(kind, code):
            return words.CALLED_RAISES[kind].format(code=code)
        case StillOpen(at):
            return words.STILL_OPEN.format(at=at)
        case NotSet(names):
            return words.NOT_SET.format(names=", ".join(names))
    return unchanged(_text(reason))
