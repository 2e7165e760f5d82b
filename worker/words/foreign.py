"""Puts into both languages what a library reports in English only."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from pathlib import Path

from bitrix.named_files import DeviceGiven, PipeGiven, SocketGiven
from worker.words.file_rights import why_closed
from worker.words.phrase import Phrase

UNKNOWN = Phrase("сообщение библиотеки: «{words}»", "{words}")
REFUSALS: Mapping[type[OSError], Phrase] = {
    FileNotFoundError: Phrase("такого файла нет", "there is no such file"),
    PermissionError: Phrase("нет прав на чтение", "the permission to read it is missing"),
    IsADirectoryError: Phrase("это папка", "it is a folder"),
    NotADirectoryError: Phrase("часть пути — не папка", "a part of the path is no folder"),
    PipeGiven: Phrase("это канал (pipe), а не файл", "it is a pipe, not a file"),
    DeviceGiven: Phrase("это устройство, а не файл", "it is a device, not a file"),
    SocketGiven: Phrase("это сокет, а не файл", "it is a socket, not a file"),
}
NOT_READ_FOR: Mapping[int, Phrase] = {
    errno.EFBIG: Phrase("файл слишком велик", "it is too large"),
    errno.ELOOP: Phrase("ссылка ведёт сама на себя", "the link leads back to itself"),
    errno.ENAMETOOLONG: Phrase("слишком длинное имя", "the name is too long"),
}
TO_NOTHING = Phrase(
    "это ссылка, а там, куда она ведёт, файла нет ({target}): верните файл или исправьте ссылку",
    "it is a link, and there is no file where it leads ({target}): put the file there, or correct the link",
)
NOT_WRITTEN: Mapping[type[OSError], Phrase] = {
    PermissionError: Phrase("нет прав на запись", "the permission to write there is missing"),
    NotADirectoryError: REFUSALS[NotADirectoryError],
    FileNotFoundError: Phrase("такой папки нет", "there is no such folder"),
    IsADirectoryError: REFUSALS[IsADirectoryError],
}
NOT_WRITTEN_FOR: Mapping[int, Phrase] = {
    errno.ENAMETOOLONG: NOT_READ_FOR[errno.ENAMETOOLONG],
    errno.ELOOP: NOT_READ_FOR[errno.ELOOP],
    errno.EROFS: Phrase("файловая система доступна только для чтения", "the file system is read-only"),
    errno.ENOSPC: Phrase("на диске нет места", "the disk is full"),
    errno.EDQUOT: Phrase("исчерпана квота диска", "the quota of the disk is used up"),
}
A_LINK = Phrase("это ссылка, а нужен сам файл: удалите её", "it is a link, and a file is needed: remove it")
A_FOLDER = Phrase("это папка, а нужен файл: удалите её", "it is a folder, and a file is needed: remove it")
NO_FILE = Phrase("это устройство, канал или сокет, а не файл", "it is a device, a pipe or a socket, not a file")
NOT_LOGGED: Mapping[int, Phrase] = {
    errno.EPIPE: Phrase("программа, которая его читает, завершилась", "the program that reads it has ended"),
}
NO_NAMES: Mapping[str, Phrase] = {}


def translated(text: str, table: Mapping[str, Phrase], names: Mapping[str, Phrase] = NO_NAMES) -> Phrase:
    """The phrase of the first pattern that matches the whole text; its named groups are the phrase's facts.

    `names`: facts that are words of the library too. A text that no pattern matches stays as it is; in Russian it is
    quoted, with a word about where it comes from.
    """
    for pattern, phrase in table.items():
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return phrase.format(**{name: names.get(said, said) for name, said in match.groupdict().items()})
    return UNKNOWN.format(words=text)


def why_unread(error: OSError | UnicodeError) -> Phrase:
    """Why a file could not be read."""
    if isinstance(error, UnicodeError):
        return Phrase("файл не в кодировке UTF-8: сохраните его в UTF-8", "it is not UTF-8: save it as UTF-8")
    if isinstance(error, PermissionError) and error.filename:
        return why_closed(os.fsdecode(error.filename))
    if isinstance(error, FileNotFoundError) and error.filename and Path(error.filename).is_symlink():
        return TO_NOTHING.format(target=os.path.realpath(error.filename))
    said = REFUSALS.get(type(error)) or NOT_READ_FOR.get(error.errno or 0)
    return said or UNKNOWN.format(words=error.strerror or type(error).__name__)


def why_unwritten(error: OSError) -> Phrase:
    """Why a file could not be written."""
    said = NOT_WRITTEN.get(type(error)) or NOT_WRITTEN_FOR.get(error.errno or 0)
    return said or UNKNOWN.format(words=error.strerror or type(error).__name__)


def why_not_logged(error: OSError | None) -> Phrase:
    """Why lines of the log are missing; None: the stream has refused none."""
    if error is None:
        return Phrase("его не успевали читать", "it was not read fast enough")
    return NOT_LOGGED.get(error.errno or 0) or why_unwritten(error)
