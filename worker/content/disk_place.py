"""Which folder on the portal's Disk takes the files of processes."""

from __future__ import annotations

from bitrix.disk import Place
from bitrix.kept import Kept
from bitrix.tasks import Tasks
from worker.config.files import COMMON, OWNER, FileSettings

KEPT_SECONDS = 3600.0


class DiskPlace:
    """The folder that the settings name. Thread-safe."""

    def __init__(self, settings: FileSettings, tasks: Tasks) -> None:
        self._settings = settings
        self._tasks = tasks
        self._owner: Kept[str, int] = Kept(1)

    def find(self) -> Place:
        """The folder. Raises `PortalError` if the portal does not say who owns the webhook."""
        folder, storage = self._settings.folder, self._settings.storage
        if storage == COMMON:
            return Place(COMMON, "", folder)
        if storage == OWNER:
            owner = self._owner.get("", lambda: self._tasks.profile().id, lambda _: KEPT_SECONDS)
            return Place("user", str(owner), folder)
        kind, _, of = storage.partition(":")
        return Place(kind, of, folder)
