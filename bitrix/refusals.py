"""What stops a request before any of it is sent, besides what `urllib3` tells itself."""

from __future__ import annotations

import re

from urllib3.exceptions import NewConnectionError, ProxyError

NO_LOGIN = 407
TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: (?P<status>\d+)")
"""The only form in which `http.client` reports this."""


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
    """One of our own files for TLS is not there any more. Nothing was sent."""
