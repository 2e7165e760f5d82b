"""The import rules of docs/architecture.md, read from the code: one row for each package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support.sources import ROOT, nodes, tree

PAGES = ("architecture.md", "architecture.ru.md")


def page_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text("utf-8")


def table(page: str) -> list[list[str]]:
    """Each row's package and what it may import."""
    found = re.search(r"<!-- house:begin -->(.*)<!-- house:end -->", page_of(page), re.S)
    assert found, f"docs/{page} has lost its table"
    return [[cell.strip() for cell in line.split("|")[1:3]] for line in found[1].strip().splitlines()[2:]]


def pictures(page: str) -> list[str]:
    return re.findall(r"```mermaid\n(.*?)```", page_of(page), re.S)


RULES = {package: set(allowed.split()) for package, allowed in table("architecture.md")}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module by its dotted name, a package's face by the package's; the three tops only hold the others."""
    for top in ("bitrix", "sandbox", "worker"):
        for path in sorted((ROOT / top).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if name not in ("bitrix", "sandbox", "worker", "worker.__main__"):
                yield name, path


MODULES = dict(modules())


def package_of(module: str) -> str:
    """The row that speaks of a module: its own, as of those beside the packages of `worker`, or its package's."""
    return module if module in RULES else module.rpartition(".")[0]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in inside}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.partition(".")[0] in ("bitrix", "sandbox", "worker")}


@cache
def imports() -> dict[str, set[str]]:
    return {module: imported(path) for module, path in MODULES.items()}


@pytest.mark.parametrize("package", RULES)
def test_a_package_imports_only_what_its_row_allows(package: str) -> None:
    arrows = {
        (module, other)
        for module, others in imports().items()
        if package_of(module) == package
        for other in others & set(MODULES)
        if package_of(other) != package
    }
    assert {(module, other) for module, other in arrows if package_of(other) not in RULES[package]} == set()
    assert RULES[package] == {package_of(other) for _, other in arrows}, "the row allows what nobody needs"


def test_every_module_has_a_row_and_every_row_a_module() -> None:
    assert {package_of(module) for module in MODULES} == set(RULES)


def test_imports_point_up_the_table() -> None:
    above: set[str] = set()
    for package, allowed in RULES.items():
        assert allowed <= above, f"{package} may not import what stands below it"
        above.add(package)


def test_no_module_comes_back_to_itself() -> None:
    """Nor inside a package."""
    TopologicalSorter(imports()).prepare()


def test_what_a_face_offers_is_taken_from_the_face() -> None:
    faces = {name: exported(path) for name, path in MODULES.items() if path.name == "__init__.py"}
    for module, path in MODULES.items():
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and (node.module or "") in MODULES:
                package = package_of(node.module or "")
                if package_of(module) != package and node.module != package:
                    passed_by = {alias.name for alias in node.names} & faces.get(package, set())
                    assert not passed_by, f"{module} takes {sorted(passed_by)} past the face of {package}"


def exported(path: Path) -> set[str]:
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


