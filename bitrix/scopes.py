"""Which scopes the webhook has: a call without its scope is refused, or hides what it should show."""

from __future__ import annotations

from bitrix.client import Caller
from bitrix.errors import malformed
from bitrix.kept import Kept
from bitrix.limits.limiter import Kind
from bitrix.methods import SCOPES

SECONDS = 60.0
"""How long the list is kept: after this time the worker uses a scope that a person has added."""


class Scopes:
    """The webhook's scopes, kept for a minute. Raises `PortalError`; thread-safe."""

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._kept: Kept[str, frozenset[str]] = Kept(1)

    def granted(self) -> frozenset[str]:
        """All scopes of the webhook."""
        return self._kept.get(SCOPES, self._ask, lambda _: SECONDS)

    def _ask(self) -> frozenset[str]:
        result = self._client.call(SCOPES, kind=Kind.URGENT).result
        if not isinstance(result, list):
            raise malformed(SCOPES, "the answer is not a list of scopes")
        return frozenset(map(str, result))
