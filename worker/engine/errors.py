"""What can go wrong with a call to the engine, by what the caller may do next.

The engine tells wrong worker, suspension and bad payload apart by message only (engine-rest 7.24,
`ExternalTaskResourceImpl` wraps all of them as `RestException`), so both status and message are read here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from bitrix import reading
from bitrix.causes import Cause, Trouble, of_status
from bitrix.secrecy import hide, shortened

LONGEST_MESSAGE = 2000
HOLDER = re.compile(r"It is locked by worker '([^']*)'")

WRITING = "(through reference chain: "
"""How the engine says, in plain text, that it cannot write its own answer; what was asked is done by then."""
GONE = ("does not exist", "No matching definition", "No matching process definition")
"""How an engine says that what was asked for is not there; any other 404 is not an engine's."""


class EngineError(Exception):
    """A call to the engine that did not succeed; the text carries the call and the engine's own words, no secret.

    `reason`: those words, "" where nothing was answered; then `cause` says why. `status`: of the HTTP answer that was
    no engine's, or that refused the call for want of rights; None: neither. The line to the engine adds where it went.
    """

    cause = Cause.ENGINE_SAYS
    status: int | None = None
    place = ""
    answered: int | None = None
    size: int | None = None
    sent: int | None = None

    def __init__(self, call: str, reason: str, *, cause: Cause | None = None) -> None:
        self.call = call
        self.reason = hide(reason)
        self.cause = cause or self.cause
        super().__init__(f"{call}: {self.reason or self.cause}")

    def at(self, place: str, *, answered: int | None = None, size: int | None = None, sent: int | None = None) -> Self:
        """The same, with where the call went (host and port), any HTTP status, and the bytes of answer and request."""
        self.place, self.answered, self.size, self.sent = place, answered, size, sent
        return self

    @property
    def trouble(self) -> Trouble:
        """What there is to tell of it."""
        status = self.status or self.answered
        return Trouble("engine", self.cause, self.call, self.place, self.reason, "", status, self.size, self.sent)


class EngineUnreachable(EngineError):
    """Outage, or something else answers at this address. `doubtful`: the call may have been executed all the same."""

    def __init__(self, call: str, reason: str, *, doubtful: bool, cause: Cause | None = None) -> None:
        super().__init__(call, reason, cause=cause)
        self.doubtful = doubtful


class AnswerTooLong(EngineUnreachable):
    """More than is read of an answer of this kind; it was executed, and read no further."""


class EngineDenied(EngineError):
    """Credentials or permissions: back off hard, ten bad passwords lock the account."""


class TaskGone(EngineError):
    """Completed already, cancelled, or its instance deleted."""


class LockLost(EngineError):
    """The lock is not ours. `holder` None: it ran out, or an operator has unlocked the task."""

    def __init__(self, call: str, reason: str, holder: str | None) -> None:
        super().__init__(call, reason)
        self.holder = holder


NOT_OURS = (TaskGone, LockLost)
"""A lock that is no more of ours need not be shortened."""


class TaskSuspended(EngineError):
    """Instance or definition suspended: keep the outcome and try again later."""


class EngineBusy(EngineError):
    """A concurrent change rolled the transaction back; the task is still ours: repeat within milliseconds."""


class PayloadRefused(EngineError):
    """The engine will never accept this content."""


class ContinuationFailed(EngineError):
    """Listener, output mapping or what follows the task threw: all rolled back, the task is still ours."""


def error_of(call: str, status: int, body: Mapping[str, Any] | None, text: str) -> EngineError:
    """The error that an answer means; `body` is None where the answer was not a JSON object."""
    error = _error_of(call, status, body, text)
    if isinstance(error, EngineUnreachable | EngineDenied):
        error.status = status
    return error


def _error_of(call: str, status: int, body: Mapping[str, Any] | None, text: str) -> EngineError:
    if status in (401, 403):
        cause = Cause.ENGINE_LOGIN if status == 401 else Cause.FORBIDDEN if body is None else Cause.ENGINE_RIGHTS
        return EngineDenied(call, _message(body, text), cause=cause)
    if WRITING in text and body is None:
        return PayloadRefused(call, text)
    if body is None or "message" not in body:
        # A restarting server answers 404 in HTML while the tasks are alive.
        cause = Cause.ENGINE_PATH if status == 404 else of_status(status, text)
        return EngineUnreachable(call, text, doubtful=status >= 500, cause=cause)
    message = _message(body, text)
    if status == 404:
        gone = any(words in message for words in GONE)
        if gone:
            return TaskGone(call, message)
        return EngineUnreachable(call, message, doubtful=False, cause=Cause.ENGINE_PATH)
    if status == 400:
        return _bad_request(call, message)
    if status == 500:
        return _server_error(call, message, body.get("type"), body.get("code"))
    return EngineUnreachable(call, message, doubtful=status >= 500)


def _message(body: Mapping[str, Any] | None, text: str) -> str:
    message = text if body is None else body.get("message")
    return reading.storable(shortened(message, LONGEST_MESSAGE)) if isinstance(message, str) else ""


def _bad_request(call: str, message: str) -> EngineError:
    holder = HOLDER.search(message)
    if holder:
        return LockLost(call, message, None if holder[1] == "null" else holder[1])
    if "lock that expired" in message:
        return LockLost(call, message, None)
    if "suspended" in message:
        return TaskSuspended(call, message)
    return PayloadRefused(call, message)


def _server_error(call: str, message: str, kind: object, code: object) -> EngineError:
    if kind == "OptimisticLockingException" or code in (1, 10000):
        return EngineBusy(call, message)
    if code == 10002 or kind in ("IllegalArgumentException", "NullValueException"):
        return PayloadRefused(call, message)
    if "Cannot find serializer" in message:  # Operaton without Spin, for a `Json` variable
        return PayloadRefused(call, message)
    if kind == "InvalidRequestException":  # the queue of long polls is full, or the server shuts down
        return EngineUnreachable(call, message, doubtful=False)
    return ContinuationFailed(call, message)
