"""Counters that reach the ledger with the work that they count, in one statement for all who are committed together."""

from __future__ import annotations

from collections import Counter
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

KEPT = "counted"
COUNT = sa.text(
    "INSERT INTO counters (name, value) VALUES (:which, :more)"
    " ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value"
)


def count(tx: Connection, name: str, by: int = 1) -> None:
    """Add to a counter when `tx` is committed: its row, which everybody counts in, is locked no longer than needed."""
    cast("Counter[str]", tx.info.setdefault(KEPT, Counter()))[name] += by


def counted(tx: Connection) -> Counter[str]:
    """What was counted in `tx` since it was last asked; written by nobody else from here on."""
    return cast("Counter[str]", tx.info.pop(KEPT, Counter()))


def write(tx: Connection, counts: Counter[str]) -> None:
    """Write what was counted, in one order for all: two writers must not wait for each other's rows."""
    if counts:
        tx.execute(COUNT, [{"which": name, "more": by} for name, by in sorted(counts.items())])
