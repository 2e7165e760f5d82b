"""The portal's Disk: the worker's folder, files by name, uploads, and files attached to tasks and results.

Addresses for downloading are not read: they carry a token. Documentation: `disk.*`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bitrix import reading, shapes
from bitrix.causes import Cause
from bitrix.client import Caller
from bitrix.errors import AccessDenied, LookupUnproven, PortalError, Rejected, malformed
from bitrix.kept import Kept
from bitrix.limits.limiter import Kind
from bitrix.methods import ATTACHED, CHILDREN, FILE, STORAGES
from bitrix.streamed import Streamed

SCOPE = "disk"
UPLOAD = "disk.folder.uploadfile"
ADD_FOLDER = "disk.folder.addsubfolder"
DELETE = "disk.file.delete"
NAME_TAKEN = "DISK_OBJ_22000"
NOT_FOUND = "ERROR_NOT_FOUND"
FOLDER_SECONDS = 300.0
PAGE = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DiskFile:
    """A file on Disk. `id`: its object; `size` in bytes, None if the portal does not say."""

    id: int
    name: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in the root of a storage. `kind`: `user`, `group` or `common`; `of`: its owner's id, "" for any."""

    kind: str
    of: str
    folder: str


class Disk:
    """Disk, through one webhook. Every method raises `PortalError`; thread-safe. Only `upload` must not be repeated.

    `uploads`: the client for requests of any size, whose delivery may take long. The numbers of folders are kept for
    minutes; a folder that somebody has deleted is created again.
    """

    def __init__(self, client: Caller, uploads: Caller) -> None:
        self._client = client
        self._uploads = uploads
        self._folders: Kept[Place, int] = Kept(100)

    def find(self, place: Place, name: str) -> tuple[DiskFile, ...]:
        """The files of exactly this name, the oldest first; empty: none. Creates the folder if it is missing."""
        rows = self._in_folder(place, lambda folder: self._children(folder, name))
        files = [_file(CHILDREN, row) for row in rows if row.get("TYPE") == "file"]
        return tuple(sorted(files, key=lambda one: one.id))

    def upload(self, place: Place, name: str, content: Sequence[bytes]) -> DiskFile:
        """Save a new file. `content`: its pieces. After an error, look the file up by `find` before another try.

        Raises `Rejected` with the code `NAME_TAKEN` if the folder has a file of this name.
        """
        return self._in_folder(place, lambda folder: self._upload(folder, name, content))

    def _upload(self, folder: int, name: str, content: Sequence[bytes]) -> DiskFile:
        about = json.dumps({"id": folder, "data": {"NAME": name}, "generateUniqueName": False})[:-1]
        head = f'{about}, "fileContent": [{json.dumps(name)}, "'
        body = Streamed(head.encode(), content, b'"]}', sum(map(len, content)))
        result = self._uploads.call(UPLOAD, body, kind=Kind.URGENT).result
        return _file(UPLOAD, shapes.mapping(UPLOAD, result, "the file"))

    def delete(self, file_id: int) -> None:
        """Delete a file for good. Safe to repeat: a missing file counts as deleted."""
        try:
            self._client.call(DELETE, {"id": file_id}, kind=Kind.URGENT)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise

    def file(self, file_id: int) -> DiskFile | None:
        """A file by the number of its object; None: it is missing, or the webhook's user may not read it."""
        return self._one(FILE, file_id, "ID")

    def attached(self, attached_id: int) -> DiskFile | None:
        """The file behind an attached object of a task or a result; None as in `file`."""
        return self._one(ATTACHED, attached_id, "OBJECT_ID")

    def _one(self, method: str, id_: int, key: str) -> DiskFile | None:
        try:
            result = self._client.call(method, {"id": id_}, kind=Kind.URGENT).result
        except Rejected as error:
            if error.code == NOT_FOUND:
                return None
            raise
        except AccessDenied:
            return None
        row = shapes.mapping(method, result, "the file")
        return _file(method, row, key)

    def _in_folder(self, place: Place, act: Callable[[int], T]) -> T:
        """What `act` returns for the folder. If the folder was deleted, `act` has done nothing and is called again."""
        try:
            return act(self._folder(place))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
        self._folders.forget(place)
        return act(self._folder(place))

    def _folder(self, place: Place) -> int:
        return self._folders.get(place, lambda: self._found_or_made(place), lambda _: FOLDER_SECONDS)

    def _found_or_made(self, place: Place) -> int:
        root = self._root(place)
        found = self._folder_in(root, place.folder)
        if found is not None:
            return found
        try:
            made = self._client.call(ADD_FOLDER, {"id": root, "data": {"NAME": place.folder}}, kind=Kind.URGENT).result
        except PortalError as error:  # another worker was faster, or the answer was lost
            found = self._folder_in(root, place.folder)
            if found is None:
                raise error from None
            return found
        return _number(ADD_FOLDER, shapes.mapping(ADD_FOLDER, made, "the folder"), "ID")

    def _folder_in(self, root: int, name: str) -> int | None:
        found = [_number(CHILDREN, row, "ID") for row in self._children(root, name) if row.get("TYPE") == "folder"]
        return min(found, default=None)

    def _root(self, place: Place) -> int:
        asked = {"ENTITY_TYPE": place.kind} | ({"ENTITY_ID": place.of} if place.of else {})
        rows = self._rows(STORAGES, {"filter": asked})
        if not all(str(row.get(name)) == value for row in rows for name, value in asked.items()):
            raise LookupUnproven(STORAGES, Cause.FILTER_IGNORED, "the answer has storages that were not asked for")
        if not rows:
            raise Rejected(STORAGES, "no_storage", f"the portal shows no storage of {place.kind} {place.of}".strip())
        return min(_number(STORAGES, row, "ROOT_OBJECT_ID") for row in rows)

    def _children(self, folder: int, name: str) -> Sequence[Mapping[str, Any]]:
        rows = self._rows(CHILDREN, {"id": folder, "filter": {"NAME": name}, "start": 0})
        if not all(str(row.get("NAME")).casefold() == name.casefold() for row in rows):
            raise LookupUnproven(CHILDREN, Cause.FILTER_IGNORED, "the answer has files that were not asked for")
        if len(rows) >= PAGE:
            raise LookupUnproven(CHILDREN, Cause.CUT_SHORT, f"{len(rows)} files of one name")
        return rows

    def _rows(self, method: str, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return shapes.rows(method, self._client.call(method, params, kind=Kind.URGENT).result, "the answer")


def _file(method: str, row: Mapping[str, Any], key: str = "ID") -> DiskFile:
    name = reading.written(row.get("NAME"))
    if not name:
        raise malformed(method, "a file without a name")
    return DiskFile(_number(method, row, key), name, reading.whole(row.get("SIZE"), least=0))


def _number(method: str, row: Mapping[str, Any], key: str) -> int:
    number = reading.whole(row.get(key), least=1)
    if number is None:
        raise malformed(method, f"{key} is no number")
    return number
