"""Converts values to what the portal reads as meant, and refuses values that could be read in two ways."""

from __future__ import annotations

import _strptime  # type: ignore[import-not-found]  # noqa: F401 - its first use would fail at EMFILE
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any

from worker.mapping.bbcode import (
    INVISIBLE,
    clean,
    shortened,
    single_line,
    stored_bytes,
    stored_characters,
)
from worker.mapping.checklists import TITLE_CHARACTERS as LIST_TITLE_CHARACTERS, checklists
from worker.mapping.crm import crm_record
from worker.mapping.file_names import file_named
from worker.mapping.lists import at_fault, items_of, json_list
from worker.mapping.named import FileNamed, GroupNamed, PersonNamed
from worker.mapping.spans import Span, span
from worker.mapping.switches import seconds, switch
from worker.mapping.task_fields import FIELDS, Kind
from worker.mapping.template_values import boolean, printed
from worker.mapping.unfit import MOST_ENTRIES, Unfit
from worker.model import FileVariable
from worker.words.phrase import Language

TITLE_CHARACTERS = 250
DESCRIPTION_BYTES = 65_000
"""The column holds 65 535 bytes; the portal's own rewriting of the text needs some of them."""
TAG_CHARACTERS = 250
COMMENT_CHARACTERS = 20_000
LARGEST_ID = 2**31 - 1
EARLIEST_YEAR = 1900
"""An earlier year usually lacks its century: `30.09.0026`."""
PRIORITIES: Mapping[str, int] = {
    "0": 0,
    "low": 0,
    "низкий": 0,
    "1": 1,
    "medium": 1,
    "average": 1,
    "normal": 1,
    "средний": 1,
    "обычный": 1,
    "2": 2,
    "high": 2,
    "высокий": 2,
}

_IN_BRACKETS = re.compile(r"\[[^\]]*[,;].*\]", re.DOTALL)
"""A list as Java and Python print it. Split at its commas, the words would keep the brackets."""
_ID = re.compile(r"[0-9]{1,10}(\.0{1,2})?")
"""At most two zeros after the point: most people read `10.000` as ten thousand."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ].+)?", re.ASCII)
_NEXT_TAG = re.compile(rf"\s+(?={INVISIBLE}?#)")
_DOTTED = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")

Reader = Callable[[Any], Any]


def is_blank(value: Any) -> bool:
    """Whether the field is left out: null, blank text or an empty list."""
    return value is None or (isinstance(value, str) and not value.strip()) or (isinstance(value, list) and not value)


def readers(zone: tzinfo | None, description_characters: int, language: Language) -> Mapping[str, Reader]:
    """The reader of each field by its portal name. Readers raise `Unfit`, and return None to leave the field out.

    `zone`: of dates without an offset; None: this machine's. `language`: of yes and no in texts.
    """
    by_kind: Mapping[Kind, Reader] = {
        Kind.TITLE: lambda value: title(value, language),
        Kind.DESCRIPTION: lambda value: description(value, description_characters, language),
        Kind.ONE_ID: one_id,
        Kind.ID_OR_NONE: id_or_none,
        Kind.PERSON: person,
        Kind.PEOPLE: people,
        Kind.GROUP: group,
        Kind.IDS: ids,
        Kind.TAGS: lambda value: tags(value, language),
        Kind.PRIORITY: priority,
        Kind.SWITCH: switch,
        Kind.PARAMETER: switch,
        Kind.SECONDS: lambda value: seconds(value, _number(value)),
        Kind.CRM: crm,
        Kind.CHECKLISTS: lambda value: checklists(value, lambda one: checklist_title(one, language), people),
        Kind.COMMENT: lambda value: description(value, COMMENT_CHARACTERS, language),
        Kind.FILES: files,
        Kind.DATE_TIME: lambda value: due(value, zone),
    }
    return {field.portal_name: by_kind[field.kind] for field in FIELDS}


def text(value: Any, language: Language) -> str:
    """A single value as text. Raises `Unfit` for a list or a mapping: a template must say how to write it."""
    match value:
        case str():
            return clean(value)
        case float() if not math.isfinite(value):
            raise Unfit(value, "text")
        case bool() | int() | float() | datetime() | date() | FileVariable():
            return clean(printed(value, language))
        case _:
            raise Unfit(value, "text")


def title(value: Any, language: Language) -> str:
    return shortened(single_line(text(value, language)), TITLE_CHARACTERS, stored_characters)


def checklist_title(value: Any, language: Language) -> str:
    return shortened(single_line(text(value, language)), LIST_TITLE_CHARACTERS, stored_characters)


def description(value: Any, characters: int, language: Language) -> str:
    return shortened(shortened(text(value, language).strip(), characters), DESCRIPTION_BYTES, stored_bytes)


def one_id(value: Any) -> int:
    """One id. A boolean and a list of one id raise `Unfit`."""
    number = _number(value)
    if number is None or not 0 < number <= LARGEST_ID:
        raise Unfit(value, "one_id")
    return number


def id_or_none(value: Any) -> int | None:
    """One id; None for 0, which is how the portal writes "none"."""
    return None if _number(value) == 0 else one_id(value)


def person(value: Any) -> int | PersonNamed:
    """A user by number, e-mail, or name and surname. Raises `Unfit` for anything else, also for a single word."""
    if isinstance(value, str) and (named := PersonNamed.read(value)):
        return named
    try:
        return one_id(value)
    except Unfit:
        raise Unfit(value, "person") from None


def people(value: Any) -> list[int | PersonNamed]:
    """Users without repetition, from a list, from text that holds one, or a single one. Each item as in `person`."""
    try:
        found = list(dict.fromkeys(person(item) for item in items_of(value)))
    except Unfit as error:
        raise Unfit(at_fault(value, error.value), "people") from None
    return _not_too_many(found, value)


def group(value: Any) -> int | GroupNamed | None:
    """A group by number or name; None for 0, which is how the portal writes "none"."""
    if isinstance(value, str) and _number(value) is None and (named := GroupNamed.read(value)):
        return named
    try:
        return id_or_none(value)
    except Unfit:
        raise Unfit(value, "group") from None


def ids(value: Any) -> list[int]:
    """Ids without repetition: from a list, from text that holds one, or a single id."""
    try:
        found = list(dict.fromkeys(one_id(item) for item in items_of(value)))
    except Unfit:
        raise Unfit(value, "ids") from None
    return _not_too_many(found, value)


def crm(value: Any) -> list[str]:
    """CRM records as the portal writes them, without repetition: from a list, text that holds one, or a single one."""
    try:
        found = list(dict.fromkeys(map(crm_record, items_of(value))))
    except Unfit as error:
        raise Unfit(at_fault(value, error.value), error.expected) from None
    return _not_too_many(found, value)


def tags(value: Any, language: Language) -> list[str]:
    """Words without repetition, from a list or from text that holds one. A leading `#` is removed; `#a #b` is two."""
    if isinstance(value, str) and _IN_BRACKETS.fullmatch(value.strip()) and json_list(value) is None:
        raise Unfit(value.replace("[" + INVISIBLE, "["), "tags")
    try:
        lines = [single_line(text(item, language)) for item in items_of(value)]
    except Unfit:
        raise Unfit(value, "tags") from None
    found = (word.lstrip("# " + INVISIBLE) for line in lines for word in _hash_tags(line))
    short = (shortened(word, TAG_CHARACTERS, stored_characters) for word in found if word)
    return _not_too_many(list(dict.fromkeys(short)), value)


def _hash_tags(line: str) -> list[str]:
    """The words of a line that is written as the portal's `#tags` are; of another one, the line itself."""
    return _NEXT_TAG.split(line) if line.lstrip(INVISIBLE).startswith("#") else [line]


