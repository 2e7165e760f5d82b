from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from worker.mapping.bbcode import INVISIBLE, harmless
from worker.mapping.fields import (
    DESCRIPTION_BYTES,
    LARGEST_ID,
    crm,
    date_time,
    description,
    due,
    files,
    group,
    ids,
    is_blank,
    one_id,
    people,
    person,
    priority,
    readers,
    tags,
    title,
    user_field,
)
from worker.mapping.named import GroupNamed, PersonNamed
from worker.mapping.spans import Span
from worker.mapping.unfit import EXPECTED, Unfit
from worker.model import FileVariable

BERLIN = ZoneInfo("Europe/Berlin")
NAIVE = datetime(2026, 1, 30, 18, 0)  # noqa: DTZ001 - that it is naive is the point


@pytest.mark.parametrize(
    ("value", "id_"),
    [(106, 106), ("106", 106), (" 106 ", 106), (106.0, 106), ("106.0", 106), ("106.00", 106), (LARGEST_ID, LARGEST_ID)],
)
def test_one_id(value: object, id_: int) -> None:
    assert one_id(value) == id_


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        True,
        "abc",
        "",
        "1e3",
        "10.000",
        "1.000",
        "²",
        [106],
        {"id": 1},
        1.5,
        math.nan,
        math.inf,
        LARGEST_ID + 1,
        "9" * 5000,
    ],
)
def test_what_is_no_id(value: object) -> None:
    with pytest.raises(Unfit) as caught:
        one_id(value)

    assert caught.value.expected == "one_id"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([7, "8", 7], [7, 8]),
        ("7, 8,", [7, 8]),
        (7, [7]),
        ("7", [7]),
        (", ,", []),
        ("7; 8;", [7, 8]),
        ("7\n8\r\n7", [7, 8]),
        ('[7, "8", null]', [7, 8]),
        ([7, None, " ", "8"], [7, 8]),
        ([None], []),
        ("[]", []),
    ],
)
def test_ids(value: object, expected: list[int]) -> None:
    assert ids(value) == expected


@pytest.mark.parametrize("value", ["7: 8", "[7", "[[7]]", "[true]", [[7]], [True], {"a": 7}])
def test_what_are_no_ids(value: object) -> None:
    with pytest.raises(Unfit) as caught:
        ids(value)

    assert (caught.value.value, caught.value.expected) == (value, "ids")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["a", " b\nc ", "", "a"], ["a", "b c"]),
        ("a, b ,, c", ["a", "b", "c"]),
        (5, ["5"]),
        (["x, y"], ["x, y"]),
        ("\x00", []),
        ("#a, ##b, C#, #", ["a", "b", "C#"]),
        ("#a #b", ["a", "b"]),
        (harmless("#a  #b c\t#d"), ["a", "b c", "d"]),
        (["#a #b", "c"], ["a", "b", "c"]),
        ("C #1, № #2", ["C #1", "№ #2"]),
        ("договор; срочно", ["договор", "срочно"]),
        ("договор\r\nсрочно\n\n", ["договор", "срочно"]),
        (' ["договор","срочно", 5, true] ', ["договор", "срочно", "5", "да"]),
        ('["a, b; c"]', ["a, b; c"]),
        ('["\\u005bB]x"]', [f"[{INVISIBLE}B]x"]),
        ("[договор]", ["[договор]"]),
        ([True, FileVariable("a.pdf")], ["да", "a.pdf"]),
    ],
)
def test_tags(value: object, expected: list[str]) -> None:
    assert tags(value, "ru") == expected


def test_a_tag_is_text() -> None:
    with pytest.raises(Unfit):
        tags([{"a": 1}], "ru")


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (datetime(2026, 9, 30, 18, 0, 0, 999, UTC), "2026-09-30T18:00:00+00:00"),
        ("2026-09-30T18:00:00+03:00", "2026-09-30T18:00:00+03:00"),
        ("2026-09-30T18:00:00.000+0300", "2026-09-30T18:00:00+03:00"),
        ("2026-09-30T18:00:00Z", "2026-09-30T18:00:00+00:00"),
        (NAIVE, "2026-01-30T18:00:00+01:00"),
        ("2026-01-30T18:00", "2026-01-30T18:00:00+01:00"),
        ("2026-07-30 18:00:00", "2026-07-30T18:00:00+02:00"),
        ("2026-01-30", "2026-01-30T00:00:00+01:00"),
        (date(2026, 1, 30), "2026-01-30T00:00:00+01:00"),
        ("03.02.2026", "2026-02-03T00:00:00+01:00"),
        (" 03.02.2026 18:00 ", "2026-02-03T18:00:00+01:00"),
        ("03.02.2026 18:00:30", "2026-02-03T18:00:30+01:00"),
    ],
)
def test_a_date_is_sent_with_its_offset(value: object, sent: str) -> None:
    assert date_time(value, BERLIN) == sent


