"""Limits how many tasks or steps may be missing at once before that counts as a fault of portal or engine.

A webhook that has lost its rights, or an engine on a wrong database, looks like many deletions. Then nothing is
concluded, and it is logged.
"""

from __future__ import annotations

FEW = 2
"""This many may always be missing at once, however few wait."""


def too_many(gone: int, of: int, share: float) -> int:
    """Returns `gone` if it exceeds both `FEW` and the `share` of all `of`, otherwise 0."""
    return gone if gone > max(FEW, share * of) else 0
