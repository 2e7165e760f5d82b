"""Turns people that are named by e-mail, or by name and surname, into their numbers on the portal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bitrix.people import EMAIL_SCOPES, Person
from bitrix.users import ANY_SCOPE
from worker.content.deadlines import Scopes
from worker.mapping.blame import blaming, fault
from worker.mapping.fields import people, person
from worker.mapping.named import PersonNamed
from worker.model import FetchedTask, TaskDraft
from worker.steps.people_of_drafts import EMPLOYEE, RESPONSIBLE, UserFields
from worker.steps.portal_fields import ANSWER_FIELDS, USER_FIELDS

OUR_FIELDS = frozenset({*USER_FIELDS, *ANSWER_FIELDS})
"""The worker itself fills these fields, never with people: the portal is not asked for their types."""
MOST_NAMED = 100
"""People by e-mail or name in one list: each name costs a call."""


class Finder(Protocol):
    """The portal's users. Raises `PortalError`."""

    def found(self, text: str) -> tuple[Person, ...]: ...
    def ask_ahead(self, texts: Iterable[str]) -> None: ...


class NamedPeople:
    """The part that finds people, also in the portal's user fields of the type employee. Thread-safe.

    An active user takes precedence over dismissed ones of the same name. If nobody or several users match, that is a
    `MappingFault`, and so is a dismissed responsible. `Fitness` decides about the others who are dismissed.
    """

    def __init__(self, finder: Finder, scopes: Scopes, user_fields: UserFields) -> None:
        self._finder = finder
        self._scopes = scopes
        self._user_fields = user_fields

    def complete(self, task: FetchedTask, draft: TaskDraft) -> TaskDraft:
        """The draft with numbers. Raises `MappingFault`, and `PortalError` if the portal could not be asked."""
        read = {**draft.fields, **dict(self._of_user_fields(task, draft))}
        self._ask_ahead(one for value in read.values() for one in _named(value))
        found = {name: self._resolved(task, name, value) for name, value in read.items() if any(_named(value))}
        return replace(draft, fields={**draft.fields, **found}) if found else draft

    def numbers(self, task: FetchedTask, field: str, value: Any) -> list[int]:
        """The numbers of the people in a value of the same form as `auditors`. `field`: its name for a fault.

        Without repetition. Safe to repeat. Raises as `complete`.
        """
        with blaming(task, field):
            named = people(value)
        return self._several(task, field, named)

    def ask_ahead(self, task: FetchedTask, values: Iterable[tuple[str, Any]]) -> None:
        """Ask in few calls for all people whose `numbers` the caller needs next. `values`: pairs (field, value).

        Safe to repeat. Raises as `complete`.
        """
        named: list[PersonNamed] = []
        for field, value in values:
            with blaming(task, field):
                named += _named(people(value))
        self._ask_ahead(named)

    def _ask_ahead(self, named: Iterable[PersonNamed]) -> None:
        emails = {one.text for one in named if one.is_email}
        if len(emails) > 1 and self._scopes.granted() & EMAIL_SCOPES:
            self._finder.ask_ahead(sorted(emails)[:MOST_NAMED])

    def _of_user_fields(self, task: FetchedTask, draft: TaskDraft) -> Iterator[tuple[str, Any]]:
        """The texts in user fields for employees, read as people. Numbers stay as they are."""
        for name, value in draft.fields.items():
            may_be = name.startswith("UF_") and name not in OUR_FIELDS and _has_words(value)
            field = self._user_fields.field(name) if may_be else None
            if field is not None and field.type == EMPLOYEE:
                is_one = isinstance(value, str) and not field.multiple
                with blaming(task, name):
                    read = person(value) if is_one else people(value)
                yield name, read

    def _resolved(self, task: FetchedTask, name: str, value: PersonNamed | Sequence[int | PersonNamed]) -> Any:
        if isinstance(value, PersonNamed):
            return self._number(task, name, value)
        return self._several(task, name, value)

    def _several(self, task: FetchedTask, name: str, several: Sequence[int | PersonNamed]) -> list[int]:
        named = set(_named(several))
        if len(named) > MOST_NAMED:
            raise fault(task, name.lower(), "", "too_many_named", str(len(named)))
        numbers = (self._number(task, name, one) if isinstance(one, PersonNamed) else one for one in several)
        return list(dict.fromkeys(numbers))

    def _number(self, task: FetchedTask, name: str, named: PersonNamed) -> int:
        granted = self._scopes.granted()
        if not granted & ANY_SCOPE:
            raise fault(task, name.lower(), named.text, "people_hidden")
        if named.is_email and not granted & EMAIL_SCOPES:
            raise fault(task, name.lower(), named.text, "emails_hidden")
        found = self._finder.found(named.text)
        working = [one for one in found if one.active is not False]
        if not found:
            raise fault(task, name.lower(), named.text, "nobody")
        if len(working or found) > 1:
            shown = ", ".join(f"{one.name} ({one.id})" for one in working or found)
            raise fault(task, name.lower(), named.text, "several_people", shown)
        [only] = working or found
        if not working and name == RESPONSIBLE:
            raise fault(task, name.lower(), f"{named.text} ({only.id})", "dismissed")
        return only.id


def _has_words(value: Any) -> bool:
    several = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and not one.strip().isdecimal() for one in several)


def _named(value: Any) -> Iterator[PersonNamed]:
    several = value if isinstance(value, list) else [value]
    return (one for one in several if isinstance(one, PersonNamed))
