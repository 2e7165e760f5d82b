"""The counters of the ledger: each grows in the transaction that records the work it counts."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Self, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.prepared import Prepared


class Counted(StrEnum):
    """What the ledger counts. Each member is a counter of `status` and of the log's statistics, and a metric.

    The value is its name, which users hold; `about` is what the metric says of itself.
    """

    about: str

    def __new__(cls, name: str, about: str) -> Self:
        member = str.__new__(cls, name)
        member._value_ = name
        member.about = about
        return member

    TASKS_FETCHED = (
        "tasks_fetched",
        "External tasks that the engine handed out, every time; not those that wait for people.",
    )
    WAITING_FETCHED = "waiting_steps_fetched", "Steps that wait for people, handed out once more: after a restart, say."
    TASKS_CREATED = "tasks_created", "Bitrix24 tasks that this worker created."
    TASKS_ADOPTED = "tasks_adopted", "Bitrix24 tasks that already existed and were found by their markers."
    TASKS_COMPLETED = "tasks_completed", "Completions and BPMN errors that the engine accepted."
    TASKS_FAILED = "tasks_failed", "Failures that the engine accepted; every attempt counts."
    TASKS_GONE = "tasks_gone", "Outcomes for external tasks that the engine no longer knew."
    ACTS_DONE = "acts_done", "Checklists, comments and other additions to created tasks that were completed."
    ACTS_GIVEN_UP = "acts_given_up", "Additions to created tasks that failed or are unknown; their steps went on."
    MARKERS_DROPPED = "markers_dropped", "Bitrix24 tasks whose marker the portal did not keep."
    SYNC_REQUESTS_SENT = "sync_requests_sent", "Synchronisations that the portal accepted."
    SYNC_REQUESTS_FAILED = "sync_requests_failed", "Series of attempts at one synchronisation that all failed."
    SYNC_REQUESTS_SKIPPED = "sync_requests_skipped", "Synchronisations without a process instance to name."


PROBES = "probes"
"""Counts nothing of interest: a write that proves the ledger can be written."""
KEPT = "counted"
COUNT = Prepared(
    sa.text(
        "INSERT INTO counters (name, value) VALUES (:which, :more)"
        " ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value"
    )
)


def count(tx: Connection, name: Counted, by: int = 1) -> None:
    """Add to a counter when `tx` is committed: its row, which all writers share, is locked no longer than needed."""
    _kept(tx)[name.value] += by


def prove_writable(tx: Connection) -> None:
    """Write something when `tx` is committed."""
    _kept(tx)[PROBES] += 1


def counted(tx: Connection) -> Counter[str]:
    """What `tx` has counted since the last call; the caller must write it."""
    return cast("Counter[str]", tx.info.pop(KEPT, Counter()))


def write(tx: Connection, counts: Counter[str]) -> None:
    """Write what was counted, always in the same order: two writers must not wait for each other's rows."""
    if counts:
        COUNT.each(tx, [{"which": name, "more": by} for name, by in sorted(counts.items())])


def _kept(tx: Connection) -> Counter[str]:
    return cast("Counter[str]", tx.info.setdefault(KEPT, Counter()))
