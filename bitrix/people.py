"""Finds users by e-mail, or by name and surname. A row of the answer counts only if it shows what was asked for.

The portal drops a filter by a field that the webhook's scope does not show, and then returns everybody: under
`user_brief` that is EMAIL. LOGIN is shown and filtered under no scope, so nobody can be found by it. A filter by name
is compared as the portal's database does, often without regard to case and accents. (Documentation of `user.get`;
source of the portal's module `rest`.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bitrix import reading, shapes
from bitrix.causes import Cause
from bitrix.client import Caller
from bitrix.errors import LookupUnproven
from bitrix.flags import flag
from bitrix.kept import Kept
from bitrix.limits.limiter import Kind
from bitrix.users import METHOD

EMAIL_SCOPES = frozenset({"user", "user_basic"})
"""With any one of these the portal shows e-mail addresses."""
FOUND_SECONDS = 300.0
UNCLEAR_SECONDS = 30.0
"""How long an answer with nobody, or with several users, is kept: a person is about to correct that."""
PAGE = 50
EMAILS_AT_ONCE = 20
"""E-mails in one call. Each usually is one user's: the answer stays well below a page."""
NAMES = ("NAME", "LAST_NAME", "SECOND_NAME")
_SELECTED = ["ID", "ACTIVE", "EMAIL", *NAMES]


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the portal. `active` None: the portal's flag cannot be read. `name`: surname and name, to be shown."""

    id: int
    active: bool | None
    name: str


class People:
    """Users by e-mail, or by name and surname. Kept for five minutes; raises `PortalError`; thread-safe."""

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._kept: Kept[str, tuple[Person, ...]] = Kept()

    def found(self, text: str) -> tuple[Person, ...]:
        """All users with this e-mail or whole name, also dismissed ones; empty: the webhook sees none.

        Ignores case and repeated blanks, and takes ё for е. A name is NAME LAST_NAME or LAST_NAME NAME, with or without
        SECOND_NAME after NAME. Without a scope of `EMAIL_SCOPES` an e-mail raises `LookupUnproven`. Safe to repeat.
        """
        return self._kept.get(spelled(text), lambda: self._ask(text), _kept_seconds)

    def ask_ahead(self, texts: Iterable[str]) -> None:
        """Ask for the e-mails that are not kept, several in one call, so that `found` answers without a call.

        An answer that may be cut short is not kept: `found` then asks for each e-mail. Safe to repeat.
        """
        emails = {spelled(text): text.strip() for text in texts if is_email(text)}
        asked = [text for key, text in emails.items() if not self._kept.has(key)]
        if len(asked) < 2:
            return
        for first in range(0, len(asked), EMAILS_AT_ONCE):
            some = asked[first : first + EMAILS_AT_ONCE]
            rows = self._rows({"@EMAIL": _spellings(some)})
            if not all(any(_same(row.get("EMAIL"), text) for text in some) for row in rows):
                raise LookupUnproven(METHOD, Cause.FILTER_IGNORED, "the answer has users that were not asked for")
            if len(rows) >= PAGE:
                continue
            for text in some:
                people = tuple(_people(rows, text).values())
                self._kept.keep(spelled(text), people, _kept_seconds(people))

    def _ask(self, text: str) -> tuple[Person, ...]:
        names = [] if is_email(text) else _parts(text)
        rows = self._rows({"@NAME": names, "@LAST_NAME": names} if names else {"@EMAIL": _spellings([text.strip()])})
        if not all(_was_asked(row, text, names) for row in rows):
            raise LookupUnproven(METHOD, Cause.FILTER_IGNORED, "the answer has users that were not asked for")
        people = _people(rows, text)
        if len(rows) >= PAGE and len(people) < 2:
            raise LookupUnproven(METHOD, Cause.CUT_SHORT, f"{len(rows)} users, and there may be more")
        return tuple(people.values())

    def _rows(self, given: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """The users that pass the filter, at most a page of them."""
        params = {"FILTER": given, "select": _SELECTED, "start": -1}
        return shapes.found(METHOD, self._client.call(METHOD, params, kind=Kind.URGENT).result, "users")


def is_email(text: str) -> bool:
    """Whether the text names a person by e-mail, not by name."""
    return "@" in text


def spelled(text: str) -> str:
    """The text for comparison: in one case, with single blanks, with е for ё."""
    return " ".join(text.split()).casefold().replace("ё", "е")


def _kept_seconds(found: tuple[Person, ...]) -> float:
    return FOUND_SECONDS if len(found) == 1 else UNCLEAR_SECONDS


def _parts(text: str) -> list[str]:
    """Every run of words in the text, as written and with capitals: each may be a name or a surname."""
    words = text.split()
    runs = [" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    shorter = runs if len(words) == 1 else [run for run in runs if len(run.split()) < len(words)]
    return list(dict.fromkeys([*shorter, *map(_capitalised, shorter)]))


def _capitalised(text: str) -> str:
    return re.sub(r"\w+", lambda word: word[0].capitalize(), text)


def _was_asked(row: Mapping[str, Any], text: str, names: list[str]) -> bool:
    """Whether the portal's filter let this row through: accents may not count there."""
    if not names:
        return _same(row.get("EMAIL"), text)
    wanted = {_bare(name) for name in names}
    return all(_bare(_text(row, name)) in wanted for name in ("NAME", "LAST_NAME"))


def _spellings(emails: Iterable[str]) -> list[str]:
    """Each e-mail as written, and in lower case: a portal's database may distinguish case."""
    return list(dict.fromkeys(one for email in emails for one in (email, email.lower())))


def _people(rows: Iterable[Mapping[str, Any]], text: str) -> dict[int, Person]:
    """Those whose e-mail or whole name the text is, by number."""
    return {person.id: person for row in rows if _fits(row, text) for person in _person(row)}


def _fits(row: Mapping[str, Any], text: str) -> bool:
    if is_email(text):
        return _same(row.get("EMAIL"), text)
    name, surname, second = (_text(row, field) for field in NAMES)
    if not name or not surname:
        return False
    orders = {f"{name} {surname}", f"{surname} {name}"}
    if second:
        orders |= {f"{name} {second} {surname}", f"{surname} {name} {second}"}
    return spelled(text) in {spelled(order) for order in orders}


def _person(row: Mapping[str, Any]) -> list[Person]:
    """The person of a row. Raises `LookupUnproven` for a row without a readable number."""
    number = reading.whole(row.get("ID"), least=1)
    if number is None:
        raise LookupUnproven(METHOD, Cause.MALFORMED, "a user without a number")
    active = row.get("ACTIVE")
    return [Person(number, None if active is None else flag(active), full_name(row))]


def full_name(row: Mapping[str, Any]) -> str:
    """Surname and name of a user's row; "" if it has neither."""
    return " ".join(part for field in ("LAST_NAME", "NAME") if (part := _text(row, field)))


def _text(row: Mapping[str, Any], field: str) -> str:
    return (reading.written(row.get(field)) or "").strip()


def _same(value: Any, text: str) -> bool:
    return isinstance(value, str) and value.strip().casefold() == text.strip().casefold()


def _bare(text: str) -> str:
    """The text without case, blanks at its ends and accents, as some databases compare."""
    apart = unicodedata.normalize("NFKD", " ".join(text.split()).casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
