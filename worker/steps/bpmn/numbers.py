"""Finds constants that the engine reads as numbers or days and cannot: at the deployment, or when a process gets there.

Camunda 7.24 was asked about each; it does not strip blanks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from worker.steps.bpmn.timers import is_unreadable
from worker.steps.bpmn.tree import get

LARGEST = 2**31 - 1
PRIORITIES = ("taskPriority", "jobPriority")
_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")
_DAYS = re.compile(r"P[0-9]{1,9}D|\+?[0-9]{1,9}")
_CONSTANT = re.compile(r"[$#]\{\s*(?:'([^']*)'|\"([^\"]*)\"|(-[0-9]+))\s*\}")
"""An expression that is a text or a negative number."""

Found = Iterator[tuple[str, Mapping[str, str]]]


def unread_numbers(element: Element) -> Found:
    """A key of `FINDINGS` with its facts for each constant of the element that the engine does not read."""
    match element.tag:
        case "loopCardinality":
            yield from _cardinality(element.text or "")
        case "failedJobRetryTimeCycle":
            yield from _retries(element.text or "")
        case "process":
            yield from _time_to_live(element)
    for name in (*PRIORITIES, *(("priority",) if element.tag == "userTask" else ())):
        text = element.get(name)
        if text is not None and "{" not in text and _whole(text) is None:
            yield "bad_priority", {"name": name, "text": text}


def _cardinality(text: str) -> Found:
    constant = _CONSTANT.fullmatch(text.strip())
    said = next(one for one in constant.groups() if one is not None) if constant else text
    number = _whole(said)
    if (constant or "{" not in text) and (number is None or number < 0):
        yield "bad_cardinality", {"text": text}


def _retries(text: str) -> Found:
    if text.strip() and "{" not in text and any(is_unreadable("timeDuration", one) for one in text.split(",")):
        yield "unread_retries", {"text": text.strip()}


def _time_to_live(process: Element) -> Found:
    if process.get("isExecutable", "").casefold() != "true":
        return
    text = get(process, "historyTimeToLive")
    if text is None:
        yield "no_time_to_live", {}
    elif not _DAYS.fullmatch(text):
        yield "bad_time_to_live", {"text": text}


def _whole(text: str) -> int | None:
    number = int(text) if _WHOLE.fullmatch(text) else None
    return number if number is not None and -LARGEST - 1 <= number <= LARGEST else None
