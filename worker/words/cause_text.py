"""One cause in words.

In them `{side}` stands for the portal, the engine or the ledger, `{at}` for its host and port, `{said}` for its own
words, and `{address}`, `{ca_file}`, `{proxy}` for the settings of that side. What is not known leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass

from worker.words.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Explanation:
    """What has happened, and what a person can do about it.

    `passes`: it may end without a person; otherwise nothing resumes until somebody has done what the cure says.
    """

    sentence: Phrase
    cure: Phrase
    passes: bool = False
