"""Errors of the ledger, one class for each thing the caller can do next."""

from __future__ import annotations

from bitrix.causes import Cause, Trouble
from worker.words.causes import with_cure
from worker.words.faults import fault_text


class LedgerError(Exception):
    """The ledger cannot be used as it is, and a person must act. The text says where the fault is and how to fix it.

    `name`: of the fault, for programs. `path`: of the file at fault; empty: it is none.
    """

    def __init__(self, name: str, **facts: object) -> None:
        self.name = name
        self.path = str(facts.get("path", ""))
        self.phrase = fault_text(name, **facts)
        super().__init__(str(self.phrase))


class LedgerUnusable(LedgerError):
    """The ledger cannot be opened, for one of the causes of the catalogue."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__("ledger_unusable", words=with_cure(self))


class LedgerUnavailable(Exception):
    """The database refused a transaction; nothing of it was recorded. Worth trying again later.

    `said`: the database's own words; `trouble`: the facts by which log and page name the cause.
    """

    def __init__(self, said: str, trouble: Trouble | None = None) -> None:
        super().__init__(said)
        self.trouble = trouble or Trouble("ledger", Cause.LEDGER_AWAY, said=said)


class NotStorable(LedgerUnavailable):
    """The database cannot hold a value. Nothing was recorded, and repeating the call with this value will not help.

    This is an error in the task the value comes from, not an outage.
    """
