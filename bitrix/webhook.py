"""The inbound webhook's address. Its path is a password, so `repr` leaves the path out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from bitrix.address import AddressFault, fault_in
from bitrix.secrecy import HIDDEN, hide

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
IN_REST = re.compile(r"^/rest(?:/api)?(?:/(?P<owner>[^/]*)(?:/(?P<code>[^/]*)(?P<more>/.*)?)?)?$")
OWNER, CODE = re.compile(r"0{0,9}[1-9][0-9]{0,9}", re.ASCII), re.compile(r"[\w.~-]+", re.ASCII)
LARGEST_OWNER = 2_147_483_647
BELOW = re.compile(r"^/.+/rest/(api/)?[0-9]+/.")


class WebhookError(ValueError):
    """The text is not an inbound webhook's address. The message says why and never quotes the secret."""

    def __init__(self, fault: AddressFault) -> None:
        self.fault = fault
        super().__init__(f"not the address of an inbound webhook: {fault}")


def _owner_and_code(path: str) -> tuple[int, str]:
    """The user's number and the secret in an address's path. Raises `WebhookError`."""
    found = IN_REST.match(path)
    if not found:
        raise WebhookError(AddressFault.SUB_PATH if BELOW.match(path) else AddressFault.OTHER_PATH)
    owner, code = found["owner"] or "", found["code"]
    if not OWNER.fullmatch(owner) or int(owner) > LARGEST_OWNER:
        raise WebhookError(AddressFault.NO_OWNER)
    if not code:
        raise WebhookError(AddressFault.NO_CODE)
    if not CODE.fullmatch(code):
        raise WebhookError(AddressFault.BAD_CODE)
    if found["more"]:
        raise WebhookError(AddressFault.BEYOND)
    return int(owner), code


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
        owner, code = _owner_and_code(parts.path.rstrip("/"))
        shown = f"[{host}]" if ":" in host else host
        portal = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
        return cls(portal, owner, code)

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
