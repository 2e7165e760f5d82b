"""What the portal's module gives to a step's task: the fields of its template, or those of a task without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bitrix.camunda_module import DiagramStep
from bitrix.shown import shown
from bitrix.task_template import Role, TaskTemplate
from worker.config.portal_settings import BitrixSettings
from worker.config.template_switch import TemplateSwitch
from worker.content import template_people
from worker.content.given import Given, PortalContent
from worker.content.oracle import Oracle
from worker.content.resolver_variables import STARTED_BY, resolver_variables
from worker.content.template_checklists import checklists
from worker.mapping.blame import blaming, fault
from worker.mapping.fields import description, id_or_none, ids, is_blank, priority, tags, title
from worker.mapping.unfit import EXPECTED, Unfit
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.once import Once
from worker.words.phrase import Language

OWNER = "diagramOwner"
PARENT = "parentTaskId"


class PortalTemplates:
    """The source of the drafts where `bitrix.portal_templates` is on. Thread-safe.

    `born`: when the external task was created; deadlines are counted from then, so that a retry gives the same one.
    `switch`: which steps get anything.
    """

    def __init__(
        self,
        oracle: Oracle,
        bitrix: BitrixSettings,
        telemetry: Telemetry,
        born: Callable[[FetchedTask], datetime],
        *,
        switch: TemplateSwitch,
        language: Language = "ru",
    ) -> None:
        self._oracle = oracle
        self._bitrix = bitrix
        self._telemetry = telemetry
        self._born = born
        self._switch = switch
        self._language = language
        self._logged = Once()

    def __call__(self, task: FetchedTask) -> Given:
        """What the portal gives to a task. Raises `PortalError`, `MappingFault`; safe to repeat."""
        process = task.definition_key
        if not self._switch.reads(task.topic, process):
            return Given()
        if process is None:
            raise fault(task, "bitrix.portal_templates", None, "no_process")
        step = self._oracle.step(process, task.activity_id)
        starter = self._number(task, STARTED_BY)
        if step is None or step.template_id is None:
            defaults = self._defaults(task, starter) | ({"TITLE": step.name} if step and step.name else {})
            return Given(defaults=self._fitting(task, "ELEMENT_NAME", defaults), content=PortalContent(step))
        template = self._template(task, process, step)
        self._tell(task, template, starter)
        return Given(
            fields=self._fields(task, template) | self._people(task, template, starter),
            defaults=self._defaults(task, starter),
            deadline=self._deadline(task, template),
            content=PortalContent(step, template),
        )

    def _template(self, task: FetchedTask, process: str, step: DiagramStep) -> TaskTemplate:
        variables = resolver_variables(task)
        if variables.left_out and self._logged.first((process, task.activity_id)):
            self._telemetry.emit(
                "template.variables_left_out",
                process=process,
                activity=task.activity_id,
                count=len(variables.left_out),
                names=", ".join(variables.left_out),
            )
        return self._oracle.template(process, step, variables.values)

    def _fields(self, task: FetchedTask, template: TaskTemplate) -> dict[str, Any]:
        """The fields that the template fills; its own BBCode and `#tags` stay live."""
        said: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
            "TITLE": (template.title, lambda value: title(value, self._language)),
            "DESCRIPTION": (
                template.description,
                lambda value: description(value, self._bitrix.max_description_length, self._language),
            ),
            "PRIORITY": (template.priority, priority),
            "GROUP_ID": (template.group_id, id_or_none),
            "TAGS": (list(template.tags), lambda value: tags(value, self._language)),
            "CHECKLISTS": (list(template.checklists), lambda value: checklists(value, self._language)),
        }
        read = {name: self._read(task, template, name, *one) for name, one in said.items() if not is_blank(one[0])}
        return {name: value for name, value in read.items() if not is_blank(value)}

    def _people(self, task: FetchedTask, template: TaskTemplate, starter: int | None) -> dict[str, Any]:
        people = template_people.given(template, starter, self._oracle.supervisor)
        return {
            name: self._read(task, template, name, value, ids if isinstance(value, list) else id_or_none)
            for name, value in people.items()
        }

    def _read(
        self, task: FetchedTask, template: TaskTemplate, name: str, value: Any, read: Callable[[Any], Any]
    ) -> Any:
        with blaming(task, f"tasktemplate {template.id}: {name}"):
            return read(value)

    def _deadline(self, task: FetchedTask, template: TaskTemplate) -> datetime | None:
        if template.deadline_after is None:
            return None
        try:
            return self._born(task) + timedelta(seconds=template.deadline_after)
        except OverflowError:
            label = f"tasktemplate {template.id}: DEADLINE_AFTER"
            raise fault(task, label, template.deadline_after, "unfit", EXPECTED["date_time"]) from None

    def _defaults(self, task: FetchedTask, starter: int | None) -> dict[str, Any]:
        """What the old installation gave to every task, with a template or without one."""
        people = template_people.defaults(starter, self._number(task, OWNER), self._bitrix.default_responsible_id)
        fields: dict[str, Any] = {"REQUIRE_RESULT": "Y", **people}
        parent = self._number(task, PARENT)
        return fields | ({"PARENT_ID": parent, "SUBORDINATE": "Y"} if parent else {})

    def _fitting(self, task: FetchedTask, label: str, fields: dict[str, Any]) -> dict[str, Any]:
        with blaming(task, label):
            return fields | ({"TITLE": title(fields["TITLE"], self._language)} if "TITLE" in fields else {})

    def _number(self, task: FetchedTask, name: str) -> int | None:
        """The user, or for `PARENT` the task, in a variable; None: none. Logs another value once for each process."""
        said, process = task.variables.get(name), task.definition_key
        try:
            return None if is_blank(said) else id_or_none(said)
        except Unfit as odd:
            value = shown(odd.value)
            if self._logged.first((process, name)):
                if name == PARENT:
                    self._telemetry.emit("template.no_parent", process=process, variable=name, value=value)
                else:
                    self._telemetry.emit("template.no_user", process=process, variable=name, value=value)
            return None

    def _tell(self, task: FetchedTask, template: TaskTemplate, starter: int | None) -> None:
        """Log once each: a missing starter, members that name no user, and further responsible people."""
        step, id_ = task.activity_id, template.id
        names = _names(sorted(template.supervised))
        if names and starter is None and self._first(template, "starter", names):
            self._telemetry.emit("template.no_starter", task=task.id, activity=step, template=id_, fields=names)
        for role in (Role.RESPONSIBLE, Role.ACCOMPLICE, Role.AUDITOR):
            name, codes = _names([role]), ", ".join(template.nobody(role))
            if codes and self._first(template, role, codes):
                self._telemetry.emit(
                    "template.nobody", task=task.id, activity=step, template=id_, field=name, codes=codes
                )
        others = ", ".join(map(str, template.people(Role.RESPONSIBLE)[1:]))
        if others and self._first(template, "others", others):
            self._telemetry.emit("template.other_responsible", task=task.id, activity=step, template=id_, people=others)

    def _first(self, template: TaskTemplate, what: str, facts: str) -> bool:
        return self._logged.first((template.id, what, facts))


def _names(roles: list[Role]) -> str:
    return ", ".join(template_people.FIELDS[role] for role in roles)
