"""Tells which answers are a yes."""

from __future__ import annotations

from collections.abc import Iterator

from worker.steps.bpmn.step import Step
from worker.steps.findings.served import Served
from worker.words.findings.expressions import YES_NO

_YES = frozenset(("ok", "true", YES_NO[True].in_("ru"), YES_NO[True].in_("en")))


def yes_values(step: Step, served: Served) -> Iterator[str]:
    """The values of the answers of a step that are a yes, for the process or as people give them."""
    for word, value in served.topic_of(step).wait.answers.items():
        if not _YES.isdisjoint((word.casefold(), str(value).casefold())):
            yield str(value)
