"""Checks a draft for what the portal accepts but does not do: fields that it drops, and dismissed people.

A dismissed responsible is refused, or the task would wait for ever. A dismissed creator is left out, and the webhook's
owner becomes the creator; he is refused only if the configuration itself names him. Anybody else who is dismissed (an
auditor, an accomplice, a member of a checklist, a user in a field `UF_…`) is only logged, and the task is made. A
person whom the portal does not show is logged too: `user.get` hides bots, users by e-mail and integrators, and the
portal itself refuses a responsible who does not exist.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from bitrix.task_fields import TaskFields
from bitrix.users import Standing
from worker.config.settings import TopicSettings
from worker.mapping.blame import fault
from worker.mapping.expectations import QUESTION_CHARACTERS, is_cut
from worker.mapping.fields import is_blank
from worker.mapping.marks import ANSWER_FIELD, QUESTION_FIELD
from worker.mapping.nearest import with_nearest
from worker.mapping.notations import is_constant
from worker.mapping.task_fields import shown_name
from worker.model import FetchedTask, Promise, TaskDraft
from worker.runtime.telemetry import Telemetry
from worker.steps.field_types import misfit
from worker.steps.people_of_drafts import CREATOR, RESPONSIBLE, people_of
from worker.steps.portal_fields import ANSWER_FIELDS, USER_FIELDS
from worker.steps.wanted import wanted

PLAN_DATES = ("START_DATE_PLAN", "END_DATE_PLAN")
DUE = ("DEADLINE", "END_DATE_PLAN")
"""Dates that a task is late after; the portal accepts them in the past."""
MOST_PEOPLE = 100
"""How many people of one draft are checked; a draft may name a thousand."""


class People(Protocol):
    """The portal, which knows its users."""

    def standings(self, user_ids: Sequence[int]) -> Mapping[int, Standing]: ...


class Fitness:
    """Checks drafts. Thread-safe. Raises `TemplateFault` if a result of `topics` is not a valid template."""

    def __init__(
        self,
        people: People,
        fields: TaskFields,
        topics: Mapping[str, TopicSettings],
        telemetry: Telemetry,
    ) -> None:
        self._people = people
        self._fields = fields
        self._read = {name: _user_fields(wanted(topic).fields) for name, topic in topics.items()}
        self._creators = {name: _constant_creator(topic) for name, topic in topics.items()}
        self._telemetry = telemetry

    def prove(self, task: FetchedTask, draft: TaskDraft, by_portal: Collection[str] = ()) -> TaskDraft:
        """The draft to send: without its creator, if that person is dismissed. Safe to repeat.

        `by_portal`: the fields that the portal's template decided, against the configuration. Raises `MappingFault` if
        the portal would accept the draft but not do what it says.
        """
        self._prove_fields(task, draft)
        self._prove_question(task, draft)
        _prove_plan_dates(task, draft)
        self._tell_past(task, draft)
        people = people_of(draft, self._fields, USER_FIELDS)
        ids = list(dict.fromkeys(id_ for named in people.values() for id_ in named))[:MOST_PEOPLE]
        standings = self._people.standings(ids) if ids else {}
        for name, named in people.items():
            for id_ in named:
                self._prove_person(task, name, id_, standings.get(id_, Standing.NOT_ASKED))
        dismissed = [id_ for id_ in people[CREATOR] if standings.get(id_) is Standing.DISMISSED]
        return self._without_creator(task, draft, dismissed[0], by_portal) if dismissed else draft

    def _without_creator(
        self, task: FetchedTask, draft: TaskDraft, creator: int, by_portal: Collection[str]
    ) -> TaskDraft:
        """A creator from the process is one of many: the task is made. One of the configuration is a mistake there."""
        said = self._creators.get(task.topic)
        if said is not None and CREATOR not in by_portal:
            value = creator if str(said) == str(creator) else f"{said} ({creator})"
            raise fault(task, f"topics.{task.topic}.task.created_by", value, "creator_dismissed")
        self._telemetry.emit("task.creator_dismissed", task=task.id, field=shown_name(CREATOR), person=creator)
        return replace(draft, fields={name: value for name, value in draft.fields.items() if name != CREATOR})

    def _prove_fields(self, task: FetchedTask, draft: TaskDraft) -> None:
        filled = _user_fields(draft.fields) - USER_FIELDS.keys()
        missing = sorted(self._fields.missing(filled | self._read.get(task.topic, frozenset())))
        if missing:
            name = missing[0]
            meant = with_nearest(name, sorted(self._fields.known))
            raise fault(task, name, draft.fields.get(name), "no_such_field", meant)
        for name in sorted(filled):
            field = self._fields.field(name)
            if field and (kept := misfit(field, draft.fields[name])):
                self._fields.doubt()
                raise fault(task, name, draft.fields[name], "misfit", kept)

    def _prove_question(self, task: FetchedTask, draft: TaskDraft) -> None:
        """Refuses fields of a type that takes no question or answer: a person would see none, or be able to give none.

        Refuses a default value in the answer field: nobody could distinguish it from a person's answer.
        """
        if draft.promise is not Promise.ANSWER:
            return
        if self._fields.missing([ANSWER_FIELD]):
            raise fault(task, ANSWER_FIELD, None, "no_such_field", ANSWER_FIELD)
        for name, kind in ANSWER_FIELDS.items():
            field = self._fields.field(name)
            if field and field.type and field.type not in kind.types:
                self._fields.doubt()
                raise fault(task, name, field.type, "field_type", kind.words)
        if (default := self._fields.default(ANSWER_FIELD)) is not None:
            raise fault(task, ANSWER_FIELD, default, "answered_by_default")
        if is_cut(draft.fields.get(QUESTION_FIELD)):
            self._telemetry.emit("task.question_cut", task=task.id, most=QUESTION_CHARACTERS)

    def _tell_past(self, task: FetchedTask, draft: TaskDraft) -> None:
        for name in DUE:
            value = draft.fields.get(name)
            if value is not None and datetime.fromisoformat(value) < datetime.now(UTC):
                self._telemetry.emit("task.deadline_past", task=task.id, field=shown_name(name), value=value)

    def _prove_person(self, task: FetchedTask, name: str, id_: int, standing: Standing) -> None:
        if standing is Standing.DISMISSED and name == RESPONSIBLE:
            raise fault(task, name.lower(), id_, "dismissed")
        if standing is Standing.DISMISSED and name != CREATOR:
            self._telemetry.emit("task.person_dismissed", task=task.id, field=shown_name(name), person=id_)
        if standing is Standing.NOT_SHOWN and name == RESPONSIBLE:
            self._telemetry.emit("task.responsible_not_shown", task=task.id, field=shown_name(name), person=id_)
        elif standing is Standing.NOT_SHOWN:
            self._telemetry.emit("task.person_not_shown", task=task.id, field=shown_name(name), person=id_)


def _prove_plan_dates(task: FetchedTask, draft: TaskDraft) -> None:
    start, end = (draft.fields.get(name) for name in PLAN_DATES)
    if start and end and datetime.fromisoformat(end) < datetime.fromisoformat(start):
        raise fault(task, "start_date_plan, end_date_plan", f"{start}, {end}", "reversed_plan_dates")


def _constant_creator(topic: TopicSettings) -> Any:
    """The creator that the configuration names for all tasks of a topic; None if it names nobody, or by a template."""
    said = next((value for key, value in topic.task.items() if key.upper() == CREATOR), None)
    return None if is_blank(said) or (isinstance(said, str) and not is_constant(said)) else said


def _user_fields(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if name.startswith("UF_"))
