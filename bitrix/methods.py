"""The portal's methods by name, and the retry policy of those that only read."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    stop_any,
    wait_random_exponential,
)

from bitrix.errors import UNREACHABLE, Doubtful, NotExecuted

ADD = "tasks.task.add"
LIST = "tasks.task.list"
PROFILE = "profile"
SCOPES = "scope"
DIAGRAM = "imena.camunda.diagram.responsible.list"
PROPERTIES = "imena.camunda.diagram.properties.list"
TEMPLATE = "imena.camunda.tasktemplate.get"
TEMPLATE_VARIABLES = "imena.camunda.tasktemplate.variables"
RESOLVERS = "imena.camunda.resolvers.list"
SUPERVISOR = "imena.camunda.user.supervisor.get"
QUESTIONNAIRES = "imena.camunda.task.questionnaire.list"
READS = frozenset(
    {
        "app.info",
        DIAGRAM,
        PROPERTIES,
        TEMPLATE,
        TEMPLATE_VARIABLES,
        RESOLVERS,
        SUPERVISOR,
        QUESTIONNAIRES,
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
        "tasks.task.result.list",
        "user.get",
    }
)
"""Methods that only read: a failed call is repeated in a short series before the failure counts."""


def _passing(error: BaseException) -> bool:
    """Whether an immediate retry may succeed: one sick node behind a balancer, or a connection that was just closed."""
    return isinstance(error, Doubtful) or (isinstance(error, NotExecuted) and error.code == UNREACHABLE)


def read_series(passing: Callable[[BaseException], bool]) -> Retrying:
    """The only retry policy for calls that only read: up to four tries, while `passing` accepts the error.

    If a third of all calls fail, one series in eighty fails.
    """
    return Retrying(
        retry=retry_if_exception(passing),
        stop=stop_any(stop_after_attempt(4), stop_after_delay(5.0)),  # a call that failed after 5 s is not repeated
        wait=wait_random_exponential(multiplier=0.1, max=1.0),
        reraise=True,
    )


READ_SERIES = read_series(_passing)
