"""The portal's methods by name, and which of them only read."""

from __future__ import annotations

from bitrix.errors import UNREACHABLE, Doubtful, NotExecuted
from bitrix.retrying import read_series

ADD = "tasks.task.add"
LIST = "tasks.task.list"
PROFILE = "profile"
SCOPES = "scope"
DIAGRAM = "imena.camunda.diagram.responsible.list"
PROPERTIES = "imena.camunda.diagram.properties.list"
TEMPLATE = "imena.camunda.tasktemplate.get"
RESOLVERS = "imena.camunda.resolvers.list"
SUPERVISOR = "imena.camunda.user.supervisor.get"
QUESTIONNAIRES = "imena.camunda.task.questionnaire.list"
ELEMENTS = "lists.element.get"
STORAGES = "disk.storage.getlist"
CHILDREN = "disk.folder.getchildren"
FILE = "disk.file.get"
ATTACHED = "disk.attachedobject.get"
RESULTS = "tasks.task.result.list"
READS = frozenset(
    {
        "app.info",
        DIAGRAM,
        PROPERTIES,
        TEMPLATE,
        RESOLVERS,
        SUPERVISOR,
        QUESTIONNAIRES,
        ELEMENTS,
        STORAGES,
        CHILDREN,
        FILE,
        ATTACHED,
        "calendar.settings.get",
        "imena.camunda.userfield.list",
        "method.get",
        PROFILE,
        SCOPES,
        "server.time",
        "sonet_group.get",
        "task.checklistitem.getlist",
        "task.item.userfield.getlist",
        "tasks.task.get",
        "tasks.task.getfields",
        LIST,
        RESULTS,
        "user.get",
    }
)
"""Methods that only read: a failed call is repeated in a short series before the failure counts."""
QUICK = READS | {ADD}
"""Methods that a portal answers at once: an upload or a synchronisation may rightly take long."""


def _passing(error: BaseException) -> bool:
    """Whether an immediate retry may succeed: one sick node behind a balancer, or a connection that was just closed."""
    return isinstance(error, Doubtful) or (isinstance(error, NotExecuted) and error.code == UNREACHABLE)


READ_SERIES = read_series(_passing)
