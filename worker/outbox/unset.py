"""Says of a refused completion that it leaves no variable of the name that the engine cannot resolve."""

from __future__ import annotations

import re

from worker.model import Complete, Settlement
from worker.words.incident_words import UNSET
from worker.words.phrase import NOTHING, Phrase

_UNRESOLVED = re.compile(r"Cannot resolve identifier '([^']+)'")


def unset_by(settlement: Settlement, words: str) -> Phrase:
    """Empty: the engine misses nothing by these words, or has it from the step."""
    found = _UNRESOLVED.search(words)
    if not found or not isinstance(settlement, Complete) or found[1] in settlement.variables:
        return NOTHING
    return UNSET.format(name=found[1], left=", ".join(sorted(settlement.variables)) or "—")
