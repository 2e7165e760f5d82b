"""Pages through the tasks of the ledger, and finds one by what people know of it.

An index gives each page: no row is read that is not shown, however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.rows import LONGEST_NAME
from worker.ledger.schema import tasks
from worker.ledger.seen import SeenTask, Strangers, with_what_is_owed
from worker.model import Stage
from worker.words.printable import one_line

NEWEST = 30
"""Tasks of one page."""
MOST_FOUND = 100
NUMBER = re.compile(r"(?:№|#)?\s*([1-9][0-9]{0,17})")
LAST = "\U0010ffff"
"""Greater than any other character."""
NAMES = (tasks.c.external_task_id, tasks.c.process_instance_id, tasks.c.business_key)
SHOWN = tuple(column for column in tasks.c if column.name != "draft")


class Cursor(NamedTuple):
    """The last task of a page. Tasks older than it follow: by the time of their last change, then by their id."""

    at: float
    external_task_id: str

    def __str__(self) -> str:
        return f"{self.at!r}~{self.external_task_id}"


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Tasks, the last changed first. `older`: where the next page begins; None: there is none, or it was a search."""

    tasks: Sequence[SeenTask]
    older: Cursor | None = None
    cut: bool = False
    """More tasks were found than are shown."""
    exact: bool = False
    """They were found by a whole name of theirs, not only by its beginning."""


def cursor_of(text: str) -> Cursor | None:
    """The cursor that was written as this text; None if it is none."""
    at, _, id_ = text.partition("~")
    try:
        moment = float(at)
    except ValueError:
        return None
    return Cursor(moment, id_) if id_ and abs(moment) < 1e15 else None  # also drops "nan" and "inf"


def newest(tx: Connection, strangers: Strangers, before: Cursor | None = None) -> TaskPage:
    """One page of all stages, read stage by stage: an index by time alone would slow every write."""
    rows = [row for stage in Stage for row in tx.execute(newest_of(stage, before))]
    rows.sort(key=lambda row: (row.updated_at, row.external_task_id), reverse=True)
    shown, rest = rows[:NEWEST], rows[NEWEST:]
    older = Cursor(shown[-1].updated_at, shown[-1].external_task_id) if rest else None
    return TaskPage(with_what_is_owed(tx, shown, strangers), older)


def newest_of(stage: Stage, before: Cursor | None = None) -> sa.Select[Any]:
    """The newest rows of one stage, one more than a page has, found by the index `tasks_by_stage`."""
    order = (tasks.c.updated_at.desc(), tasks.c.external_task_id.desc())
    query = sa.select(*SHOWN).where(tasks.c.stage == stage).order_by(*order).limit(NEWEST + 1)
    if before is None:
        return query
    at, id_ = tasks.c.updated_at, tasks.c.external_task_id
    return query.where(at <= before.at, sa.or_(at < before.at, id_ < before.external_task_id))


def found(tx: Connection, strangers: Strangers, words: str) -> TaskPage:
    """The tasks that `words` name exactly; without any, those of which an id or a business key begins so."""
    asked = one_line(words, LONGEST_NAME)
    whole = _rows(tx, exact(asked)) if asked else []
    rows = whole or (_rows(tx, beginning(asked, tx.dialect.name)) if asked else [])
    rows.sort(key=lambda row: (row.updated_at, row.external_task_id), reverse=True)
    return TaskPage(with_what_is_owed(tx, rows[:MOST_FOUND], strangers), cut=len(rows) > MOST_FOUND, exact=bool(whole))


def exact(asked: str) -> Iterator[sa.Select[Any]]:
    """A query for each thing that this may be in full."""
    if number := NUMBER.fullmatch(asked):
        yield _some(tasks.c.portal_task_id == int(number[1]))
    for column in NAMES:
        yield _some(column == asked)


def beginning(asked: str, dialect: str) -> Iterator[sa.Select[Any]]:
    """A query for each thing of which this may be the beginning, in the form that the database's index answers."""
    for column in NAMES:
        if dialect == "postgresql":
            yield _some(column.startswith(asked, autoescape=True))
        else:
            yield _some(sa.and_(column >= asked, column < asked + LAST))


def _some(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*SHOWN).where(which).limit(MOST_FOUND + 1)


def _rows(tx: Connection, queries: Iterable[sa.Select[Any]]) -> list[sa.Row[Any]]:
    """What the queries find, each row once."""
    found = {row.external_task_id: row for query in queries for row in tx.execute(query)}
    return list(found.values())