@pytest.mark.parametrize(
    "value",
    [
        "завтра",
        "12.30.2026",
        "31.02.2026",
        "2026-02-31",
        "03/02/2026",
        "20260203",
        "2026-02-03x10:00",
        "18:00",
        "30.09.0026",
        "0026-09-30T18:00:00+03:00",
        0,
        1767225600,
        True,
        [NAIVE],
    ],
)
def test_an_unreadable_date_is_refused(value: object) -> None:
    with pytest.raises(Unfit) as caught:
        date_time(value, BERLIN)

    assert "30.09.2026" in EXPECTED[caught.value.expected].ru


def test_without_a_zone_a_naive_date_is_of_this_machine() -> None:
    assert datetime.fromisoformat(date_time(NAIVE, None)) == NAIVE.astimezone()


SINCE = datetime(1900, 1, 1)  # noqa: DTZ001 - hypothesis gives it a zone


@given(st.datetimes(SINCE, timezones=st.integers(-840, 840).map(lambda m: timezone(timedelta(minutes=m)))))
def test_a_sent_date_is_the_same_moment(value: datetime) -> None:
    assert datetime.fromisoformat(date_time(value, None)) == value.replace(microsecond=0)


@pytest.mark.parametrize(
    ("value", "number"), [(0, 0), (1, 1), ("2", 2), (2.0, 2), ("low", 0), (" High ", 2), ("Средний", 1), ("average", 1)]
)
def test_priority(value: object, number: int) -> None:
    assert priority(value) == number


@pytest.mark.parametrize("value", [3, -1, True, "urgent", [1], 1.5])
def test_an_unknown_priority_is_refused(value: object) -> None:
    with pytest.raises(Unfit):
        priority(value)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (True, "1"),
        (False, "0"),
        (5, 5),
        (10**400, 10**400),
        (1.5, 1.5),
        ("N", "N"),
        ("a\x00b", "ab"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        ([True, "D_10", ""], ["1", "D_10"]),
    ],
)
def test_user_fields(value: object, sent: object) -> None:
    assert user_field(value, None) == sent


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], math.nan, b"bytes", object()])
def test_what_no_user_field_holds(value: object) -> None:
    with pytest.raises(Unfit):
        user_field(value, None)


def test_a_title_is_one_line_of_250_characters_as_stored() -> None:
    assert title("  Approve\n\tcontract\u00a042 ", "ru") == "Approve contract 42"
    assert title("x" * 250, "ru") == "x" * 250
    assert title("x" * 251, "ru") == "x" * 249 + "…"
    assert title("x" * 240 + "😀", "ru") == "x" * 240 + "😀"
    assert title("x" * 241 + "😀", "ru") == "x" * 241 + "…"


@pytest.mark.no_cover  # a million characters: the short texts reach the same lines
def test_a_description_is_bounded_in_characters_and_in_bytes() -> None:
    assert description("a" * 1_000_000, 100, "ru") == "a" * 99 + "…"
    assert description("\n keeps\n\nlines \n", 100, "ru") == "keeps\n\nlines"
    assert len(description("я" * 1_000_000, 1_000_000, "ru").encode()) <= DESCRIPTION_BYTES
    assert description("я" * 1_000_000, 1_000_000, "ru").endswith("я…")


@pytest.mark.parametrize("read", [lambda value: title(value, "ru"), lambda value: description(value, 10, "ru")])
def test_a_text_is_no_container(read: Any) -> None:
    with pytest.raises(Unfit):
        read({"a": 1})


@pytest.mark.parametrize(
    ("value", "blank"), [(None, True), (" \n", True), ([], True), (0, False), (False, False), ("x", False)]
)
def test_what_is_left_out(value: object, blank: bool) -> None:
    assert is_blank(value) is blank


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_a_reader_gives_a_value_or_says_that_it_does_not_fit(value: Any) -> None:
    for read in readers(None, 100, "ru").values():
        with suppress(Unfit):
            read(value)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (106, 106),
        ("106", 106),
        ("ivan@example.com", PersonNamed("ivan@example.com")),
        ("  Иван   Иванов ", PersonNamed("Иван Иванов")),
        ("O'Brien Mary-Jane", PersonNamed("O'Brien Mary-Jane")),
        ("Иванов Иван Иванович", PersonNamed("Иванов Иван Иванович")),
    ],
)
def test_a_person_is_a_number_an_email_or_a_whole_name(value: object, read: object) -> None:
    assert person(value) == read


