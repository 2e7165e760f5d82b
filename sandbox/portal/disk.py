"""The portal stand-in's Disk: storages, folders, files, and the files attached to tasks and results.

A file in a task is an attached object with a number of its own, which points to the object on Disk. Attaching twice
makes two. Documentation: `disk.*`.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sandbox.portal.records import Refused, now, number

FILES_FIELD = "UF_TASK_WEBDAV_FILES"
FORBIDDEN = re.compile(r"[\\/:*?\"'<>|{}%&~\x00-\x1f]")
"""What the portal replaces in names."""
NAME_LENGTH = 255
TASKS = "tasks"
FIRST_OBJECT, FIRST_ATTACHMENT = 9001, 1001

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Storage:
    """`kind`: user, group or common; `of`: whose."""

    id: int
    kind: str
    of: str
    root: int


@dataclass(frozen=True, slots=True)
class DiskObject:
    """A folder (`content` None) or a file."""

    id: int
    name: str
    parent: int
    storage: int
    content: bytes | None = None

    @property
    def size(self) -> int:
        return len(self.content or b"")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file attached to a task (`kind` task) or to a result (`kind` result)."""

    id: int
    object_id: int
    kind: str
    of: int


class Disk:
    """All storages, each with its root folder. Thread-safe.

    `full`: files cannot be saved. `cut`: so many uploads keep only the first half of their content. `hidden`: objects
    that the webhook may not read.
    """

    def __init__(self, owner: int) -> None:
        self._owner = owner
        self.full = False
        self.cut = 0
        self.hidden: set[int] = set()
        self._guard = threading.RLock()
        self._numbers, self._attachments = count(FIRST_OBJECT), count(FIRST_ATTACHMENT)
        self._storages: dict[int, Storage] = {}
        self._objects: dict[int, DiskObject] = {}
        self._attached: dict[int, Attached] = {}
        for kind, of in (("common", "shared_files_s1"), ("user", str(owner)), ("group", "1")):
            self.open(kind, of)

    # --- for tests and for people ---

    def open(self, kind: str, of: str) -> Storage:
        """Make a storage."""
        with self._guard:
            number_ = len(self._storages) + 1
            root = self._put(DiskObject(next(self._numbers), of, 0, number_))
            self._storages[number_] = Storage(number_, kind, of, root.id)
            return self._storages[number_]

    def write(self, name: str, content: bytes, folder: int | None = None) -> int:
        """Save a file, in the common storage's root without a folder; its number."""
        with self._guard:
            there = self._objects[folder or self._storages[1].root]
            return self._put(DiskObject(next(self._numbers), name, there.id, there.storage, content)).id

    def files(self, folder: int | None = None) -> list[DiskObject]:
        """All files, or those of a folder."""
        with self._guard:
            there = [one for one in self._objects.values() if one.content is not None]
            return [one for one in there if folder in (None, one.parent)]

    def remove(self, object_id: int) -> None:
        """Delete an object with what is in it; attached objects that pointed to it are gone, too."""
        with self._guard:
            for inner in [one.id for one in self._objects.values() if one.parent == object_id]:
                self.remove(inner)
            self._objects.pop(object_id, None)
            self._attached = {id_: one for id_, one in self._attached.items() if one.object_id != object_id}

    def attached_to(self, kind: str, of: int) -> list[Attached]:
        """What is attached to a task or a result, the oldest first."""
        with self._guard:
            return [one for one in self._attached.values() if (one.kind, one.of) == (kind, of)]

    def names_in(self, task_id: int) -> list[str]:
        """The names of the files in a task."""
        with self._guard:
            return [self._objects[one.object_id].name for one in self.attached_to("task", task_id)]

    def attach(self, kind: str, of: int, object_id: int) -> int:
        """Attach a file once more; the attached object's number."""
        with self._guard:
            made = Attached(next(self._attachments), object_id, kind, of)
            self._attached[made.id] = made
            return made.id

    # --- tasks ---

    def checked(self, values: Any, task_id: int | None = None) -> list[int | Attached]:
        """What a task's file field names: objects (`n12`), or what is attached already. One bad name refuses all.

        `task_id`: the task that is changed; None: it is not yet made.
        """
        listed = values if isinstance(values, list) else [values] if values else []
        return [self._named(str(one), task_id) for one in listed if one not in ("", None)]

    def set_files(self, task_id: int, named: Iterable[int | Attached]) -> None:
        """Make these the task's files: what is not named is detached."""
        with self._guard:
            wanted = list(named)
            kept = {one.id for one in wanted if isinstance(one, Attached)}
            gone = [one.id for one in self.attached_to("task", task_id) if one.id not in kept]
            for id_ in gone:
                del self._attached[id_]
            for one in wanted:
                if not isinstance(one, Attached):
                    self.attach("task", task_id, one)

    def _named(self, value: str, task_id: int | None) -> int | Attached:
        with self._guard:
            if value.startswith("n"):
                there = self._objects.get(number(value[1:]) or 0)
                if there and there.content is not None and there.id not in self.hidden:
                    return there.id
            there_already = self._attached.get(number(value) or 0)
            if there_already and (there_already.kind, there_already.of) == ("task", task_id):
                return there_already
        raise Refused("ERROR_CORE", "Не найден файл, или у вас нет к нему доступа<br>")

    # --- REST ---

    def storages(self, params: Mapping[str, Any]) -> tuple[list[Row], int]:
        """`disk.storage.getlist`."""
        asked = params.get("filter") or {}
        rows = [
            {
                "ID": str(one.id),
                "NAME": one.of,
                "MODULE_ID": "disk",
                "ENTITY_TYPE": one.kind,
                "ENTITY_ID": one.of,
                "ROOT_OBJECT_ID": str(one.root),
            }
            for one in self._storages.values()
        ]
        found = [row for row in rows if all(row[key] == str(value) for key, value in asked.items() if key in row)]
        return found, len(found)

    def children(self, params: Mapping[str, Any]) -> tuple[list[Row], int]:
        """`disk.folder.getchildren`: a page; conditions on fields that it does not know do not count."""
        with self._guard:
            folder = self._folder(params)
            rows = [self._row(one) for one in self._objects.values() if one.parent == folder.id]
        asked = {str(key).lstrip("="): value for key, value in (params.get("filter") or {}).items()}
        found = [row for row in rows if all(_is(row[key], value) for key, value in asked.items() if key in row)]
        start = max(number(params.get("start")) or 0, 0)
        return found[start : start + 50], len(found)

    def add_folder(self, params: Mapping[str, Any]) -> Row:
        """`disk.folder.addsubfolder`."""
        with self._guard:
            folder, name = self._folder(params), _name_in(params)
            if not name:
                raise Refused("ERROR_ARGUMENT", "Invalid value of parameter {Parameter #1}")
            self._must_be_free(folder, name, "A folder with this name already exists")
            made = DiskObject(next(self._numbers), name, folder.id, folder.storage)
            return self._row(self._put(made)) | {"ID": made.id}

    def upload(self, params: Mapping[str, Any]) -> Row:
        """`disk.folder.uploadfile` with its content in Base64."""
        content = _content(params.get("fileContent"))
        with self._guard:
            folder, name = self._folder(params), _name_in(params)
            if not name:
                raise Refused("DISK_BASE_SERVICE_22001", "Error: required parameter NAME (DISK_BASE_SERVICE_22001)")
            if self.full or content is None:
                raise Refused("ERROR_COULD_NOT_SAVE_FILE", "Could not save file")
            if params.get("generateUniqueName") not in (True, "true", "Y", 1):
                self._must_be_free(folder, name, "A file with this name already exists")
            if self.cut:
                self.cut -= 1
                content = content[: len(content) // 2]
            made = self._put(DiskObject(next(self._numbers), name, folder.id, folder.storage, content))
            return self._row(made) | {"ID": made.id, "FILE_ID": made.id + 20000}

    def file(self, params: Mapping[str, Any]) -> Row:
        """`disk.file.get`."""
        with self._guard:
            return self._row(self._object(params, file=True))

    def delete_file(self, params: Mapping[str, Any]) -> bool:
        """`disk.file.delete`: for good."""
        with self._guard:
            self.remove(self._object(params, file=True).id)
            return True

    def attached(self, params: Mapping[str, Any]) -> Row:
        """`disk.attachedobject.get`."""
        with self._guard:
            one = self._attached.get(number(params.get("id")) or 0)
            if one is None:
                raise _missing(params.get("id"))
            there = self._objects[one.object_id]
            if there.id in self.hidden:
                raise Refused("ACCESS_DENIED", "Access denied", 403)
        return {
            "ID": str(one.id),
            "OBJECT_ID": str(there.id),
            "MODULE_ID": TASKS,
            "ENTITY_TYPE": "tasks_task",
            "ENTITY_ID": str(one.of),
            "CREATE_TIME": now(),
            "CREATED_BY": str(self._owner),
            "DOWNLOAD_URL": f"/bitrix/tools/disk/uf.php?attachedId={one.id}&auth[auth]=secret-token&action=download",
            "NAME": there.name,
            "SIZE": str(there.size),
        }

    # --- inside ---

    def _put(self, made: DiskObject) -> DiskObject:
        self._objects[made.id] = replace(made, name=made.name[:NAME_LENGTH])
        return self._objects[made.id]

    def _folder(self, params: Mapping[str, Any]) -> DiskObject:
        return self._object(params, file=False)

    def _object(self, params: Mapping[str, Any], *, file: bool) -> DiskObject:
        if not params.get("id"):
            raise Refused("ERROR_ARGUMENT", "Invalid value of parameter {Parameter #0}")
        there = self._objects.get(number(params["id"]) or 0)
        if there is None or (there.content is not None) != file:
            raise _missing(params["id"])
        if there.id in self.hidden:
            raise Refused("ACCESS_DENIED", "Access denied", 403)
        return there

    def _must_be_free(self, folder: DiskObject, name: str, words: str) -> None:
        if any((one.parent, one.name) == (folder.id, name) for one in self._objects.values()):
            raise Refused("DISK_OBJ_22000", words)

    def _row(self, one: DiskObject) -> Row:
        row: Row = {
            "ID": str(one.id),
            "NAME": one.name,
            "CODE": None,
            "STORAGE_ID": str(one.storage),
            "TYPE": "folder" if one.content is None else "file",
            "PARENT_ID": str(one.parent),
            "DELETED_TYPE": "0",
            "CREATED_BY": str(self._owner),
        }
        if one.content is None:
            return row
        url = f"/rest/download.json?auth=secret-token&token=disk%7C{one.id}"
        return row | {"SIZE": str(one.size), "FILE_ID": str(one.id + 20000), "DOWNLOAD_URL": url}


def _name_in(params: Mapping[str, Any]) -> str:
    """The name as the portal stores it: it replaces what its rules forbid, and cannot store emoji."""
    data = params.get("data")
    name = FORBIDDEN.sub("_", str(data.get("NAME") or "")).strip() if isinstance(data, dict) else ""
    if any(ord(letter) > 0xFFFF for letter in name):
        raise Refused("ERROR_COULD_NOT_SAVE_FILE", "Could not save file")
    return name[:NAME_LENGTH]


def _content(given: Any) -> bytes | None:
    text = given[1] if isinstance(given, list) and len(given) > 1 else given
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except binascii.Error:
        return None


def _is(ours: Any, wanted: Any) -> bool:
    return str(ours) in [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]


def _missing(id_: Any) -> Refused:
    return Refused("ERROR_NOT_FOUND", f"Could not find entity with id `{id_}`")
