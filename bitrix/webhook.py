"""The inbound webhook's address. Its path is a password, so `repr` leaves the path out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from bitrix.address import AddressFault, fault_in
from bitrix.secrecy import HIDDEN, hide

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PATH = re.compile(r"^/rest/(?:api/)?(?P<owner>0*[1-9][0-9]*)/(?P<code>[\w.~-]+)$", re.ASCII)

BEFORE_REST = re.compile(r"^/.+?(?=/rest/)")


class WebhookError(ValueError):
    """The text is not an inbound webhook's address. The message says why and never quotes the secret."""

    def __init__(self, fault: AddressFault) -> None:
        self.fault = fault
        super().__init__(f"not the address of an inbound webhook: {fault}")


@dataclass(frozen=True, slots=True, repr=False)
class WebhookUrl:
    """`{portal}/rest/{owner}/{code}`. Anyone who knows it can act on the portal in its owner's name."""

    portal: str
    """Scheme, host and port. Not a secret."""
    owner_id: int
    _code: str

    @classmethod
    def parse(cls, text: str) -> WebhookUrl:
        """Read an address, with or without a `/` at its end. Raises `WebhookError`."""
        if fault := fault_in(text):
            raise WebhookError(fault)
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "http" and host not in LOOPBACK:
            raise WebhookError(AddressFault.PLAIN_HTTP)
        match = PATH.match(parts.path.rstrip("/"))
        if not match:
            below = PATH.search(BEFORE_REST.sub("", parts.path.rstrip("/")))
            raise WebhookError(AddressFault.SUB_PATH if below else AddressFault.OTHER_PATH)
        shown = f"[{host}]" if ":" in host else host
        portal = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
        return cls(portal, int(match["owner"]), match["code"])

    def method_url(self, method: str) -> str:
        """The URL to which a method's parameters are posted: a secret."""
        return f"{self.portal}/rest/{self.owner_id}/{self._code}/{method}"

    def task_url(self, task_id: int, user_id: int | None = None) -> str:
        """The page of a task on the portal. `user_id` None: the webhook's owner."""
        return f"{self.portal}/company/personal/user/{user_id or self.owner_id}/tasks/task/view/{task_id}/"

    @property
    def code(self) -> str:
        """The secret itself, for the code that masks it."""
        return self._code

    def __reduce__(self) -> NoReturn:
        raise TypeError("a webhook's address is not pickled: it is a password")

    def __deepcopy__(self, _: object) -> WebhookUrl:
        return self

    def hide(self, text: str) -> str:
        """Mask this webhook's secret, in an address or bare, and every secret given to `secrecy.keep`."""
        return hide(text).replace(self._code, HIDDEN)

    def __repr__(self) -> str:
        return f"WebhookUrl({self.portal}/rest/***)"

    __str__ = __repr__
