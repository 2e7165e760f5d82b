"""A text in both languages: neither can be missing, and the code that shows it chooses one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Literal

Language = Literal["ru", "en"]
LANGUAGES: tuple[Language, Language] = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text in Russian and English; a text with `{facts}` is a format string. False if both texts are empty."""

    ru: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in one language."""
        return self.ru if language == "ru" else self.en

    def format(self, **facts: object) -> Phrase:
        """Fill in the facts. A fact that is a phrase is shown in the same language."""
        return Phrase(filled(self.ru, _in("ru", facts)), filled(self.en, _in("en", facts)))

    def cut(self, longest: int) -> Phrase:
        """The phrase with at most so many characters."""
        return Phrase(self.ru[:longest], self.en[:longest])

    def __bool__(self) -> bool:
        return bool(self.ru or self.en)

    def __str__(self) -> str:
        """In English, the language of tracebacks."""
        return self.en


NOTHING = Phrase("", "")
BEFORE_A_STOP = re.compile(r"\{(\w+)\}\.(?=\s|$)")
MARKS = (".", "!", "?", "…")


def filled(text: str, facts: Mapping[str, object]) -> str:
    """A format string with its facts. A fact that ends with a mark of its own gets no full stop after it.

    Such a fact is a sentence of another system: `Method not found!`. Raises `KeyError` if a fact is missing.
    """
    for name in _before_a_stop(text):
        if str(facts.get(name)).endswith(MARKS):
            text = re.sub(rf"(\{{{name}\}})\.(?=\s|$)", r"\1", text)
    return text.format(**facts)


@cache
def _before_a_stop(text: str) -> tuple[str, ...]:
    return tuple(BEFORE_A_STOP.findall(text))


class PhraseError(Exception):
    """An error whose text for people exists in both languages; a plain string is the same in both."""

    def __init__(self, said: Phrase | str) -> None:
        self.phrase = phrase_of(said)
        super().__init__(self.phrase.en)


def unchanged(text: str) -> Phrase:
    """A text that is the same in both languages: a name, or another system's message."""
    return Phrase(text, text)


def phrase_of(said: Phrase | str) -> Phrase:
    """The phrase itself; a plain string as a text that is the same in both languages."""
    return unchanged(said) if isinstance(said, str) else said


def joined(separator: str, phrases: Iterable[Phrase]) -> Phrase:
    """Join several phrases into one, without repeats."""
    several = list(dict.fromkeys(phrases))
    return Phrase(separator.join(one.ru for one in several), separator.join(one.en for one in several))


def in_sentences(*phrases: Phrase) -> Phrase:
    """Join sentences, each without its full stop, without repeats; what is empty is left out."""
    several = list(dict.fromkeys(filter(None, phrases)))
    return reduce(lambda said, one: _TWO.format(said=said, one=one), several) if several else NOTHING


def as_sentence(phrase: Phrase) -> Phrase:
    """The same with a capital at its beginning, to follow another sentence; not if it begins with a name in code."""
    return Phrase(*(_capital(text) for text in (phrase.ru, phrase.en)))


def table_in(language: Language, table: Mapping[str, Phrase]) -> Mapping[str, str]:
    """The texts of a table in one language."""
    return {name: phrase.in_(language) for name, phrase in table.items()}


def _capital(text: str) -> str:
    first, _, _ = text.partition(" ")
    return text[0].upper() + text[1:] if first.rstrip(",:;").isalpha() else text


def _in(language: Language, facts: Mapping[str, object]) -> dict[str, object]:
    return {name: fact.in_(language) if isinstance(fact, Phrase) else fact for name, fact in facts.items()}


_TWO = unchanged("{said}. {one}")
