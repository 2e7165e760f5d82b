"""A refused date or length of time says what is wrong with it, not only what would be right."""

from __future__ import annotations

import pytest

from worker.mapping.date_slips import slip_in
from worker.mapping.fields import due
from worker.mapping.near_values import hint_at, reading_near
from worker.mapping.unfit import Unfit


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("31.02.2027", "There is no such day: 31.02.2027"),
        ("2027-02-30T10:00", "There is no such day: 2027-02-30"),
        ("10.13.2027", "There is no such day: 10.13.2027"),
        ("30.09.2027 25:00", "There is no such time: 25:00"),
        ("2027-09-30 10:75", "There is no such time: 10:75"),
        ("2027-9-5", "Month, day, hours and minutes need two digits: 2027-9-5"),
        ("2027-09-05T9:00", "Month, day, hours and minutes need two digits: 2027-09-05T9:00"),
        ("30.09.27", "The year needs four digits: 27"),
        ("30.09.0026", "The year is before 1900: 0026"),
        ("30.09.2027 г.", "This is not read: “г.”"),
        ("30.09.2027 в 18:00", "This is not read: “в 18:00”"),
        ("09/30/2026", "Slashes are not read: they do not tell the day from the month"),
        ("3 раб. дня", "This is not read: “раб.”"),
        ("3 дн", "This is not read: “дн”"),
        ("3дн.", "This is not read: “дн.”"),
        ("2 working weeks", "Working weeks and months are not counted: write working days"),
        ("P1,5D", "A fraction is not read, only whole numbers: PT36H in place of 1.5 days"),
        ("PT1.5H", "A fraction is not read, only whole numbers: PT36H in place of 1.5 days"),
        ("1,5 дня", "A fraction is not read, only whole numbers: PT36H in place of 1.5 days"),
        ("-2 дня", "A negative time is not accepted"),
        ("-P2D", "A negative time is not accepted"),
        ("P-2D", "A negative time is not accepted"),
        ("soon", ""),
        ("10.000", ""),
        ("3 " + "x" * 1000, ""),
    ],
)
def test_what_is_wrong_is_said(text: str, slip: str) -> None:
    assert slip_in(text).en == slip
    with pytest.raises(Unfit) as refused:
        reading_near(lambda value: due(value, None), text)
    assert hint_at(text, refused.value).en.startswith(slip)


@pytest.mark.parametrize("text", ["2027-09-05", "2027-09-05T09:00", "30.09.2027 18:00", "3 дня", "P2D"])
def test_nothing_is_wrong_with_what_is_read(text: str) -> None:
    assert due(text, None)
    assert not slip_in(text)
