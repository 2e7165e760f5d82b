"""Reads the files that a step itself names, in its extension property."""

from __future__ import annotations

from collections.abc import Sequence

from worker.mapping.blame import blaming
from worker.mapping.fields import files
from worker.mapping.named import FileNamed
from worker.model import FetchedTask

PROPERTY = "files"
"""The extension property by which a step names files of its own; also their name in the configuration."""


def files_of_step(task: FetchedTask) -> Sequence[str | FileNamed]:
    """Objects on Disk (`n123`) and File variables. Raises `MappingFault`."""
    text = task.extension_properties.get(PROPERTY, "")
    if not text.strip():
        return ()
    with blaming(task, f"properties.{PROPERTY}"):
        return files(text)
