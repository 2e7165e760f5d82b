"""Shows in a task the results of the tasks before it, and attaches their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import unescape
from typing import Protocol

from bitrix.disk import SCOPE, DiskFile
from bitrix.results import TaskResult
from worker.content.deadlines import Scopes
from worker.content.description_blocks import with_blocks
from worker.content.files import with_files
from worker.content.given import PortalContent
from worker.content.predecessors import Predecessors
from worker.mapping.bbcode import harmless, single_line, without_tags
from worker.model import FetchedTask, TaskDraft
from worker.runtime.telemetry import Telemetry
from worker.words.phrase import Language, Phrase

HEADING = Phrase("Результаты предшествующих задач:", "Results of the tasks before:")
TASK = Phrase("Задача №{id}:", "Task No. {id}:")
FILES = Phrase("Файлы: {names}", "Files: {names}")


class Results(Protocol):
    """The portal's results. Raises `PortalError`."""

    def of(self, task_id: int) -> tuple[TaskResult, ...]: ...


class Disk(Protocol):
    """The portal's Disk. Raises `PortalError`."""

    def attached(self, attached_id: int) -> DiskFile | None: ...


class ResultFiles:
    """The files of results. Thread-safe."""

    def __init__(self, disk: Disk, scopes: Scopes, telemetry: Telemetry) -> None:
        self._disk = disk
        self._scopes = scopes
        self._telemetry = telemetry

    def of(self, task: FetchedTask, before: int, result: TaskResult) -> Sequence[DiskFile]:
        """Those of a result of the task `before`. One that has been deleted since is left out, and logged."""
        if not result.files:
            return ()
        if SCOPE not in self._scopes.granted():
            self._telemetry.emit("predecessor.files_hidden", task=task.id, portal_task=before)
            return ()
        found = [(one, self._disk.attached(one)) for one in result.files]
        for number, file in found:
            if file is None:
                self._telemetry.emit("predecessor.file_gone", task=task.id, portal_task=before, file=number)
        return [file for _, file in found if file is not None]


class PredecessorResults:
    """The part that adds them. Thread-safe."""

    def __init__(
        self,
        predecessors: Predecessors,
        results: Results,
        files: ResultFiles,
        characters: int,
        language: Language = "ru",
    ) -> None:
        self._predecessors = predecessors
        self._results = results
        self._files = files
        self._characters = characters
        self._language = language

    def complete(self, task: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:
        """The draft with a block of results, and their files. Raises `PortalError` if something could not be read."""
        blocks: list[str] = []
        objects: list[str] = []
        for before in self._predecessors.of(task, content):
            results = [(one, self._files.of(task, before.id, one)) for one in self._results.of(before.id)]
            objects += [f"n{file.id}" for _, files in results for file in files]
            lines = [
                line
                for number, (one, files) in enumerate(results, 1)
                for line in self._lines(one, files, f"{number}. " if len(results) > 1 else "")
            ]
            if lines:
                blocks.append("\n".join([f"[B]{TASK.format(id=before.id).in_(self._language)}[/B]", *lines]))
        if not blocks:
            return draft
        block = "\n\n".join([f"[B]{HEADING.in_(self._language)}[/B]", *blocks])
        return with_files(with_blocks(draft, [block], self._characters, self._language), objects)

    def _lines(self, result: TaskResult, files: Sequence[DiskFile], mark: str) -> Iterator[str]:
        text = without_tags(unescape(result.text).replace("\xa0", " ")).strip()
        if text:
            yield f"  {mark}{text}"
        if files:
            names = ", ".join(harmless(single_line(one.name)) for one in files)
            yield f"     {FILES.format(names=names).in_(self._language)}"
