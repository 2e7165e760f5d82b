"""The back-off before the next try."""

from __future__ import annotations

import random

MOST_DOUBLINGS = 30
"""Upper bound of the exponent: an outage may last for so many tries that an unbounded power would overflow."""


def backoff(first: float, tries: int, longest: float) -> float:
    """Seconds: `first`, doubled for each of the earlier `tries`, at most `longest`; then up to half less at random."""
    whole: float = min(first * 2.0 ** min(tries, MOST_DOUBLINGS), longest)
    return whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
