"""Lists the fields of a Bitrix24 task that a topic may fill. All other lists of fields derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import cache


class Kind(Enum):
    """What a field holds; `worker.mapping.fields` has a reader for each."""

    TITLE = auto()
    DESCRIPTION = auto()
    ONE_ID = auto()
    ID_OR_NONE = auto()
    IDS = auto()
    PERSON = auto()
    PEOPLE = auto()
    GROUP = auto()
    TAGS = auto()
    PRIORITY = auto()
    DATE_TIME = auto()
    SWITCH = auto()
    PARAMETER = auto()
    """One of the switches that the portal keeps together in `SE_PARAMETER`."""
    SECONDS = auto()
    CRM = auto()
    CHECKLISTS = auto()
    COMMENT = auto()
    FILES = auto()


@dataclass(frozen=True, slots=True)
class TaskField:
    """`name`: as in the configuration. `by_variable`: without a template, the variable of the same name fills it.

    `portal`: its name on the portal; empty: `name` in capitals.
    """

    name: str
    kind: Kind
    by_variable: bool = True
    portal: str = ""

    @property
    def portal_name(self) -> str:
        return self.portal or self.name.upper()

    @property
    def is_prose(self) -> bool:
        """Whether it is plain text, where the portal would interpret BBCode and `#tags` from process variables."""
        return self.kind in (Kind.TITLE, Kind.DESCRIPTION)


FIELDS = (
    TaskField("title", Kind.TITLE),
    TaskField("description", Kind.DESCRIPTION),
    TaskField("responsible_id", Kind.PERSON),
    TaskField("created_by", Kind.PERSON),
    TaskField("deadline", Kind.DATE_TIME),
    TaskField("start_date_plan", Kind.DATE_TIME, by_variable=False),
    TaskField("end_date_plan", Kind.DATE_TIME, by_variable=False),
    TaskField("priority", Kind.PRIORITY),
    TaskField("group_id", Kind.GROUP),
    TaskField("auditors", Kind.PEOPLE),
    TaskField("accomplices", Kind.PEOPLE),
    TaskField("tags", Kind.TAGS),
    TaskField("parent_id", Kind.ID_OR_NONE),
    TaskField("subordinate", Kind.SWITCH, by_variable=False),
    TaskField("stage_id", Kind.ID_OR_NONE, by_variable=False),
    TaskField("flow_id", Kind.ID_OR_NONE, by_variable=False),
    TaskField("crm", Kind.CRM, by_variable=False, portal="UF_CRM_TASK"),
    TaskField("files", Kind.FILES, by_variable=False, portal="UF_TASK_WEBDAV_FILES"),
    TaskField("task_control", Kind.SWITCH, by_variable=False),
    TaskField("allow_change_deadline", Kind.SWITCH, by_variable=False),
    TaskField("match_work_time", Kind.SWITCH, by_variable=False),
    TaskField("add_in_report", Kind.SWITCH, by_variable=False),
    TaskField("allow_time_tracking", Kind.SWITCH, by_variable=False),
    TaskField("time_estimate", Kind.SECONDS, by_variable=False),
    TaskField("require_result", Kind.PARAMETER, by_variable=False),
    TaskField("complete_with_subtasks", Kind.PARAMETER, by_variable=False),
    TaskField("dates_from_subtasks", Kind.PARAMETER, by_variable=False),
    TaskField("checklists", Kind.CHECKLISTS),
    TaskField("depends_on", Kind.IDS, by_variable=False),
    TaskField("comment", Kind.COMMENT, by_variable=False),
)
ADDED_LATER = frozenset({"CHECKLISTS", "DEPENDS_ON", "COMMENT"})
"""Fields that `tasks.task.add` does not have: they become acts, each with calls of its own after the create."""
NAMES = tuple(field.name for field in FIELDS)
BY_VARIABLE = tuple(field.name for field in FIELDS if field.by_variable)
"""Fields that, without a template, take the variable of the same name (`groupId`, `group_id` or `GROUP_ID`)."""
PROSE = frozenset(field.portal_name for field in FIELDS if field.is_prose)
SHOWN = PROSE | {"TAGS", "CHECKLISTS", "COMMENT"}
"""The fields whose texts people read: texts from variables are made harmless there. A group's name stays exact."""
RESERVED = ("XML_ID", "UF_CAMUNDA_ID_EXTERNAL_TASK", "UF_PROCESS_INSTANCE_ID", "UF_ELEMENT_ID")
"""These fields link the task to its step. Only the worker fills them, never a template."""


_PORTAL_NAMES = {field.name: field.portal_name for field in FIELDS}


def portal_name(key: str) -> str:
    """The portal's name of a field as the configuration names it; case does not count."""
    return _PORTAL_NAMES.get(key.lower(), key.upper())


@cache
def spellings(name: str) -> tuple[str, ...]:
    """The variable names that a field accepts: `groupId`, `group_id` and `GROUP_ID`."""
    first, *others = name.split("_")
    camel = first + "".join(word.capitalize() for word in others)
    return tuple(dict.fromkeys((camel, name, name.upper())))


_SHOWN_NAMES = {
    one: spellings(field.name)[0] if field.by_variable else field.name
    for field in FIELDS
    for one in spellings(field.name)
}


def shown_name(field: str) -> str:
    """A field as messages name it, whoever has filled it: `groupId`, as the modeller writes it.

    One that only the configuration fills has its name there. Any other text is returned unchanged.
    """
    return _SHOWN_NAMES.get(field, field)
