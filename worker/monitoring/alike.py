"""Groups by reason what needs a person, for page and `status`: a flood of one kind hides no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")
VALUE = "…"
QUOTED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
NUMBER = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<!\w)\d(?:[\w.:+/-]*\w)?")
"""Ids, numbers and dates; the digits of a name such as `UF_CODE_1` are a part of it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something needs a person, whatever the values. `text`: with `VALUE` in place of each.

    `place`: process and step, if something was quoted: that may have been a name, and another one elsewhere.
    """

    text: str
    place: tuple[str | None, ...] = ()


@lru_cache(maxsize=4096)
def reason_in(said: str, *place: str | None) -> Reason:
    """The reason of what is said, at this place."""
    text = QUOTED.sub(VALUE, said)
    return Reason(NUMBER.sub(VALUE, text), place if text != said else ())


@dataclass(frozen=True, slots=True)
class Alike(Generic[T]):
    """`count`: how many have this reason; `shown`: some of them, in the order given; `said`: the reason in words."""

    count: int
    shown: Sequence[T]
    said: str


def spread(found: Sequence[T], reason: Callable[[T], object], most: int) -> list[T]:
    """At most so many in their order: one for each reason before a second one for any."""
    before: Counter[object] = Counter()
    ranked = []
    for place, why in enumerate(map(reason, found)):
        ranked.append((before[why], place))
        before[why] += 1
    return [found[place] for place in sorted(place for _, place in sorted(ranked)[:most])]


def alike(
    found: Sequence[T], reason: Callable[[T], Reason], said: Callable[[T], str], counted: Mapping[Reason, int]
) -> list[Alike[T]]:
    """All of them by reason, the most frequent first. `counted`: how many there are, if more than these."""
    several: dict[Reason, list[T]] = {}
    for one in found:
        several.setdefault(reason(one), []).append(one)
    groups = [_group(some, {said(one) for one in some}, why, counted.get(why, 0)) for why, some in several.items()]
    return sorted(groups, key=lambda group: -group.count)


def _group(some: Sequence[T], texts: set[str], why: Reason, count: int) -> Alike[T]:
    return Alike(max(count, len(some)), some, texts.pop() if len(texts) == 1 else why.text)
