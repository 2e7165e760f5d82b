"""The inbound webhook's address. Its path is a password, so `repr` leaves the path out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn
from urllib.parse import urlsplit

from bitrix.secrecy import HIDDEN, hide

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOST = re.compile(r"^(?:[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:.]+)$")
PATH = re.compile(r"^/rest/(?:api/)?(?P<owner>[0-9]+)/(?P<code>[\w.~-]+)$", re.ASCII)

BEFORE_REST = re.compile(r"^/.+?(?=/rest/)")


class AddressFault(StrEnum):
    """Why a text is not an inbound webhook's address."""

    NO_ADDRESS = "no_address"
    OTHER_FORM = "other_form"
    """No `http://` or `https://`, or no valid host name."""
    PLAIN_HTTP = "plain_http"
    TOO_MUCH = "too_much"
    """A query, a fragment or a login."""
    OTHER_PATH = "other_path"
    SUB_PATH = "sub_path"
    """A path before `/rest/`: Bitrix24 has its REST at the root of its host."""


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
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            raise WebhookError(AddressFault.NO_ADDRESS) from None
        if parts.scheme not in ("http", "https") or not host or not HOST.match(host):
            raise WebhookError(AddressFault.OTHER_FORM)
        if parts.scheme == "http" and host not in LOOPBACK:
            raise WebhookError(AddressFault.PLAIN_HTTP)
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise WebhookError(AddressFault.TOO_MUCH)
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
