"""What stands in an answer becomes a plain value within limits, or none: it never raises anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bitrix import reading
from bitrix.reading import DEEPEST, LARGEST, Unreadable
from bitrix.shown import shown

HALF = "\ud83d"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7", 7),
        (str(LARGEST), LARGEST),
        (LARGEST + 1, None),
        (str(LARGEST + 1), None),
        ("9" * 4000, None),
        ("9" * 5000, None),  # more than Python turns into a number at all
        (0, None),
        (-1, None),
        ("-1", None),
        ("٣", None),
        ("7 ", None),
        ("", None),
        (True, None),
        (7.0, None),
        (float("nan"), None),
        (None, None),
        ([7], None),
        ({"a": 7}, None),
    ],
)
def test_a_whole_number_has_64_bits_or_is_none(value: Any, number: int | None) -> None:
    assert reading.whole(value) == number


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 10**400, True, "7", None, [1]])
def test_a_figure_is_finite_and_of_sensible_size(value: Any) -> None:
    assert reading.figure(value) is None


def test_a_number_beyond_64_bits_costs_its_own_field_only() -> None:
    read = reading.loads('{"a": ' + "9" * 5000 + ', "b": 7}')
    assert read == {"a": float("inf"), "b": 7}


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, "<html>", "", '"\\'])
def test_what_is_no_json_or_nested_without_end_is_unreadable(text: str) -> None:
    for read in (reading.loads, reading.document):
        with pytest.raises(Unreadable):
            read(text)
    with pytest.raises(Unreadable):
        reading.loads(text.encode())


def test_a_document_has_so_many_levels_and_no_more() -> None:
    assert reading.document("[" * DEEPEST + "]" * DEEPEST)
    assert reading.document(json.dumps("[" * 1000)) == "[" * 1000, "brackets in a text are no levels"
    with pytest.raises(Unreadable, match="levels"):
        reading.document("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
def test_a_document_has_no_number_that_is_none(text: str) -> None:
    with pytest.raises(Unreadable):
        reading.document(text)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "c": 2, "\\u0061": 3}}]'])
def test_a_document_has_each_name_once(text: str) -> None:
    with pytest.raises(Unreadable, match='the name "a" stands twice'):
        reading.document(text)
    assert reading.loads(text), "another system's answer is read all the same"


def test_half_a_character_and_a_zero_byte_are_replaced_in_text_and_in_documents() -> None:
    assert reading.text(f"a{HALF}b\0c") == "a\ufffdb\ufffdc"
    assert reading.document(r'{"\ud83d": ["x\ud83d"]}') == {"\ufffd": ["x\ufffd"]}
    shown({HALF: HALF}).encode()


def test_a_text_is_bounded_and_nothing_else_is_one() -> None:
    assert reading.text("x" * reading.LONGEST_TEXT)
    for value in ("x" * (reading.LONGEST_TEXT + 1), 7, None, ["x"], True):
        assert reading.text(value) is None


@pytest.mark.parametrize("charset", [None, "utf-8", "no such", "undefined", "idna", "x\0y", "cp1251"])
def test_the_words_of_an_answer_are_read_in_whatever_charset_it_names(charset: str | None) -> None:
    for body in (b"\xff\xfe\x00", "нет".encode(), "нет".encode("cp1251"), b"x" * 100_000, b""):
        reading.words(body, charset).encode()
        assert len(reading.words(body, charset)) <= 2 * reading.LONGEST_WORDS


@pytest.mark.parametrize("text", [r'{"a": ["\ud83d", {"\udc00 b": 1}]}', rb'{"a": ["\ud83d", {"\udc00 b": 1}]}'])
def test_half_a_character_stands_nowhere_in_what_was_read(text: str | bytes) -> None:
    assert reading.loads(text) == {"a": ["\ufffd", {"\ufffd b": 1}]}


def test_two_halves_are_a_character() -> None:
    assert reading.loads(rb'["\ud83d\ude00"]') == ["\U0001f600"]


@pytest.mark.parametrize("digits", ["9223372036854775808", "99999999999999999999", "-9223372036854775809", "9" * 5000])
def test_a_number_beyond_64_bits_is_a_float(digits: str) -> None:
    assert isinstance(reading.loads(digits), float)
