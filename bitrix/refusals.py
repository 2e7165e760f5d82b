"""Errors before any byte of a request is sent, which `urllib3` does not distinguish itself."""

from __future__ import annotations

import re

from urllib3.exceptions import NewConnectionError, ProxyError

NO_LOGIN = 407
TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (?P<status>\d+)")
"""`http.client` reports a refused tunnel only by this text."""


class HandshakeError(NewConnectionError):
    """The TLS handshake, or the tunnel for it, failed before the request was sent. Later TLS errors are `SSLError`."""


class ProxyRefused(ProxyError):
    """The proxy itself refused the request and forwarded nothing.

    The session does not retry, because the proxy may count failed logins.
    """

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"HTTP {status}", OSError(status))


class OwnFileGone(NewConnectionError):
    """One of the worker's own files for TLS is missing. Nothing was sent."""
