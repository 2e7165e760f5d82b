"""An error that nobody has caught prints no secret, in whichever thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = """
import threading
from bitrix.secrecy import keep
from worker.cli import main

try:
    main(["--version"])
except SystemExit:
    pass
keep(["of-the-engine"])

class Odd:
    def __del__(self):
        fail()

def fail():
    raise RuntimeError("it said of-the-engine and \\x1b[31m")

{end}
"""
ENDS = {
    "main": ("fail()", 1),
    "thread": ("one = threading.Thread(target=fail); one.start(); one.join()", 0),
    "unraisable": ("one = Odd(); del one", 0),
}


@pytest.mark.parametrize("kind", ENDS)
def test_a_traceback_holds_no_secret(kind: str) -> None:
    end, code = ENDS[kind]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("{end}", end)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code
    assert "RuntimeError: it said *** and \\u001b[31m" in done.stderr
    assert "of-the-engine" not in done.stderr
