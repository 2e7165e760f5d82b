"""The worker works under the limits of deploy/ and compose.yaml: without rights, on a read-only file system.

No systemd and no container engine run here: the kernel's own means set the same limits, and strace shows what the
filters of system calls would refuse. Needs root. `REQUIRE_NAMESPACES=1`: no skip.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.fork_server import environment
from tests.support.tools import checked, tool
from tests.support.worker_process import QUICK

UNIT = (Path(__file__).parents[2] / "deploy/systemd/camunda-bitrix-worker.service").read_text(encoding="utf-8")
READ_ONLY = """
mount -t tmpfs tmpfs "$1" && mkdir "$1/data" "$1/tmp"
for place in / /tmp /dev/shm /run; do ! mountpoint -q $place || mount -o remount,bind,ro $place || exit 99; done
for place in / /tmp /dev/shm /run; do ! touch $place/probe 2>/dev/null || exit 98; done
"""
"""Nothing can be written but a folder of its own."""
ONLY_AS_ROOT = {"fchown"}
"""SQLite gives files that it makes to the owner of the ledger, if it is root: the unit's user never calls this."""
WITHOUT_RIGHTS = "exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all"


def _allowed() -> set[str]:
    """The system calls that the unit's filter lets through."""
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT, re.MULTILINE):
        names = {name for group in line.lstrip("~").split() for name in _calls(group)}
        allowed = allowed - names if line.startswith("~") else allowed | names
    return allowed


def _calls(name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    lines = checked("systemd-analyze", "syscall-filter", name).splitlines()[1:]
    return {call for line in lines if not line.strip().startswith("#") for call in _calls(line.strip()) if line.strip()}


@pytest.fixture
def work() -> Iterator[tuple[Admin, Portal, str]]:
    """An engine with three instances for the worker, and a portal."""
    with BuiltinEngine() as engine, Portal() as portal:
        admin = Admin(engine.base_url)
        admin.deploy(sequence("hardened", {"ours": "hardened"}))
        for _ in range(3):
            admin.start("hardened")
        yield admin, portal, "hardened"


def test_it_works_under_the_limits_of_the_files_for_operation(work: tuple[Admin, Portal, str], tmp_path: Path) -> None:
    admin, portal, topic = work
    if (
        not (os.geteuid() == 0 and shutil.which("unshare"))
        or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode
    ):
        assert not os.environ.get("REQUIRE_NAMESPACES"), "namespaces are required here: root, util-linux"
        pytest.skip("no mount namespaces here: root and util-linux are needed")
    strace, allowed = tool("strace"), _allowed()
    config = tmp_path / "config.yaml"
    config.write_text(f"topics: {{{topic}: {{}}}}", "utf-8")
    home, seen = tmp_path / "home", tmp_path / "seen"
    home.mkdir()
    worker = f"{sys.executable} -m worker run --config {config}"
    script = f'{READ_ONLY}cd "$1" && {WITHOUT_RIGHTS} {worker}'
    environ = environment(
        {
            **QUICK,
            "CAMUNDA_BASE_URL": admin.base_url,
            "BITRIX_WEBHOOK_URL": portal.webhook_url,
            "LEDGER_URL": f"sqlite:///{home}/data/worker.db",
            "TMPDIR": str(home / "tmp"),
            "HTTP_PORT": "0",
        }
    )
    inside = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh", str(home)]
    # strace is outside: what it writes is no business of the worker's.
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [strace, "-f", "-qq", "-o", str(seen), *inside], env=environ, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until(
                lambda: process.poll() is not None or len(portal.syncs()) == 3, "three instances done and synchronised"
            )
            assert process.poll() is None, (tmp_path / "log").read_text("utf-8")
        finally:
            # strace keeps such a signal to itself; each program gives its place to the next, the last is the worker.
            with suppress(ProcessLookupError, ValueError):
                os.kill(int(seen.read_text("utf-8", "replace").partition(" ")[0]), signal.SIGTERM)
            assert process.wait(60) == 0
    traced = seen.read_text("utf-8", "replace")
    ours = _of_the_worker(traced)
    called = set(re.findall(r"^\d+ +(\w+)\(", ours, re.MULTILINE))
    assert called - allowed <= ONLY_AS_ROOT, "SystemCallFilter would refuse it"
    families = set(re.findall(r"\bsocket\((AF_\w+)", ours))
    (unit,) = re.findall(r"^RestrictAddressFamilies=(.*)$", UNIT, re.MULTILINE)
    assert families - set(unit.split()) == set()
    assert "PROT_WRITE|PROT_EXEC" not in ours, "MemoryDenyWriteExecute would refuse it"
    assert len(called) > 30


def _of_the_worker(traced: str) -> str:
    """The lines since it is Python that runs, with all its threads."""
    begin = traced.index(f'execve("{sys.executable}"')
    return traced[begin:].partition("\n")[2]
