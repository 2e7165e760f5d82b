"""A text in both languages: whoever shows it chooses one, and neither can be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, Language] = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text in Russian and English; a text with `{facts}` is a format string. False if it says nothing."""

    ru: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return self.ru if language == "ru" else self.en

    def format(self, **facts: object) -> Phrase:
        """The phrase with its facts. A fact that is a phrase is said in the same language."""
        return Phrase(self.ru.format(**_in("ru", facts)), self.en.format(**_in("en", facts)))

    def __bool__(self) -> bool:
        return bool(self.ru or self.en)

    def __str__(self) -> str:
        """In English, the language of tracebacks."""
        return self.en


NOTHING = Phrase("", "")


def unchanged(text: str) -> Phrase:
    """A text that is the same in both languages: a name, or the words of another system."""
    return Phrase(text, text)


def joined(separator: str, phrases: Iterable[Phrase]) -> Phrase:
    """Several phrases as one; what is said twice is said once."""
    several = list(dict.fromkeys(phrases))
    return Phrase(separator.join(one.ru for one in several), separator.join(one.en for one in several))


def table_in(language: Language, table: Mapping[str, Phrase]) -> Mapping[str, str]:
    """The texts of a table in one language."""
    return {name: phrase.in_(language) for name, phrase in table.items()}


def _in(language: Language, facts: Mapping[str, object]) -> dict[str, object]:
    return {name: fact.in_(language) if isinstance(fact, Phrase) else fact for name, fact in facts.items()}
