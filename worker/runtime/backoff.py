"""How long to wait before the next try."""

from __future__ import annotations

import random

MOST_DOUBLINGS = 30
"""Tries are counted for as long as an outage lasts: a power of all of them is no number at some point."""


def backoff(first: float, tries: int, longest: float) -> float:
    """Seconds: `first`, doubled with each of the earlier `tries` up to `longest`; up to half less, by chance."""
    whole: float = min(first * 2.0 ** min(tries, MOST_DOUBLINGS), longest)
    return whole * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
