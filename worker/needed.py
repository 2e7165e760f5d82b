"""Which process variables a topic's steps need: only these are fetched.

Those that templates name, those of the fields that have no template, and our marks. The engine compares whole names, we
compare marks without case and underscores: asked for is each spelling that joins their words with or without an
underscore, each word in small letters, in capitals or with a capital.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from worker.mapping import BY_VARIABLE, TopicTemplates, spellings
from worker.marks import LOOP_COUNTER, WORDS
from worker.templates import Templates


def needed(topic: TopicTemplates) -> list[str] | None:
    """Their names; None: all, because a template asks for `variables` as a whole. Raises `TemplateFault`."""
    named = Templates().names([*topic.task.values(), *(topic.result or {}).values(), topic.wait.answer_variable])
    if "variables" in named:
        return None
    configured = {key.upper() for key in topic.task}
    by_name = (name for key in BY_VARIABLE if key.upper() not in configured for name in spellings(key))
    return sorted({LOOP_COUNTER, *named, *by_name, *(name for words in WORDS for name in _written(words))})


def _written(words: tuple[str, ...]) -> Iterator[str]:
    cased = [(word, word.upper(), word.capitalize()) for word in words]
    for joints in product(("", "_"), repeat=len(words) - 1):
        for letters in product(*cased):
            yield "".join(word + joint for word, joint in zip(letters, (*joints, ""), strict=True))
