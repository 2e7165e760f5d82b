"""Reads settings from the YAML file, with its `${NAME}`, and from the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bitrix.named_files import NotAFile
from bitrix.secrecy import HIDDEN
from worker.config.home_path import home_fault
from worker.config.text_file import shown_file, text_in
from worker.config.yaml_file import NO_CHARACTER, ODD_BLANK, ReadOtherwise, Refused, SaidTwice, Several, read_yaml
from worker.words.config_faults import Problem
from worker.words.foreign import translated, why_unread
from worker.words.phrase import Phrase
from worker.words.yaml_words import (
    A_FOLDER,
    A_NUL,
    AN_ENVIRONMENT,
    IN_QUOTES,
    KINDS,
    NO_GROUPS,
    NO_YAML,
    NOT_CLOSED,
    NOT_TAKEN,
    PLACE,
    PYYAML,
    QUOTE_REFERENCE,
    QUOTE_TEMPLATE,
    REFUSED,
    TWICE,
    UNREAD,
    UNREADABLE_CHARACTER,
)

BOTH_SET = Phrase("заданы и {one}, и {other}; нужно одно", "both {one} and {other} are set; keep one")
EMPTY = Phrase("{file}: файл пуст, запишите в него значение", "{file} is empty: write the value into it")
NAME_A_FILE = Phrase(
    "{why}: укажите обычный файл или передайте содержимое через /dev/stdin либо <(команда)",
    "{why}: name a regular file, or hand over what it says by /dev/stdin or <(command)",
)
MORE_LINES = Phrase(
    "{file}: строк в файле: {count}; оставьте только строку со значением",
    "{file} has {count} lines: keep the one with the value",
)
OR_THE_VALUE = Phrase(
    "{why}; здесь нужно имя файла, а само значение пишется в {name}",
    "{why}; it takes the name of a file, and {name} the value itself",
)
NO_NUL = Phrase("содержит символ U+0000: уберите", "holds the character U+0000: remove it")
NOT_UTF8 = Phrase(
    "переменная {name} содержит байты не в UTF-8: задайте её текстом в UTF-8",
    "the variable {name} holds bytes that are not UTF-8: set it to a text in UTF-8",
)
BROKEN = Phrase(
    "после ${ нет имени и }: переменная окружения пишется ${NAME}, переменная процесса {{ name }}, сам знак $${",
    "has ${ without a name and a }: a variable of the environment is ${NAME}, one of the process {{ name }}, the sign "
    "itself $${",
)
NOT_FILLED = Phrase(
    "{name} содержит {said} буквально: в переменных окружения это не заменяется, запишите само значение",
    "{name} holds {said} as it is written: nothing is filled in within a variable, write the value itself",
)
REFERENCE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-(?P<text>[^}]*))?\}|(?P<broken>\$\{)")
ENVIRONMENT = re.compile(r"(export )?[A-Z][A-Z0-9_]*=")
"""How a file begins that a shell reads."""
ODD_BEGINNING = re.compile(rf"(?:^ *(?:- *)*|:)(?P<odd>{ODD_BLANK.pattern})")
"""What only looks like a blank where YAML needs one: in front of a name, or after its colon."""
UNFILLED = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


class FileSays(NamedTuple):
    """A file as plain data, and the line of each thing in it by dotted path.

    `cut`: what of a text YAML takes for a comment, though its writer probably did not, by dotted path.
    """

    values: dict[str, Any]
    lines: Mapping[str, int]
    cut: Mapping[str, str]


def said_in(path: Path | None, environ: Mapping[str, str], problems: list[Problem]) -> FileSays:
    """What the file says; empty if there is none, or it cannot be read. Adds faults to `problems`."""
    if path is None:
        return FileSays({}, {}, {})
    try:
        text = text_in(path)
        data, lines, cut = read_yaml(text)
    except IsADirectoryError:
        problems.append(Problem("", A_FOLDER.format(file=path)))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem("", UNREAD.format(file=path, why=_why_unread(error))))
    except yaml.YAMLError as error:
        faults = error.faults if isinstance(error, Several) else [error]
        problems += dict.fromkeys(Problem("", _in_words(path, text, one)) for one in faults)
    else:
        if isinstance(data, dict):
            filled = {str(key): _filled(one, str(key), environ, problems) for key, one in data.items()}
            return FileSays(filled, lines, cut)
        if data is not None:
            said = AN_ENVIRONMENT if ENVIRONMENT.match(str(data)) else NO_GROUPS
            problems.append(Problem("", said.format(file=path)))
    return FileSays({}, {}, {})


def _in_words(path: Path, text: str, error: yaml.YAMLError) -> Phrase:
    problem = str(getattr(error, "problem", ""))
    if odd := _odd_blank(path, text, error):
        return odd
    if kind := _unquoted(text, error):
        return NO_YAML.format(where=_place(path, text, error, begun=False), what=kind)
    where = _place(path, text, error, begun=any(re.fullmatch(one, problem) for one in NOT_CLOSED))
    match error:
        case SaidTwice():
            return TWICE.format(where=where, key=error.problem, first=error.note)
        case ReadOtherwise():
            return IN_QUOTES.format(where=where, text=problem, read=error.note)
        case Refused():
            return NOT_TAKEN.format(where=where, what=translated(problem, REFUSED))
        case yaml.reader.ReaderError(character=0):
            what = A_NUL
        case yaml.reader.ReaderError():
            what = UNREADABLE_CHARACTER.format(code=f"U+{error.character:04X}")
        case _:
            what = translated(problem, PYYAML, KINDS)
    return NO_YAML.format(where=where, what=what)


def _unquoted(text: str, error: yaml.YAMLError) -> Phrase | None:
    """What to do with a `${NAME}` or a template inside { } or [ ], where YAML takes its { for the beginning of more."""
    mark = getattr(error, "problem_mark", None)
    if mark is None or not re.search(r"expected ',' or '[]}]'", str(getattr(error, "problem", ""))):
        return None
    before, rest = text[: mark.index], text[mark.index :]
    if before.endswith("$") and rest.startswith("{"):
        return QUOTE_REFERENCE.format()
    return QUOTE_TEMPLATE.format() if rest.startswith("{{") else None


def _odd_blank(path: Path, text: str, error: yaml.YAMLError) -> Phrase | None:
    """That something in the line of the fault, or in the one before, only looks like a blank."""
    mark = getattr(error, "problem_mark", None)
    last = mark.line + 1 if mark else 0
    for number, line in enumerate(text.split("\n")[:last], 1):
        if number >= last - 1 and (found := ODD_BEGINNING.search(line)):
            where = PLACE.format(file=path, line=number, column=found.start("odd") + 1)
            return NOT_TAKEN.format(where=where, what=translated(f"blank U+{ord(found['odd']):04X}", REFUSED))
    return None


def _place(path: Path, text: str, error: yaml.YAMLError, *, begun: bool) -> object:
    """The file, with the place of the fault if it is known; `begun`: the place where the unfinished thing began."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position].split("\n")
        return PLACE.format(file=path, line=len(before), column=len(before[-1]) + 1)
    mark = getattr(error, "context_mark" if begun else "problem_mark", None)
    return PLACE.format(file=path, line=mark.line + 1, column=mark.column + 1) if mark else path


def _filled(value: Any, path: str, environ: Mapping[str, str], problems: list[Problem]) -> Any:
    """Replace `${NAME}` and `${NAME:-default}`. This happens after parsing, so that a value cannot become structure."""
    if isinstance(value, dict):
        return {key: _filled(inner, f"{path}.{key}", environ, problems) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, f"{path}.{number}", environ, problems) for number, inner in enumerate(value)]
    if isinstance(value, str):
        if "\0" in value:
            problems.append(Problem(path, NO_NUL))
        return REFERENCE.sub(_reference(path, environ, problems), value.replace("\0", ""))
    return value


