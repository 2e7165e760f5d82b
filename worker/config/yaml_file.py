"""Reads YAML as people mean it: what it would take for something else without a word is an error with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

MOST_LEVELS = 40
"""Of nesting; settings have eight at most."""
MOST_REPEATED = 20_000
"""Values that all `*NAME` of a file together repeat: a few lines that repeat each other stand for milliards."""
NO_CHARACTER = re.compile("[\ud800-\udfff]")
"""What cannot be encoded: one half of a character, or a byte that is not UTF-8."""
ODD_BLANK = re.compile(r"[^\S \t\n\r]")
"""It only looks like a blank: whoever does not see it cannot find the fault."""
_GOES_ON = re.compile(r"[ \t]+(?P<rest>#(?:\d|\{\{|\$\{)[^\n]*)")
_BASE_EIGHT = re.compile(r"[-+]?0[0-9_]+")


class SaidTwice(yaml.constructor.ConstructorError):
    """A key occurs twice in one mapping. `problem`: the key; `note`: the line where it is first."""


class ReadOtherwise(yaml.constructor.ConstructorError):
    """A number that YAML reads unlike people: in base eight or sixty, or without its `_`.

    `problem`: the text; `note`: what it becomes.
    """


class Refused(yaml.constructor.ConstructorError):
    """It is YAML, but no settings look so. `problem`: why, for `worker.words.yaml_words.REFUSED`."""

    def __init__(self, problem: str, mark: Any) -> None:
        super().__init__(None, None, problem, mark)


class Several(yaml.YAMLError):
    """More than one thing is wrong. `faults`: each, in the order of the file."""

    def __init__(self, faults: Sequence[yaml.YAMLError]) -> None:
        super().__init__()
        self.faults = faults


class _Loader(yaml.SafeLoader):
    """Plain YAML that refuses a key that occurs twice: the second topic of a name would silently win.

    It also refuses numbers that YAML and people read differently: user `0106` would be 70, and `18:30` would be 1110.
    `faults`: all that it has refused so; None stands in place of each.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._levels = self._count = self._repeated = 0
        self._sizes = dict[str | None, int]()
        self.faults = list[yaml.constructor.ConstructorError]()

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The next value, with all in it. Its size is kept by its `&NAME`, for each `*NAME` that repeats it."""
        before = self._count
        event = self.peek_event()  # type: ignore[no-untyped-call] # PyYAML has no types for it
        repeats = self._sizes.get(event.anchor, 0) if isinstance(event, yaml.AliasEvent) else 0
        self._levels, self._count, self._repeated = self._levels + 1, before + 1 + repeats, self._repeated + repeats
        if self._levels > MOST_LEVELS:
            raise Refused(f"levels {MOST_LEVELS}", event.start_mark)
        if self._repeated > MOST_REPEATED:
            raise Refused(f"repeats {MOST_REPEATED} {event.anchor}", event.start_mark)
        node = super().compose_node(parent, index)
        self._levels -= 1
        if not isinstance(event, yaml.AliasEvent) and event.anchor:
            self._sizes[event.anchor] = self._count - before
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's own
        """PyYAML leaves a date that no calendar has, and a wrong value after a tag, to the errors of Python."""
        if node in self.constructed_objects:
            return self.constructed_objects[node]
        is_within, deeply = node in self.recursive_objects, self.deep_construct
        try:
            value = super().construct_object(node, deep=deep)
        except yaml.constructor.ConstructorError as error:
            self.faults.append(error)
        except (ValueError, KeyError, AttributeError):
            kind = str(node.tag).rpartition(":")[2]
            self.faults.append(yaml.constructor.ConstructorError(None, None, f"no {kind}", node.start_mark))
        else:
            if isinstance(value, str) and (found := NO_CHARACTER.search(value)):
                self.faults.append(Refused(f"half U+{ord(found[0]):04X}", node.start_mark))
            return value
        self.deep_construct = deeply
        if not is_within:
            self.recursive_objects.pop(node, None)
            self.constructed_objects[node] = None
        return None


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[str, str] = {}
    said: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _key(loader, key_node)
        value = loader.construct_object(value_node, deep=True)
        if key in seen:
            loader.faults.append(SaidTwice(None, None, key, key_node.start_mark, seen[key]))
        elif key is not None:
            seen[key], said[key] = str(key_node.start_mark.line + 1), value
    return said


def _key(loader: _Loader, node: yaml.Node) -> str | None:
    """None: no settings have such a key. That is one fault, whatever is wrong within it."""
    before = len(loader.faults)
    key = loader.construct_object(node, deep=True)
    if isinstance(node, yaml.CollectionNode):
        del loader.faults[before:]
    if len(loader.faults) == before and (fault := _fault_of(key, node)):
        loader.faults.append(Refused(fault, node.start_mark))
    return str(key) if len(loader.faults) == before else None


def _fault_of(key: Any, node: yaml.Node) -> str:
    """What is wrong with a key; empty: nothing."""
    if not isinstance(key, str):
        return "template" if isinstance(node, yaml.MappingNode) else "key"
    first = key[:1] if isinstance(node, yaml.ScalarNode) and node.style is None else ""
    return f"blank U+{ord(first):04X}" if first.isspace() else ""


def _number(loader: _Loader, node: yaml.ScalarNode) -> float:
    whole = node.tag.endswith(":int")
    value = loader.construct_yaml_int(node) if whole else loader.construct_yaml_float(node)
    if ":" in node.value or "_" in node.value or (whole and _BASE_EIGHT.fullmatch(node.value)):
        raise ReadOtherwise(None, None, node.value, node.start_mark, str(value))
    return float(value) if not whole else int(value)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _number)


def read_yaml(text: str) -> tuple[Any, Mapping[str, int], Mapping[str, str]]:
    """The data, the line of each thing by dotted path, and what of a text became a comment. Raises `yaml.YAMLError`."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}, {}
        data = loader.construct_document(node)
        if faults := sorted(loader.faults, key=lambda one: one.problem_mark.index if one.problem_mark else 0):
            raise faults[0] if len(faults) == 1 else Several(faults)
        places = [*_places(node)]
        cut = {path: found["rest"] for path, _, one in places if (found := _rest_of(one, text))}
        return data, {path: line for path, line, _ in places}, cut
    finally:
        loader.dispose()


def _places(node: yaml.Node, above: str = "") -> Iterator[tuple[str, int, yaml.Node]]:
    """(dotted path, line, value) of each key of a mapping and item of a list."""
    inside: list[tuple[str, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        inside = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        inside = [(str(number), item, item) for number, item in enumerate(node.value)]
    for name, begin, value in inside:
        yield f"{above}{name}", begin.start_mark.line + 1, value
        yield from _places(value, f"{above}{name}.")


def _rest_of(node: yaml.Node, text: str) -> re.Match[str] | None:
    """What stands behind a text without quotes as if it went on: a comment begins with a blank, or a word."""
    is_bare = isinstance(node, yaml.ScalarNode) and node.style is None and node.tag.endswith(":str")
    return _GOES_ON.match(text, node.end_mark.index) if is_bare else None
