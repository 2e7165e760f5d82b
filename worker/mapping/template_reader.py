"""Which names the configuration's templates use, cached: the worker needs them for each task, and they never change.

Making a `Templates` costs about as much CPU as all other work on a task, and so does parsing the same texts again.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from worker.mapping.templates import Templates, texts_in

REMEMBERED = 1000
"""Answers kept: a few for each topic, whose templates are all there is to ask about."""
READER = Templates()
"""Evaluates templates whose value people do not read, so its language does not matter. Thread-safe."""


def names_of(templates: Iterable[Any]) -> frozenset[str]:
    """As `Templates.names`. Raises `TemplateFault`."""
    return _names(tuple(texts_in(templates)))


def attributes_of(name: str, templates: Iterable[Any]) -> frozenset[str]:
    """As `Templates.attributes`. Raises `TemplateFault`."""
    return _attributes(name, tuple(texts_in(templates)))


@lru_cache(maxsize=REMEMBERED)
def _names(texts: tuple[str, ...]) -> frozenset[str]:
    return READER.names(texts)


@lru_cache(maxsize=REMEMBERED)
def _attributes(name: str, texts: tuple[str, ...]) -> frozenset[str]:
    return READER.attributes(name, texts)
