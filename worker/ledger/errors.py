"""Errors of the ledger, one class for each thing the caller can do next."""

from __future__ import annotations

from bitrix.causes import Cause, Trouble
from worker.words.faults import fault_text


class LedgerError(Exception):
    """The ledger cannot be used as it is, and a person must act. The text says where the fault is and how to fix it."""

    def __init__(self, name: str, **facts: object) -> None:
        self.phrase = fault_text(name, **facts)
        super().__init__(str(self.phrase))


class LedgerUnavailable(Exception):
    """The database refused a transaction; nothing of it was recorded. Worth trying again later."""

    @property
    def trouble(self) -> Trouble:
        """The error as log and page show it, with the database's own words."""
        return Trouble("ledger", Cause.LEDGER_AWAY, said=str(self))


class NotStorable(LedgerUnavailable):
    """The database cannot hold a value. Nothing was recorded, and repeating the call with this value will not help.

    This is an error in the task the value comes from, not an outage.
    """
