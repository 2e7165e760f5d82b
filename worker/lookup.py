"""Which external tasks have a Bitrix24 task already: one look-up for a whole fetch, and never a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from bitrix.errors import LookupUnproven, PortalError
from bitrix.tasks import Tasks
from worker.ledger import Ledger
from worker.model import MARKER_PREFIX, FetchedTask, marker_of
from worker.telemetry import Telemetry

BATCH = 37
"""Markers in one call; with three witnesses 40, which leaves room on a page of 50 for copied tasks."""
CLOCKS_APART_SECONDS = 600.0
"""How far the engine's clock and ours may disagree about what is older than the ledger."""

T = TypeVar("T")
Heard = Callable[[str, PortalError | None], None]


def _unheard(_method: str, _error: PortalError | None) -> None:
    """For commands, which have no gate."""


class Lookup:
    """Finds the Bitrix24 tasks of external tasks by their marker.

    `heard` hears of answers that cannot be believed: the client cannot tell.
    """

    def __init__(self, tasks: Tasks, ledger: Ledger, telemetry: Telemetry, heard: Heard = _unheard) -> None:
        self._tasks = tasks
        self._heard = heard
        self._ledger = ledger
        self._telemetry = telemetry
        self._has_old_field: bool | None = None

    def find(self, fetched: Sequence[FetchedTask], *, everywhere: bool = False) -> dict[str, int]:
        """External task id → Bitrix24 task id, for those that have one; what is missing is proven absent.

        `everywhere`: by the old installation's field too, whenever the step began.
        Raises `PortalError`: a look-up that failed or cannot be believed is never "absent". Safe to repeat.
        """
        try:
            found = self._found(fetched, everywhere=everywhere)
        except LookupUnproven as error:
            self._heard(error.method, error)
            raise
        self._telemetry.emit("task.looked_up", count=len(fetched), found=len(found))
        return found

    def _found(self, fetched: Sequence[FetchedTask], *, everywhere: bool) -> dict[str, int]:
        found: dict[str, int] = {}
        for batch in _batches(fetched):
            found |= self._by_marker([task.id for task in batch])
        missing = [task for task in fetched if task.id not in found]
        older = missing if everywhere or not missing else self._older(missing)
        if older and self.old_field_exists():
            for batch in _batches(older):
                found |= self._tasks.look_up_by_field([task.id for task in batch])
        return found

    def _by_marker(self, ids: Sequence[str]) -> Mapping[str, int]:
        markers = [marker_of(id_) for id_ in ids]
        known = [id_ for id_ in self._ledger.newest_created() if id_ not in ids]
        witnesses = [marker_of(id_) for id_ in known]
        try:
            found = self._tasks.look_up(markers, witnesses)
        except LookupUnproven as error:
            self._telemetry.emit("lookup.unproven", reason=str(error))
            if not witnesses:
                raise
            # Our witnesses may have been deleted on the portal: let the portal name its own.
            found = self._tasks.look_up(markers, some_exist=not self._are_gone(known))
        return {marker.removeprefix(MARKER_PREFIX): id_ for marker, id_ in found.items()}

    def _are_gone(self, known: Sequence[str]) -> bool:
        """Whether each of them was deleted, as the portal says when it is asked by number instead of searched."""
        numbers = [row.portal_task_id for row in self._ledger.known(known).values()]
        if len(numbers) < len(known):
            return False  # a row was pruned in this moment: nobody can ask for its task any more
        return all(number is not None and self._tasks.is_gone(number) for number in numbers)

    def _older(self, tasks: Sequence[FetchedTask]) -> list[FetchedTask]:
        """Begun when the installation that we replace may still have served them, by its own field only."""
        until = self._ledger.waiting.replaced_at() + CLOCKS_APART_SECONDS
        return [task for task in tasks if task.create_time is None or task.create_time.timestamp() < until]

    def old_field_exists(self) -> bool:
        """Whether the portal has the field by which the old installation tied its tasks."""
        if self._has_old_field is None:
            self._has_old_field = "UF_CAMUNDA_ID_EXTERNAL_TASK" in self._tasks.user_fields()
        return self._has_old_field


def _batches(items: Sequence[T] | Iterable[T]) -> Iterator[list[T]]:
    rest = list(items)
    while rest:
        yield rest[:BATCH]
        rest = rest[BATCH:]
