"""A large file of a process: it arrives byte for byte, takes its own size of memory, and one too large is an incident.

`LARGE_FILE_MEGABYTES`: how large; `make torture` takes 30.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
import requests

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import CHOSEN

MEGABYTES = int(os.environ.get("LARGE_FILE_MEGABYTES", "6"))
SIZE = MEGABYTES * 1_000_000
MOST_GROWTH = 1.5 * SIZE
CONFIG = """
files: {{max_megabytes: {most}}}
topics: {{{key}: {{retries: 1, task: {{responsible_id: 7, files: "{{{{ scan }}}}"}}}}}}
"""
PATIENT = {
    "BITRIX_SERVER_MAX_SECONDS": "60",
    "BITRIX_MARGIN_SECONDS": "10",
    "BITRIX_REQUEST_TIMEOUT": "75",
    "CAMUNDA_LOCK_SECONDS": "150",
}
"""Nothing here depends on how fast the megabytes come."""
AFTER_THE_END = 200
"""Of seconds: a machine that does other work encodes and decodes the megabytes in its own time."""
pytestmark = pytest.mark.parametrize("engine", [kind for kind in CHOSEN if kind == "camunda"], indirect=True)


def begin(admin: Admin, key: str, content: bytes) -> str:
    """An instance that comes to the worker's step with this file: its JSON takes no more than 15 MB at the start."""
    instance = admin.start(key)
    where = f"{admin.base_url}/process-instance/{instance}/variables/scan/data"
    files = {"data": ("scan.pdf", content, "application/pdf")}
    requests.post(where, data={"valueType": "File"}, files=files, timeout=AFTER_THE_END).raise_for_status()
    task = f"/external-task/{admin.task(instance)['id']}"
    for verb, more in (("lock", {"lockDuration": 60_000}), ("complete", {})):
        admin.call("POST", f"{task}/{verb}", {"workerId": "test", **more}).raise_for_status()
    return instance


def memory(pid: int, name: str) -> int:
    """Bytes by this name of the kernel's: `VmRSS` now, `VmHWM` at its highest."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return int(told[name].split()[0]) * 1024


def test_a_large_file_arrives_whole_in_bounded_memory_and_a_larger_one_is_an_incident(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"before": f"{key}_before", "step": key}))
    config = CONFIG.format(key=key, most=MEGABYTES)
    worker = worker_for(engine.base_url, key, config=config, **PATIENT).start(fresh=True)
    first = begin(admin, key, b"x" * 1000)
    wait_until(lambda: admin.ended(first), "all that is loaded at the first use is there", 60)

    pid = worker.process.pid
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # the highest from now on
    before = memory(pid, "VmRSS")
    content = random.Random(1).randbytes(SIZE)
    instance = begin(admin, key, content)
    wait_until(lambda: admin.ended(instance), "completed", AFTER_THE_END)
    grown = memory(pid, "VmHWM") - before
    assert content in [one.content for one in portal.store.disk.files()], "not byte for byte"
    assert grown < MOST_GROWTH, f"{grown:,} bytes for a file of {SIZE:,}"

    larger = begin(admin, key, content + b"y")
    [incident] = wait_until(lambda: admin.incidents(larger), "an incident", AFTER_THE_END)
    assert "scan.pdf" in incident["incidentMessage"]
    assert f"{MEGABYTES}" in incident["incidentMessage"]
    assert len(portal.tasks()) == 2
    assert worker.stop() == 0
