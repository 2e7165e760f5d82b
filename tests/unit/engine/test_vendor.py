"""What Python warns of in the vendor's client ends no command, however strict the environment is."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["worker.run", "worker.commands.takeover.command"])
def test_a_strict_environment_can_import_it(module: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", f"import {module}"], check=True)
