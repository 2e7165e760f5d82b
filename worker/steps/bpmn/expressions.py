"""Reads expressions as the engine's JUEL parses them; it refuses to deploy a model with one that cannot be parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

_OPENS = re.compile(r"(?<!\\)[$#]\{")
_CURRENCY = "$\u00a2-\u00a5\u20a0-\u20cf"
_NAME = rf"(?:[^\W\d]|[{_CURRENCY}])[\w{_CURRENCY}]*"
"""As Java has it, currency signs included."""
_TOKEN = re.compile(
    rf"(?P<text>'(?:\\[\\']|[^'\\])*'|\"(?:\\[\\\"]|[^\"\\])*\")|(?P<name>{_NAME})"
    r"|(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]}])"
)
_BLANK = re.compile(r"[^\S\u0085\u00a0\u2007\u202f]*")
"""What Java takes for blank: no-break spaces are none."""
_ESCAPED = re.compile(r"\\(.)")
_WORDS = ("and", "or", "not", "eq", "ne", "lt", "gt", "le", "ge", "empty", "div", "mod", "instanceof")
_LITERALS = {"true": True, "false": False, "null": None}
_BINARY: tuple[Mapping[str, str], ...] = (
    {"||": "or", "or": "or"},
    {"&&": "and", "and": "and"},
    {"==": "eq", "eq": "eq", "!=": "ne", "ne": "ne"},
    {"<": "lt", "lt": "lt", "<=": "le", "le": "le", ">": "gt", "gt": "gt", ">=": "ge", "ge": "ge"},
    dict.fromkeys("+-", "sum"),
    dict.fromkeys(("*", "/", "%", "div", "mod"), "product"),
)
"""The operators with two operands, each with the name of its node; those that bind least come first."""
_QUALIFIED = re.compile(rf":\s*(?P<of>{_NAME})\s*\(")
"""A function's name behind its prefix, as in `fn:contains(…)`."""
_UNARY = {"!": "not", "not": "not", "empty": "empty", "-": "negative"}
_CLOSES = {"(": ")", "[": "]"}
FUNCTIONS: Mapping[str, int] = {
    **dict.fromkeys(("now", "dateTime", "currentUser", "currentUserGroups"), 0),
    **dict.fromkeys(("S", "JSON", "XML"), 1),
}
"""The functions of the engine and of its library Spin, each with the number of its arguments."""
DEEPEST = 50
"""Levels of brackets that are read: nobody writes as many, and Python could not follow many more."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression. `value`: of a literal, or the name. `text`: as written.

    `kind`: `literal`, `name`, `member`, `index`, `call`, `function`, `choice` or an operator.
    """

    kind: str
    parts: tuple[Node, ...] = ()
    value: Any = None
    text: str = ""

    def walk(self) -> Iterator[Node]:
        """The node itself and all parts in it, in no certain order."""
        todo = [self]
        while todo:
            yield (one := todo.pop())
            todo += one.parts


def renamed(node: Node, name: str, new: str) -> Node:
    """The node with another name for one variable, where it is read by its bare name."""
    value = new if node.kind == "name" and node.value == name else node.value
    return replace(node, value=value, parts=tuple(renamed(part, name, new) for part in node.parts))


class _Broken(Exception):
    """The expression cannot be parsed. `at`: where."""

    def __init__(self, at: int) -> None:
        self.at = at


