"""Programs that check what is deployed: from the virtual environment, or Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEBIAN = {"nginx": "nginx-light", "systemd-analyze": "systemd", "promtool": "prometheus"}
"""Where a program is in a package of another name."""
OURS = {"check-jsonschema", "hadolint", "kubernetes-validate"}
"""Those that requirements-dev.lock brings."""


def tool(name: str) -> str:
    """Its path. Skips the test if it is missing, saying how to get it; `REQUIRE_DEPLOY_TOOLS=1`: a failure."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=places)
    if found is None:
        how = "make setup" if name in OURS else f"apt install {DEBIAN.get(name, name)}"
        assert not os.environ.get("REQUIRE_DEPLOY_TOOLS"), f"{name} is required here: {how}"
        pytest.skip(f"no {name} here: {how}")
    return found


def checked(name: str, *arguments: object, cwd: Path | None = None) -> str:
    """What the program prints; fails the test with it if the program is not content."""
    code, said = judged(name, *arguments, cwd=cwd)
    assert code == 0, said
    return said


def judged(name: str, *arguments: object, cwd: Path | None = None) -> tuple[int, str]:
    """Exit code and output."""
    command = [tool(name), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300
    )
    return done.returncode, done.stdout
