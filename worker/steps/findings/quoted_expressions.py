"""Finds expressions within the quotes of a JSON text: the engine fills them in first, and a quote breaks the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bitrix import reading
from worker.config.settings import TopicSettings
from worker.mapping.notations import EXPRESSION
from worker.mapping.task_fields import FIELDS, Kind, portal_name, spellings
from worker.steps.bpmn.step import Step
from worker.steps.needed import needed

TEXT_IN_JSON = (Kind.CHECKLISTS, Kind.TAGS)
"""The kinds of fields in whose JSON any text may stand. People, files and numbers have no quotes."""
_PLAIN = re.compile(r"[$#]\{[\w\s.]+\}")
_FILLED = "\ue000"
_PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|[^"]+|"', re.DOTALL)
"""Strings, and what stands between them."""


def quoted_expressions(step: Step, topic: TopicSettings) -> Iterator[tuple[str, str]]:
    """(name, expressions) of each parameter that is read as JSON, with the expressions within its quotes.

    Only what reads a variable is told: anything else may see to the quotes.
    """
    is_read = read_as_json(topic)
    for name, text in step.texts.items():
        if is_read(name) and (found := _within_quotes(text)):
            yield name, ", ".join(dict.fromkeys(found))


def read_as_json(topic: TopicSettings) -> Callable[[str], bool]:
    """Whether JSON under a name is read as such: by a field of its own, or perhaps by a template."""
    read, configured = needed(topic), {portal_name(key) for key in topic.task}
    free = (field for field in FIELDS if field.by_variable and field.portal_name not in configured)
    other = {name for field in free if field.kind not in TEXT_IN_JSON for name in spellings(field.name)}
    return lambda name: name not in other and (read is None or name in read)


def _within_quotes(text: str) -> list[str]:
    """Empty if the text is no JSON, whatever its expressions give."""
    expressions, bare = iter(EXPRESSION.findall(text)), EXPRESSION.sub(_FILLED, text)
    if not bare.lstrip().startswith(("[", "{")):
        return []
    found = list[str]()
    for part in _PARTS.findall(bare):
        filled = [next(expressions) for _ in range(part.count(_FILLED))]
        found += (one for one in filled if part.startswith('"') and _PLAIN.fullmatch(one))
    try:
        reading.document(_PARTS.sub(lambda part: part[0] if part[0][0] == '"' else part[0].replace(_FILLED, "1"), bare))
    except reading.Unreadable:
        return []
    return found
