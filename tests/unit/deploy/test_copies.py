"""The commands of the docs that copy the ledger: a shell runs them, and nobody else may read the copy."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = [f"{page}{ending}.md" for page in ("docs/ledger", "deploy/README") for ending in ("", ".ru")]


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def commands(page: str) -> list[str]:
    """The whole blocks in which SQLite copies, one for each way of the block to do so."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    found = []
    for lines in [block.splitlines() for block in blocks if "backup(" in block]:
        ways = [line for line in lines if "backup" in line or "VACUUM" in line]
        found += ["\n".join([line for line in lines if line not in ways] + [way]) for way in ways]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_copy_of_the_ledger_is_as_closed_as_the_ledger(page: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "worker.db")) as made, made:
        made.execute("create table held (one integer)")
    found = commands(page)
    assert found
    for command in found:
        here = command.replace("/data/", f"{tmp_path}/").replace("python ", f"{shlex.quote(sys.executable)} ")
        subprocess.run(["sh", "-euc", here], cwd=tmp_path, check=True, timeout=60)
        (copy,) = (one for one in tmp_path.glob("*.db") if one.name != "worker.db")
        assert f"{copy.stat().st_mode & 0o777:03o}" == "600"
        copy.unlink()
