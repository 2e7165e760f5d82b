"""Which variable is meant where one thing may be spelt in several ways: what is said nearest to the step counts.

The engine knows names, not spellings: the step's own `responsible_id` hides no `responsibleId` of the process, and both
are handed out (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from worker.mapping.fields import is_blank

Named = tuple[str, Any]
Near = Callable[[], Sequence[Collection[str]]]
"""Names of the variables that the step sets itself, then of those around it; empty: nothing is known of them."""


class TwoSpellings(Exception):
    """Two spellings with different values, and nothing tells which is meant; its text shows both."""


def nothing_known() -> Sequence[Collection[str]]:
    """A step of which the model is not known."""
    return ()


def nearest_said(variables: Sequence[Named], near: Near, own: Sequence[Named] = ()) -> Named | None:
    """The one of several spellings that counts; None: there is none. Raises `TwoSpellings`.

    `own` is said by the step in another way, and counts as much as its own variables. Spellings that say the same do
    no harm, and an empty one says nothing beside others that are as near.
    """
    if len(variables) + len(own) <= 1:
        return next(iter((*own, *variables)), None)
    left = list(variables)
    first = True
    for names in near():
        said = [*own, *(one for one in left if one[0] in names)] if first else [one for one in left if one[0] in names]
        if said:
            return _agreed(said)
        first = False
    return _agreed(own or left)


def _agreed(said: Sequence[Named]) -> Named:
    filled = [one for one in said if not is_blank(one[1])] or said
    for other in filled[1:]:
        if not _same(filled[0][1], other[1]):
            raise TwoSpellings(", ".join(f"{name} = {value}" for name, value in (filled[0], other)))
    return filled[0]


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or str(one).strip() == str(other).strip()
