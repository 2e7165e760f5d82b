"""What a command's surroundings say: the configuration file, the person's language, a time zone that is unknown."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from worker.config.environment import MARK, Environment
from worker.config.sources import environment_value, said_in
from worker.config.text_file import is_plain, text_in
from worker.words.config_faults import BLANK_AT_END, RETURN_AT_END, ConfigError, Problem
from worker.words.foreign import why_unread
from worker.words.phrase import LANGUAGES, NOTHING, Language, Phrase

NAME = "config.yaml"
ENVIRONMENT = ".env"
"""What `init` writes for the shell to read; the worker itself does not read it."""
UNREAD_FOR_ITS_MARK = Phrase(
    f"; в файле {ENVIRONMENT} это есть, но он начинается с метки порядка байтов (BOM), и командная строка его первую "
    "строку не прочтёт: сохраните его в UTF-8 без BOM",
    f"; {ENVIRONMENT} has it, but begins with a byte order mark (BOM), and a shell cannot read its first line: save it "
    "as UTF-8 without BOM",
)
UNREAD = Phrase(
    f"; в файле {ENVIRONMENT} это есть, но его читает командная строка: set -a; . ./{ENVIRONMENT}; set +a",
    f"; {ENVIRONMENT} has it, and your shell must read that file first: set -a; . ./{ENVIRONMENT}; set +a",
)
WITHOUT_VALUE = Phrase(
    f"; в файле {ENVIRONMENT} у неё нет значения: допишите его",
    f"; {ENVIRONMENT} has it without a value: write it there",
)
CLOSED = Phrase(f"; рядом есть файл {ENVIRONMENT}, но {{why}}", f"; a file {ENVIRONMENT} is here, but {{why}}")
A_FILE = Phrase("файл настроек", "configuration file")
EMPTY = Phrase(
    "пуст, поэтому действуют только окружение и умолчания: если в нём были настройки, запишите их заново, если нет, "
    "удалите его",
    "is empty, so only environment and defaults apply: if it had settings, write them anew; if not, remove it",
)
NOT_READ = Phrase(
    "рядом лежит {found}, воркер его не читает: оставьте один файл настроек",
    "{found} lies beside it, and the worker does not read that: keep one file of settings",
)
LOOK_ALIKE = re.compile(r"config(\.ya?ml){1,2}(\.txt)?|config\.txt", re.IGNORECASE)
RULE = re.compile(r":?(<[+\-A-Za-z0-9]{3,}>|[A-Za-z]{3,})[+-]?[0-9]{1,3}.*")
"""A zone that states its own offset, such as MSK-3."""
WESTWARDS = re.compile(r":?(Etc/)?(UTC|GMT|MSK)\+?(?P<hours>[1-9]|1[0-4])", re.IGNORECASE)
"""Zones that most people read the other way round."""
ALWAYS_KNOWN = ("", "UTC", "GMT")
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
SHORT = {"MSK": "Europe/Moscow", "MOSCOW": "Europe/Moscow"}


def language_of_people(environ: Mapping[str, str], file: Path | None = None) -> Language:
    """The language of all that a command says, its help too: `log.language`, else that of the locale, else Russian.

    Of the locale's variables the first counts that is set, as the system reads them.
    """
    locale = environ.get(locale_variable(environ) or "", "")
    return _a_language(_of_log("language", environ, file)) or ("en" if locale.lower().startswith("en") else "ru")


def locale_variable(environ: Mapping[str, str]) -> str | None:
    """The variable that sets the locale; None: none does."""
    return next((name for name in LOCALE if environ.get(name)), None)


def is_log_json(environ: Mapping[str, str], file: Path | None) -> bool:
    """Whether `log.format` is `json`, though other settings may be wrong."""
    return _of_log("format", environ, file) == "json"


def language_said(values: Mapping[str, Any]) -> Language | None:
    """The value of `log.language`; None: not set, or invalid."""
    return _a_language(_in_group(values, "language"))


def _of_log(name: str, environ: Mapping[str, str], file: Path | None) -> str:
    """A setting of `log` before all are read: its variable, else what the file says, even if it is no YAML.

    A pipe is not read: it could be read only once.
    """
    said: object = environment_value(f"LOG_{name.upper()}", f"log.{name}", Environment(environ), [])
    if said is None and file and is_plain(file):
        values = said_in(file, environ, []).values
        said = _in_group(values, name) if values else _in_text(file, name)
    return str(said or "").strip().lower()


def _in_group(values: Mapping[str, Any], name: str) -> object:
    log = values.get("log")
    return log.get(name) if isinstance(log, dict) else None


def _in_text(file: Path, name: str) -> str:
    try:
        found = re.search(rf"\b{name}: *(\w+)", text_in(file, errors="replace"))
    except OSError:
        return ""
    return found[1] if found else ""


def _a_language(said: object) -> Language | None:
    name = str(said).strip().lower()
    return next((one for one in LANGUAGES if one == name), None)


def default_file(folder: Path, language: Language) -> Path | None:
    """The folder's config.yaml; None: there is none. Raises `ConfigError` if there is one under a similar name."""
    try:
        names = sorted(one.name for one in folder.iterdir())
    except OSError:  # the folder may not be listed, but its files may still be readable
        return folder / NAME if _may_be_there(folder / NAME) else None
    if NAME in names:
        return folder / NAME
    if found := ", ".join(filter(LOOK_ALIKE.fullmatch, names)):
        phrase = Phrase(
            f"файла {NAME} нет, а {found} не был бы прочитан: переименуйте его или укажите файл через --config",
            f"there is no {NAME}, and {found} would not be read: rename it, or name the file by --config",
        )
        raise ConfigError([Problem("", phrase)], language)
    return None


