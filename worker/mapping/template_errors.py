"""Turns Jinja2's errors into template faults with words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jinja2 import TemplateSyntaxError, UndefinedError

from worker.mapping.nearest import nearest
from worker.mapping.template_values import TemplateFault
from worker.words import template_words as words
from worker.words.foreign import translated
from worker.words.phrase import Phrase

LIKE = 0.6
"""The least similarity of a filter that may have been meant."""
_NO_SUCH = re.compile(r".*No (filter|test) named '(.*)'\.", re.DOTALL)


def syntax_fault(error: TemplateSyntaxError, known: Mapping[str, Iterable[str]]) -> TemplateFault:
    """The fault of a template that cannot be compiled. `known`: the names of filters and of tests."""
    message = error.message or ""
    what = _with_hint(translated(message, words.SYNTAX, words.NAMES), message, known)
    return TemplateFault("syntax", words.IN_LINE.format(line=error.lineno, what=what) if error.lineno > 1 else what)


def run_time_fault(error: Exception, known: Mapping[str, Iterable[str]]) -> TemplateFault:
    """The fault of a template that failed on its values. `known`: as for `syntax_fault`."""
    if isinstance(error, UndefinedError):
        return TemplateFault("undefined", translated(str(error), words.UNDEFINED, words.NAMES))
    message = f"{type(error).__name__}: {error}"
    return TemplateFault("failed", _with_hint(translated(message, words.RUN_TIME, words.NAMES), message, known))


def _with_hint(what: Phrase, message: str, known: Mapping[str, Iterable[str]]) -> Phrase:
    match = _NO_SUCH.fullmatch(message)
    name = nearest(match[2], known[match[1]], cutoff=LIKE) if match else None
    return words.MEANT.format(what=what, name=name) if name else what