@pytest.mark.parametrize(
    "value",
    [
        *("system", "abc", "Иванов", "U5", "user 5", "user_5 Ivanov", "5 и 6", "-1", "0", "Иванов, Иван"),
        *("ivan@", "@example.com", "a@b@c", "Иван <ivan@example.com>", "ivan@example.com, petr@example.com"),
        *("Иван (закупки)", "${responsible}", "a b c d e f g", "x" * 251, True, [7], {"id": 7}, None, 1.5),
    ],
)
def test_what_is_no_person_is_never_looked_for(value: object) -> None:
    """Above all one word: `system`, a login, a surname. Somebody of that name would get the task by accident."""
    with pytest.raises(Unfit) as caught:
        person(value)
    assert caught.value.expected == "person"


def test_people_in_a_list_or_in_a_text() -> None:
    ivan, maria = PersonNamed("ivan@example.com"), PersonNamed("Мария Петрова")
    assert people("106, ivan@example.com; Мария Петрова\n106") == [106, ivan, maria]
    assert people([7, "ivan@example.com", "Мария Петрова", "ivan@example.com"]) == [7, ivan, maria]
    assert people('[7, "Мария Петрова"]') == [7, maria]
    assert people("Мария Петрова") == [maria]


@pytest.mark.parametrize("read", [people, files, crm, ids, lambda value: tags(value, "en")])
@pytest.mark.parametrize("blank", [None, "", "  ", "\u00a0"])
def test_a_blank_entry_is_none_in_a_list_as_in_a_text(read: Callable[[Any], object], blank: Any) -> None:
    entry = "deal:10" if read is crm else "106"
    assert read([blank, entry, blank]) == read([entry])
    assert read([blank]) == []


@pytest.mark.parametrize(
    ("value", "blamed"),
    [("Ivanov, Petrov", "Ivanov"), ("Иванов, Иван", "Иванов"), (["Мария Петрова", "U5"], "U5"), ([7, [8]], [8])],
)
def test_one_who_is_no_person_spoils_the_list_and_is_named(value: object, blamed: object) -> None:
    with pytest.raises(Unfit) as caught:
        people(value)
    assert (caught.value.value, caught.value.expected) == (blamed, "people")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (12, 12),
        ("12", 12),
        (0, None),
        ("0", None),
        ("Отдел  продаж", GroupNamed("Отдел продаж")),
        ("R&D, 2-я очередь", GroupNamed("R&D, 2-я очередь")),
    ],
)
def test_a_group_is_a_number_or_a_name(value: object, read: object) -> None:
    assert group(value) == read


@pytest.mark.parametrize("value", ["-", "1,5", "x" * 251, True, ["Отдел продаж"]])
def test_what_is_no_group(value: object) -> None:
    with pytest.raises(Unfit) as caught:
        group(value)
    assert caught.value.expected == "group"


def test_a_due_date_is_a_date_or_a_length_of_time() -> None:
    assert due("30.09.2026 18:00", UTC) == "2026-09-30T18:00:00+00:00"
    assert due("P2D", UTC) == Span("P2D", days=2)
    with pytest.raises(Unfit) as caught:
        due("soon", UTC)
    assert caught.value.expected == "due"


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_what_is_expected_is_one_thing_in_russian(kind: str) -> None:
    """It follows the singular "ожидается"."""
    first = EXPECTED[kind].ru.split()[0].strip(":,")
    assert first in {"да", "дата"} or not first.endswith(("ы", "и", "а", "ые"))


@pytest.mark.parametrize("text", ["[7; 42]", "[7,106,]", "{7,106}"])
@pytest.mark.parametrize("read", [people, ids, crm, files])
def test_a_list_that_is_no_json_is_shown_whole(read: Callable[[Any], object], text: str) -> None:
    with pytest.raises(Unfit) as caught:
        read(text)
    assert caught.value.value == text


def test_a_list_in_brackets_is_shown_as_it_was_written() -> None:
    with pytest.raises(Unfit) as caught:
        tags(harmless("[a, b]"), "en")
    assert caught.value.value == "[a, b]"


def test_a_time_that_the_clocks_skip_is_an_hour_later_on_any_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        read = {date_time("2027-03-28T02:30", None), date_time("2027-03-28T02:30", BERLIN)}
        assert date_time("2026-10-25T02:30", None) == "2026-10-25T02:30:00+02:00", "the first of two"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert {datetime.fromisoformat(one).astimezone(BERLIN).hour for one in read} == {3}
