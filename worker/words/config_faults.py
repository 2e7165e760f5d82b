"""What is wrong with a configuration: every fault at once, each with its path and its cure, in two languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.words.faults import Language


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault or warning. `path`: dotted, as in the file; empty for the file as a whole."""

    path: str
    en: str
    ru: str

    def text(self, language: Language) -> str:
        """What is wrong and what is allowed; never quotes a secret."""
        return self.ru if language == "ru" else self.en


class ConfigError(Exception):
    """The configuration cannot be used; `problems` holds all its faults, `warnings` what else is probably not meant."""

    def __init__(
        self, problems: Sequence[Problem], language: Language = "en", warnings: Sequence[Problem] = ()
    ) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        head = {"en": "The configuration has faults:", "ru": "В настройках ошибки:"}[language]
        lines = [f"  {problem.path or '(file)'}: {problem.text(language)}" for problem in self.problems]
        more = {"en": "Besides:", "ru": "Кроме того:"}[language]
        told = [more, *(f"  {one.path}: {one.text(language)}" for one in self.warnings)] if self.warnings else []
        super().__init__("\n".join([head, *lines, *told]))

    def told(self, language: Language) -> str:
        """The same in another language."""
        return str(ConfigError(self.problems, language, self.warnings))


TEXTS: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", "не задано"),
    "extra_forbidden": ("is not a setting", "такой настройки нет"),
    "bool_parsing": ("must be true or false", "допустимо true или false"),
    "bool_type": ("must be true or false", "допустимо true или false"),
    "int_parsing": ("must be a whole number", "нужно целое число"),
    "int_type": ("must be a whole number", "нужно целое число"),
    "int_from_float": ("must be a whole number", "нужно целое число"),
    "float_parsing": ("must be a number", "нужно число"),
    "float_type": ("must be a number", "нужно число"),
    "string_type": ("must be text", "нужен текст"),
    "model_type": ("must be a group of settings", "нужна группа настроек"),
    "mapping_type": ("must be a group of settings", "нужна группа настроек"),
    "dict_type": ("must be a group of settings", "нужна группа настроек"),
    "literal_error": ("must be {expected}", "допустимо {expected}"),
    "too_short": ("must hold at least {min_length}", "нужно не меньше {min_length}"),
    "greater_than": ("must be greater than {gt}", "должно быть больше {gt}"),
    "greater_than_equal": ("must be at least {ge}", "должно быть не меньше {ge}"),
    "less_than_equal": ("must be at most {le}", "должно быть не больше {le}"),
}


def problem_of(error: Mapping[str, Any], hint: str = "") -> Problem:
    """The problem behind one of pydantic's errors; the offending value is not quoted, it may be a secret."""
    path = ".".join(str(part) for part in error["loc"])
    context = error.get("ctx") or {}
    own = context.get("error")
    if isinstance(own, TwoWords):
        return Problem(path, own.en, own.ru)
    if own is not None:
        return Problem(path, str(own), str(own))
    context = {**context, "expected": str(context.get("expected", "")).replace(" or ", ", ")}
    en, ru = TEXTS.get(error["type"], (error["msg"], error["msg"]))
    return Problem(path, en.format(**context) + hint, ru.format(**context) + hint)


class TwoWords(ValueError):
    """A fault in both languages, raised from a validator."""

    def __init__(self, en: str, ru: str) -> None:
        self.en = en
        self.ru = ru
        super().__init__(en)
