"""The explanation of one cause: a sentence and a cure, as format strings.

`{side}` stands for the portal, the engine or the ledger, `{at}` for its host and port, `{said}` for its own words,
or for the path of our file to blame, and `{address}`, `{ca_file}`, `{client_cert}`, `{client_key}`, `{proxy}` for the
names of that side's settings. A fact that is not known is empty.
"""

from __future__ import annotations

from dataclasses import dataclass

from worker.words.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, and how to fix it.

    `passes`: the trouble may end by itself; otherwise work resumes only after a person has followed the cure.
    """

    sentence: Phrase
    cure: Phrase
    passes: bool = False
