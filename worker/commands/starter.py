"""`init` and `schema`: what a new installation begins with, as the package brings it in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

from worker import PROGRAM
from worker.config.place import ENVIRONMENT, NAME
from worker.words.foreign import why_unwritten
from worker.words.phrase import Language, Phrase, PhraseError

SCHEMA = "config.schema.json"
MODE = 0o600
"""The environment holds the webhook, and a configuration may hold passwords."""
OF_EDITORS = re.compile(r"(?<=^# yaml-language-server: \$schema=)\S+", re.MULTILINE)
LOG_LANGUAGE = re.compile(r"^  # language: ru(?= )", re.MULTILINE)
EXISTS = Phrase(
    "{path} уже есть, ничего не записано: укажите другую папку или уберите его",
    "{path} exists, nothing was written: name another folder, or move it away",
)
UNWRITTEN = Phrase("{path} не записать: {why}", "cannot write {path}: {why}")
WRITTEN = Phrase("Записано: {path}", "Written: {path}")
COMMANDS = f"set -a; . ./{ENVIRONMENT}; set +a; {PROGRAM} check"
NEXT = Phrase(
    f"Впишите адреса движка и портала в {{environment}} и выполните в этой папке: {COMMANDS}",
    f"Put the addresses of engine and portal into {{environment}}, and in that folder: {COMMANDS}",
)


class NotBegun(PhraseError):
    """A file that `init` would write is there, or cannot be written."""


def begin(folder: Path, language: Language) -> Iterator[str]:
    """Write the files into the folder, which is made if it is missing; yields what to tell. Raises `NotBegun`.

    Nothing is overwritten, and nothing is written if one of the files is there or cannot be written.
    """
    texts = {
        folder / NAME: configuration(language),
        folder / SCHEMA: schema(language),
        folder / ENVIRONMENT: shipped(f"env.{language}"),
    }
    for path in texts:
        if _is_taken(path):
            raise NotBegun(EXISTS.format(path=path))
    _make(folder)
    _write(texts)
    yield from (WRITTEN.format(path=path).in_(language) for path in texts)
    yield NEXT.format(environment=folder / ENVIRONMENT).in_(language)


def configuration(language: Language) -> str:
    """The shipped configuration, whose log speaks the language, beside its schema."""
    text = shipped(f"config.{language}.yaml")
    return LOG_LANGUAGE.sub(f"  language: {language}  ", OF_EDITORS.sub(SCHEMA, text, count=1), count=1)


def schema(language: Language) -> str:
    """The JSON Schema of the configuration file, with descriptions in the language."""
    return shipped(f"schema.{language}.json")


def shipped(name: str) -> str:
    return files("worker.config").joinpath("shipped", name).read_text(encoding="utf-8")


def _is_taken(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except OSError:  # whoever writes it says why it cannot be
        return False


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotBegun(EXISTS.format(path=folder)) from None
    except OSError as error:
        raise NotBegun(UNWRITTEN.format(path=folder, why=why_unwritten(error))) from None


def _write(texts: Mapping[Path, str]) -> None:
    """Write all files; if one cannot be written, none is left, so that `init` may be called again."""
    with ExitStack() as undone:
        for path, text in texts.items():
            try:
                with path.open("x", encoding="utf-8") as file:
                    undone.callback(path.unlink)
                    path.chmod(MODE)
                    file.write(text)
            except FileExistsError:
                raise NotBegun(EXISTS.format(path=path)) from None
            except OSError as error:
                raise NotBegun(UNWRITTEN.format(path=path, why=why_unwritten(error))) from None
        undone.pop_all()
