"""Finds out which external tasks have a Bitrix24 task already: one look-up for a whole fetch, never a guess (P2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from bitrix.errors import ListBehind, LookupUnproven, PortalError
from bitrix.tasks import Tasks
from worker.engine.wellbeing import LOOK_UP
from worker.ledger import Ledger, Row
from worker.model import MARKER_PREFIX, FetchedTask, marker_of
from worker.runtime.telemetry import Telemetry

BATCH = 37
"""Markers in one call. With three witnesses they are 40: a page has 50 rows, and copied tasks need some of them."""
CLOCKS_APART_SECONDS = 600.0
"""How far the clocks of engine and ledger may differ when deciding which steps the replaced installation served."""

LONGEST_LAG_SECONDS = 600.0
"""A task not listed this long after its row was made must have lost its marker; the list need not show it any more."""

T = TypeVar("T")
OnEnd = Callable[[str, PortalError | None], None]


def _nothing(_method: str, _error: PortalError | None) -> None:
    """The default for commands, which have no gate."""


class Lookup:
    """Finds the Bitrix24 tasks of external tasks by their marker.

    `on_end` is called with each answer that proves nothing, because the client itself cannot notice, and with each
    look-up that succeeded. `hold_seconds`:
    the portal's longest execution plus the margin; a task younger than this may be missing from the list without having
    been deleted.
    """

    def __init__(
        self, tasks: Tasks, ledger: Ledger, telemetry: Telemetry, on_end: OnEnd = _nothing, *, hold_seconds: float
    ) -> None:
        self._tasks = tasks
        self._hold_seconds = hold_seconds
        self._on_end = on_end
        self._ledger = ledger
        self._telemetry = telemetry
        self._has_old_field: bool | None = None

    def find(
        self, fetched: Sequence[FetchedTask], *, everywhere: bool = False, since: float | None = None
    ) -> dict[str, int]:
        """External task id → Bitrix24 task id, for those that have one; a missing id is proven absent.

        `everywhere`: search the replaced installation's field too, even for new steps. `since`: the ledger's time when
        the question first arose; None: now. To prove that the portal's list is not behind, it must show the first task
        created since then; if there is none, the newest older one, unless that was created long ago.
        Raises `PortalError` if the look-up failed or proves nothing, which never means "absent". After `ListBehind`,
        ask again soon with the same `since`. Safe to repeat.
        """
        since = self.now() if since is None else since
        try:
            found = self._found(fetched, everywhere=everywhere, since=since)
        except LookupUnproven as error:
            self._on_end(error.method, error)
            raise
        self._on_end(LOOK_UP, None)
        self._telemetry.emit("task.looked_up", count=len(fetched), found=len(found))
        return found

    def now(self) -> float:
        """The ledger's time, to pass as `since` if the look-up may have to be repeated."""
        return self._ledger.now()

    def _found(self, fetched: Sequence[FetchedTask], *, everywhere: bool, since: float) -> dict[str, int]:
        found: dict[str, int] = {}
        for batch in batches(fetched):
            found |= self._by_marker([task.id for task in batch], since)
        missing = [task for task in fetched if task.id not in found]
        older = missing if everywhere or not missing else self._older(missing)
        if older and self.old_field_exists():
            for batch in batches(older):
                found |= self._tasks.look_up_by_field([task.id for task in batch])
        return found

    def _by_marker(self, ids: Sequence[str], since: float) -> Mapping[str, int]:
        found = self._proven([marker_of(id_) for id_ in ids], self._ledger.witnesses(since, but=ids))
        return {marker.removeprefix(MARKER_PREFIX): id_ for marker, id_ in found.items()}

    def _proven(self, markers: Sequence[str], known: list[Row]) -> Mapping[str, int]:
        while known and self._age(known[0]) < LONGEST_LAG_SECONDS:
            try:
                return self._tasks.look_up(markers, _markers_of(known), youngest=_markers_of(known)[0])
            except ListBehind as error:
                self._telemetry.emit("lookup.unproven", reason=error)
                if not self._was_deleted(known[0]):
                    raise
                known = known[1:]
            except LookupUnproven as error:
                self._telemetry.emit("lookup.unproven", reason=error)
                raise
        return self._by_any_of(markers, known)

    def _age(self, row: Row) -> float:
        return self._ledger.now() - row.created_at

    def _was_deleted(self, row: Row) -> bool:
        """Whether the portal, asked by number, has no such task. False for a young one, which a replica may lack."""
        return self._age(row) >= self._hold_seconds and self._are_gone([row])

    def _by_any_of(self, markers: Sequence[str], known: Sequence[Row]) -> Mapping[str, int]:
        """Look up when all witnesses are old: any of them proves that the search works."""
        witnesses = _markers_of(known)
        try:
            return self._tasks.look_up(markers, witnesses)
        except LookupUnproven as error:
            self._telemetry.emit("lookup.unproven", reason=error)
            if not witnesses:
                raise
            # Our witnesses may have been deleted on the portal: use the newest marked tasks that it lists instead.
            return self._tasks.look_up(markers, some_exist=not self._are_gone(known))

    def _are_gone(self, known: Sequence[Row]) -> bool:
        """Whether all of them were deleted. The portal is asked by number, so a broken search does not matter."""
        numbers = [row.portal_task_id for row in known]
        return all(number is not None and self._tasks.is_gone(number) for number in numbers)

    def _older(self, tasks: Sequence[FetchedTask]) -> list[FetchedTask]:
        """Those the replaced installation may have served: its tasks carry only its own field, not our marker."""
        until = self._ledger.waiting.replaced_at() + CLOCKS_APART_SECONDS
        return [task for task in tasks if task.create_time is None or task.create_time.timestamp() < until]

    def old_field_exists(self) -> bool:
        """Whether the portal has the field in which the replaced installation stored the external task id."""
        if self._has_old_field is None:
            self._has_old_field = "UF_CAMUNDA_ID_EXTERNAL_TASK" in self._tasks.user_fields()
        return self._has_old_field


def _markers_of(rows: Sequence[Row]) -> list[str]:
    return [marker_of(row.external_task_id) for row in rows]


def batches(items: Sequence[T] | Iterable[T]) -> Iterator[list[T]]:
    """As many as fit into one call of the portal each time."""
    rest = list(items)
    while rest:
        yield rest[:BATCH]
        rest = rest[BATCH:]
