"""Errors of a call to the engine, one family for each thing the caller can do next.

The engine distinguishes a wrong worker, a suspension and a bad payload only by the message (engine-rest 7.24,
`ExternalTaskResourceImpl` wraps all of them as `RestException`), so this module reads both status and message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from bitrix import reading
from bitrix.causes import Cause, Party, Trouble, of_status
from bitrix.secrecy import hide, shortened

LONGEST_MESSAGE = 2000
HOLDER = re.compile(r"It is locked by worker '([^']*)'")

WRITING = "(through reference chain: "
"""How the engine says, in plain text, that it cannot write its own answer. The call has been executed by then."""
GONE = ("does not exist", "No matching definition", "No matching process definition")
"""How an engine says that something does not exist; any other 404 does not come from an engine."""
NO_SUCH_ENGINE = re.compile(r"(No process engine|Process engine .* not) available")
"""What Camunda and Operaton (400) and CIB seven (404) answer for a name after `/engine/` that none of theirs has."""


LOGINS = frozenset((Cause.ENGINE_LOGIN, Cause.ENGINE_NO_LOGIN, Cause.ENGINE_TOKEN, Cause.ENGINE_FILE_TOKEN))


class EngineError(Exception):
    """A call to the engine that did not succeed. The text holds the call and the engine's own words, no secret.

    `reason`: these words, "" without an answer; then `cause` says why. `status`: the HTTP status if the answer came
    from something else than an engine, or refused the call for lack of rights; otherwise None. `EngineLine` adds the
    address.
    """

    cause = Cause.ENGINE_SAYS
    side: Party = "engine"
    status: int | None = None
    place = ""
    answered: int | None = None
    size: int | None = None
    sent: int | None = None

    def __init__(self, call: str, reason: str, *, cause: Cause | None = None) -> None:
        self.call = call
        self.reason = hide(reason)
        self.cause = cause or self.cause
        super().__init__(call, reason)

    def __str__(self) -> str:
        return f"{self.call}: {self.reason or self.cause}"

    def at(self, place: str, *, answered: int | None = None, size: int | None = None, sent: int | None = None) -> Self:
        """The same error with the address (host and port), the HTTP status, and the bytes of answer and request."""
        self.place, self.answered, self.size, self.sent = place, answered, size, sent
        return self

    @property
    def trouble(self) -> Trouble:
        """The error as log and page show it."""
        status = self.status or self.answered
        return Trouble(self.side, self.cause, self.call, self.place, self.reason, "", status, self.size, self.sent)


class EngineUnreachable(EngineError):
    """An outage, or something else answers at this address. `doubtful`: the call may have been executed anyway."""

    def __init__(self, call: str, reason: str, *, doubtful: bool, cause: Cause | None = None) -> None:
        super().__init__(call, reason, cause=cause)
        self.doubtful = doubtful


class LoginUnavailable(EngineUnreachable):
    """No token is available to log in with. Nothing was sent to the engine. `call`: what was asked.

    `side`: `token` if the token server is to blame.
    """

    def __init__(self, call: str, reason: str, *, cause: Cause, side: Party = "engine") -> None:
        super().__init__(call, reason, doubtful=False, cause=cause)
        self.side = side

    def anew(self) -> LoginUnavailable:
        """The same error, to be raised in another thread."""
        made = LoginUnavailable(self.call, self.reason, cause=self.cause, side=self.side)
        return made.at(self.place, answered=self.answered, size=self.size, sent=self.sent)


class AnswerTooLong(EngineUnreachable):
    """The answer exceeds the limit for its kind. The call was executed, the answer was not read to its end."""


class EngineDenied(EngineError):
    """Wrong credentials or missing permissions. Back off long: ten wrong passwords lock the account."""

    @property
    def is_of_login(self) -> bool:
        """Whether the engine refuses the worker as a whole, as with an expired token; no right is missing then."""
        return self.cause in LOGINS


class TaskGone(EngineError):
    """The task was completed or cancelled, or its process instance was deleted."""


class LockLost(EngineError):
    """The lock is not ours. `holder` None: it has expired, or an operator has unlocked the task."""

    def __init__(self, call: str, reason: str, holder: str | None) -> None:
        super().__init__(call, reason)
        self.holder = holder


NOT_OURS = (TaskGone, LockLost)
"""Errors after which this worker holds no lock that it would have to shorten."""


class TaskSuspended(EngineError):
    """The process instance or definition is suspended: keep the outcome and deliver it later."""

    cause = Cause.INSTANCE_SUSPENDED


class EngineBusy(EngineError):
    """A concurrent change rolled the transaction back. The task is still ours: repeat within milliseconds."""


class PayloadRefused(EngineError):
    """The engine will never accept this content."""


class ContinuationFailed(EngineError):
    """A listener, an output mapping or a later activity failed. All is rolled back, and the task is still ours."""


def answer_lost(error: EngineError) -> EngineUnreachable | None:
    """The failure of a call as an answer that was lost; None if the engine has not executed the call."""
    if not (isinstance(error, EngineUnreachable) or WRITING in error.reason):
        return None
    lost = EngineUnreachable(error.call, error.reason, doubtful=True, cause=error.cause)
    lost.status = error.status
    return lost.at(error.place, answered=error.answered, size=error.size, sent=error.sent)


def error_of(
    call: str, status: int, body: Mapping[str, Any] | None, text: str, login: Cause = Cause.ENGINE_NO_LOGIN
) -> EngineError:
    """The error an answer stands for; `body` None: the answer was not a JSON object.

    `login`: what it means that the engine refuses whoever has asked.
    """
    error = _error_of(call, status, body, text, login)
    if isinstance(error, EngineUnreachable | EngineDenied):
        error.status = status
    return error


def _error_of(call: str, status: int, body: Mapping[str, Any] | None, text: str, login: Cause) -> EngineError:
    if status in (401, 403):
        cause = login if status == 401 else Cause.FORBIDDEN if body is None else Cause.ENGINE_RIGHTS
        return EngineDenied(call, _message(body, text), cause=cause)
    if WRITING in text and body is None:
        return PayloadRefused(call, text)
    if body is None or "message" not in body:
        # A restarting server answers 404 in HTML while the tasks still exist.
        cause = Cause.ENGINE_PATH if status == 404 else of_status(status, text)
        return EngineUnreachable(call, text, doubtful=status >= 500, cause=cause)
    message = _message(body, text)
    if NO_SUCH_ENGINE.fullmatch(message):
        return EngineUnreachable(call, message, doubtful=False, cause=Cause.ENGINE_PATH)
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
