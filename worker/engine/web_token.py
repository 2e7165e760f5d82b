"""What a JSON Web Token (RFC 7519) says of its own end. Nothing is verified: that is the business of who accepts it."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bitrix import reading

LONGEST_LIFE = 10 * 365 * 86400


def ends_at(token: str) -> datetime | None:
    """When it ends; None if it does not say, or is another kind of token."""
    told = reading.figure(_claims(token).get("exp"))
    try:
        return datetime.fromtimestamp(told, UTC) if told else None
    except (ValueError, OverflowError, OSError):
        return None


def life(token: str) -> float | None:
    """How many seconds it lasts from its issue, by the clock of its issuer; None if it does not say."""
    claims = _claims(token)
    until, since = reading.figure(claims.get("exp")), reading.figure(claims.get("iat"))
    return until - since if until and since and 0 < until - since <= LONGEST_LIFE else None


def _claims(token: str) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = reading.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, reading.Unreadable):
        return {}
    return claims if isinstance(claims, dict) else {}
