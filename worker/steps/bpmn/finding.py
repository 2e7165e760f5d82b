"""Defines what is told of a model, by `check --model` and in the log of a run: what was seen, and how to fix it."""

from __future__ import annotations

from typing import NamedTuple

from worker.words.findings.catalogue import FINDINGS
from worker.words.phrase import Phrase, unchanged

_AT = unchanged("{at}: {seen}")


class ModelFinding(NamedTuple):
    """What was seen, and how to fix it. `kind`: a key of `FINDINGS`. `essential`: the step cannot end well."""

    kind: str
    seen: Phrase
    cure: Phrase
    essential: bool = False
    at: str = ""
    """The id of the element that it is about; empty: the step itself."""

    @classmethod
    def of(cls, kind: str, /, **facts: Phrase | str) -> ModelFinding:
        """The finding of a kind, with its facts in the words."""
        words = FINDINGS[kind]
        return cls(kind, words.seen.format(**facts), words.cure.format(**facts))

    @property
    def placed(self) -> Phrase:
        """What was seen, with the element if it is not the step."""
        return _AT.format(at=self.at, seen=self.seen) if self.at else self.seen
