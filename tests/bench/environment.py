"""On what the figures were measured."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from importlib.metadata import version

from sandbox.engine.cache import tool
from tests.bench.ceiling import Ceiling
from tests.bench.machine import write_ms
from tests.bench.page import RUN, Findings, same
from tests.bench.peers import CLIENTS
from tests.bench.tables import table
from worker import __version__
from worker.words.phrase import Phrase

IN_MEMORY_MS = 0.02
"""Faster than any disk."""


def tell(findings: Findings, *, ceiling: Ceiling, engine: str, repeats: int) -> None:
    """Print it: without it nobody can compare the figures of two runs."""
    write = f"{write_ms():.2f}"
    if float(write) < IN_MEMORY_MS:
        findings.doubts.append("the ledgers are in memory, where no write waits for a disk: TMPDIR names their folder")
    if ceiling.load.is_disturbed:
        findings.doubts.append(f"others took {ceiling.load.others:.0%} of the machine while the engine ran alone")
    findings.add(RUN, "cores", same(str(len(os.sched_getaffinity(0)))))
    findings.add(RUN, "write", Phrase(f"{write} мс", f"{write} ms"))
    findings.add(
        RUN, "ceiling", Phrase(f"{ceiling.speed:.0f} задач в секунду", f"{ceiling.speed:.0f} tasks per second")
    )
    findings.add(RUN, "versions", _versions(engine))
    findings.add(RUN, "repeats", same(str(repeats)))
    rows = [[label.en, findings.rows[RUN.name, name][0].en] for name, label in RUN.rows.items()]
    table([one.en for one in RUN.head], rows)


def _versions(engine: str) -> Phrase:
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    told = subprocess.run([tool("java"), "-version"], capture_output=True, text=True, check=True).stderr
    java = re.search(r'"([^"]+)"', told)
    dependencies = json.loads((CLIENTS / "js" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    pom = re.search(r"-client</artifactId>\s*<version>([^<]+)", (CLIENTS / "java" / "pom.xml").read_text("utf-8"))
    clients = (
        f"Python {version('camunda-external-task-client-python3')}, "
        f"JavaScript {dependencies['camunda-external-task-client-js']}, Java {pom[1] if pom else '?'}"
    )
    systems = f"Python {platform.python_version()}, Camunda {engine}, Node {node}, Java {java[1] if java else '?'}"
    return Phrase(
        f"воркер {__version__}, {systems}; клиенты: {clients}", f"worker {__version__}, {systems}; clients: {clients}"
    )
