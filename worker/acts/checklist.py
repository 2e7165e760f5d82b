"""A checklist of a created task: its heading and the tree of its items.

The portal adds item by item and knows no key to find one again. So the items are added level by level in a fixed order,
and those added are always the first ones of the plan: after a lost answer the portal's rows are compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from bitrix import reading
from bitrix.batch import BATCH, MOST, SUBSTITUTED, batch, command, executed
from bitrix.titles import fits, is_ambiguous, shows_escaped
from worker.acts.kind import Call, Kind, Progress, Read, Removed, Unusable
from worker.words.phrase import Phrase

ADD = "task.checklistitem.add"
LIST = "task.checklistitem.getlist"
Row = tuple[int, int, str]
"""A row of the portal: its number, its parent's (0: none), its title."""
Node = Mapping[str, Any]


class Checklist(Kind):
    """Payload: `nodes`, the heading first, then the items of each level; `nth`: which of the lists of this title it is.

    A node has `title`, `parent` (its place in `nodes`; the heading has none), `important`, `accomplices`, `auditors`.
    Progress: `ids`, the numbers of the first nodes on the portal; None: added, and its number is not known. `after`:
    the largest number on the task before the heading was sent. The portal's numbers grow, so a look takes only roots
    with a greater one. It is read where a root of this title can be there already: after a list of the same title, and
    where the title can be mistaken for another. A task just created has no others, and a look has just shown none.
    Source: documentation of `task.checklistitem.add`, which takes its parameters by their order.
    """

    name = "checklist"

    def title(self, payload: Mapping[str, Any]) -> Phrase:
        title = payload["nodes"][0]["title"]
        return Phrase(f"чек-лист «{title}»", f"checklist “{title}”")

    def next_call(self, task_id: int, payload: Mapping[str, Any], progress: Progress) -> Call | None:
        nodes, ids = payload["nodes"], _ids(progress)
        if len(ids) >= len(nodes) or (ids and ids[0] is None):
            return None
        some = list(_together(nodes, ids))
        if len(some) == 1:
            before = partial(_newest, task_id) if _must_be_told_apart(payload, progress) else None
            fields = _fields(nodes[some[0]], ids)
            return Call(ADD, [task_id, fields], lambda result: {"ids": [*ids, _number(result)]}, before)
        commands = [command(ADD, [task_id, _fields(nodes[n], ids, index=_index(nodes, n))]) for n in some]
        return Call(BATCH, batch(commands), lambda result: {"ids": [*ids, *_added(result, len(some))]})

    def look(self, task_id: int, payload: Mapping[str, Any], progress: Progress, read: Read) -> Progress:
        """The last item of the plan that is there counts, with all before it: people rename and delete meanwhile."""
        ids = _ids(progress)
        rows = _rows(read(LIST, [task_id]))
        shown = {id_ for id_, _, _ in rows}
        if ids and ids[0] not in shown:
            raise Removed
        there = [id_ if id_ in shown else None for id_ in ids]
        found = _matched(payload, progress, there, rows)
        if len(found) > len(ids):
            return {"ids": found}
        if any(ids[parent] and not there[parent] for parent in _parents(payload["nodes"], len(ids))):
            raise Removed({"ids": there})  # the portal would refuse an item below it
        return progress


def _ids(progress: Progress) -> list[int | None]:
    return list(progress.get("ids", ()))


def _must_be_told_apart(payload: Mapping[str, Any], progress: Progress) -> bool:
    """Whether the heading is next, and what the task has already may be taken for it."""
    title = payload["nodes"][0]["title"]
    return not progress and (payload.get("nth", 0) > 0 or is_ambiguous(title))


def _newest(task_id: int, read: Read) -> Progress:
    return {"after": max((id_ for id_, _, _ in _rows(read(LIST, [task_id]))), default=0)}


def _parents(nodes: Sequence[Node], first: int) -> list[int]:
    """The places of the nodes that are added already, and that some of those from `first` on belong below."""
    parents = {node["parent"] for node in nodes[first:]} - {None}
    return [parent for parent in parents if parent < first]


