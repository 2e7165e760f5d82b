"""The import rules of docs/architecture.md, read from the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = re.search(
    r"<!-- house:begin -->(.*)<!-- house:end -->", (ROOT / "docs/architecture.md").read_text(encoding="utf-8"), re.S
)
assert TABLE, "docs/architecture.md has lost its table"
RULES = {
    cells[1].strip(): set(cells[2].split())
    for line in TABLE[1].splitlines()
    if (cells := line.split("|"))[1:2] and "." in cells[1]
}
MODULES = {
    f"{path.parent.name}.{path.stem}": path
    for folder in ("bitrix", "worker")
    for path in sorted((ROOT / folder).glob("*.py"))
    if not path.stem.startswith("__")
}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = node.module
            names = {f"{module}.{alias.name}" for alias in node.names} if module in ("bitrix", "worker") else {module}
            found |= names
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name in MODULES or name.partition(".")[0] in ("bitrix", "worker", "sandbox")}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_the_table_allows(module: str) -> None:
    assert module in RULES, f"{module} is missing from the table of docs/architecture.md"
    allowed = RULES[module]
    extra = {name for name in imported(MODULES[module]) if name in MODULES} - allowed
    assert not extra or allowed == {"*"}, f"{module} must not import {sorted(extra)}"


def test_the_table_names_only_modules_that_exist() -> None:
    assert set(RULES) - set(MODULES) == set()


@pytest.mark.parametrize("folder", ["bitrix", "sandbox"])
def test_the_lower_floors_never_import_the_worker(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        assert not {name for name in imported(path) if name.startswith("worker")}, path.name


def test_modules_and_functions_stay_readable() -> None:
    """Up to 320 lines for a module and 60 for a function's body: longer ones hide a missing noun."""
    for path in [*MODULES.values(), *(ROOT / "sandbox").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 320, f"{path.name} is too long"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.body[0].lineno < 60, f"{path.name}: {node.name} is too long"
