"""Gives a task its files: objects on the portal's Disk, and files of the process, which are saved there first.

The create itself attaches them. One bad file would make the portal refuse the whole create, so the worker checks each
file before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol

from bitrix.disk import SCOPE, Disk, DiskFile
from bitrix.kept import Kept
from worker.content.bad_files import BadFile
from worker.content.deadlines import Scopes
from worker.content.given import PortalContent
from worker.content.uploads import Uploads
from worker.mapping.blame import fault
from worker.mapping.faults import MappingFault, reason_of
from worker.mapping.named import FileNamed
from worker.mapping.step_files import PROPERTY, files_of_step
from worker.model import FetchedTask, TaskDraft
from worker.runtime.telemetry import Telemetry

FIELD = "UF_TASK_WEBDAV_FILES"
SEEN_SECONDS = 30.0
"""How long an object that was found on Disk is not checked again: a template's file goes into many tasks."""

Named = str | FileNamed


class TopicFiles(Protocol):
    """What the configuration says about a file that cannot be attached."""

    @property
    def bad_files(self) -> Literal["incident", "leave_out"]: ...


class TemplateFiles:
    """The part of the module that adds the files of the portal's template; `Files` checks them."""

    def complete(self, task: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:  # noqa: ARG002
        """The draft with the template's files before its own."""
        listed = content.template.files if content.template else ()
        return with_files(draft, [f"n{one.object_id}" for one in listed])


class Files:
    """The part that attaches files. Thread-safe."""

    def __init__(
        self,
        uploads: Uploads,
        disk: Disk,
        scopes: Scopes,
        topics: Mapping[str, TopicFiles],
        telemetry: Telemetry,
    ) -> None:
        self._uploads = uploads
        self._disk = disk
        self._scopes = scopes
        self._topics = topics
        self._telemetry = telemetry
        self._seen: Kept[int, DiskFile | None] = Kept()

    def complete(self, task: FetchedTask, draft: TaskDraft) -> TaskDraft:
        """The draft with objects on Disk for all its files, and for those that the step itself names.

        A file that cannot be attached is a `MappingFault`, or left out, by the topic's `bad_files`. Raises
        `PortalError` and `EngineError` if something could not be asked.
        """
        named: list[Named] = list(dict.fromkeys([*(draft.fields.get(FIELD) or ()), *files_of_step(task)]))
        if not named:
            return draft
        others = {name: value for name, value in draft.fields.items() if name != FIELD}
        found = self._attachable(task, named)
        return replace(draft, fields=others | ({FIELD: found} if found else {}))

    def _attachable(self, task: FetchedTask, named: Sequence[Named]) -> list[str]:
        """The objects in the same order. Every object is checked before the first upload."""
        granted = SCOPE in self._scopes.granted()
        if not granted and any(isinstance(one, FileNamed) for one in named):
            raise fault(task, PROPERTY, None, "disk_hidden")
        there = [one for one in named if isinstance(one, FileNamed) or not granted or self._is_there(task, one)]
        objects = (self._saved(task, one) if isinstance(one, FileNamed) else one for one in there)
        return list(dict.fromkeys(one for one in objects if one is not None))

    def _is_there(self, task: FetchedTask, object_: str) -> bool:
        number = int(object_[1:])
        seen = self._seen.get(number, lambda: self._disk.file(number), lambda one: SEEN_SECONDS if one else 0.0)
        if seen is None:
            self._leave_out(task, BadFile(object_, "file_gone"))
        return seen is not None

    def _saved(self, task: FetchedTask, named: FileNamed) -> str | None:
        try:
            return f"n{self._uploads.saved(task, named.variable).id}"
        except BadFile as error:
            self._leave_out(task, error)
            return None

    def _leave_out(self, task: FetchedTask, bad: BadFile) -> None:
        topic, reason = self._topics.get(task.topic), reason_of(bad.kind, bad.detail)
        if topic is None or topic.bad_files == "incident":
            raise MappingFault(task.topic, PROPERTY, bad.file, reason) from None
        self._telemetry.emit("files.left_out", task=task.id, file=bad.file, reason=reason)


def with_files(draft: TaskDraft, objects: Sequence[str]) -> TaskDraft:
    """The draft with these objects on Disk before its own files; the same draft if there are none."""
    if not objects:
        return draft
    listed: Any = [*objects, *(draft.fields.get(FIELD) or ())]
    return replace(draft, fields={**draft.fields, FIELD: list(dict.fromkeys(listed))})