def file_doubts(file: Path | None) -> Iterator[Problem]:
    """Warnings about a file of settings that was read: that nothing is in it, or that a similar one is beside it."""
    if file is None or not is_plain(file):
        return
    if not file.stat().st_size:
        yield Problem(file.name, EMPTY, A_FILE)
    try:
        names = sorted(one.name for one in file.parent.iterdir() if not one.is_dir())
    except OSError:  # the folder may not be listed
        return
    if found := ", ".join(name for name in names if file.name == NAME != name and LOOK_ALIKE.fullmatch(name)):
        yield Problem(file.name, NOT_READ.format(found=found), A_FILE)


def _may_be_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # whoever reads it says why not
        return True


def where_unread(variable: str, folder: Path) -> Phrase:
    """What to add where a variable is missing: that the folder's `.env` has it or may not be read; otherwise empty."""
    try:
        text = text_in(folder / ENVIRONMENT, errors="replace", encoding="utf-8")
    except PermissionError as error:
        return CLOSED.format(why=why_unread(error))
    except OSError:
        return NOTHING
    found = re.search(rf"^{MARK}?(export +)?{variable}=[^\s#]", text, re.MULTILINE)
    if not found:
        is_there = re.search(rf"^(export +)?{variable}=", text, re.MULTILINE)
        return WITHOUT_VALUE if is_there else NOTHING
    return UNREAD_FOR_ITS_MARK if found[0].startswith(MARK) else UNREAD


def zone_doubts(environ: Mapping[str, str]) -> Iterator[Problem]:
    """A warning if TZ says `UTC+3`: POSIX counts westwards, so this is three hours behind UTC, not ahead."""
    said = environ.get("TZ", "")
    if found := WESTWARDS.fullmatch(said):
        hours = found["hours"]
        yield Problem(
            "TZ",
            Phrase(
                f"{said} по POSIX отстаёт от UTC на {hours} ч: для времени впереди UTC напишите <+{hours:0>2}>-{hours} "
                "или имя, например Europe/Moscow",
                f"{said} is {hours} h behind UTC by POSIX: for a time ahead of UTC write <+{hours:0>2}>-{hours}, or a "
                "name like Europe/Moscow",
            ),
        )


def zone_faults(environ: Mapping[str, str]) -> Iterator[Problem]:
    """A fault if TZ names no time zone: the system would silently use UTC, and deadlines would be hours off."""
    said = environ.get("TZ", "")
    name = said.removeprefix(":")
    if said != said.strip():
        yield Problem("TZ", RETURN_AT_END if said.endswith("\r") else BLANK_AT_END)
        return
    if name in ALWAYS_KNOWN or RULE.fullmatch(said) or any(is_plain(Path(at, name)) for at in zoneinfo.TZPATH):
        return
    known = sorted(zoneinfo.available_timezones())
    close = [SHORT[name.upper()]] if name.upper() in SHORT else difflib.get_close_matches(name, known, 1)
    meant = f" → {close[0]}?" if close else ""
    yield Problem(
        "TZ",
        Phrase(
            f"такого часового пояса на этой машине нет{meant} (время считалось бы по UTC): исправьте или установите "
            "tzdata",
            f"names no time zone that this machine has{meant} (times would be UTC): correct it, or install tzdata",
        ),
    )