def _reference(path: str, environ: Mapping[str, str], problems: list[Problem]) -> Callable[[re.Match[str]], str]:
    def replaced(match: re.Match[str]) -> str:
        if match["broken"]:
            problems.append(Problem(path, BROKEN))
        name = match["name"]
        if name is None:
            return "${"
        value = environ.get(name)
        if value:
            return _as_text(value, name, path, problems) or ""
        if match["default"] is not None:
            return match["text"]
        problems.append(
            Problem(
                path,
                Phrase(
                    f"обращается к ${{{name}}}, а {name} не задано; задайте или напишите ${{{name}:-значение}}",
                    f"uses ${{{name}}}, and {name} is not set; set it or write ${{{name}:-default}}",
                ),
            )
        )
        return ""

    return replaced


def environment_value(
    name: str, path: str, environ: Mapping[str, str], problems: list[Problem], taken: Container[str] = ()
) -> str | None:
    """One setting from the environment; None: unset or empty. `NAME_FILE` names a file with the value.

    `taken`: variables of settings; such a `NAME_FILE` is itself one. Adds faults to `problems`.
    """
    value = _as_text(environ.get(name), name, path, problems)
    file = None
    if f"{name}_FILE" not in taken:
        file = _as_text(environ.get(f"{name}_FILE"), f"{name}_FILE", path, problems)
    if value and file:
        problems.append(Problem(path, BOTH_SET.format(one=name, other=f"{name}_FILE")))
    if value and UNFILLED.fullmatch(value):
        problems.append(Problem(path, NOT_FILLED.format(name=name, said=value)))
    held = _held_by(f"{name}_FILE", file, path, problems) if file else None
    return value or held


def _as_text(value: str | None, name: str, path: str, problems: list[Problem]) -> str | None:
    """The value of a variable; None: unset, empty, or bytes that are no text, which is a fault."""
    if value and NO_CHARACTER.search(value):
        problems.append(Problem(path, NOT_UTF8.format(name=name)))
        return None
    return value or None


def _why_unread(error: OSError | UnicodeDecodeError) -> Phrase:
    """Why a file cannot be read, and of what is no file what to name."""
    why = why_unread(error)
    return NAME_A_FILE.format(why=why) if isinstance(error, NotAFile) else why


def _held_by(name: str, file: str, path: str, problems: list[Problem]) -> str | None:
    """The one line of the file that the variable `name` names; None: a fault, which is added to `problems`."""
    if phrase := home_fault(file):
        problems.append(Problem(path, phrase))
        return None
    place = f"{name} ({shown_file(file)})"
    try:
        lines = text_in(Path(file)).strip().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = _why_unread(error)
        if HIDDEN in place:
            why = OR_THE_VALUE.format(why=why, name=name.removesuffix("_FILE"))
        problems.append(Problem(path, UNREAD.format(file=place, why=why), of_file=True))
        return None
    if len(lines) == 1:
        return lines[0]
    phrase = MORE_LINES.format(file=place, count=len(lines)) if lines else EMPTY.format(file=place)
    problems.append(Problem(path, phrase, of_file=True))
    return None
