"""The portal's methods by name; those that change nothing are repeated in a short series before a failure counts."""

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
READS = frozenset(
    {
        "app.info",
        "imena.camunda.userfield.list",
        "method.get",
        PROFILE,
        SCOPES,
        "server.time",
        "task.checklistitem.getlist",
        "task.item.userfield.getlist",
        "tasks.task.get",
        "tasks.task.getfields",
        LIST,
        "tasks.task.result.list",
        "user.get",
    }
)
"""Methods that change nothing: a failed call is repeated in a short series before it counts."""


def _passing(error: BaseException) -> bool:
    """Whether the next try may go well at once: one sick node behind a balancer, a connection that was just closed."""
    return isinstance(error, Doubtful) or (isinstance(error, NotExecuted) and error.code == UNREACHABLE)


def read_series(passing: Callable[[BaseException], bool]) -> Retrying:
    """The one policy of repeating what only reads, while `passing` says that the next try may go well.

    At a third of all calls failing, one in eighty series fails.
    """
    return Retrying(
        retry=retry_if_exception(passing),
        stop=stop_any(stop_after_attempt(4), stop_after_delay(5.0)),  # a time-out has been patience enough
        wait=wait_random_exponential(multiplier=0.1, max=1.0),
        reraise=True,
    )


READ_SERIES = read_series(_passing)
