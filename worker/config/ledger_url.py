"""Whether an address is that of a ledger: a SQLite file, or a database of PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from bitrix.address import AddressFault
from worker.config.ledger_options import prove_options
from worker.config.text_file import is_a_folder
from worker.words.addresses import WRONG
from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

FILE = "sqlite:///"
POSTGRESQL = re.compile(
    r"postgresql\+psycopg://([^:/@]+(:[^@]*)?@)?(\[[0-9a-fA-F:]+\]|[^:/@?]*)(:(?P<port>\d+))?/[^/@?]+(\?(?P<options>.*))?"
)
"""Refuses an `@` in the password that is not escaped: the rest would be read as the host, and shown."""
NO_FILES = ("", ":memory:")
FORM = Phrase(
    "ожидается вид sqlite:///worker.db или postgresql+psycopg://пользователь:пароль@хост/база (знак @ в пароле пишется "
    "%40)",
    "must look like sqlite:///worker.db or postgresql+psycopg://user:password@host/database (an @ in the password is "
    "written %40)",
)
FOLDER = Phrase(
    "{name} — папка, а нужен файл: укажите файл в ней, например worker.db",
    "{name} is a folder, and a file is needed: name one in it, such as worker.db",
)
FROM_THE_ROOT = Phrase(
    "{name} считается от текущей папки, а в ней нет {folder}: если нужна папка /{folder}, напишите {url}",
    "{name} counts from the current folder, which has no {folder}: if /{folder} is meant, write {url}",
)


def options_of(url: str) -> Mapping[str, str]:
    """The parameters of a database's address, by name; none of a file's."""
    found = POSTGRESQL.fullmatch(url)
    return dict(parse_qsl(found["options"] or "", keep_blank_values=True)) if found else {}


def ledger_url(value: str) -> str:
    """The address itself. Raises `InvalidSetting`."""
    if not value.startswith(FILE):
        found = POSTGRESQL.fullmatch(value)
        if not found:
            raise InvalidSetting(FORM)
        if not 0 < int(found["port"] or 1) < 2**16:
            raise InvalidSetting(WRONG[AddressFault.BAD_PORT])
        prove_options(options_of(value))
        return value
    name = value.removeprefix(FILE).partition("?")[0]
    if name in NO_FILES or name.startswith("file:"):
        raise InvalidSetting(FORM)
    if is_a_folder(Path(name)):
        raise InvalidSetting(FOLDER.format(name=name))
    folder = Path(name).parent
    if not folder.is_absolute() and not is_a_folder(folder) and is_a_folder("/" / folder):
        raise InvalidSetting(FROM_THE_ROOT.format(name=name, folder=folder, url=FILE + "/" + name))
    return value