def priority(value: Any) -> int:
    """0, 1 or 2. Raises `Unfit` for anything else, which the portal would silently store as medium."""
    number = _number(value)
    name = str(number) if number is not None else value.strip().lower() if isinstance(value, str) else ""
    if name not in PRIORITIES:
        raise Unfit(value, "priority")
    return PRIORITIES[name]


def date_time(value: Any, zone: tzinfo | None) -> str:
    """ISO 8601 with an offset, to the second: the portal reads a date without one in its server's time zone.

    A date without a time means its midnight.
    """
    try:
        found = _date_time(value)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone) if zone else _on_this_machine(found)
    except (ValueError, OverflowError):
        raise Unfit(value, "date_time") from None
    if found.year < EARLIEST_YEAR:
        raise Unfit(value, "date_time")
    return found.isoformat(timespec="seconds")


def _on_this_machine(naive: datetime) -> datetime:
    """With this machine's offset. A time that the clocks skip counts as an hour later, never earlier than written."""
    local = naive.astimezone()
    return local if local.replace(tzinfo=None) >= naive else naive.replace(fold=1).astimezone()


def due(value: Any, zone: tzinfo | None) -> str | Span:
    """A date as in `date_time`, or a length of time from the creation of the external task."""
    if isinstance(value, str) and (length := span(value)):
        return length
    try:
        return date_time(value, zone)
    except Unfit:
        raise Unfit(value, "due") from None


def user_field(value: Any, zone: tzinfo | None) -> Any:
    """The value of a `UF_*` field. Booleans, also as text, become 1 or 0: the portal reads the text "false" as true."""
    match value:
        case _ if (known := boolean(value)) is not None:
            return "1" if known else "0"
        case int():
            return value
        case float() if math.isfinite(value):
            return value
        case datetime() | date():
            return date_time(value, zone)
        case str():
            return shortened(clean(value), DESCRIPTION_BYTES, stored_bytes)
        case FileVariable():
            return value.filename
        case list() if not any(isinstance(item, list) for item in value):
            return [user_field(item, zone) for item in _not_too_many(value, value) if not is_blank(item)]
        case _:
            raise Unfit(value, "user_field")


def _not_too_many(found: list[Any], value: Any) -> list[Any]:
    if len(found) > MOST_ENTRIES:
        raise Unfit(value, "fewer")
    return found


def _number(value: Any) -> int | None:
    match value:
        case bool():
            return None
        case int():
            return value
        case float() if value.is_integer():
            return int(value)
        case str() if _ID.fullmatch(value.strip()):
            return int(value.strip().partition(".")[0])
        case _:
            return None


def files(value: Any) -> list[str | FileNamed]:
    """Files without repetition: `n123` for an object on the portal's Disk, or a File variable of the process.

    Blank items of a list are no files, and an item may be a list itself.
    """
    items = [one for item in items_of(value) for one in (item if isinstance(item, list) else [item])]
    try:
        found = list(dict.fromkeys(file_named(one) for one in items if not is_blank(one)))
    except Unfit as error:
        raise Unfit(at_fault(value, error.value), error.expected) from None
    return _not_too_many(found, value)


def _date_time(value: Any) -> datetime:
    match value:
        case datetime():
            return value
        case date():
            return datetime.combine(value, time())
        case str() if _ISO.fullmatch(value.strip()):
            return datetime.fromisoformat(value.strip())
        case str():
            return _dotted(value.strip())
        case _:
            raise ValueError("not a date")


def _dotted(text_: str) -> datetime:
    for form in _DOTTED:
        try:
            return datetime.strptime(text_, form)  # noqa: DTZ007 - the caller knows the zone
        except ValueError:
            continue
    raise ValueError("not a date")
