"""Changes Jinja2's sandbox so that templates see values and never Python's objects.

In a mapping, a key wins over a method. A method that is not called is not a value. Everything that turns a value into
text (printing, `~`, `%`, `format`, text filters) uses `worker.mapping.template_values.printed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import wraps
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes, pass_environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter

from worker.mapping.bbcode import LiveText
from worker.mapping.template_letters import chained, fit_to_reckon, guarded_filters, guarded_tests, letter, related
from worker.mapping.template_readings import (
    as_boolean,
    date,
    default,
    mark_conditions,
    number_filter,
    of_booleans,
    several,
    yes,
)
from worker.mapping.template_unpacking import UNPACKING, mark_unpacked
from worker.mapping.template_values import (
    LONGEST_OUTPUT,
    Figure,
    Method,
    TemplateFault,
    as_json,
    as_value,
    attributes_of,
    from_json,
    printed,
    readable,
)
from worker.model import PortalTask
from worker.words.phrase import Language, Phrase
from worker.words.template_words import TOO_LARGE_RESULT

OF_TEXT = (
    *("capitalize", "center", "e", "escape", "forceescape", "format", "indent", "lower", "replace", "string"),
    *("striptags", "title", "trim", "truncate", "upper", "urlize", "wordcount", "wordwrap"),
)
"""Filters that turn their value into text."""
ARGUMENTS_ARE_TEXT = ("format", "replace")
ONLY_WHEN_CLOSED = Phrase(
    "больше известно только о задаче, закрытия которой шаг ждёт (wait_for_close)",
    "more is known only of a task that its step waits for (wait_for_close)",
)


class _Context(Context):
    def resolve_or_missing(self, key: str) -> Any:
        return readable(super().resolve_or_missing(key))


class _Generator(CodeGenerator):
    """Distinguishes called from read attributes, and replaces operators by the methods of `Sandbox`."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if isinstance(node, nodes.TemplateData):
            return super()._output_child_to_const(node, frame, finalize)
        raise nodes.Impossible  # at compile time Jinja2 would join constants by its own rules

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja2 names it so
        self.write("environment.concatenated((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: FBT001, FBT002, N802 - the same
        if isinstance(node.node, nodes.Getattr):
            node.node.ctx = "call"
        super().visit_Call(node, frame, forward_caller=forward_caller)

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:  # noqa: N802 - the same
        first, more = node.expr, [one.expr for one in node.ops]
        signs = [one.op for one in node.ops]
        if len(signs) == 1:
            self._call("related", signs[0], first, *more, frame=frame)
        else:
            self._call("chained", nodes.List([first, *more]), signs, frame=frame)

    def visit_Add(self, node: nodes.BinExpr, frame: Frame) -> None:  # noqa: N802 - the same
        is_said = any(isinstance(one, nodes.Const) and isinstance(one.value, str) for one in (node.left, node.right))
        self._call("added", node.left, node.right, is_said, frame=frame)

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802 - the same
        if not isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        bounds = (node.arg.start, node.arg.stop, node.arg.step)
        self._call("cut", node.node, *bounds, frame=frame)

    def _call(self, method: str, *arguments: Any, frame: Frame) -> None:
        self.write(f"environment.{method}(")
        for one in arguments:
            if isinstance(one, nodes.Expr):
                self.visit(one, frame)
            else:
                self.write(repr(one))
            self.write(", ")
        self.write(")")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - the same
        self.write("environment.method(" if node.ctx == "call" else "environment.getattr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment for templates. `language`: of booleans in texts. `finalize` turns a printed value into text."""

    intercepted_binops = frozenset({"-", "*", "/", "//", "**", "%"})
    intercepted_unops = frozenset({"-", "+"})
    context_class = _Context
    code_generator_class = _Generator

    def __init__(self, language: Language, finalize: Callable[[Any], str]) -> None:
        # Nothing here is HTML: the portal reads BBCode, the engine plain values. Not optimised, for the same reason
        # as in `_output_child_to_const`.
        super().__init__(undefined=StrictUndefined, autoescape=False, optimized=False, finalize=finalize)
        self._language = language
        self.globals.pop("lipsum")
        self.filters.pop("random")  # the same task gives the same draft
        for name in OF_TEXT:
            self.filters[name] = self._of_text(self.filters[name], all_arguments=name in ARGUMENTS_ARE_TEXT)
        self.filters |= {
            "bbcode": lambda value: LiveText(self.text(value)),
            "join": self._join,
            "yes": yes,
            "date": date,
            "default": default,
            "d": default,
            "int": number_filter(self.filters["int"]),
            "float": number_filter(self.filters["float"]),
            "tojson": as_json,
            "fromjson": from_json,
            "pprint": lambda value: as_json(value, indent=1),
        }
        self.filters |= {**guarded_filters(self), **UNPACKING}
        self.tests |= guarded_tests(dict(self.tests))
        self.tests.update({name: _of_values(test) for name, test in self.tests.items() if name != "callable"})
        for name in ("true", "false", "boolean"):
            self.tests[name] = of_booleans(self.tests[name])

    def text(self, value: Any) -> str:
        """The value as text."""
        return printed(value, self._language)

    def concatenated(self, parts: tuple[Any, ...]) -> str:
        """The result of `~`."""
        return "".join(map(self.text, parts))

    boolean = staticmethod(as_boolean)
    several = staticmethod(several)
    related = staticmethod(related)
    chained = staticmethod(chained)

    def _generate(self, source: nodes.Template, *args: Any, **named: Any) -> str:
        mark_conditions(source)
        mark_unpacked(source)
        return super()._generate(source, *args, **named)

    # --- attributes ---

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The result of `obj.attribute` if it is not called."""
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
        elif is_dataclass(obj):
            return self._field(obj, attribute)
        return self._guarded(attribute, super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The result of `obj[argument]`."""
        if is_dataclass(obj):
            return self._field(obj, argument)
        letter(obj, argument)
        return self._guarded(argument, super().getitem(obj, argument))

    def cut(self, obj: Any, *bounds: Any) -> Any:
        """The result of `obj[start:stop:step]`."""
        letter(obj, slice(*bounds))
        return obj[slice(*bounds)]

    def method(self, obj: Any, attribute: str) -> Any:
        """The result of `obj.attribute` if it is called. No value can be called: a key of that name is not meant."""
        if isinstance(obj, str) and attribute in ("format", "format_map"):
            formatter = _Formatter(self)
            if attribute == "format_map":
                return lambda named: formatter.vformat(obj, (), named)
            return lambda *args, **named: formatter.vformat(obj, args, named)
        return super().getattr(obj, attribute)

    def _field(self, obj: Any, name: Any) -> Any:
        known = attributes_of(type(obj))
        if name in known:
            return as_value(getattr(obj, name))
        more = f"; {ONLY_WHEN_CLOSED.in_(self._language)}" if isinstance(obj, PortalTask) else ""
        return self.undefined(hint=f"{name} ({', '.join(known)}{more})")

    def _guarded(self, name: Any, value: Any) -> Any:
        return Method(str(name), value) if callable(value) and not isinstance(value, Undefined) else value

    # --- operators and filters ---

    def added(self, left: Any, right: Any, is_joining: bool) -> Any:  # noqa: FBT001 - written by the compiler
        """The result of `+`. `is_joining`: one side is a text of the template itself."""
        fit_to_reckon("+", left, right, joining=is_joining)
        return left + right

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:
        fit_to_reckon(operator, arg)
        return super().call_unop(context, operator, arg)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        fit_to_reckon(operator, left, right)
        if operator == "%":
            return left % self._arguments(right) if isinstance(left, str) else left % right
        if (_power_size if operator == "**" else _product_size)(left, right) > LONGEST_OUTPUT:
            raise TemplateFault("too_large", TOO_LARGE_RESULT.format(operator=operator))
        return super().call_binop(context, operator, left, right)

    def shown(self, value: Any) -> Any:
        """An argument of a format: numbers stay numbers for `%d`, everything else becomes text."""
        match value:
            case bool():
                return self.text(value)
            case int():
                return value
            case float():
                return Figure(value)
            case _:
                return self.text(value)

    def _arguments(self, right: Any) -> Any:
        match right:
            case tuple():
                return tuple(map(self.shown, right))
            case Mapping():
                return {key: self.shown(value) for key, value in right.items()}
            case _:
                return self.shown(right)

    def _of_text(self, original: Callable[..., Any], *, all_arguments: bool) -> Callable[..., Any]:
        at = 1 if hasattr(original, "jinja_pass_arg") else 0

        @wraps(original)
        def of_text(*args: Any, **named: Any) -> Any:
            before, value, more = args[:at], args[at], args[at + 1 :]
            if not isinstance(value, str):
                value = self.text(value)
            if all_arguments:
                more = tuple(map(self.shown, more))
                named = {name: self.shown(one) for name, one in named.items()}
            return original(*before, value, *more, **named)

        return of_text

    @property
    def _join(self) -> Callable[..., str]:
        @pass_environment
        def join(sandbox: Sandbox, value: Any, d: Any = "", attribute: str | int | None = None) -> str:
            value = several(value)
            items = value if attribute is None else map(make_attrgetter(sandbox, attribute), value)
            return sandbox.text(d).join(map(sandbox.text, items))

        return join


class _Formatter(SandboxedFormatter):
    def convert_field(self, value: Any, conversion: Any) -> Any:
        return self._env.text(value) if conversion else value  # type: ignore[attr-defined]

    def format_field(self, value: Any, format_spec: str) -> Any:
        return super().format_field(self._env.shown(value), format_spec)  # type: ignore[attr-defined]


def _of_values(test: Any) -> Any:
    """The test, changed to raise `TemplateFault` for a method that was not called."""

    @wraps(test)
    def of_values(*args: Any, **named: Any) -> Any:
        for one in args:
            if isinstance(one, Method):
                one.fail()
        return test(*args, **named)

    return of_values


def _product_size(left: Any, right: Any) -> int:
    """The length of a repeated text or list, or the bits of a whole number."""
    match left, right:
        case (int(), int()):
            return left.bit_length() + right.bit_length()
        case (int(), str() | bytes() | list() | tuple()):
            return left * len(right)
        case (str() | bytes() | list() | tuple(), int()):
            return len(left) * right
        case _:
            return 0


def _power_size(left: Any, right: Any) -> int:
    return left.bit_length() * right if isinstance(left, int) and isinstance(right, int) else 0
