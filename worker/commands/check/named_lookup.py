"""Looks up on the portal the people, groups and tasks that settings or a model name, with the run's own parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bitrix.client import BitrixClient
from bitrix.groups import ANY_SCOPE, Groups
from bitrix.people import People
from bitrix.scopes import Scopes
from bitrix.shown import in_text
from bitrix.task_fields import TaskFields
from bitrix.tasks import Tasks
from bitrix.users import Standing, Users
from worker.content.drafts import Part
from worker.content.groups import NamedGroups
from worker.content.people import NamedPeople
from worker.mapping.faults import MappingFault, reason_of
from worker.mapping.fields import readers
from worker.mapping.task_fields import FIELDS, Kind
from worker.model import FetchedTask, TaskDraft
from worker.steps.people_of_drafts import RESPONSIBLE
from worker.words.phrase import Phrase, unchanged

PEOPLE = (Kind.PERSON, Kind.PEOPLE)
PARENT = "PARENT_ID"
KINDS: Mapping[str, Kind] = {
    field.portal_name: field.kind
    for field in FIELDS
    if field.kind in (*PEOPLE, Kind.GROUP) or field.portal_name == PARENT
}
READERS = readers(None, 1, "en")
DISMISSED = Phrase("уволен", "dismissed")
NOT_SHOWN = Phrase("портал не показывает его вебхуку", "the portal does not show this user to the webhook")
NO_TASK = Phrase("вебхук не видит задачи с этим номером", "the webhook sees no task of this number")
NOT_LOOKED_UP = Phrase(
    "{said} (не проверено: у вебхука нет права sonet_group)",
    "{said} (not looked up: the webhook lacks the scope sonet_group)",
)


@dataclass(frozen=True, slots=True)
class Constant:
    """People, a group or a task. `path`: where it is said. `field`: its name on the portal.

    `value`: as the field's reader gives it.
    """

    topic: str
    path: str
    field: str
    value: Any

    @property
    def are_people(self) -> bool:
        return KINDS[self.field] in PEOPLE


class Seen(NamedTuple):
    """What the portal says of a constant. `wrong` empty: nothing is wrong. `refused`: a run makes no task with it."""

    constant: Constant
    place: Phrase
    wrong: Phrase | None = None
    refused: bool = False


class NamedLookup:
    """Raises `PortalError`."""

    def __init__(self, client: BitrixClient) -> None:
        tasks = Tasks(client)
        self._tasks, self._scopes, self._groups, self._users = tasks, Scopes(client), Groups(client), Users(client)
        people = NamedPeople(People(client), self._scopes, TaskFields(tasks))
        self._parts: Sequence[Part] = (people, NamedGroups(self._groups, self._scopes))

    def look(self, named: Sequence[Constant]) -> list[Seen]:
        """What is seen of each; of people also whether they still work."""
        seen, people = list[Seen](), list[tuple[Constant, int]]()
        for one in named:
            try:
                value = self._resolved(one)
            except MappingFault as wrong:
                place = MappingFault(one.topic, one.path, wrong.given, wrong.reason).place
                seen.append(Seen(one, unchanged(place), wrong.reason, refused=True))
                continue
            seen.append(self._found(one, value))
            if one.are_people:
                people += [(one, id_) for id_ in (value if isinstance(value, list) else [value])]
        return [*seen, *self._without_standing(people)]

    def _resolved(self, one: Constant) -> Any:
        step = FetchedTask("", one.topic, "", "", None, None)
        draft = TaskDraft("", {one.field: one.value})
        for part in self._parts:
            draft = part.complete(step, draft)
        return draft.fields[one.field]

    def _found(self, one: Constant, value: Any) -> Seen:
        """A run makes a task with the number of no group, and the portal leaves the group out."""
        said = unchanged(f"{one.path} = {in_text(value)}")
        if one.field == PARENT:
            return Seen(one, said, NO_TASK if value and self._tasks.is_gone(value) else None)
        if one.are_people or not isinstance(one.value, int):
            return Seen(one, said)
        if not self._scopes.granted() & ANY_SCOPE:
            return Seen(one, NOT_LOOKED_UP.format(said=said))
        group = self._groups.numbered(one.value)
        if group is None or not group.is_open:
            return Seen(one, said, reason_of("group_closed" if group else "no_group_number"))
        return Seen(one, said)

    def _without_standing(self, people: Sequence[tuple[Constant, int]]) -> Iterator[Seen]:
        """Who is dismissed, or not shown; nothing of whom the portal could not be asked."""
        standings = self._users.standings([id_ for _, id_ in people])
        words = {Standing.DISMISSED: DISMISSED, Standing.NOT_SHOWN: NOT_SHOWN}
        for one, id_ in people:
            if wrong := words.get(standings[id_]):
                refused = wrong is DISMISSED and one.field == RESPONSIBLE
                yield Seen(one, unchanged(f"{one.path} = {id_}"), wrong, refused=refused)
