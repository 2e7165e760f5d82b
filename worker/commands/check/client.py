"""The portal as `check` asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from bitrix.client import BitrixClient
from worker.config.settings import Settings

MOST_SECONDS = 15.0
"""A person waits for each answer."""


@contextmanager
def client_of_check(settings: Settings) -> Iterator[BitrixClient]:
    """A client of the settings' portal, closed at the end; it waits for no answer longer than `MOST_SECONDS`."""
    bitrix = settings.bitrix
    client = BitrixClient(
        bitrix.webhook_url,
        request_timeout=min(bitrix.request_timeout, MOST_SECONDS),
        delivery_seconds=bitrix.delivery_seconds,
        route=bitrix.route,
    )
    with closing(client):
        yield client