@pytest.mark.parametrize("folder", ["bitrix", "sandbox"])
def test_the_lower_floors_never_import_the_worker(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        assert not {name for name in imported(path) if name.partition(".")[0] == "worker"}, path.name


def test_modules_and_functions_stay_readable() -> None:
    """Up to 320 lines for a module and 40, a screen, for a function: longer ones hide a missing noun."""
    too_long = []
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        too_long += [module] * (text.count("\n") > 320)
        functions = [node for node in nodes(path) if isinstance(node, ast.FunctionDef)]
        too_long += [f"{module}: {one.name}" for one in functions if (one.end_lineno or 0) - one.lineno >= 40]
    assert too_long == []


OWN_FILES = {
    "bitrix.named_files",
    "worker.monitoring.page",
    "worker.words.documents",
    "worker.commands.starter",
    "worker.config.own_words",
}
"""Who opens files by itself: the one home of those that people name, and readers of what the package brings."""


def test_files_that_people_name_are_opened_in_one_place() -> None:
    """Any other would wait for ever where the name is that of a pipe."""
    opening = {
        module
        for module, path in MODULES.items()
        for node in nodes(path)
        if isinstance(node, ast.Call) and module.partition(".")[0] != "sandbox" and _opens(node)
    }
    assert opening == OWN_FILES | {"worker.ledger.files"}  # who has made the file that it reads


def _opens(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    is_method = isinstance(call.func, ast.Attribute)
    with_mode = any(isinstance(one, ast.Constant) for one in call.args)
    return name in ("read_text", "read_bytes") or (name == "open" and (not is_method or with_mode))


def test_no_part_needs_more_than_ten_others() -> None:
    """A constructor with more parameters hides a missing noun, too."""
    counts = {
        f"{module}: {one.lineno}": len(one.args.args) - 1 + len(one.args.kwonlyargs)
        for module, path in MODULES.items()
        for one in nodes(path)
        if isinstance(one, ast.FunctionDef) and one.name == "__init__"
    }
    assert {name: count for name, count in counts.items() if count > 10} == {}


def test_the_call_backs_of_all_parts_are_named() -> None:
    """What is called through a constructor's function shows in no import. Clocks and chance are for tests alone."""
    text = page_of("architecture-runtime.md")
    section = re.search(r"## What no import shows\n(.*?)(?:\n## |\Z)", text, re.S)
    assert section
    for_tests = {"now", "sleep", "jitter", "wait"}
    stored = {
        argument.arg
        for module, path in MODULES.items()
        if module.startswith("worker.") and not package_of(module).startswith(("worker.mapping", "worker.commands"))
        for one in nodes(path)
        if isinstance(one, ast.FunctionDef) and one.name == "__init__"
        for argument in (*one.args.args, *one.args.kwonlyargs)
        if argument.annotation and "Callable" in ast.unparse(argument.annotation)
    }
    assert not stored - for_tests - set(re.findall(r"`(\w+)`", section[1]))


def test_the_russian_page_has_the_same_rows_and_pictures() -> None:
    assert table("architecture.ru.md") == table("architecture.md")
    assert pictures("architecture.ru.md") == pictures("architecture.md")
    runtime = ("architecture-runtime.md", "architecture-runtime.ru.md")
    first_cells = [re.findall(r"^\| (`.*?`) \|", page_of(page), re.MULTILINE) for page in runtime]
    assert first_cells[0] == first_cells[1], "call-backs"


def test_the_picture_shows_every_package_and_only_arrows_that_the_table_allows() -> None:
    picture = next(one for one in pictures("architecture.md") if one.startswith("flowchart TD\n"))
    sides = [[side.split(" & ") for side in line.strip().split(" --> ")] for line in picture.splitlines()[1:]]
    arrows = {(one, other) for ones, others in sides for one in ones for other in others}
    assert {name for arrow in arrows for name in arrow} == set(RULES)
    assert not [f"{one} --> {other}" for one, other in arrows if other not in RULES[one]]
    assert not [
        f"{one} --> {other} is missing"
        for one, allowed in RULES.items()
        for other in allowed
        if (one, other) not in arrows and not _by_others(one, other)
    ]


def _by_others(one: str, other: str) -> bool:
    """Whether the arrow follows from others."""
    return any(other in _below(between) for between in RULES[one] - {other})


def _below(package: str) -> set[str]:
    return RULES[package].union(*(_below(one) for one in RULES[package]))


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("camunda-external-task-client-python3", "camunda"),
        ("requests", "requests"),
        ("tenacity", "tenacity"),
        ("structlog", "structlog"),
    ],
)
def test_the_libraries_of_the_design_are_what_the_program_stands_on(library: str, package: str) -> None:
    """The design fixes them, so no figure of the bench is a reason to leave one out."""
    assert re.search(rf"^    {library} [=>]= ", (ROOT / "setup.cfg").read_text("utf-8"), re.M)
    taken = {
        name.partition(".")[0]
        for top in ("bitrix", "worker")
        for path in (ROOT / top).rglob("*.py")
        for node in nodes(path)
        for name in _names(node)
    }
    assert package in taken


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
