"""Finds the models in a folder and its sub-folders, and says which of these were left out or could not be read."""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bitrix.named_files import opened
from worker.config.text_file import is_a_folder, is_plain
from worker.words.foreign import NO_FILE, why_unread
from worker.words.phrase import Phrase

MODELS = (".bpmn", ".bpmn20.xml")
MODEL_SPACE = b"http://www.omg.org/spec/BPMN/20100524/MODEL"
HEAD_OF_FILE = 4096
"""Bytes. The root of a model names its namespace there."""
OUTPUTS = ("node_modules", "target", "build")
"""Folders that tools fill, with copies of models among others."""
MOST_FOLDERS = 2000
MOST_MODELS = 1000
TOO_MANY_FOLDERS = Phrase("папок больше {most}", "there are more than {most} folders")
TOO_MANY_MODELS = Phrase("моделей больше {most}", "there are more than {most} models")


@dataclass(frozen=True, slots=True)
class FolderOfModels:
    """What a folder holds, by name. `left_out`: hidden folders and outputs. `unread`: each with the reason."""

    models: tuple[Path, ...] = ()
    left_out: tuple[Path, ...] = ()
    unread: tuple[tuple[Path, Phrase], ...] = ()


def models_within(folder: Path) -> FolderOfModels:
    """All of a folder, each folder and each model once, wherever links lead."""
    return _Walk(folder).found()


class _Walk:
    """Goes from the nearest folders to the farthest."""

    def __init__(self, folder: Path) -> None:
        self._todo = deque([folder])
        self._seen = {os.path.realpath(folder)}
        self._models, self._left_out = list[Path](), list[Path]()
        self._unread = list[tuple[Path, Phrase]]()

    def found(self) -> FolderOfModels:
        walked = 0
        while self._todo:
            folder = self._todo.popleft()
            walked += 1
            if over := self._too_many(walked):
                self._unread.append((folder, over))
                break
            self._read(folder)
        return FolderOfModels(tuple(sorted(self._models)), tuple(sorted(self._left_out)), tuple(self._unread))

    def _too_many(self, walked: int) -> Phrase | None:
        if walked > MOST_FOLDERS:
            return TOO_MANY_FOLDERS.format(most=MOST_FOLDERS)
        return TOO_MANY_MODELS.format(most=MOST_MODELS) if len(self._models) > MOST_MODELS else None

    def _read(self, folder: Path) -> None:
        try:
            paths = sorted(folder.iterdir())
        except OSError as error:
            self._unread.append((folder, why_unread(error)))
            return
        for path in paths:
            if is_a_folder(path):
                self._keep_folder(path)
            elif _is_model(path) and self._is_new(path):
                self._keep(path)

    def _keep(self, path: Path) -> None:
        if path.exists() and not is_plain(path):
            self._unread.append((path, NO_FILE))
        else:
            self._models.append(path)

    def _keep_folder(self, path: Path) -> None:
        if path.name.startswith(".") or path.name in OUTPUTS:
            self._left_out.append(path)
        elif self._is_new(path):
            self._todo.append(path)

    def _is_new(self, path: Path) -> bool:
        real = os.path.realpath(path)
        new = real not in self._seen
        self._seen.add(real)
        return new


def _is_model(path: Path) -> bool:
    """By its name, even if it cannot be read; an XML file by the namespace that it names."""
    name = path.name.casefold()
    return name.endswith(MODELS) or (name.endswith(".xml") and is_plain(path) and MODEL_SPACE in _head(path))


def _head(path: Path) -> bytes:
    with suppress(OSError), opened(path) as file:
        return file.read(HEAD_OF_FILE)
    return b""
