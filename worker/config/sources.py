"""Reads settings from the YAML file, with its `${NAME}`, and from the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

REFERENCE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-(?P<text>[^}]*))?\}")

_BASE_EIGHT = re.compile(r"[-+]?0[0-9_]+")


class _SaidTwice(yaml.constructor.ConstructorError):
    """A key occurs twice in one mapping."""


class _ReadOtherwise(yaml.constructor.ConstructorError):
    """A number that YAML reads in base eight or sixty, unlike people."""


class _UniqueKeys(yaml.SafeLoader):
    """Plain YAML that refuses a key that occurs twice: the second topic of a name would silently win.

    It also refuses numbers that YAML and people read differently: user `0106` would be 70, and `18:30` would be 1110.
    """


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool | None):
            raise yaml.constructor.ConstructorError(None, None, "a key must be text", key_node.start_mark)
        if key in seen:
            raise _SaidTwice(None, None, f"{key!r} is said twice", key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


def _number(loader: _UniqueKeys, node: yaml.ScalarNode) -> float:
    whole = node.tag.endswith(":int")
    value = loader.construct_yaml_int(node) if whole else loader.construct_yaml_float(node)
    if ":" in node.value or (whole and _BASE_EIGHT.fullmatch(node.value)):
        raise _ReadOtherwise(None, None, f"{node.value} would be read as {value}", node.start_mark)
    return float(value) if not whole else int(value)


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
for _tag in ("int", "float"):
    _UniqueKeys.add_constructor(f"tag:yaml.org,2002:{_tag}", _number)


def file_values(path: Path, environ: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """The file as plain data; empty if it cannot be read. Adds faults to `problems`."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except OSError as error:
        problems.append(
            Problem("", Phrase(f"{path} не читается: {error.strerror}", f"{path} cannot be read: {error.strerror}"))
        )
        return {}
    except UnicodeDecodeError:
        problems.append(Problem("", Phrase(f"{path} не в кодировке UTF-8", f"{path} is not UTF-8")))
        return {}
    except yaml.YAMLError as error:
        where, what = f"{path}{_place(error)}", _what(error)
        if isinstance(error, _SaidTwice):
            problems.append(Problem("", Phrase(f"{where}: ключ задан дважды ({what})", f"{where}: {what}")))
        elif isinstance(error, _ReadOtherwise):
            quoted = Phrase(f"{where}: {what}: возьмите в кавычки", f"{where}: {what}: write it in quotes")
            problems.append(Problem("", quoted))
        else:
            problems.append(Problem("", Phrase(f"{where}: это не YAML ({what})", f"{where} is not YAML: {what}")))
        return {}
    if data is None:
        return {}
    if not isinstance(data, dict):
        problems.append(
            Problem("", Phrase(f"{path} должен содержать группы настроек", f"{path} must hold groups of settings"))
        )
        return {}
    return {str(key): _filled(value, str(key), environ, problems) for key, value in data.items()}


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _what(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or "cannot be parsed")


def _filled(value: Any, path: str, environ: Mapping[str, str], problems: list[Problem]) -> Any:
    """Replace `${NAME}` and `${NAME:-default}`. This happens after parsing, so that a value cannot become structure."""
    if isinstance(value, dict):
        return {key: _filled(inner, f"{path}.{key}", environ, problems) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, f"{path}.{number}", environ, problems) for number, inner in enumerate(value)]
    if isinstance(value, str):
        return REFERENCE.sub(_reference(path, environ, problems), value)
    return value


def _reference(path: str, environ: Mapping[str, str], problems: list[Problem]) -> Callable[[re.Match[str]], str]:
    def replaced(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return "${"
        value = environ.get(name)
        if value:
            return value
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


def environment_value(name: str, path: str, environ: Mapping[str, str], problems: list[Problem]) -> str | None:
    """One setting from the environment; None: unset or empty. `NAME_FILE` names a file with the value.

    Adds faults to `problems`.
    """
    value, file = environ.get(name) or None, environ.get(f"{name}_FILE") or None
    if value and file:
        problems.append(
            Problem(
                path,
                Phrase(f"заданы и {name}, и {name}_FILE; нужно одно", f"both {name} and {name}_FILE are set; keep one"),
            )
        )
    if value or not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8-sig").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        problems.append(
            Problem(path, Phrase(f"{name}_FILE не читается: {reason}", f"{name}_FILE cannot be read: {reason}"))
        )
        return None
