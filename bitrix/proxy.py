"""The proxy on the way to one side. Its address may hold a password, so it hides itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from bitrix.webhook import HOST


class ProxyFault(ValueError):
    """The text is no proxy's address; it is not quoted."""

    def __init__(self) -> None:
        super().__init__("not the address of a proxy")


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """An HTTP proxy: TLS goes through a tunnel (CONNECT), plain HTTP is asked for by its whole address."""

    address: str
    """Scheme, host and port: what may be shown."""
    user: str = ""
    password: str = ""
    """A secret."""

    @classmethod
    def parse(cls, text: str) -> Proxy:
        """Read `http://[user:password@]host[:port]`. Raises `ProxyFault`."""
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            host = port = None
        if not host or not HOST.match(host) or parts.scheme != "http" or parts.path.strip("/") or _more(text):
            raise ProxyFault
        shown = f"[{host}]" if ":" in host else host
        return cls(f"http://{shown}:{port or 80}", unquote(parts.username or ""), unquote(parts.password or ""))

    @property
    def headers(self) -> Mapping[str, str]:
        """What the proxy, and nobody else, is told: a secret."""
        if not self.user and not self.password:
            return {}
        return {"Proxy-Authorization": "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()}

    def __reduce__(self) -> NoReturn:
        raise TypeError("a proxy's address is not pickled: it may hold a password")

    def __deepcopy__(self, _: object) -> Proxy:
        return self

    def __repr__(self) -> str:
        return f"Proxy({self.address})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Route:
    """The way to one side. `ca_file`: whom to trust, in PEM; None: the usual authorities. `proxy` None: directly."""

    ca_file: str | None = None
    proxy: Proxy | None = None


DIRECT = Route()


def _more(text: str) -> bool:
    """Whether something stands in it that belongs into no such address, or into its password as %XX."""
    return any(sign in text for sign in "?#") or text.count("@") > 1 or any(sign.isspace() for sign in text.strip())
