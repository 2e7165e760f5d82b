"""The fields of a Bitrix24 task that a topic may fill: the one list, from which all others are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a field holds; `worker.mapping.fields` has a reader for each."""

    TITLE = auto()
    DESCRIPTION = auto()
    ONE_ID = auto()
    ID_OR_NONE = auto()
    IDS = auto()
    TAGS = auto()
    PRIORITY = auto()
    DATE_TIME = auto()


@dataclass(frozen=True, slots=True)
class TaskField:
    """`name`: as the configuration spells it. `by_variable`: without a template the variable of its name fills it."""

    name: str
    kind: Kind
    by_variable: bool = True

    @property
    def portal_name(self) -> str:
        return self.name.upper()

    @property
    def is_prose(self) -> bool:
        """Whether it is text alone, in which BBCode and `#tags` from process variables would come alive."""
        return self.kind in (Kind.TITLE, Kind.DESCRIPTION)


FIELDS = (
    TaskField("title", Kind.TITLE),
    TaskField("description", Kind.DESCRIPTION),
    TaskField("responsible_id", Kind.ONE_ID),
    TaskField("created_by", Kind.ONE_ID),
    TaskField("deadline", Kind.DATE_TIME),
    TaskField("start_date_plan", Kind.DATE_TIME, by_variable=False),
    TaskField("end_date_plan", Kind.DATE_TIME, by_variable=False),
    TaskField("priority", Kind.PRIORITY),
    TaskField("group_id", Kind.ID_OR_NONE),
    TaskField("auditors", Kind.IDS),
    TaskField("accomplices", Kind.IDS),
    TaskField("tags", Kind.TAGS),
    TaskField("parent_id", Kind.ID_OR_NONE),
)
NAMES = tuple(field.name for field in FIELDS)
BY_VARIABLE = tuple(field.name for field in FIELDS if field.by_variable)
"""Fields that take the variable of the same name (`groupId`, `group_id` or `GROUP_ID`) where no template is given."""
PROSE = frozenset(field.portal_name for field in FIELDS if field.is_prose)
ALWAYS_LISTS = ("UF_CRM_TASK", "UF_TASK_WEBDAV_FILES")
"""The portal's own user fields that take nothing but a list, also of one."""
RESERVED = ("XML_ID", "UF_CAMUNDA_ID_EXTERNAL_TASK", "UF_PROCESS_INSTANCE_ID", "UF_ELEMENT_ID")
"""What ties the task to its step: the worker's own, never a template's."""


def spellings(name: str) -> tuple[str, ...]:
    """The names of the variables that a field may take: `groupId`, `group_id` and `GROUP_ID`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others), name, name.upper()
