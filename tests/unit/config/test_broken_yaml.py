"""A file that cannot be read says where and what is wrong, in one language, and never ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.two_languages import english_in, russian_in
from worker.config.loading import load
from worker.config.sources import said_in
from worker.words.config_faults import ConfigError, Problem
from worker.words.foreign import UNKNOWN, translated
from worker.words.phrase import Phrase

KNOWN = {"YAML", "yes", "no", "on", "off", "Base", "NAME", "name", "true", "false"}
BROKEN = [
    ("log:\n\tlevel: info", "2, столбец 1", "табуляция: замените её пробелами"),
    ("log:\n  level:\tinfo", "2, столбец 9", "табуляция: замените её пробелами"),
    ("a: [1, 2", "1, столбец 4", "[ не закрыта"),
    ("a: {b: 1\nc: 2", "1, столбец 4", "{ не закрыта"),
    ("a:\n  b: 'x\n\n", "2, столбец 6", "кавычка не закрыта"),
    ('a: "x', "1, столбец 4", "кавычка не закрыта"),
    ("a: b: c", "1, столбец 5", "двоеточие"),
    ("a: 1\nb\nc: 1", "2, столбец 1", "двоеточия"),
    ("- a\nb: 1", "2, столбец 1", "отступ"),
    ("a: 'b' c", "1, столбец 8", "кавычки"),
    ("'a':1", "1, столбец 4", "кавычки"),
    ("a: *x", "1, столбец 4", "'x' нигде не задано"),
    ("a: !x 1", "1, столбец 4", "тег '!x'"),
    ("a: !!python/object:os.x {}", "1, столбец 4", "не поддерживается"),
    ("a: @x", "1, столбец 4", "'@'"),
    ("a: `x`", "1, столбец 4", "возьмите его в кавычки"),
    ("a: |0\n x", "1, столбец 5", "после | и >"),
    ("a: >x\n b", "1, столбец 5", "после | и >"),
    ('a: "\\q"', "1, столбец 6", "одинарные кавычки"),
    ("a: 1\n---\nb: 2", "2, столбец 1", "второй документ"),
    ("a: 2026-02-30", "1, столбец 4", "не дата"),
    ("a: 2026-13-01 10:00:00", "1, столбец 4", "не дата"),
    ("a: !!int x", "1, столбец 4", "не целое число"),
    ("a: !!float x", "1, столбец 4", "не число"),
    ("a: !!timestamp x", "1, столбец 4", "не дата"),
    ("a: !!bool x", "1, столбец 4", "не true или false"),
    ("a: !!binary x", "1, столбец 4", "Base64"),
    ("a: !!set x", "1, столбец 4", "уберите тег"),
    ("? [1]\n: 2", "1, столбец 3", "не как текст"),
    *(
        (f"log:\n  {name}: 2", "2, столбец 3", "YAML читает это имя не как текст")
        for name in ("2024-01-01", "1", "1.5", "yes", "Off", "null", "~")
    ),
    ("log:\n\u00a0\u00a0level: info", "2, столбец 1", "U+00A0, который только похож на пробел"),
    ("log:\u00a0\n  level: info", "1, столбец 5", "U+00A0, который только похож на пробел"),
    ("log:\n  - a\n -\u2009b: 1", "3, столбец 3", "U+2009, который только похож на пробел"),
    ('a: "\\ud800"', "1, столбец 4", "U+D800 — половина символа"),
    ('"\\ud800": 1', "1, столбец 1", "U+D800 — половина символа"),
    ("title: {{ name }}", "1, столбец 9", "шаблон {{ … }} возьмите в кавычки"),
    ("a: {{ x }} b", "1, столбец 12", "кавычки"),
    ("a: {b: ${NOPE}}", "1, столбец 9", "текст с ${NAME} в кавычки"),
    ("a: {b: https://${NOPE}/x, c: 1}", "1, столбец 17", "текст с ${NAME} в кавычки"),
    ("a:\n  - [${NOPE:-x}]", "2, столбец 7", "текст с ${NAME} в кавычки"),
    ("a: {b: Согласуйте {{ name }}}", "1, столбец 19", "текст с шаблоном {{ … }} в кавычки"),
    ("a: [x {y]", "1, столбец 4", "[ не закрыта"),
    ("<<: {a: 1}", "1, столбец 1", "<< не поддерживается"),
    ("a: &x 1\nb: &x 2", "2, столбец 4", "метка"),
    ("a: &\n", "1, столбец 5", "имя из букв"),
    ("a: &x [*x]", "1, столбец 4", "само себя"),
    ("a: 1\nb: \x07", "2, столбец 4", "U+0007"),
    ("a: 1\0", "1, столбец 5", "файл повреждён или не в кодировке UTF-8"),
    ("a: }", "1, столбец 4", "скобка лишняя"),
    ("a: -\n -", "1, столбец 4", "список"),
    ("%YAML 2.0\n---\na: 1", "1, столбец 1", "%"),
    ("a: 1\na: 2", "2, столбец 1", "ключ «a» задан дважды"),
    ("a: 18:30", "1, столбец 4", "18:30 читалось бы как 1110"),
    ("a: " + "[" * 300_000, "1, столбец 43", "слишком много уровней вложенности (больше 40)"),
    ("\n".join(" " * level + "a:" for level in range(400)), "40, столбец 40", "слишком много уровней"),
    (
        "a0: &a0 x\n" + "".join(f"a{one}: &a{one} [{f'*a{one - 1}, ' * 9}]\n" for one in range(1, 10)),
        "6, столбец 10",
        "*a4 и другие ссылки на & повторяют больше 20000 значений: запишите сами значения",
    ),
    (
        "a0: &a0 {b: x}\n"
        + "".join(
            f"a{one}: &a{one} {{ {', '.join(f'k{each}: *a{one - 1}' for each in range(9))} }}\n" for one in range(1, 10)
        ),
        None,
        "повторяют больше 20000 значений: запишите сами значения",
    ),
    ("[a]", None, "группы настроек"),
]


def problem_of(text: str | bytes, folder: Path) -> Problem:
    path = folder / "x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    problems: list[Problem] = []
    assert said_in(path, {}, problems) == ({}, {}, {})
    [problem] = problems
    return Problem("", Phrase(*(words.replace(str(path), "ФАЙЛ") for words in (problem.phrase.ru, problem.phrase.en))))


@pytest.mark.parametrize(("text", "place", "words"), BROKEN, ids=[text[:20] for text, _, _ in BROKEN])
def test_a_broken_file_says_where_and_what(text: str, place: str | None, words: str, tmp_path: Path) -> None:
    phrase = problem_of(text, tmp_path).phrase
    assert words in phrase.ru
    assert place is None or f"ФАЙЛ, строка {place}: " in phrase.ru
    assert place is None or f"ФАЙЛ, line {place.replace('столбец', 'column')}" in phrase.en
    assert english_in(phrase.ru, KNOWN) == []
    assert russian_in(phrase.en) == ["ФАЙЛ"]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    problems: list[Problem] = [problem_of(b"a: \xff", tmp_path)]
    for path in (tmp_path, tmp_path / "nowhere.yaml", tmp_path / "x.yaml" / "y"):
        said_in(path, {}, problems)
    told = [one.phrase.ru.partition("не читается: ")[2] for one in problems]
    told[1] = told[1].partition(".")[0]
    assert told == [
        "файл не в кодировке UTF-8: сохраните его в UTF-8",
        "это папка",
        "такого файла нет",
        "часть пути — не папка",
    ]


def test_references_that_repeat_a_topic_and_levels_that_settings_have_are_read(tmp_path: Path) -> None:
    (file := tmp_path / "config.yaml").write_text(
        "topics:\n  t: &t {task: {title: x, tags: [a, b], checklists: [{title: x, items: [a, b]}]}, retries: 3}\n"
        + "".join(f"  t{one}: *t\n" for one in range(200))
        + f"a: {'[' * 38}{']' * 38}",
        encoding="utf-8",
    )
    problems: list[Problem] = []
    values = said_in(file, {}, problems).values
    assert (problems, len(values["topics"])) == ([], 201)


def test_a_message_that_nobody_has_translated_is_quoted() -> None:
    assert translated("something new", {"something old": Phrase("а", "a")}) == UNKNOWN.format(words="something new")
    assert english_in(translated("something new", {}).ru) == []


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("title: Order #5", "#5"),
        ("title: Order #{{ number }}, urgent", "#{{ number }}, urgent"),
        ("title: Order # five", None),
        ("title: Order #five", None),
        ("title: 'Order' #5", None),
        ("title: Order#5", None),
        ("priority: 1 #5", None),
        ("title: > #5\n     Order", None),
    ],
)
def test_a_text_that_yaml_cuts_at_what_it_takes_for_a_comment_is_a_warning(
    line: str, rest: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"topics:\n  t:\n   task:\n    {line}\n", encoding="utf-8")
    warnings = [one.line("en") for one in load(file, {}, language="en", sides=False).warnings]
    words = f"topics.t.task.title (config.yaml, line 4): YAML takes {rest} for a comment and drops it: write the whole"
    assert [one for one in warnings if "comment" in one] == ([f"{words} text in quotes"] if rest else [])


@pytest.mark.parametrize("line", ["title: yes", "description: no", "tags: [a, on]", "UF_RESULT_QUESTION: off"])
def test_a_word_that_yaml_makes_a_boolean_is_no_text(line: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"topics: {{t: {{task: {{{line}, task_control: yes, UF_DONE: no}}}}}}", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(file, {}, language="en", sides=False)
    [told] = [one.line("en") for one in raised.value.problems]
    assert (
        told
        == f"topics.t.task.{line.partition(':')[0]} (config.yaml, line 1): is a boolean in YAML: write it in quotes"
    )
