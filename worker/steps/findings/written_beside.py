"""Finds variables that parallel branches both set: what is read behind them is what the last one has written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import names_in
from worker.steps.findings.changed_beside import given_by, is_local
from worker.steps.findings.served import Served


class WrittenBeside(NamedTuple):
    """A variable that an element sets, as do `others` in parallel branches, and that is read behind both."""

    at: str
    name: str
    others: tuple[str, ...]


def written_beside(process: str, served: Served) -> Iterator[WrittenBeside]:
    """Those of a process. Not of two answers, what all set to one fixed value, or a setter that reads it too."""
    here = {id_: one for id_, one in served.steps.items() if one.process == process}
    given = {one.id: given_by(one, served) for one in served.ours if one.id in here}
    read = dict[str, set[str]]()
    for one in (*served.model.conditions, *served.model.others):
        for name in (name for root in one.parts for name in names_in(root)):
            read.setdefault(name, set()).add(one.at)
    for name in sorted(read.keys() & served.model.setters.keys()):
        named = {id_ for id_ in served.model.setters[name] if id_ in here and not is_local(name, id_, served)}
        setting = {id_ for id_ in named if not served.reads(id_, name)}
        answering = {id_ for id_, names in given.items() if name in names}
        if len(dict.fromkeys(served.model.fixed.get(name, ()))) == 1 and not answering:
            continue
        for at in sorted(setting):
            others = [one for one in sorted(setting | answering) if one in here[at].beside and one != at]
            if any(one in answering or one < at for one in others) and is_read_behind(at, read[name], served):
                yield WrittenBeside(at, name, tuple(others))


def is_read_behind(at: str, readers: set[str], served: Served) -> bool:
    """Whether the flow comes to a reader once it has left an element and all around it."""
    ways, around = served.model.ways, served.steps[at].scopes
    starts = (aim for one in (at, *(scope.id for scope in around)) for aim in ways.flows.get(one, ()))
    behind = reached(starts, ways.onward)
    places = {one for reader in readers for one in (reader, *ways.around(reader))}
    return not behind.isdisjoint(places - {scope.id for scope in around})
