from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.support.sources import ROOT, calls
from worker.words.log.telling import with_facts
from worker.words.phrase import LANGUAGES, NOTHING, Phrase, in_sentences, joined, unchanged

MADE_BY = {"Phrase", "debug", "info", "warning", "error"}
"""What takes a text in Russian, then in English."""
FACT = re.compile(r"\{(\w+)[!:}]")
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def written(node: ast.expr) -> str | None:
    """A text as it is written, its expressions as facts; None: it is made elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return None


@cache
def phrases() -> list[tuple[str, str, str]]:
    """Place, Russian and English of every phrase whose two texts are written where it is made."""
    return list(_phrases())


def _phrases() -> Iterator[tuple[str, str, str]]:
    for path, node in calls("worker"):
        if isinstance(node.func, ast.Name) and node.func.id in MADE_BY:
            texts = [written(one) for one in node.args]
            if len(texts) == 2 and None not in texts and any(map(str.isalpha, str(texts[0]))):
                yield f"{path.relative_to(ROOT / 'worker')}:{node.lineno}", str(texts[0]), str(texts[1])


def facts(text: str) -> set[str]:
    return set(FACT.findall(text))


def test_there_are_phrases_to_look_at() -> None:
    assert len(phrases()) > 400


def test_both_languages_tell_the_same_facts() -> None:
    assert [place for place, ru, en in phrases() if facts(ru) != facts(en)] == []


def test_russian_stands_before_english() -> None:
    russian = [(place, ru, en) for place, ru, en in phrases() if CYRILLIC.search(en) and not CYRILLIC.search(ru)]
    assert [en for _, _, en in russian] == ["Русский"], "the other language of the page"
    assert [place for place, ru, en in phrases() if ru == en] == []


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("Method not found!", "The portal said: Method not found! Fix it."),
        ("why?", "The portal said: why? Fix it."),
        ("cut…", "The portal said: cut… Fix it."),
        ("done.", "The portal said: done. Fix it."),
        ("wait...", "The portal said: wait... Fix it."),
        ("a?.b", "The portal said: a?.b. Fix it."),
        ("../x", "The portal said: ../x. Fix it."),
    ],
)
def test_the_words_of_others_keep_their_mark_and_get_no_second_one(said: str, whole: str) -> None:
    text = unchanged("The portal said: {said}. Fix it.")
    assert text.format(said=said).en == text.format(said=said).ru == whole
    assert in_sentences(unchanged(f"The portal said: {said}"), unchanged("Fix it.")).en == whole
    assert with_facts(text.en, {"said": said}, "en") == whole
    assert unchanged("{said}.").format(said="Method not found!").en == "Method not found!"


def test_a_phrase_is_said_in_the_language_asked_for() -> None:
    assert [Phrase("да", "yes").in_(language) for language in LANGUAGES] == ["да", "yes"]
    assert str(Phrase("да", "yes")) == "yes"


def test_a_fact_that_is_a_phrase_is_said_in_the_same_language() -> None:
    said = Phrase("нет: {what} {left}", "no: {left} {what}").format(what=Phrase("топик", "topic"), left="{x}")
    assert said == Phrase("нет: топик {x}", "no: {x} topic")


def test_a_fact_that_is_missing_is_a_fault() -> None:
    with pytest.raises(KeyError):
        Phrase("{a}", "{b}").format(a=1)


def test_what_says_nothing_is_false() -> None:
    assert not NOTHING
    assert unchanged("p:1")
    assert not joined(", ", [])


def test_what_is_said_twice_is_joined_once() -> None:
    one, two = Phrase("раз", "one"), Phrase("два", "two")
    assert joined("; ", [one, two, one]) == Phrase("раз; два", "one; two")


ONE_WORD = {r"дополнительн\w* свойств": "свойство расширения", r"отметк\w* (ожидания|шага|вопроса)": "признак"}
"""Other words for one thing in Russian, and the word that is used."""


def test_one_thing_has_one_word() -> None:
    texts = {place: ru for place, ru, _ in phrases()}
    pages = [*(ROOT / "docs").glob("*.ru.md"), *(ROOT / "examples").glob("*.ru.md"), ROOT / "README.ru.md"]
    texts |= {page.name: page.read_text("utf-8") for page in pages}
    found = [(place, right) for place, ru in texts.items() for other, right in ONE_WORD.items() if re.search(other, ru)]
    assert found == []
