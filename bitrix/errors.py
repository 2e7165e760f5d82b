"""Errors of a call to the portal, one class for each thing that the caller may do next.

Their texts hold the method and the portal's own words without HTML, never the address: it is the credential.
"""

from __future__ import annotations

from typing import Self

from bitrix.causes import Cause, Trouble

UNREACHABLE = "unreachable"
"""The code of a call that was never sent: connecting, DNS, the proxy or the TLS handshake failed."""


class PortalError(Exception):
    """A call to the portal that did not succeed.

    `method` is the REST method, `code` the portal's error code, or one of the worker's own where the portal gave
    none, `detail` the portal's message, `status` the HTTP status (None: no answer was read), `retry_after` the seconds
    after which the portal wants to be called again (None: it named no time), `cause` the reason (None: that of the
    class). The client adds `place`, the host and port of the call, and the sizes of answer and request. `template`: the
    number of the task template that could not be read; None for all other calls.
    """

    cause = Cause.UNCLEAR
    place = ""
    template: int | None = None
    size: int | None = None
    sent: int | None = None

    def __init__(
        self,
        method: str,
        code: str,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        cause: Cause | None = None,
    ) -> None:
        self.method = method
        self.code = code
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.cause = cause or self.cause
        words = detail or cause
        super().__init__(f"{method}: {code}" + (f" ({words})" if words else ""))

    def at(self, place: str, *, size: int | None = None, sent: int | None = None) -> Self:
        """Set where the call went (host and port) and the bytes of answer and request; returns this error."""
        self.place, self.size, self.sent = place, size, sent
        return self

    @property
    def trouble(self) -> Trouble:
        """The facts of this error, for `worker.words`."""
        return Trouble(
            "portal", self.cause, self.method, self.place, self.detail, self.code, self.status, self.size, self.sent
        )


class NotExecuted(PortalError):
    """Proven not executed, for a temporary reason: safe to send again after `retry_after` seconds."""


class ChannelFault(PortalError):
    """Not executed. Calls of this kind fail until a person fixes the webhook, its rights or the portal."""


class AccessDenied(ChannelFault):
    """Refused for missing rights: either the webhook's in general, or those for the object of this one call."""


class RefusedInFront(ChannelFault):
    """Something in front of the portal refused or redirected this call: perhaps only this one, perhaps every call."""


class MethodMissing(ChannelFault):
    """The portal does not know this method: its module is not installed, or the scope is not granted."""


class Rejected(PortalError):
    """The portal refused the content of this call. After a refused create the task may exist all the same."""

    cause = Cause.REJECTED


class ModuleRefused(Rejected):
    """The portal's module answered that it did not do what it was asked: `success: false` in an answer 200.

    After a read: repeat it later, then report it; it never means "none". After an act: look up whether the module has
    executed it, and give it up if not.
    """

    cause = Cause.MODULE_SAYS


class Doubtful(PortalError):
    """Sent, outcome unknown: the call may have been executed, or may still be running."""


class LookupUnproven(PortalError):
    """The answer to a look-up does not prove absence: never read it as "not found". `code`: the value of a `Cause`."""

    def __init__(self, method: str, code: str, detail: str = "") -> None:
        super().__init__(method, code, detail, cause=Cause(code))


class ListBehind(LookupUnproven):
    """The list does not show a task that was created lately, so other tasks missing from it may exist too."""


def malformed(method: str, words: str) -> Doubtful:
    """The error for an answer that does not have the method's documented shape."""
    return Doubtful(method, "malformed", words, status=200, cause=Cause.MALFORMED)
