"""The user fields of tasks that the worker needs, and what is wrong with those on the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bitrix.shown import in_text, shown
from bitrix.task_fields import SYSTEM
from bitrix.task_states import ANSWER_FIELD, EXPECTED_FIELD
from bitrix.tasks import UserField
from worker.config.settings import TopicSettings
from worker.mapping.fields import is_blank, people, user_field
from worker.mapping.nearest import with_nearest
from worker.mapping.notations import is_constant
from worker.mapping.unfit import Unfit
from worker.steps.field_types import misfit
from worker.steps.wanted import wanted
from worker.words.phrase import Phrase, joined, unchanged


@dataclass(frozen=True, slots=True)
class FieldKind:
    """What a field must be: in words, and by the portal's names of the types it accepts."""

    words: Phrase
    types: tuple[str, ...]

    def fault(self, field: UserField) -> Phrase | None:
        """What is wrong with the portal's field; None if nothing is known to be wrong."""
        if field.type and field.type not in self.types:
            return unchanged(field.type)
        return MULTIPLE.format(type=field.type or "?") if field.multiple else None


TEXT = FieldKind(Phrase("строка", "string"), ("string",))
USER_FIELDS: Mapping[str, FieldKind] = {
    "UF_CAMUNDA_ID_EXTERNAL_TASK": TEXT,
    "UF_PROCESS_INSTANCE_ID": TEXT,
    "UF_ELEMENT_ID": TEXT,
}
ANSWER_FIELDS: Mapping[str, FieldKind] = {
    EXPECTED_FIELD: FieldKind(Phrase("да/нет", "yes/no"), ("boolean", "string", "integer", "double")),
    "UF_RESULT_QUESTION": TEXT,
    ANSWER_FIELD: FieldKind(
        Phrase("список с вариантами ответа, например ДА и НЕТ", "list of the answers, such as ДА and НЕТ"),
        ("enumeration", "string"),
    ),
}
"""The fields that steps with an answer need."""
FIELD = unchanged("{name} ({kind})")
MISSING = Phrase("нет {names}", "missing {names}")
ODD = Phrase("{name}: {fault}", "{name} is {fault}")
MULTIPLE = Phrase("{type}, множественное", "{type}, multiple")
FILLED = Phrase("у {name} значение по умолчанию {value}", "{name} has the default {value}")
MISFIT = Phrase("{name} хранит {kept}, а не {value}", "{name} keeps {kept}, not {value}")
CURES = (
    Phrase("создайте поля задач: {fields}", "create the task fields {fields}"),
    Phrase("создайте поля заново, не множественными: {fields}", "create these fields again, not multiple: {fields}"),
    Phrase(
        "уберите значение по умолчанию, его не отличить от того, что указал человек или воркер: {fields}",
        "remove the default value, it cannot be distinguished from what a person or the worker has set: {fields}",
    ),
)
"""The cures for fields that are missing, odd, or filled by the portal."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. `odd`: by field, what is wrong with it.

    `filled`: fields with a default value. In the answer field, nobody could distinguish it from a person's answer. In a
    field that ties a task to its step, it would tie the task to a wrong step.
    """

    wanted: Mapping[str, FieldKind]
    missing: tuple[str, ...]
    odd: Mapping[str, Phrase]
    filled: Mapping[str, str]

    @property
    def seen(self) -> Phrase:
        """The findings in words; if nothing is wrong, the names of all fields."""
        missing = [MISSING.format(names=", ".join(self.missing))] if self.missing else []
        odd = [ODD.format(name=name, fault=fault) for name, fault in self.odd.items()]
        filled = [FILLED.format(name=name, value=shown(value)) for name, value in self.filled.items()]
        return joined("; ", [*missing, *odd, *filled]) or unchanged(", ".join(self.wanted))

    @property
    def cure(self) -> Phrase:
        """How to fix it; empty if nothing is wrong."""
        all_ = zip(CURES, (self.missing, self.odd, self.filled), strict=True)
        return joined("; ", (cure.format(fields=self._named(names)) for cure, names in all_ if names))

    def _named(self, names: Iterable[str]) -> Phrase:
        return joined(", ", (FIELD.format(name=name, kind=self.wanted[name].words) for name in names))


def looked_at(there: Mapping[str, UserField], wanted: Mapping[str, FieldKind]) -> Look:
    """Compare the portal's fields with those wanted."""
    faults = {name: kind.fault(there[name]) for name, kind in wanted.items() if name in there}
    missing = tuple(name for name in wanted if name not in there)
    filled = {name: default for name in wanted if name in there and (default := there[name].default) is not None}
    return Look(wanted, missing, {name: fault for name, fault in faults.items() if fault}, filled)


def named_fields(topics: Mapping[str, TopicSettings]) -> frozenset[str]:
    """The other user fields that templates fill or read. The portal drops unknown ones without an error.

    It returns null if asked for them.
    """
    filled = {name.upper() for topic in topics.values() for name in topic.task if name.upper().startswith("UF_")}
    read = {name for topic in topics.values() for name in wanted(topic).fields if name.startswith("UF_")}
    return frozenset(filled | read) - {*USER_FIELDS, *ANSWER_FIELDS, *SYSTEM}


def constant_misfits(there: Mapping[str, UserField], topics: Mapping[str, TopicSettings]) -> Iterable[Phrase]:
    """Constants of templates that the portal's field would silently store as something else; each as `name: kept`.

    What a template with variables gives is checked before each create.
    """
    constants = {
        (name.upper(), str(value)): value
        for topic in topics.values()
        for name, value in topic.task.items()
        if name.upper() in there and not isinstance(value, list) and is_constant(str(value)) and not is_blank(value)
    }
    for (name, _), value in constants.items():
        if (kept := misfit(there[name], user_field(value, None))) and not _are_people(there[name], value):
            yield MISFIT.format(name=name, value=in_text(value), kept=kept)


def _are_people(field: UserField, value: object) -> bool:
    """Whether a field for employees is given people by e-mail or name: each draft gets their numbers."""
    try:
        return field.type == "employee" and bool(people(value))
    except Unfit:
        return False


def unknown_fields(there: Iterable[str], named: Iterable[str]) -> list[str]:
    """The named fields that the portal does not have, each with the nearest one that it has."""
    known = sorted(there)
    return [with_nearest(name, known) for name in sorted(set(named) - set(known))]
