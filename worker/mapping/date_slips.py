"""Says what is wrong with a text that is no date and no length of time: what is not read, or which day is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from worker.mapping.spans import UNITS, WORKING
from worker.words.phrase import NOTHING, Phrase

LONGEST = 60
"""A longer text is no slip of a date."""
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{1,2})"
    r"(?::(?P<second>\d{1,2})(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_DATES = (
    re.compile(rf"(?P<year>\d+)-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}}){_TIME}", re.ASCII),
    re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d+){_TIME}", re.ASCII),
)
_SLASHES = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}", re.ASCII)
_NEGATIVE = re.compile(r"[-−–]\s*(\d|P)|P.*[-−–]\d", re.IGNORECASE)
_BROKEN_NUMBER = re.compile(r"P\S*\d[.,]\d|\d+[.,]\d+\s+[^\W\d]", re.IGNORECASE)
_IN_WORDS = re.compile(r"\d+\s*(?P<words>[^\W\d].*)", re.DOTALL)
SLIPS: Mapping[str, Phrase] = {
    "no_day": Phrase("Такого дня нет: {part}", "There is no such day: {part}"),
    "no_time": Phrase("Такого времени нет: {part}", "There is no such time: {part}"),
    "digits": Phrase(
        "Месяц, день, часы и минуты пишутся двумя цифрами: {part}",
        "Month, day, hours and minutes need two digits: {part}",
    ),
    "year": Phrase("Год пишется четырьмя цифрами: {part}", "The year needs four digits: {part}"),
    "century": Phrase("Год раньше 1900: {part}", "The year is before 1900: {part}"),
    "slashes": Phrase(
        "Косая черта не читается: непонятно, что здесь день, а что месяц",
        "Slashes are not read: they do not tell the day from the month",
    ),
    "negative": Phrase("Отрицательный срок не принимается", "A negative time is not accepted"),
    "fraction": Phrase(
        "Дробное число не читается, нужны целые: вместо 1,5 дня — PT36H",
        "A fraction is not read, only whole numbers: PT36H in place of 1.5 days",
    ),
    "word": Phrase("Не читается: «{part}»", "This is not read: “{part}”"),
    "working": Phrase(
        "Рабочие недели и месяцы не считаются: напишите рабочие дни",
        "Working weeks and months are not counted: write working days",
    ),
}


def slip_in(text: str) -> Phrase:
    """A sentence about what is wrong; empty: nothing is recognised as a date or a length of time."""
    plain = " ".join(text.split())
    if len(plain) > LONGEST:
        return NOTHING
    for form in _DATES:
        if found := form.match(plain):
            return _of_date(found, plain[found.end() :].strip())
    if _SLASHES.search(plain):
        return SLIPS["slashes"]
    if _NEGATIVE.match(plain):
        return SLIPS["negative"]
    if _BROKEN_NUMBER.match(plain):
        return SLIPS["fraction"]
    found = _IN_WORDS.fullmatch(plain)
    return _of_words(found["words"].lower().split()) if found else NOTHING


def _of_date(found: re.Match[str], rest: str) -> Phrase:
    """`rest`: what follows the date and its time."""
    day = found[0].replace("T", " ").partition(" ")[0]
    if len(found["year"]) != 4:
        return SLIPS["year"].format(part=found["year"])
    try:
        date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return SLIPS["no_day"].format(part=day)
    if found["year"] < "1900":
        return SLIPS["century"].format(part=found["year"])
    if found["hour"] and (int(found["hour"]) > 23 or max(int(found["minute"]), int(found["second"] or 0)) > 59):
        return SLIPS["no_time"].format(part=f"{found['hour']}:{found['minute']}")
    if rest:
        return SLIPS["word"].format(part=rest)
    short = [found[name] for name in ("month", "day", "hour", "minute") if found[name] and len(found[name]) == 1]
    return SLIPS["digits"].format(part=found[0]) if short else NOTHING


def _of_words(words: list[str]) -> Phrase:
    """What stands after the number of a length of time."""
    unknown = [word for word in words if word not in UNITS and word not in WORKING]
    if unknown:
        return SLIPS["word"].format(part=" ".join(unknown))
    return SLIPS["working"] if words[0] in WORKING and UNITS.get(words[-1]) in ("weeks", "months") else NOTHING
