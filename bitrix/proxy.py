"""The proxy between the worker and one side. Its address may hold a password, so `repr` leaves the password out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from bitrix.address import AddressFault, fault_in


class ProxyFault(ValueError):
    """The text is not a proxy's address. The message does not quote it: it may hold a password."""

    def __init__(self, fault: AddressFault) -> None:
        self.fault = fault
        super().__init__(f"not the address of a proxy: {fault}")


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """An HTTP proxy. TLS goes through a CONNECT tunnel; plain HTTP requests carry the absolute URL."""

    address: str
    """Scheme, host and port. Not a secret."""
    user: str = ""
    password: str = ""
    """A secret."""

    @classmethod
    def parse(cls, text: str) -> Proxy:
        """Read `http://[user:password@]host[:port]`. Raises `ProxyFault`."""
        if fault := fault_in(text, ("http",), login=True):
            raise ProxyFault(fault)
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
        if parts.path.strip("/"):
            raise ProxyFault(AddressFault.OTHER_PATH)
        shown = f"[{host}]" if ":" in host else host
        return cls(f"http://{shown}:{port or 80}", unquote(parts.username or ""), unquote(parts.password or ""))

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers for the proxy alone, never for the side behind it: a secret. Empty without a login."""
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
    """How to connect to one side. Files are in PEM.

    `ca_file`: the trusted certificate authorities; None: those of `certifi`. `proxy` None: connect directly.
    `client_cert`, `client_key`: the worker's own certificate and its key; None: no certificate, or both in one file.
    `verify_tls` False: do not check the other side's certificate.
    """

    ca_file: str | None = None
    proxy: Proxy | None = None
    client_cert: str | None = None
    client_key: str | None = None
    verify_tls: bool = True


DIRECT = Route()
