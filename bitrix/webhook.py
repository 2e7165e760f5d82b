"""The inbound webhook's address. Its path is a password, so it hides itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from bitrix.secrecy import HIDDEN, hide

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOST = re.compile(r"^(?:[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:.]+)$")
PATH = re.compile(r"^/rest/(?:api/)?(?P<owner>[0-9]+)/(?P<code>[\w.~-]+)$", re.ASCII)


class WebhookError(ValueError):
    """The text is not an inbound webhook's address; the message names the cure and never quotes the secret.

    `ru` is the same in Russian.
    """

    def __init__(self, en: str, ru: str) -> None:
        self.ru = ru
        super().__init__(en)


@dataclass(frozen=True, slots=True, repr=False)
class WebhookUrl:
    """`https://{portal}/rest/{owner}/{code}`: who knows it can do all that its owner may."""

    portal: str
    """Scheme, host and port: what may be shown."""
    owner_id: int
    _code: str

    @classmethod
    def parse(cls, text: str) -> WebhookUrl:
        """Read an address, with or without a `/` at its end. Raises `WebhookError`."""
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            raise WebhookError(
                "is not an address; copy it from the webhook's page on the portal",
                "не адрес; скопируйте его со страницы вебхука на портале",
            ) from None
        if parts.scheme not in ("http", "https") or not host or not HOST.match(host):
            raise WebhookError(
                "must look like https://portal.example/rest/1/secret/",
                "ожидается вид https://portal.example/rest/1/secret/",
            )
        if parts.scheme == "http" and host not in LOOPBACK:
            raise WebhookError(
                "must begin with https://, for whoever reads the address can act in its owner's name",
                "должен начинаться с https://: прочитавший адрес может действовать от имени владельца",
            )
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise WebhookError(
                "must end after the secret: no user, no ? and no #",
                "должен заканчиваться секретом: без пользователя, без ? и без #",
            )
        match = PATH.match(parts.path.rstrip("/"))
        if not match:
            raise WebhookError(
                "has the wrong path; it is /rest/USER_NUMBER/SECRET/ and no method name such as profile.json follows",
                "неверный путь; нужен /rest/НОМЕР/СЕКРЕТ/, и имя метода вроде profile.json за ним не следует",
            )
        shown = f"[{host}]" if ":" in host else host
        portal = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
        return cls(portal, int(match["owner"]), match["code"])

    def method_url(self, method: str) -> str:
        """The address to post a method's parameters to: a secret."""
        return f"{self.portal}/rest/{self.owner_id}/{self._code}/{method}"

    def task_url(self, task_id: int, user_id: int | None = None) -> str:
        """Where a person sees a task on the portal."""
        return f"{self.portal}/company/personal/user/{user_id or self.owner_id}/tasks/task/view/{task_id}/"

    @property
    def code(self) -> str:
        """The secret itself, for whoever hides it."""
        return self._code

    def __reduce__(self) -> NoReturn:
        raise TypeError("a webhook's address is not pickled: it is a password")

    def __deepcopy__(self, _: object) -> WebhookUrl:
        return self

    def hide(self, text: str) -> str:
        """The text without the secret, in an address or bare, and without the others that are kept."""
        return hide(text).replace(self._code, HIDDEN)

    def __repr__(self) -> str:
        return f"WebhookUrl({self.portal}/rest/***)"

    __str__ = __repr__