def as_literal(value: Any) -> str:
    """A value as an expression has it."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def single(text: str) -> Node | None:
    """The expression, if the text is one and nothing else: only such a text may give the engine a yes or no."""
    said = text.strip()
    opened = _OPENS.match(said)
    try:
        node, end = _expression(said, opened.end()) if opened else (None, -1)
    except _Broken:
        return None
    return node if end == len(said) else None


def expressions_in(text: str) -> list[Node]:
    """All expressions of a text, up to one that cannot be parsed."""
    return _scanned(text)[0]


def unparsed(text: str) -> str | None:
    """The part of a text that cannot be parsed, up to the place; None: nothing is certainly wrong."""
    return _scanned(text)[1]


def unknown_functions(text: str) -> list[str]:
    """The calls of functions that neither engine nor Spin has, or with another number of arguments, as written."""
    calls = (one for root in expressions_in(text) for one in root.walk() if one.kind == "function")
    return [one.text for one in calls if FUNCTIONS.get(str(one.value)) != len(one.parts)]


def _scanned(text: str) -> tuple[list[Node], str | None]:
    found, at = list[Node](), 0
    first = _OPENS.search(text)
    while opened := _OPENS.search(text, at):
        if first and opened[0] != first[0]:  # both kinds in one text
            return found, text[first.start() : opened.end()]
        try:
            node, at = _expression(text, opened.end())
        except _Broken as broken:
            wrong = _TOKEN.match(text, broken.at)
            return found, text[opened.start() : wrong.end() if wrong else broken.at + 1]
        found.append(node)
    return found, None


def _expression(text: str, start: int) -> tuple[Node, int]:
    """The expression that begins at `start`, and where it ends. Raises `_Broken`."""
    reading = _Reading(text, start)
    node = reading.choice()
    if reading.word != "}":
        raise _Broken(reading.at)
    return node, reading.end


class _Reading:
    """Goes through one expression, word by word, as JUEL's grammar says."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._depth = 0
        self._last = self.end = start
        self.word: str | None = None
        self._next()

    def _next(self) -> None:
        """Go to the next word. `at` and `end`: where it stands; `word`: as written, None if there is none."""
        self._last = self.end
        blank = _BLANK.match(self._text, self.end)
        self.at = blank.end() if blank else self.end
        found = _TOKEN.match(self._text, self.at)
        self.word, self._kind = (found[0], str(found.lastgroup)) if found else (None, "")
        self.end = found.end() if found else self.at

    def _take(self, word: str) -> None:
        if self.word != word:
            raise _Broken(self.at)
        self._next()

    def _node(self, kind: str, start: int, *parts: Node, value: Any = None) -> Node:
        return Node(kind, parts, value, self._text[start : self._last].strip())

    def choice(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _Broken(self.at)
        start, node = self.at, self._binary(0)
        if self.word == "?":
            self._next()
            yes = self.choice()
            self._take(":")
            node = self._node("choice", start, node, yes, self.choice())
        self._depth -= 1
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_BINARY):
            return self._unary()
        start, node = self.at, self._binary(level + 1)
        while kind := _BINARY[level].get(self.word or ""):
            self._next()
            node = self._node(kind, start, node, self._binary(level + 1))
        return node

    def _unary(self) -> Node:
        start, signs = self.at, list[str]()
        while kind := _UNARY.get(self.word or ""):
            signs.append(kind)
            self._next()
        node = self._value()
        for kind in reversed(signs):
            node = self._node(kind, start, node)
        return node

    def _value(self) -> Node:
        start, node = self.at, self._first()
        while self.word in (".", "["):
            if self.word == "[":
                node = self._node("index", start, node, *self._inside("["))
                if self.word == "(":
                    node = self._node("call", start, node, *self._inside("("))
                continue
            self._next()
            name = self._identifier()
            if self.word == "(":
                node = self._node("call", start, node, *self._inside("("), value=name)
            else:
                node = self._node("member", start, node, value=name)
        return node

    def _first(self) -> Node:
        start, word = self.at, self.word or ""
        match self._kind:
            case "text":
                self._next()
                return self._node("literal", start, value=_ESCAPED.sub(r"\1", word[1:-1]))
            case "number":
                self._next()
                return self._node("literal", start, value=int(word) if word.isdecimal() else float(word))
            case "name" if word in _LITERALS:
                self._next()
                return self._node("literal", start, value=_LITERALS[word])
            case "name":
                return self._named(start)
            case "sign" if word == "(":
                self._next()
                inner = self.choice()
                self._take(")")
                return inner
        raise _Broken(self.at)

    def _named(self, start: int) -> Node:
        name = self._identifier()
        found = _QUALIFIED.match(self._text, self.at)
        if found and found["of"] not in (*_WORDS, *_LITERALS):
            self.end = found.start("of")
            self._next()
            name = f"{name}:{self._identifier()}"
        if self.word == "(":
            return self._node("function", start, *self._inside("("), value=name)
        return self._node("name", start, value=name)

    def _identifier(self) -> str:
        word = self.word or ""
        if self._kind != "name" or word in _WORDS or word in _LITERALS:
            raise _Broken(self.at)
        self._next()
        return word

    def _inside(self, opens: str) -> tuple[Node, ...]:
        """What stands in brackets: one expression in square ones, any number in round ones."""
        self._next()
        found = list[Node]()
        while opens == "[" or self.word != ")" or found:
            found.append(self.choice())
            if opens == "[" or self.word != ",":
                break
            self._next()
        self._take(_CLOSES[opens])
        return tuple(found)
