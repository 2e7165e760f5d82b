"""Prepares the ledger for a run, and tells what for if that takes long: work begins only after it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from worker.ledger import opening, schema
from worker.ledger.store import Store
from worker.runtime import clock
from worker.words.codes import Preparing

FIRST_SECONDS = 2.0
"""Workers that start together wait for each other for less."""
AGAIN_SECONDS = 60.0
Tell = Callable[[Preparing, float, float | None], object]
"""Called with what the opening waits for, for how many seconds it has lasted, and after how many it fails, if ever."""
TellUpgraded = Callable[[int, int], object]
"""Called with both versions of a ledger that was upgraded."""


def prepared(
    store: Store,
    portal: str | None,
    engine: str | None,
    *,
    now: Callable[[], float],
    exclusive: bool,
    tell: Tell,
    upgraded: TellUpgraded,
    created: Callable[[], object],
) -> str:
    """Prepare the tables, and bind them to portal and engine; returns the ledger's id. Raises as `opening.prepare`."""
    progress = _Progress(tell, store.preparation_seconds)
    with progress.told(), store.preparation() as tx:
        schema.alone(tx)
        progress.doing = Preparing.CHECK
        id_, before = opening.prepare(tx, portal=portal, engine=engine, now=now(), tell=progress.does)
        if exclusive:
            tx.execute(sa.delete(schema.unread_models))  # the run reads each one anew
        if exclusive and not store.shared:
            started = sa.update(schema.syncs).where(schema.syncs.c.state == "started")
            tx.execute(started.values(state="waiting", due_at=now()))
    if progress.doing is Preparing.NEW:
        created()
    if before < schema.schema_version():
        upgraded(before, schema.schema_version())
    return id_


class _Progress:
    def __init__(self, tell: Tell, most: float | None) -> None:
        self._tell = tell
        self._most = most
        self.doing = Preparing.OTHERS

    def does(self, what: Preparing) -> None:
        self.doing = what

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell after `FIRST_SECONDS`, and each minute again, until the block ends."""
        ended, began = threading.Event(), clock.boottime()
        teller = threading.Thread(target=self._tell_again, args=(ended, began), name="ledger-opening", daemon=True)
        teller.start()
        try:
            yield
        finally:
            ended.set()
            teller.join()

    def _tell_again(self, ended: threading.Event, began: float) -> None:
        wait = FIRST_SECONDS
        while not ended.wait(wait):
            self._tell(self.doing, clock.boottime() - began, self._most)
            wait = AGAIN_SECONDS
