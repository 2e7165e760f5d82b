"""Tells whether a name is a slip of another one: a letter wrong, missing or too many, two swapped, the wrong case."""

from __future__ import annotations

import re

from worker.mapping.marks import bare

SHORTEST = 4
"""How many letters a name, or the word of it with the slip, has at least: shorter ones are too much like others."""
SHORTEST_WITH_A_WRONG_LETTER = 6
"""Most pairs such as `state` and `stage` are shorter."""
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_EACH_A_WORD = (
    frozenset(("contact", "contract")),
    frozenset(("content", "consent")),
    frozenset(("content", "context")),
    frozenset(("action", "auction")),
    frozenset(("form", "from")),
)
"""Pairs that processes have variables of."""


def one_slip(one: str, other: str) -> bool:
    """Whether a letter is missing, too much, wrong, or two have changed places."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[at:], other[at:]
    turned = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return turned or left[1:] == right[1:] or left[1:] == right or left == right[1:]


def is_slip(name: str, known: str) -> bool:
    """Whether a name was probably meant for a known one.

    It differs only in case and punctuation, or by one slip in one of its words. Names with another word, number or
    ending are names of something else: `managerId` and `manager`, `price1` and `price2`, `approver` and `approved`.
    """
    if name == known or len(bare(known)) < SHORTEST:
        return False
    if bare(name) == bare(known):
        return True
    words, meant = _words(name), _words(known)
    other = [pair for pair in zip(words, meant, strict=False) if pair[0] != pair[1]]
    return len(words) == len(meant) and len(other) == 1 and _is_slip_of_word(*other[0])


def _words(name: str) -> list[str]:
    """The words of a name in camel case or with punctuation, and its numbers."""
    return [bare(word) for part in _PARTS.findall(name) for word in _spaced(part).split()]


def _spaced(part: str) -> str:
    """With a blank before each capital letter behind a small one."""
    return "".join(f" {b}" if b.isupper() and a.islower() else b for a, b in zip(f" {part}", part, strict=False))


def _is_slip_of_word(one: str, other: str) -> bool:
    """First and last letters make other words (`sender`, `tender`; `approver`, `approved`), unless they are swapped."""
    shorter, longer = sorted((one, other), key=len)
    if not one_slip(one, other) or not one.isalpha() or len(shorter) < SHORTEST or _is_each_a_word(one, other):
        return False
    if sorted(one) == sorted(other):
        return True
    if (one[0], one[-1]) != (other[0], other[-1]) or longer == f"{shorter}s":
        return False
    return len(one) != len(other) or len(one) >= SHORTEST_WITH_A_WRONG_LETTER


def _is_each_a_word(one: str, other: str) -> bool:
    return frozenset((one.removesuffix("s"), other.removesuffix("s"))) in _EACH_A_WORD
