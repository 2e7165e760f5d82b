"""The faults of a configuration: all of them at once, each with its path and how to fix it, in two languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worker.words.phrase import NOTHING, Language, Phrase, unchanged


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault or warning. `path`: the setting's dotted path in the file; empty for the file as a whole.

    `phrase`: what is wrong and what is allowed; it never quotes a secret. `where`: what set it; empty: not known.
    `of_file`: a file that the setting names is at fault. `in_file`: the configuration's line is, whatever else sets it.
    """

    path: str
    phrase: Phrase
    where: Phrase = NOTHING
    of_file: bool = False
    in_file: bool = False

    @property
    def source(self) -> Phrase:
        """What set it: a setting of which nobody knows has its default."""
        return self.where or BY_DEFAULT

    @property
    def place(self) -> Phrase:
        """The setting and what set it; empty for the file as a whole."""
        return SET_BY.format(path=self.path, where=self.where) if self.path and self.where else unchanged(self.path)

    def text(self, language: Language) -> str:
        return self.phrase.in_(language)

    def line(self, language: Language) -> str:
        """The fault with its setting and what set it."""
        return f"{self.place.in_(language)}: {self.text(language)}" if self.path else self.text(language)

    def warned(self, language: Language) -> str:
        """The same as a line of what is only probably wrong, as `check` prints it."""
        return f"WARN {self.line(language)}"


class ConfigError(Exception):
    """The configuration cannot be used. `problems`: all its faults; `warnings`: settings that are probably mistaken.

    `file`: which file was read, for people; None: the faults name it. `language`: of whoever reads the faults.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        language: Language = "en",
        warnings: Sequence[Problem] = (),
        file: Phrase | None = None,
    ) -> None:
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        self.file = file
        self.language = language
        super().__init__(self.text(language))

    def text(self, language: Language) -> str:
        """All faults and warnings, one line each."""
        lines = [CONFIGURATION.format(file=self.file).in_(language)] if self.file else []
        lines += [HEAD.in_(language), *(f"  {one.line(language)}" for one in self.problems)]
        return "\n".join((*lines, *(one.warned(language) for one in self.warnings)))


SET_BY = unchanged("{path} ({where})")
BY_DEFAULT = Phrase("по умолчанию", "default")
CONFIGURATION = Phrase("Файл настроек: {file}", "Configuration: {file}")
HEAD = Phrase("Ошибки в настройках:", "The configuration has errors:")
BLANK_AT_END = Phrase(
    "с пробелом или переводом строки на краю: уберите", "has a blank or line break at an end: remove it"
)
RETURN_AT_END = Phrase(
    "в конце перевод строки Windows (CR): сохраните файл, из которого взяты переменные, с переводами строк Unix: "
    "sed -i 's/\\r$//' ФАЙЛ",
    "ends with a line end of Windows (CR): save the file that sets it with line ends of Unix: sed -i 's/\\r$//' FILE",
)
NO_TEXT = Phrase(
    "нужен текст: число, дату, да и нет возьмите в кавычки",
    "must be text: write a number, a date, yes and no in quotes",
)
AT_THE_TOP = Phrase(
    ": группа {name} стоит на верхнем уровне, без отступа", ": the group {name} stands at the top level, not indented"
)
NO_GROUP = Phrase(
    "нужна группа настроек: под ней строки «имя: значение»",
    "must be a group of settings: below it lines of “name: value”",
)
TEXTS: Mapping[str, Phrase] = {
    "missing": Phrase("не задано", "is missing"),
    "extra_forbidden": Phrase("такой настройки нет", "is not a setting"),
    "bool_parsing": Phrase("допустимо true или false", "must be true or false"),
    "bool_type": Phrase("допустимо true или false", "must be true or false"),
    "int_parsing": Phrase("нужно целое число", "must be a whole number"),
    "int_type": Phrase("нужно целое число", "must be a whole number"),
    "int_from_float": Phrase("нужно целое число", "must be a whole number"),
    "float_parsing": Phrase("нужно число", "must be a number"),
    "float_type": Phrase("нужно число", "must be a number"),
    "finite_number": Phrase("нужно число", "must be a number"),
    "string_type": NO_TEXT,
    "model_type": NO_GROUP,
    "mapping_type": NO_GROUP,
    "dict_type": NO_GROUP,
    "literal_error": Phrase("допустимо {expected}", "must be {expected}"),
    "too_short": Phrase(
        "пусто: назовите хотя бы одно или уберите эту настройку, тогда действует умолчание",
        "is empty: name at least one, or leave the setting out for its default",
    ),
    "greater_than": Phrase("должно быть больше {gt}", "must be greater than {gt}"),
    "greater_than_equal": Phrase("должно быть не меньше {ge}", "must be at least {ge}"),
    "less_than_equal": Phrase("должно быть не больше {le}", "must be at most {le}"),
}


def problem_of(error: Mapping[str, Any], hint: Phrase = NOTHING) -> Problem:
    """Translate one of pydantic's errors. `hint`: follows it, unless the text quotes the value itself."""
    loc = error["loc"]
    path = ".".join(map(str, loc))
    context = error.get("ctx") or {}
    own = context.get("error")
    if isinstance(own, InvalidSetting):
        quoted = str(error.get("input", "")) in own.phrase.en
        return Problem(path, own.phrase if quoted else Phrase(own.phrase.ru + hint.ru, own.phrase.en + hint.en))
    if own is not None:
        return Problem(path, unchanged(str(own)))
    bounds = {name: f"{bound:.15g}" for name, bound in context.items() if isinstance(bound, float)}
    context = {**context, **bounds, "expected": str(context.get("expected", "")).replace(" or ", ", ")}
    phrase = TEXTS.get(error["type"])
    said = phrase.format(**context) if phrase else unchanged(error["msg"])
    return Problem(path, Phrase(said.ru + hint.ru, said.en + hint.en))


class InvalidSetting(ValueError):
    """An invalid setting, with its text in both languages; validators raise it."""

    def __init__(self, phrase: Phrase) -> None:
        self.phrase = phrase
        super().__init__(phrase.en)
