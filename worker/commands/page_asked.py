"""Asks the HTTP port of the running worker, on this machine."""

from __future__ import annotations

import http.client

from worker.config.settings import HttpSettings

SECONDS = 3.0
MOST_BYTES = 4_000_000
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked on this machine


def asked(address: HttpSettings, path: str) -> tuple[int, bytes]:
    """Status and body. Raises `OSError` or `HTTPException`. No proxy is asked: it is this machine."""
    connection = http.client.HTTPConnection(host_of(address), address.port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_BYTES)
    finally:
        connection.close()


def host_of(address: HttpSettings) -> str:
    return EVERYWHERE.get(address.host, address.host)