def _together(nodes: Sequence[Node], ids: Sequence[int | None]) -> Iterator[int]:
    """The places of the next nodes that one call may add: their parents are known, and no title is substituted."""
    first = len(ids)
    for place in range(first, min(first + MOST, len(nodes))):
        parent = nodes[place]["parent"]
        alone = parent is None or SUBSTITUTED in nodes[place]["title"]
        if place > first and (alone or parent >= first):
            return
        yield place
        if alone:
            return


def _fields(node: Node, ids: Sequence[int | None], *, index: int | None = None) -> dict[str, Any]:
    """What the portal takes of an item. If its parent was renamed or deleted meanwhile, it goes below the heading."""
    parent = 0 if node["parent"] is None else ids[node["parent"]] or ids[0]
    fields: dict[str, Any] = {"TITLE": node["title"], "PARENT_ID": parent}
    if index is not None:
        fields["SORT_INDEX"] = index
    if node.get("important"):
        fields["IS_IMPORTANT"] = "Y"
    roles = [(person, "A") for person in node.get("accomplices", ())]
    roles += [(person, "U") for person in node.get("auditors", ())]
    if roles:
        fields["MEMBERS"] = {str(person): {"TYPE": role} for person, role in roles}
    return fields


def _index(nodes: Sequence[Node], place: int) -> int:
    """Its place among its neighbours, from 1.

    In a batch all values are texts, and the portal, which compares the parent strictly, would find no neighbours and
    put every item first.
    """
    return sum(node["parent"] == nodes[place]["parent"] for node in nodes[: place + 1])


def _number(result: Any) -> int:
    number = reading.whole(result)
    if not number:
        raise Unusable("the answer carries no number of an item")
    return number


def _added(result: Any, count: int) -> list[int]:
    return [_number(one) for one in executed(ADD, result, count)]


def _rows(result: Any) -> list[Row]:
    """The portal's rows in the order of their making."""
    if not isinstance(result, list) or not all(isinstance(row, dict) for row in result):
        raise Unusable("the answer is not a list of items")
    rows = []
    for row in result:
        id_, parent = reading.whole(row.get("ID")), reading.whole(row.get("PARENT_ID") or 0, least=0)
        if not id_ or parent is None:
            raise Unusable("an item without a number")
        rows.append((id_, parent, reading.written(row.get("TITLE")) or ""))
    return sorted(rows)


def _matched(
    payload: Mapping[str, Any], progress: Progress, there: Sequence[int | None], rows: Sequence[Row]
) -> list[int | None]:
    """The numbers of all nodes up to the last one that is there. None: renamed or deleted meanwhile."""
    nodes, found, last = payload["nodes"], list(there), len(there)
    shown = {id_: title for id_, _, title in rows}
    ours = [(nodes[place]["title"], shown[id_]) for place, id_ in enumerate(there) if id_]
    escaped = shows_escaped(shown.values(), ours)
    free = [row for row in rows if row[0] not in there]
    for place in range(len(there), len(nodes)):
        parent, title = nodes[place]["parent"], nodes[place]["title"]
        same = [row for row in free if fits(title, row[2], escaped=escaped)]
        if parent is None:
            row = _heading(payload, progress, same)
            if row is None:
                break
        else:
            above = {found[parent]} - {None} or {id_ for id_, _, _ in free}
            row = next((one for one in same if one[1] in above), None)
        found.append(row[0] if row else None)
        if row:
            free.remove(row)
            last = place + 1
    return found[:last]


def _heading(payload: Mapping[str, Any], progress: Progress, same: Sequence[Row]) -> Row | None:
    """Ours among the roots of its title. Without `after`, earlier lists of this title are taken to be there, too."""
    after = progress.get("after")
    roots = [row for row in same if row[1] == 0 and row[0] > (after or 0)]
    first = payload.get("nth", 0) if after is None else 0
    return roots[first] if len(roots) > first else None
