"""Chooses between variables that are different spellings of one name: the variable nearest to the step counts.

To the engine they are different names: the step's own `responsible_id` does not hide the `responsibleId` of the
process, and a fetch returns both (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from bitrix.shown import in_text
from worker.mapping.fields import is_blank

Named = tuple[str, Any]
Near = Callable[[], Sequence[Collection[str]]]
"""Returns the names of the variables in each scope, the step's own scope first; empty: the scopes are unknown."""


class TwoSpellings(Exception):
    """Two spellings have different values, and it is unknown which is meant. The text shows both.

    `own`: the step itself has both, so one more input parameter would decide nothing.
    """

    def __init__(self, both: str, *, own: bool) -> None:
        self.own = own
        super().__init__(both)


def nothing_known() -> Sequence[Collection[str]]:
    """The scopes of a step whose model is not known."""
    return ()


def nearest_said(variables: Sequence[Named], near: Near, own: Sequence[Named] = ()) -> Named | None:
    """The spelling that counts; None: there is none. Raises `TwoSpellings`.

    `own`: values that the step sets in another way, as near as its own variables. Equally near spellings may have the
    same value, and a blank one does not count beside another.
    """
    if len(variables) + len(own) <= 1:
        return next(iter((*own, *variables)), None)
    for distance, names in enumerate(near()):
        said = [*(() if distance else own), *(one for one in variables if one[0] in names)]
        if said:
            return _agreed(said, own=not distance)
    return _agreed(own or variables, own=bool(own))


def _agreed(said: Sequence[Named], *, own: bool) -> Named:
    filled = [one for one in said if not is_blank(one[1])] or said
    for other in filled[1:]:
        if not _same(filled[0][1], other[1]):
            both = ", ".join(f"{name} = {in_text(value)}" for name, value in (filled[0], other))
            raise TwoSpellings(both, own=own)
    return filled[0]


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or str(one).strip() == str(other).strip()
