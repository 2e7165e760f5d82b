"""What can go wrong with a call to the portal, by what the caller may do next.

Texts carry the method and the portal's own words without HTML, never the address: it is the credential.
"""

from __future__ import annotations

from typing import Self

from bitrix.causes import Cause, Trouble

UNREACHABLE = "unreachable"
"""The code of a call that reached nobody: no connection, no name, no TLS."""


class PortalError(Exception):
    """A call to the portal that did not succeed.

    `method` is the REST method, `code` the portal's error code or a word of ours for transport errors,
    `detail` the portal's words for people, `status` the HTTP status (None: no answer was read), `retry_after` the
    seconds after which the portal wants to be called again (None: it named no time), `cause` why (None: nothing more
    is known than the family). The client adds the `place` that was called, and the sizes of answer and request.
    """

    cause = Cause.UNCLEAR
    place = ""
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
        """The same, with where the call went: its host and port, and the bytes of answer and request."""
        self.place, self.size, self.sent = place, size, sent
        return self

    @property
    def trouble(self) -> Trouble:
        """What there is to tell of it."""
        return Trouble(
            "portal", self.cause, self.method, self.place, self.detail, self.code, self.status, self.size, self.sent
        )


class NotExecuted(PortalError):
    """Proven not to have been executed, for a passing reason: safe to send again after `retry_after` seconds."""


class ChannelFault(PortalError):
    """Not executed, and no call of this kind will be until a person mends the webhook, its rights or the portal."""


class AccessDenied(ChannelFault):
    """Refused for want of rights: of the webhook as a whole, or for what this one call asked."""


class RefusedInFront(ChannelFault):
    """No portal's answer: something before it refuses or redirects every call, or this one for its content."""


class MethodMissing(ChannelFault):
    """The portal does not know this method: its module is not installed, or the scope is not granted."""


class Rejected(PortalError):
    """The portal refused the content of this call. A create may have left a task behind all the same."""

    cause = Cause.REJECTED


class Doubtful(PortalError):
    """Sent, outcome unknown: it may have been executed, or may still be running."""


class LookupUnproven(PortalError):
    """A look-up was answered, but not in a way that proves absence: never read it as "not found". `code`: a `Cause`."""

    def __init__(self, method: str, code: str, detail: str = "") -> None:
        super().__init__(method, code, detail, cause=Cause(code))


class ListBehind(LookupUnproven):
    """The list does not show a task that was made lately: what else it does not show may exist as well."""


def malformed(method: str, words: str) -> Doubtful:
    """An answer of another shape than the method has."""
    return Doubtful(method, "malformed", words, status=200, cause=Cause.MALFORMED)
