"""Writes several commands into one call, and reads which of them the portal has executed.

Source: documentation of `batch`. The portal runs the commands in their order and takes nothing back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from bitrix.client import error_in
from bitrix.errors import malformed

BATCH = "batch"
MOST = 50
"""Commands in one batch."""
SUBSTITUTED = "$result["
"""The portal replaces this in a command, wherever it stands, by a result: send a text that contains it alone."""


def batch(commands: Sequence[str]) -> Mapping[str, Any]:
    """The parameters of a batch that ends with the first command that is refused."""
    return {"halt": 1, "cmd": {_key(n): command for n, command in enumerate(commands)}}


def command(method: str, arguments: Sequence[Any]) -> str:
    """A command of a method that takes its parameters by order. All values arrive as texts."""
    pairs = [pair for place, argument in enumerate(arguments) for pair in _pairs(str(place), argument)]
    return f"{method}?{urlencode(pairs)}"


def executed(method: str, result: Any, count: int) -> list[Any]:
    """The results of the executed commands, always the first ones; `count`: the number of commands in the batch.

    Raises the error of the first command if the portal executed none, and `Doubtful` if the answer does not show it.
    """
    results, errors = (_named(result, name) for name in ("result", "result_error"))
    done = [results[_key(n)] for n in range(count) if _key(n) in results]
    if set(results) != {_key(n) for n in range(len(done))} or (len(done) < count and not errors):
        raise malformed(BATCH, "the answer does not tell which commands were executed")
    if not done:
        [first, *_] = errors.values()
        raise error_in(first if isinstance(first, dict) else {}, method)
    return done


def _key(number: int) -> str:
    return f"c{number}"


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _pairs(f"{name}[{key}]", inner)
        case list() | tuple():
            for place, inner in enumerate(value):
                yield from _pairs(f"{name}[{place}]", inner)
        case _:
            yield name, str(value)


def _named(result: Any, name: str) -> Mapping[str, Any]:
    """A part of the answer by the names of its commands. PHP writes an empty map as a list."""
    part = result.get(name) if isinstance(result, dict) else None
    if part == [] or part is None:
        return {}
    if not isinstance(part, dict):
        raise malformed(BATCH, "the answer is not one of a batch")
    return part
