"""What is delivered: the command's one name, and locks of which only the developers' has tools for tests."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess

import pytest

from tests.support.sources import ROOT, nodes
from tests.support.third_party import declared, licences
from worker import PROGRAM

NOT_THE_COMMAND = {"worker/__init__.py", "worker/monitoring/http_port.py", "worker/ledger/postgresql.py"}
"""The name's home; as whom the worker answers to HTTP, and as whom it logs in to PostgreSQL."""
OF_TESTS = {"pytest", "mypy", "selenium", "ruff", "coverage", "hypothesis", "build", "twine", "setuptools"}
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+) \\\n((?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def setup() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg", encoding="utf-8")
    return found


def locked(name: str) -> dict[str, str]:
    """Each library and its version. Every line that is no comment belongs to a pinned one with its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    rest = PINNED.sub("", text)
    assert not [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {found[1]: found[2] for found in PINNED.finditer(text)}


def wanted(section: str, option: str) -> set[str]:
    lines = setup()[section][option].splitlines()
    return {re.split(r"[\s\[<>=]", line.strip())[0].lower() for line in lines if line.strip() and "#" not in line}


def test_the_command_is_named_in_one_place() -> None:
    """Whoever has installed the program has no `python -m worker`: where a worker.py lies beside, it is another's."""
    assert re.search(rf"^\s*{PROGRAM} = worker\.cli:main$", setup()["options.entry_points"]["console_scripts"], re.M)
    named = {}
    for path in sorted((ROOT / "worker").rglob("*.py")):
        words = [str(node.value) for node in nodes(path) if isinstance(node, ast.Constant)]
        named[path.relative_to(ROOT).as_posix()] = [one for one in words if PROGRAM in one or "python -m worker" in one]
    assert {name for name, found in named.items() if found} - {"worker/__main__.py"} == NOT_THE_COMMAND


@pytest.mark.parametrize("folder", ["deploy", "docs", "examples", "."])
def test_files_for_people_name_the_command(folder: str) -> None:
    allowed = {"README.md": 1, "README.ru.md": 1, "operations.md": 1, "operations.ru.md": 1, "CHANGELOG.md": 99}
    for path in (ROOT / folder).iterdir():
        if path.suffix in {".md", ".yaml", ".yml", ".service", ".json", ".conf", ".timer"}:
            count = path.read_text(encoding="utf-8").count("python -m worker")
            assert count <= allowed.get(path.name, 0), path.name


def test_the_run_time_lock_has_what_the_program_needs_and_nothing_of_its_tests() -> None:
    run_time = locked("requirements.lock")
    assert wanted("options", "install_requires") <= run_time.keys()
    tools = OF_TESTS | wanted("options.extras_require", "dev")
    assert not run_time.keys() & tools
    assert len(run_time) < 40


def test_the_licence_of_each_library_is_told() -> None:
    assert licences() == {name: declared(name) for name in locked("requirements.lock")}


def test_the_developers_lock_is_the_run_time_lock_and_the_tools() -> None:
    """Tests run with the very versions that are delivered."""
    run_time, all_ = locked("requirements.lock"), locked("requirements-dev.lock")
    assert run_time.items() <= all_.items()
    assert wanted("options.extras_require", "dev") <= all_.keys()


def test_ci_fails_below_the_coverage_that_is_asked_for() -> None:
    """The developers' `make test` does without it, for its price."""
    assert "make test COVERAGE=1" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    command = ["make", "--dry-run", "quick", "COVERAGE=1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert " --cov " in done.stdout
    assert float(setup()["coverage:report"]["fail_under"]) >= 90
