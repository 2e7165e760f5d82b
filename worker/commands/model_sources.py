"""What `check --model` names: a file, a folder with files, or a process in the engine by its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from worker.config.text_file import is_a_folder, is_plain

FILES = (".bpmn", ".xml")
OF_PATHS = "/\\."
"""The key of a process has no slash; a name with a point that is a folder means the folder."""


def is_file(model: str) -> bool:
    """Whether a model is named by its file, not by the key of its process."""
    return model.casefold().endswith(FILES) or is_plain(Path(model))


def is_folder(model: str) -> bool:
    """Whether the name is that of a folder: a key may be the name of one that has nothing to do with models."""
    return is_a_folder(Path(model)) and bool(models_in(model) or any(one in model for one in OF_PATHS))


def is_local(model: str) -> bool:
    """Whether no engine is needed for it."""
    return is_folder(model) or is_file(model)


def models_in(folder: str) -> list[str]:
    """The models directly in a folder, by name."""
    return sorted(str(one) for one in Path(folder).iterdir() if one.suffix.casefold() == ".bpmn" and one.is_file())


def each_of(models: Iterable[str]) -> Iterator[str]:
    """All that is named, once: a folder, then the models in it."""
    for model in models:
        yield model
        yield from models_in(model) if is_folder(model) else ()


def label_of(key: str, tenant: str | None) -> str:
    """How a deployed process is named to people."""
    return key if tenant is None else f"{key} ({tenant})"
