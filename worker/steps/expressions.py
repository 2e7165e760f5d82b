"""Finds expressions that no engine can parse, as far as that is certain: it refuses to deploy a model with one."""

from __future__ import annotations

import re

_OPENS = re.compile(r"(?<!\\)[$#]\{")
_TOKEN = re.compile(
    r"\s+|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[^\W\d]\w*|\$\w*|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+"
    r"|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]}]"
)
_CLOSES = {")": "(", "]": "["}


def single(text: str) -> bool:
    """Whether a text is one expression and nothing else: only such a text may give the engine a yes or no."""
    opened = _OPENS.match(text.strip())
    return opened is not None and _end(text.strip(), opened.end()) == len(text.strip())


def unparsed(text: str) -> str | None:
    """The part of a text that cannot be parsed, up to the place; None: nothing is certainly wrong."""
    at = 0
    while opened := _OPENS.search(text, at):
        at = _end(text, opened.end())
        if at < 0:
            return text[opened.start() : -at + 1]
    return None


def _end(text: str, start: int) -> int:
    """Where the expression that begins at `start` ends; where it cannot be parsed, negative."""
    at, open_ = start, list[str]()
    while token := _TOKEN.match(text, at):
        match token[0]:
            case "}":
                return token.end() if text[start:at].strip() and not open_ else -at
            case "(" | "[":
                open_.append(token[0])
            case ")" | "]" if not open_ or open_.pop() != _CLOSES[token[0]]:
                return -at
            case "," if not open_:
                return -at
        at = token.end()
    return -at
