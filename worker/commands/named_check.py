"""Checks the people and groups that the configuration itself names: nobody should learn of them from an incident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bitrix.client import BitrixClient
from bitrix.groups import ANY_SCOPE, Groups
from bitrix.people import People
from bitrix.scopes import Scopes
from bitrix.shown import in_text
from bitrix.task_fields import TaskFields
from bitrix.tasks import Tasks
from bitrix.users import Standing, Users
from worker.commands.finding import Finding
from worker.commands.side_checks import Check
from worker.config.settings import Settings
from worker.content.drafts import Part
from worker.content.groups import NamedGroups
from worker.content.people import NamedPeople
from worker.mapping.blame import fault
from worker.mapping.faults import MappingFault
from worker.mapping.fields import is_blank, readers
from worker.mapping.notations import is_constant
from worker.mapping.task_fields import FIELDS, Kind
from worker.model import FetchedTask, TaskDraft
from worker.words import look_names as names
from worker.words.phrase import Phrase, joined, unchanged

LOOKED_UP = (Kind.PERSON, Kind.PEOPLE, Kind.GROUP)
PEOPLE = (Kind.PERSON, Kind.PEOPLE)
_READERS = readers(None, 1, "en")
_KINDS: Mapping[str, Kind] = {field.portal_name: field.kind for field in FIELDS if field.kind in LOOKED_UP}
DISMISSED = Phrase("{path} = {id}: уволен", "{path} = {id}: dismissed")
NOT_LOOKED_UP = Phrase(
    "{said} (не проверено: у вебхука нет права sonet_group)",
    "{said} (not looked up: the webhook lacks the scope sonet_group)",
)
UNFIT = unchanged("{place}: {reason}")
NOT_SHOWN = Phrase(
    "{path} = {id}: портал не показывает его вебхуку",
    "{path} = {id}: the portal does not show this user to the webhook",
)
CURE = Phrase(
    "исправьте настройку: каждая задача с ней станет инцидентом или уйдёт не тому",
    "correct the setting: each task with it becomes an incident, or goes to the wrong person",
)


@dataclass(frozen=True, slots=True)
class Constant:
    """People or a group of the configuration. `field`: its name on the portal. `value`: as its reader gives it."""

    topic: str
    path: str
    field: str
    value: Any

    @property
    def are_people(self) -> bool:
        return _KINDS[self.field] in PEOPLE


def constants(settings: Settings) -> list[Constant]:
    """All constants that name people or groups; templates are not among them."""
    default = settings.bitrix.default_responsible_id
    general = [] if default is None else [Constant("", "bitrix.default_responsible_id", "RESPONSIBLE_ID", default)]
    return [*general, *_of_topics(settings)]


def _of_topics(settings: Settings) -> Iterator[Constant]:
    for topic, about in settings.topics.items():
        for key, value in about.task.items():
            items = value if isinstance(value, list) else [value]
            constant = all(is_constant(item) for item in items if isinstance(item, str))
            if key.upper() in _KINDS and constant and not is_blank(value):
                yield Constant(topic, f"topics.{topic}.task.{key}", key.upper(), _READERS[key.upper()](value))


def named_checks(client: BitrixClient, settings: Settings) -> list[Check]:
    """The check of all these constants; none if the configuration has none."""
    named = constants(settings)
    return [Check(names.NAMED, lambda: _finding(client, named))] if named else []


def _finding(client: BitrixClient, named: Sequence[Constant]) -> Finding:
    """Raises `PortalError`."""
    scopes, groups = Scopes(client), Groups(client)
    people = NamedPeople(People(client), scopes, TaskFields(Tasks(client)))
    parts: Sequence[Part] = (people, NamedGroups(groups, scopes))
    numbers, seen, faults = dict[str, list[int]](), list[Phrase](), list[Phrase]()
    for one in named:
        try:
            value = _resolved(one, parts)
            said = unchanged(f"{one.path} = {in_text(value)}")
            seen.append(
                said if one.are_people or _is_looked_up(one, groups, scopes) else NOT_LOOKED_UP.format(said=said)
            )
        except MappingFault as wrong:
            place = MappingFault(one.topic, one.path, wrong.given, wrong.reason).place
            faults.append(UNFIT.format(place=place, reason=wrong.reason))
            continue
        if one.are_people:
            numbers[one.path] = value if isinstance(value, list) else [value]
    faults += _without_standing(Users(client), numbers)
    return Finding(names.NAMED, good=not faults, seen=joined("; ", faults or seen), cure=CURE, essential=False)


def _resolved(one: Constant, parts: Sequence[Part]) -> Any:
    step = FetchedTask("", one.topic, "", "", None, None)
    draft = TaskDraft("", {one.field: one.value})
    for part in parts:
        draft = part.complete(step, draft)
    return draft.fields[one.field]


def _is_looked_up(one: Constant, groups: Groups, scopes: Scopes) -> bool:
    """Whether the portal was asked for a group. Raises `MappingFault` for the number of none, or of an archived one.

    A run creates such a task, and the portal leaves the group out.
    """
    if not isinstance(one.value, int):
        return True
    if not scopes.granted() & ANY_SCOPE:
        return False
    group = groups.numbered(one.value)
    if group is None or not group.is_open:
        step = FetchedTask("", one.topic, "", "", None, None)
        raise fault(step, one.field, one.value, "group_closed" if group else "no_group_number")
    return True


def _without_standing(users: Users, numbers: Mapping[str, Sequence[int]]) -> Iterator[Phrase]:
    """Who is dismissed, or not shown; nothing of whom the portal could not be asked."""
    standings = users.standings([id_ for ids in numbers.values() for id_ in ids])
    words = {Standing.DISMISSED: DISMISSED, Standing.NOT_SHOWN: NOT_SHOWN}
    for path, ids in numbers.items():
        for id_ in ids:
            if standings[id_] in words:
                yield words[standings[id_]].format(path=path, id=id_)
