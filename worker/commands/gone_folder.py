"""Refuses each command in a folder that was deleted: no relative path leads anywhere, not even to the configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from worker.commands import console
from worker.commands.options import config_named
from worker.config.place import is_log_json, language_of_people
from worker.words.command_line import NO_FOLDER
from worker.words.phrase import Language, Phrase


def is_gone() -> bool:
    """Whether the current folder is no more."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def complain(arguments: Sequence[str], log: Callable[[Language, Phrase], object]) -> None:
    """Say so as the command would: `run` by `log`, if its log is JSON."""
    environ = {name: said for name, said in os.environ.items() if not name.endswith("_FILE")}
    file = config_named(arguments)
    language = language_of_people(environ, file)
    if "run" in arguments and is_log_json(environ, file):
        log(language, NO_FOLDER)
    else:
        console.complain(NO_FOLDER.in_(language))
