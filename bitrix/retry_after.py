"""Reads `Retry-After`, from the portal or from a proxy in front of it, up to a bound."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_NAMED_SECONDS = 300.0
"""A proxy may name an hour, or a century, for an outage of one minute: the worker waits no longer than this."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from 0 to the bound; None if the header is missing or cannot be read.

    RFC 9110, 10.2.3: seconds, or a date by the server's clock.
    """
    named = headers.get("Retry-After", "").strip()
    try:
        seconds = float(named)
    except ValueError:
        seconds = _until(named)
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_NAMED_SECONDS)


def _until(named: str) -> float:
    try:
        moment = parsedate_to_datetime(named)
    except (ValueError, OverflowError):
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - time.time()
