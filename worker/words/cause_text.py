"""One cause in words.

In them `{side}` stands for the portal, the engine or the ledger, `{at}` for its host and port, `{said}` for its own
words, and `{address}`, `{ca_file}`, `{proxy}` for the settings of that side. What is not known leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """In one language."""

    sentence: str
    cure: str


@dataclass(frozen=True, slots=True)
class Words:
    """`passes`: it may end without a person; otherwise nothing resumes until somebody has done what the cure says."""

    ru: Told
    en: Told
    passes: bool = False
