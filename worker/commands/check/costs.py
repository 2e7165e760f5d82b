"""Tells what a task of each topic costs on the portal, where it needs more calls than its create."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from bitrix.batch import MOST
from worker.commands.check.finding import Finding
from worker.config.settings import Settings
from worker.mapping.task_fields import ADDED_LATER, portal_name
from worker.words import look_names as names
from worker.words.phrase import Phrase

CREATE_SECONDS, ITEM_SECONDS, OTHER_SECONDS = 0.93, 0.25, 0.25
"""Execution time of a create, of an item of a checklist, and of a link or comment, as measured on the cloud."""
SEEN = Phrase(
    "вызовов портала {calls}, времени выполнения примерно {seconds:.1f} с{more}",
    "{calls} calls to the portal, about {seconds:.1f} s of execution time{more}",
)
AND_MORE = Phrase(" и ещё то, что дадут шаблоны", " and what the templates give besides")
NOTHING_MORE = Phrase("", "")


def cost_checks(settings: Settings) -> Iterator[Finding]:
    """One finding for each topic whose tasks need calls after the create."""
    for topic, about in settings.topics.items():
        added = {portal_name(name): value for name, value in about.task.items() if portal_name(name) in ADDED_LATER}
        if added:
            yield Finding(names.cost_of(topic), good=True, seen=cost_of(added))


def cost_of(added: Mapping[str, Any]) -> Phrase:
    """The calls and the execution time of one task, by the parts that the configuration writes out."""
    calls, seconds, more = 1, CREATE_SECONDS, False
    for name, value in added.items():
        if name == "CHECKLISTS" and isinstance(value, list | dict):
            for one in value if isinstance(value, list) else [value]:
                sizes = list(_levels(one))
                calls += 1 + sum(ceil(size / MOST) for size in sizes)
                seconds += ITEM_SECONDS * (1 + sum(sizes))
        elif isinstance(value, str) and "{" in value and name != "COMMENT":
            more = True
        else:
            number = len(value) if isinstance(value, list) else 1
            calls, seconds = calls + number, seconds + OTHER_SECONDS * number
    return SEEN.format(calls=calls, seconds=seconds, more=AND_MORE if more else NOTHING_MORE)


def _levels(one: Any) -> Iterator[int]:
    """How many items each level below a checklist's heading has."""
    level = [one]
    while level := [item for above in level if isinstance(above, dict) for item in above.get("items") or ()]:
        yield len(level)
