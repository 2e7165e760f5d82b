"""Reads for `explain` what the ledger knows, as far as it can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from worker.commands.explain.deadline import Deadline
from worker.commands.explain.silence import HEARD, silence_of
from worker.config.served import Served
from worker.config.settings import Settings
from worker.ledger import LedgerError, LedgerUnavailable, LedgerUnusable
from worker.ledger.life import Life
from worker.ledger.peers import Silent
from worker.ledger.reader import LedgerReader
from worker.ledger.rows import KEEP_ROWS_SECONDS
from worker.ledger.task_pages import TaskPage
from worker.ledger.view import Views
from worker.runtime import clock

T = TypeVar("T")


class Book:
    """The ledger, as far as it can be read. `unread`: why it cannot, if so."""

    def __init__(self, settings: Settings, served: Served, deadline: Deadline) -> None:
        self._served, self._deadline = served, deadline
        self._fault: LedgerError | None = None
        self._reader: LedgerReader | None = None
        self.unread = HEARD
        deadline.begins("ledger")
        seconds = settings.ledger.heartbeat_seconds
        about = {"portal": settings.portal, "engine": settings.engine}
        try:
            self._reader = LedgerReader(settings.ledger.url, **about, beat_seconds=seconds)
        except LedgerError as error:
            self._fail(error)

    @property
    def opened(self) -> LedgerReader | LedgerError:
        """The ledger, or why it could not be opened or read."""
        return self._fault or self._reader or LedgerError("ledger_unread")

    def close(self) -> None:
        if self._reader:
            self._reader.close()

    def search(self, asked: str) -> TaskPage:
        return self._read("search", lambda views: views.search(asked, self._served)) or TaskPage([])

    def life(self, external_task_id: str) -> Life | None:
        return self._read("step", lambda views: views.life(external_task_id, self._served))

    def workers(self) -> Mapping[str, Silent | None]:
        """The workers of a shared ledger by their ids; of those that have fallen silent, what is known of that."""
        names = self._read("workers", lambda views: views.workers()) or ()
        silent = self._read("silent", lambda views: views.silent()) if names else ()
        return dict.fromkeys(names) | {one.worker: one for one in silent or ()}

    def made_at(self) -> float | None:
        """When the ledger was made, if that is less long ago than it keeps completed steps; None otherwise."""
        made = self._read("age", lambda views: views.made_at())
        return None if made is None or clock.wall() - made > KEEP_ROWS_SECONDS else made

    def _read(self, what: str, look: Callable[[Views], T | None]) -> T | None:
        if self._reader is None or self.unread:
            return None
        if not self._deadline.begins("ledger", what):
            self.unread = self._deadline.why
            return None
        try:
            return look(self._reader.views)
        except LedgerUnavailable as error:
            self._fail(LedgerUnusable(error.trouble))
            return None

    def _fail(self, error: LedgerError) -> None:
        self._fault, self.unread = error, silence_of(error)
