"""What can go wrong with the ledger, by what the caller may do next."""

from __future__ import annotations

from bitrix.causes import Cause, Trouble
from worker.words.faults import Language, fault_text


class LedgerError(Exception):
    """The ledger cannot be used as it is; the text names the place and the cure. A person must act."""

    def __init__(self, name: str, **facts: object) -> None:
        self._name = name
        self._facts = facts
        super().__init__(self.told("en"))

    def told(self, language: Language) -> str:
        """What is wrong and what to do."""
        return fault_text(language, self._name, **self._facts)


class LedgerUnavailable(Exception):
    """The database refused a transaction; nothing of it was recorded. Worth trying again later."""

    @property
    def trouble(self) -> Trouble:
        """What there is to tell of it: the database's own words."""
        return Trouble("ledger", Cause.LEDGER_AWAY, said=str(self))


class NotStorable(LedgerUnavailable):
    """A value that this database cannot hold; nothing was recorded, and trying again with the same value is no use.

    The fault of whose value it is, and no outage.
    """
