"""Tells of a call that hands answers back where each of them leads, and where its caller goes without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.juel_values import UNKNOWN, UNSET, names_in
from worker.steps.bpmn.step import Condition
from worker.steps.findings.answer_leads import Lead
from worker.steps.findings.answer_places import How, Place, Way
from worker.steps.findings.answer_rows import Row, Said, Silence, Table, with_silence
from worker.steps.findings.answer_table import Leading
from worker.steps.findings.call_ends import CallEnds, ends_of_call, handed_back
from worker.steps.findings.lack import asks_for_lack
from worker.steps.findings.old_answers import Before, Old, OldAnswers
from worker.steps.findings.served import Served
from worker.steps.findings.unset_behind import UnsetBehind
from worker.steps.findings.worlds_at import WorldsOf


class Handed(NamedTuple):
    """An answer of a called process: its variable there, its values, and what the caller reads in its place in vain.

    `silent`: the process may end without it.
    """

    variable: str
    values: Iterable[Any]
    missed: Iterable[str] = ()
    silent: bool = False


class _End(NamedTuple):
    """What the variable of an answer that nobody has given is at the end of the called process, and in the caller."""

    inside: Any
    ours: Any
    old: Old | None = None


def table_of_call(call: Call, caller: Served, called: Served, answer: Handed, olds: OldAnswers) -> Table:
    """Where the answers lead that a call hands back. `olds`: those of the caller."""
    variable, at = answer.variable, caller.steps[call.id]
    given, ends, failing = dict[Said, dict[str, Any]](), dict[Said, CallEnds](), dict[Said, Lead]()
    missed = dict.fromkeys(answer.missed, UNSET)
    unset = [{**one, **missed} for one in UnsetBehind(caller).worlds(at)]
    leading = Leading(caller, at, unset, WorldsOf(caller))
    outs = [out.target for out in call.outs if variable in names_in(out.node)]
    handed = tuple(dict.fromkeys([*outs, *([variable] if call.all else [])]))
    for value in answer.values:
        after, said = ends_of_call(called, variable, value), Said(str(value))
        lacks = _lacking(call, after.without, olds)
        back, own = handed_back(call, {**lacks, variable: value}), {variable: value} if call.all else {}
        if back.failing:
            failing[said] = _unread(call, back.failing)
        else:
            ends[said], given[said] = after, {**_kept_unset(call, lacks, olds), **back.values, **own}
    besides = {name for one in given.values() for name in one if name not in handed}
    rows, unread = leading.rows(given, ends, besides)
    rows += [Row((said,), lead) for said, lead in failing.items()]
    table = Table(at, tuple(rows), unread, (), (call.called, variable), handed)
    if not answer.silent:
        return table
    rows, _ = with_silence(rows, [*_silence(call, variable, olds, leading)], unread)
    further = leading.further(handed)
    judged, alike = further.rows(given, ends, besides)
    judged += [Row((said,), lead) for said, lead in failing.items()]
    judged, kept = with_silence(judged, [*_silence(call, variable, olds, further)], alike)
    return table._replace(rows=tuple(rows), judged=tuple(judged), olds=tuple(kept))


def _silence(call: Call, variable: str, olds: OldAnswers, leading: Leading) -> Iterator[Silence]:
    """Where the caller goes if the called process ends without this answer, first that without an earlier one."""
    before = _before(call, variable, olds)
    known, nothing = bool(before.unset or before.olds), None if variable in call.passed else UNSET
    if not known and (variable in call.passed or call.passes_all):
        return
    ends = [_End(nothing, nothing if known else UNKNOWN), *(_End(one.value, one.value, one) for one in before.olds)]
    for inside, ours, old in ends:
        keeps = old is not None and variable not in call.passed and not call.passes_all
        back = handed_back(call, {variable: UNSET if keeps else inside})
        values = {**({variable: ours} if call.all and ours is not UNKNOWN else {}), **back.values}
        if values or back.failing:
            lead = _unread(call, back.failing) if back.failing else leading.lead(values)
            meant = any(asks_for_lack(out.node, [variable]) for out in call.outs) or leading.means_lack(values)
            yield Silence(lead, old, old is not None or before.unset or not known, meant)


def _before(call: Call, variable: str, olds: OldAnswers) -> Before:
    """What the called process begins with in this variable, or what its caller keeps there."""
    if variable in call.passed:
        source = dict(call.sources).get(variable, "")
        return olds.at(call.id, source) if olds.gives(source) else Before()  # of another one nothing is known
    return olds.at(call.id, variable) if call.passes_all or call.all else Before()


def _lacking(call: Call, without: Iterable[str], olds: OldAnswers) -> dict[str, Any]:
    """Those of the answers that nobody gave in the called process of which it has nothing at its end."""
    lacks = {*without} - call.passed
    return dict.fromkeys((one for one in lacks if not call.passes_all or _is_unset(call, one, olds)), UNSET)


def _kept_unset(call: Call, lacks: Iterable[str], olds: OldAnswers) -> dict[str, Any]:
    """Those of them that the caller then has not either."""
    return dict.fromkeys((one for one in lacks if call.all and _is_unset(call, one, olds)), UNSET)


def _is_unset(call: Call, variable: str, olds: OldAnswers) -> bool:
    """Whether the caller surely has nothing in a variable when it comes to the call."""
    before = olds.at(call.id, variable)
    return before.unset and not before.olds


def _unread(call: Call, node: Node) -> Lead:
    """The called process cannot end: the engine cannot evaluate what the call hands back."""
    failing = Condition(f"${{{node.text}}}", (node,), call.id)
    return Lead((Way((Place(call.id, How.UNREAD, failing=failing),)),))
