"""What `check --model` names: a file, a folder with files, or a process in the engine by its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from os.path import realpath
from pathlib import Path
from typing import NamedTuple

from bitrix.named_files import opened
from worker.commands.check.model_folders import models_within
from worker.config.text_file import is_a_folder, is_plain

FILES = (".bpmn", ".xml")
OF_PATHS = "/\\."
"""The key of a process has no slash; a name with a point that is a folder means the folder."""


class ProcessModel(NamedTuple):
    """A process of a model that can be read. `label`: how people know the model. `key`: None for one from a file."""

    label: str
    xml: str
    key: str | None = None
    tenant: str | None = None


def is_file(model: str) -> bool:
    """Whether a model is named by its file, not by the key of its process, which has no slash."""
    return model.casefold().endswith(FILES) or is_plain(Path(model)) or ("/" in model and not is_a_folder(Path(model)))


def content_of(file: Path) -> bytes:
    """The model as it is written. Raises `OSError`."""
    with opened(file) as it:
        return it.read()


def is_folder(model: str) -> bool:
    """Whether the name is that of a folder: a key may be the name of one that has nothing to do with models."""
    folder = Path(model)
    return is_a_folder(folder) and bool(any(one in model for one in OF_PATHS) or models_within(folder).models)


def is_local(model: str) -> bool:
    """Whether no engine is needed for it."""
    return is_folder(model) or is_file(model)


def each_of(models: Iterable[str]) -> Mapping[str, str]:
    """All that is named, once, each with how people know it: a folder, then the models in it.

    A file is known by its name, and several of one name by their paths.
    """
    named = dict[str, str]()
    for model in _all(models):
        named.setdefault(realpath(model) if is_local(model) else model, model)
    names = Counter(Path(one).name for one in named.values() if is_file(one))
    return {one: name if names[name := Path(one).name] == 1 else one for one in named.values()}


def _all(models: Iterable[str]) -> Iterator[str]:
    for model in models:
        yield model
        yield from map(str, models_within(Path(model)).models) if is_folder(model) else ()


def label_of(key: str, tenant: str | None) -> str:
    """How a deployed process is named to people."""
    return key if tenant is None else f"{key} ({tenant})"
