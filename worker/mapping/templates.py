"""Evaluates the configuration's Jinja2 templates with untrusted values.

Limited: attributes (none that begins with `_`, none that changes a value), `range` to 100 000, the results of `*` and
`**`, and the length of printed text. Not limited: the time of nested loops that print nothing, text doubled in a loop
by `~`, widths in `format`, `center` and `indent`. The operator writes the templates; only the values are untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import Enum, auto
from functools import cache
from itertools import islice
from typing import Any

from jinja2 import TemplateSyntaxError, Undefined, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import MAX_RANGE

from worker.mapping.bbcode import LiveText, harmless, is_unprintable
from worker.mapping.template_errors import run_time_fault, syntax_fault
from worker.mapping.template_sandbox import Sandbox
from worker.mapping.template_values import PLAIN, TemplateFault, items_of, joined, no_value, printed
from worker.words.phrase import Language
from worker.words.template_words import NO_LOADER, TOO_LONG_LIST, TOO_LONG_NUMBER

MOST_BITS = 14_000
"""The largest whole number: Python refuses to print one of more than 4300 digits."""

LOADING = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
"""What would load another template: there is none."""

_Render = Callable[[Mapping[str, Any]], Any]


class _Mode(Enum):
    """Which values a template keeps and which texts it makes harmless."""

    VALUE = auto()
    SHOWN = auto()
    PROSE = auto()


class Templates:
    """Compiles and runs templates. `language`: of yes and no in texts.

    Thread-safe: at worst, two threads compile the same template.
    """

    def __init__(self, language: Language = "en") -> None:
        self._values, self._prose = _sandboxes(language)
        self._known = {"filter": self._values.filters, "test": self._values.tests}
        self._compiled: dict[tuple[str, _Mode], _Render] = {}

    def value(self, template: Any, context: Mapping[str, Any]) -> Any:
        """The value of a template. A single `{{ expression }}` keeps its type; any other text template gives text.

        Items of lists and mappings are evaluated too; other values are returned as they are. Raises `TemplateFault`.
        """
        match template:
            case str():
                return self._run(template, context, _Mode.VALUE)
            case Mapping():
                return {key: self.value(item, context) for key, item in template.items()}
            case list() | tuple():
                return [self.value(item, context) for item in template]
            case _:
                return template

    def prose(self, template: str, context: Mapping[str, Any]) -> str:
        """Text for people: each printed expression is made harmless, unless it ends in the filter `bbcode`."""
        return str(self._run(template, context, _Mode.PROSE))

    def shown(self, template: Any, context: Mapping[str, Any]) -> Any:
        """Like `value`, for a field that people read: texts from values are made harmless.

        The template's own text, and an expression that ends in the filter `bbcode`, stay as they are.
        """
        match template:
            case str():
                return self._run(template, context, _Mode.SHOWN)
            case Mapping():
                return {key: self.shown(item, context) for key, item in template.items()}
            case list() | tuple():
                return [self.shown(item, context) for item in template]
            case _:
                return template

    def compile(self, source: str) -> None:
        """Check syntax, tags and filter names without running the template. Raises `TemplateFault`."""
        if next(self._tree(source).find_all(LOADING), None):
            raise TemplateFault("syntax", NO_LOADER)
        try:
            _compile(self._values, source, _Mode.PROSE)
        except TemplateSyntaxError as error:
            raise syntax_fault(error, self._known) from None

    @property
    def filters(self) -> Collection[str]:
        return self._known["filter"]

    @property
    def functions(self) -> Collection[str]:
        """The names of all functions that a template may call."""
        return sorted(self._values.globals)

    def unknown_functions(self, template: str) -> frozenset[str]:
        """The names that this template calls and that are neither functions nor assigned in it."""
        tree = self._tree(template)
        called = {call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}
        return frozenset(called & find_undeclared_variables(tree))

    def names(self, templates: Iterable[Any]) -> frozenset[str]:
        """The names that these templates take from their context. Raises `TemplateFault`."""
        return frozenset(name for tree in self._trees(templates) for name in find_undeclared_variables(tree))

    def attributes(self, name: str, templates: Iterable[Any]) -> frozenset[str]:
        """The attributes and items of `name` that these templates use, such as `item` or `item.inner`.

        Called methods do not count. An empty text means that `name` itself is used. Raises `TemplateFault`.
        """
        return frozenset(".".join(path[1:]) for tree in self._trees(templates) for path in _paths(tree, name))

    def binds(self, name: str, template: str) -> bool:
        """Whether this template assigns the name itself: in a loop, or by `set`."""
        return any(node.name == name and node.ctx != "load" for node in self._tree(template).find_all(nodes.Name))

    def _trees(self, templates: Iterable[Any]) -> Iterator[nodes.Template]:
        return map(self._tree, texts_in(templates))

    def _tree(self, source: str) -> nodes.Template:
        try:
            return self._values.parse(source)
        except TemplateSyntaxError as error:
            raise syntax_fault(error, self._known) from None

    def _run(self, source: str, context: Mapping[str, Any], mode: _Mode) -> Any:
        try:
            if (source, mode) not in self._compiled:
                sandbox = self._values if mode is _Mode.VALUE else self._prose
                self._compiled[source, mode] = _compile(sandbox, source, mode)
            return self._compiled[source, mode](context)
        except TemplateFault:
            raise
        except TemplateSyntaxError as error:
            raise syntax_fault(error, self._known) from None
        except Exception as error:  # noqa: BLE001 - with untrusted values a template may raise anything: an error in the task
            raise run_time_fault(error, self._known) from None


@cache
def _sandboxes(language: Language) -> tuple[Sandbox, Sandbox]:
    """For values and for prose. Nothing changes them, and to make one costs more than most templates."""
    values = Sandbox(language, lambda value: printed(value, language))
    return values, Sandbox(language, lambda value: _harmless(printed(value, language)))


def texts_in(templates: Iterable[Any]) -> Iterator[str]:
    for template in templates:
        match template:
            case str():
                yield template
            case Mapping():
                yield from texts_in(template.values())
            case list() | tuple():
                yield from texts_in(template)


def _paths(tree: nodes.Template, name: str) -> Iterator[tuple[str, ...]]:
    """The longest plain path of each use of `name`, which is its first part."""
    called = {id(call.node) for call in tree.find_all(nodes.Call)}
    plain = [node for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)) if id(node) not in called]
    paths = {id(node): path for node in plain if (path := _path(node)) and path[0] == name}
    inner = {id(node.node) for node in plain if isinstance(node, nodes.Getattr | nodes.Getitem) and id(node) in paths}
    yield from (path for number, path in paths.items() if number not in inner)


def _path(node: nodes.Node) -> tuple[str, ...]:
    """The parts of `task.fields.UF_X` or `task.fields["UF_X"]`; empty for any other expression."""
    match node:
        case nodes.Name(name=name):
            return (name,)
        case nodes.Getattr(node=inner, attr=attr) if path := _path(inner):
            return (*path, attr)
        case nodes.Getitem(node=inner, arg=nodes.Const(value=str(item))) if path := _path(inner):
            return (*path, item)
        case _:
            return ()


def _compile(sandbox: Sandbox, source: str, mode: _Mode) -> _Render:
    expression = None if mode is _Mode.PROSE else _only_expression(sandbox, source)
    if expression is None:
        template = sandbox.from_string(source)
        return lambda context: joined(template.generate(context))
    evaluate = sandbox.compile_expression(expression, undefined_to_none=False)
    text = _harmless if mode is _Mode.SHOWN else str
    return lambda context: _settled(evaluate(context), text)


def _only_expression(sandbox: Sandbox, source: str) -> str | None:
    """The expression of a template that is only `{{ expression }}`; None: the template is something else."""
    stripped = source.strip()
    tokens = list(sandbox.lex(stripped))
    kinds = [kind for _, kind, _ in tokens]
    if kinds[:1] != ["variable_begin"] or kinds[-1] != "variable_end" or kinds.count("variable_end") > 1:
        return None
    return stripped[len(tokens[0][2]) : -len(tokens[-1][2])]


def _harmless(text: str) -> str:
    if is_unprintable(text):  # not the same as blank: people would decide without the value
        raise TemplateFault("unprintable", str(len(text)))
    return text if isinstance(text, LiveText) else harmless(text)


def _settled(value: Any, text: Callable[[str], str]) -> Any:
    """The value of an expression as plain data. Runs generators, raises for undefined items; `text` maps each text."""
    match value:
        case Undefined():
            return str(value)  # raises
        case str():
            return text(value)
        case int() if value.bit_length() > MOST_BITS:
            raise TemplateFault("too_large", TOO_LONG_NUMBER.format(most=MOST_BITS))
        case Mapping():
            return {key: _settled(item, text) for key, item in value.items()}
        case _ if (several := items_of(value)) is not None:
            items = [_settled(item, text) for item in islice(several, MAX_RANGE + 1)]
            if len(items) > MAX_RANGE:
                raise TemplateFault("too_large", TOO_LONG_LIST.format(most=MAX_RANGE))
            return items
        case _ if value is None or isinstance(value, PLAIN):
            return value
        case _:
            raise no_value(value)
