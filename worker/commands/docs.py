"""`docs`: prints the documentation, page by page on a terminal."""

from __future__ import annotations

import pydoc
import shutil

from worker.commands import console
from worker.words.documents import document
from worker.words.phrase import Language


def show(asked: str, language: Language) -> None:
    """Print a page or a section (empty: the list of pages). Raises `NoSuchPage`."""
    text = document(asked, language)
    if console.is_watched() and text.count("\n") >= shutil.get_terminal_size().lines - 1:
        pydoc.pager(text)
    else:
        console.say(text)
