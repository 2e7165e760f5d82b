"""Finds the File variables that a step sees, and reads their content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bitrix import reading
from bitrix.wire import MEGABYTE
from worker.content.bad_files import BadFile
from worker.content.file_content import FileContent, read
from worker.engine.errors import AnswerTooLong, TaskGone
from worker.model import FetchedTask
from worker.steps.bpmn.activity_path import path_to

HEAD_BYTES = 65_536
"""Room for the head of the answer, beyond the content."""
T = TypeVar("T")


class Source(Protocol):
    """The engine. Raises `EngineError`."""

    def variables_named(self, process_instance_id: str, name: str) -> Sequence[Mapping[str, Any]]: ...
    def activity_tree(self, process_instance_id: str) -> Mapping[str, Any]: ...
    def file_content(
        self, variable_id: str, read: Callable[[Iterator[bytes]], T], *, mime_type: str, most_bytes: int
    ) -> T: ...


@dataclass(frozen=True, slots=True)
class EngineFile:
    """A File variable. `id`: the engine's number of the variable; `mime_type`: empty if it has none."""

    id: str
    variable: str
    filename: str
    mime_type: str


class EngineFiles:
    """The engine's files, of at most `most_megabytes` each. Thread-safe; raises `BadFile` and `EngineError`."""

    def __init__(self, source: Source, most_megabytes: float) -> None:
        self._source = source
        self._most_bytes = int(most_megabytes * MEGABYTE)

    def find(self, task: FetchedTask, variable: str) -> EngineFile:
        """The File variable of this name that is nearest to the task's step."""
        rows = self._source.variables_named(task.process_instance_id or "", variable)
        files = [row for row in rows if row.get("type") == "File"]
        if rows and not files:
            raise BadFile(variable, "not_a_file", str(rows[0].get("type")))
        if not files:
            raise BadFile(variable, "file_unknown")
        row = files[0] if len(files) == 1 else self._nearest(task, variable, files)
        about = row.get("valueInfo")
        told = about if isinstance(about, dict) else {}
        filename = reading.text(told.get("filename"))
        mime_type = reading.text(told.get("mimeType", told.get("mimetype")))
        id_ = reading.text(row.get("id"))
        if not id_:
            raise BadFile(variable, "file_unknown")
        return EngineFile(id_, variable, filename or variable, mime_type or "")

    def content(self, file: EngineFile) -> FileContent:
        """The content of a file that is neither empty nor too large."""
        most = f"{self._most_bytes / MEGABYTE:g}"
        try:
            most_bytes = self._most_bytes + HEAD_BYTES
            found = self._source.file_content(file.id, read, mime_type=file.mime_type, most_bytes=most_bytes)
        except AnswerTooLong:
            raise BadFile(file.filename, "file_too_large", most) from None
        except TaskGone:
            raise BadFile(file.variable, "file_unknown") from None
        if found.size > self._most_bytes:
            raise BadFile(file.filename, "file_too_large", most)
        if not found.size:
            raise BadFile(file.filename, "file_empty")
        return found

    def _nearest(self, task: FetchedTask, variable: str, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
        """The variable of the innermost scope around the step."""
        path = path_to(self._source.activity_tree(task.process_instance_id or ""), task.activity_instance_id or "")
        by_scope = {row.get("activityInstanceId"): row for row in rows}
        for scope in reversed(path or ()):
            if row := by_scope.get(scope.get("id")):
                return row
        raise BadFile(variable, "several_files", str(len(rows)))
