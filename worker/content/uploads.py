"""Saves the engine's files on the portal's Disk, each once, under a unique name by which the worker finds it again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bitrix.causes import Cause
from bitrix.disk import UPLOAD, Disk, DiskFile, Place
from bitrix.errors import Doubtful, LookupUnproven, PortalError
from bitrix.methods import CHILDREN
from worker.content.bad_files import BadFile
from worker.content.engine_files import EngineFile, EngineFiles
from worker.content.file_content import FileContent
from worker.mapping.file_names import disk_name
from worker.model import FetchedTask

AT_ONCE = 2
"""How many files are in memory at a time."""
LOOK_SECONDS = 0.5
MARK_CHARACTERS = 10
TOO_LARGE = 413


class Uploads:
    """Raises `BadFile`, `EngineError` and `PortalError`. Thread-safe; safe to repeat.

    `place`: where the files are saved. `beat` is called while a thread waits for its turn.
    """

    def __init__(
        self,
        files: EngineFiles,
        disk: Disk,
        place: Callable[[], Place],
        beat: Callable[[str], object] = bool,
    ) -> None:
        self._files = files
        self._disk = disk
        self._place = place
        self._beat = beat
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def saved(self, task: FetchedTask, variable: str) -> DiskFile:
        """The step's File variable of this name as a file on Disk; uploads it unless it is there whole.

        Deletes an incomplete upload, but never a file without a known size. After a lost answer it looks the file up
        before another upload.
        """
        file = self._files.find(task, variable)
        with self._turn():
            content = self._files.content(file)
            name = disk_name(file.filename, _mark(task, file, content))
            return self._there(name, content) or self._upload(file, name, content)

    def _there(self, name: str, content: FileContent) -> DiskFile | None:
        place = self._place()
        there = self._disk.find(place, name)
        if whole := next((found for found in there if found.size == content.size), None):
            return whole
        if any(found.size is None for found in there):
            raise LookupUnproven(CHILDREN, Cause.MALFORMED, f"the size of {name} is not told")
        for cut_off in there:
            self._disk.delete(cut_off.id)
        return None

    def _upload(self, file: EngineFile, name: str, content: FileContent) -> DiskFile:
        try:
            made = self._disk.upload(self._place(), name, content.pieces)
        except PortalError as error:
            if error.status == TOO_LARGE:
                raise BadFile(file.filename, "file_over_server", f"{content.size:,}") from None
            there = self._there(name, content)
            if there is None:
                raise
            return there
        if made.size not in (None, content.size):
            self._disk.delete(made.id)
            raise Doubtful(UPLOAD, "cut_off", f"{made.size} of {content.size} bytes of {name} were saved")
        return made

    @contextmanager
    def _turn(self) -> Iterator[None]:
        while not self._turns.acquire(timeout=LOOK_SECONDS):
            self._beat(UPLOAD)
        try:
            yield
        finally:
            self._turns.release()


def _mark(task: FetchedTask, file: EngineFile, content: FileContent) -> str:
    """A mark of the external task, the variable and its content: equal only if all three are equal."""
    said = "\0".join((task.id, file.variable, content.digest))
    return hashlib.sha256(said.encode()).hexdigest()[:MARK_CHARACTERS]
