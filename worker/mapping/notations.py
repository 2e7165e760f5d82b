"""Placeholders that nobody fills where they stand: people would see them as they are written."""

from __future__ import annotations

import re

EXPRESSION = re.compile(r"[$#]\{.*?\}|\{\{.*?\}\}", re.DOTALL)
"""Of the engine, or of a template."""
_NAME = r"[A-Za-z_]\w*(\.\w+)*"
_FOREIGN = re.compile(
    rf"#\{{[^{{}}]*\}}|(?<![${{\w])\{{\s*{_NAME}\s*\}}(?!\}})|(?<![\w/%=&?.-])%{_NAME}%(?!\w)", re.ASCII
)
_DOLLAR = re.compile(rf"\${_NAME}", re.ASCII)
"""As the whole text only: within one it may be a price or a command."""
_JINJA = ("{{", "{%", "{#")


def is_constant(text: str) -> bool:
    """Whether a template is only its own text."""
    return not any(mark in text.replace("#{", "") for mark in _JINJA)


def placeholder(text: str) -> str | None:
    """A placeholder in another notation than that of templates, such as `#{title}` or `{ title }`; None: there is none.

    `${…}` in a file is a reference to the environment, and what is left of it was written so on purpose (`$${`).
    Texts with templates are not looked at: the braces may be the template's own.
    """
    if not is_constant(text):
        return None
    found = _FOREIGN.search(text) or _DOLLAR.fullmatch(text.strip())
    return found[0] if found else None
