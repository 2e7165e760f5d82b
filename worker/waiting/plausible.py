"""How many may be gone at once.

A portal whose webhook has lost its rights, or an engine on a wrong database, looks like many deletions: then nothing is
concluded, and a person is told.
"""

from __future__ import annotations

FEW = 2
"""So many may always be gone at once, however few wait."""


def too_many(gone: int, of: int, share: float) -> int:
    """`gone`, where so many cannot be gone at once; else 0. `share`: of all, that may be."""
    return gone if gone > max(FEW, share * of) else 0
