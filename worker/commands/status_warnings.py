"""The recent warnings and errors of the running worker in the output of `status`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from worker.commands.incidents import listed
from worker.commands.named_rows import ago_of
from worker.words.page import LEVELS
from worker.words.phrase import Language, Phrase, table_in
from worker.words.printable import LONGEST_REASON, one_line

WORDS: Mapping[str, Phrase] = {
    "warnings": Phrase(
        "предупреждения и ошибки с запуска, новые сверху; без слова «прошло» тоже могло пройти:",
        "warnings and errors since the start, newest first; what is not marked as passed may be over too:",
    ),
    "warned": Phrase(
        "{level} {event} (раз: {count}, последний {ago} назад{passed}): {message}",
        "{level} {event} (times: {count}, the last {ago} ago{passed}): {message}",
    ),
    "warned_before": Phrase(
        "{level} {event} ({ago} назад{passed}): {message}", "{level} {event} ({ago} ago{passed}): {message}"
    ),
    "passed": Phrase(", прошло", ", passed"),
}
TOLD = 80
"""So long is the beginning of a reason by which a warning is known for one that is told already."""
CALL = re.compile(r" \([^()]*\)$")
"""The name of the failed call at the end of a reason: several calls fail for the same one."""


def warned(status: Mapping[str, Any], language: Language) -> Iterator[str]:
    """The lines for a terminal, each with the level that the log has; nothing of what is told already."""
    words, told, first = table_in(language, WORDS), _reasons(status), True
    for one in status["warnings"] or ():
        level = LEVELS[one["level"]].in_(language)
        for number, newest in enumerate(one["occurrences"]):
            message = one_line(newest["message"], LONGEST_REASON)
            if any(reason in message for reason in told):
                continue
            if first:
                yield words["warnings"]
            first = False
            facts = {"ago": ago_of(newest["at"], language), "passed": words["passed"] if newest["passed"] else ""}
            line = words["warned_before" if number else "warned"]
            yield line.format(**{**one, **facts, "level": level, "message": message})


def _reasons(status: Mapping[str, Any]) -> list[str]:
    """The beginnings of all reasons that are told before the warnings."""
    rows = (*listed(status["incidents"]), *(status["pauses"] or ()), *(status["waiting"] or ()))
    said = [*(row.get("reason") for row in rows), *(row["error"] for row in status["parked"] or ())]
    told = (CALL.sub("", one_line(reason, LONGEST_REASON))[:TOLD] for reason in said if reason)
    return [f": {reason}" for reason in told]
