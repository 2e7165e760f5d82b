"""Limits how many tasks or steps may be missing at once before that counts as a fault of portal or engine.

A webhook that has lost its rights, or an engine on a wrong database, looks like many deletions. Then nothing is
concluded, and it is logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FEW = 2
"""This many may always be missing at once, however few wait."""


NAMED = 5
"""So many of them are named by the numbers of their Bitrix24 tasks."""


def too_many(gone: int, of: int, share: float) -> int:
    """Returns `gone` if it exceeds both `FEW` and the `share` of all `of`, otherwise 0."""
    return gone if gone > max(FEW, share * of) else 0


@dataclass(frozen=True, slots=True)
class Gone:
    """So many `of` all are missing at once. `said`: which, as a person can look for some of them."""

    count: int
    of: int
    said: str


def gone_of(missing: Iterable[int | None], of: int) -> Gone:
    """The Bitrix24 tasks with these numbers are missing, or those of steps that are; None: not known."""
    numbers = list(missing)
    known = sorted(number for number in numbers if number is not None)
    more = ["…"] if len(numbers) > NAMED else []
    named = ", ".join([*(f"#{number}" for number in known[:NAMED]), *more])
    return Gone(len(numbers), of, f"{len(numbers)}/{of}" + (f": {named}" if named else ""))
