"""Finds placeholders that nothing fills: people would see them as they are written."""

from __future__ import annotations

import re

EXPRESSION = re.compile(r"[$#]\{.*?\}|\{\{.*?\}\}", re.DOTALL)
"""An expression of the engine, or one of a template."""
_NAME = r"[A-Za-z_]\w*(\.\w+)*"
_BITRIX = r"\{=[^{}]+\}"
"""Bitrix24's own notation in business processes: `{=Document:NAME}`."""
_FOREIGN = re.compile(
    rf"#\{{[^{{}}]*\}}|{_BITRIX}|(?<![${{\w])\{{\s*{_NAME}\s*\}}(?!\}})|(?<![\w/%=&?.-])%{_NAME}%(?!\w)", re.ASCII
)
_DOLLAR = re.compile(rf"\${_NAME}", re.ASCII)
"""Counts only as the whole text: within a text it may be a price or a command."""
_IN_ANY_ALPHABET = r"[^\W\d]\w*(\.\w+)*"
_UNFILLED = re.compile(
    rf"\\[$#]\{{[^{{}}]*\}}|{_BITRIX}|\{{\{{[^{{}}]*\}}{{0,2}}|[$#]?\{{\s*{_IN_ANY_ALPHABET}\s*\}}"
    rf"|(?<![\w$])\${_IN_ANY_ALPHABET}|(?<![\w/%=&?.-])%{_NAME}%(?!\w)|<%.*?%>",
    re.DOTALL,
)
"""Also an escaped expression, and braces that are closed only once."""
_REPORTED_ELSEWHERE = re.compile(rf"(?<!\\)(?:{EXPRESSION.pattern})", re.DOTALL)
_IN_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_JINJA = ("{{", "{%", "{#")


def is_constant(text: str) -> bool:
    """Whether a template contains no Jinja2, so that it always gives its own text."""
    return not any(mark in text.replace("#{", "") for mark in _JINJA)


def placeholder(text: str) -> str | None:
    """A placeholder in a notation that is not Jinja2's, such as `#{title}` or `{ title }`; None: there is none.

    `${…}` does not count: in the file it refers to the environment, and one that remains was escaped (`$${`).
    Texts with Jinja2 are not searched: the braces may belong to the template.
    """
    if not is_constant(text):
        return None
    found = _FOREIGN.search(text) or _DOLLAR.fullmatch(text.strip())
    return found[0] if found else None


def unfilled_beside(template: str) -> list[str]:
    """The placeholders in a text with Jinja2 that are no part of it, so that people would see them."""
    return [] if is_constant(template) else unfilled(_IN_JINJA.sub(" ", template), evaluated=False)


def unfilled(text: str, *, evaluated: bool) -> list[str]:
    """The placeholders in a model's text that people would see as they are written.

    `evaluated`: the engine evaluates `${…}` there, and `{{ … }}` is a fault of the step. A text may contain a price or
    a command, so this is never more than a warning.
    """
    found = _UNFILLED.finditer(_REPORTED_ELSEWHERE.sub(" ", text) if evaluated else text)
    return list(dict.fromkeys(one[0] for one in found))
