"""The project's own modules as tests read them. Each is parsed once, and only by a process whose tests ask for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a module."""
    return tuple(ast.walk(tree(path)))


def calls(package: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call in the package's modules, with the module's path; `package` is a folder at the top."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in nodes(path):
            if isinstance(node, ast.Call):
                yield path, node
