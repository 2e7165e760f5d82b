"""The process is frozen, told to stop while everything hangs, or its disk lies; and its intents are really on disk."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.faults import Fault
from tests.support.engine_admin import wait_until
from tests.support.fork_server import environment
from tests.support.scene import Scene

ADD = "tasks.task.add"


@pytest.mark.parametrize("moment", ["idle", "creating"])
def test_a_process_frozen_for_longer_than_its_lock(camunda: RunningEngine, tmp_path: Path, moment: str) -> None:
    """Another worker has had its tasks meanwhile; awake again, it does nothing to them."""
    with Scene(camunda.base_url, tmp_path) as scene:
        scene.portal.latency = 0.3
        frozen = scene.worker("frozen", CAMUNDA_LOCK_SECONDS="4").start()
        frozen.wait_for("worker.ready")
        if moment == "creating":
            scene.start_instances(10)
            wait_until(lambda: scene.portal.requests(ADD), "creates on their way")
        frozen.signal(signal.SIGSTOP)
        if moment == "idle":
            scene.start_instances(10)
        scene.worker("other").start()
        time.sleep(6)
        frozen.signal(signal.SIGCONT)
        scene.until_ended(60)
        assert scene.duplicates() == {}
        scene.verdict()


def test_a_stop_while_the_portal_hangs_is_over_in_time_and_nothing_is_lost(
    camunda: RunningEngine, tmp_path: Path
) -> None:
    """Thirty-two creates hang: the process leaves all the same, and leaves no parked long poll behind."""
    with Scene(camunda.base_url, tmp_path) as scene:
        hang = scene.portal.faults.add(Fault(ADD, seconds=50, times=None))
        settings = {"BITRIX_REQUEST_TIMEOUT": "60", "BITRIX_SERVER_MAX_SECONDS": "25", "CAMUNDA_LOCK_SECONDS": "60"}
        scene.start_instances(32)
        worker = scene.worker(**settings).start()
        wait_until(lambda: len(scene.portal.requests(ADD)) >= 32, "all creates hang")
        worker.signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        locked = scene.admin.get("/external-task", topicName=scene.key, locked="true")
        assert len(locked) == 32, "a create may still be executed for each"
        scene.start_instances(1)
        time.sleep(1.5)
        free = scene.admin.get("/external-task/count", topicName=scene.key, notLocked="true")["count"]
        assert free == 1, "no poll of the stopped worker has taken the new task"
        hang.seconds = 0
        scene.portal.faults.clear()
        worker._environ.update(settings)
        worker.start()
        scene.verdict(120)


def test_a_second_signal_loses_nothing(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        scene.portal.latency = 0.5
        worker = scene.worker().start()
        scene.start_instances(32)
        wait_until(lambda: len(scene.portal.requests(ADD)) >= 16, "creates on their way")
        worker.signal(signal.SIGTERM)
        worker.wait_for("worker.stopping")
        worker.signal(signal.SIGTERM)
        assert worker.wait() == 130
        scene.portal.latency = 0.0
        worker.start()
        scene.verdict()


def test_a_corrupt_ledger_is_refused_and_a_new_one_adopts(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        scene.portal.latency = 0.3
        scene.start_instances(4)
        with scene.nothing_completed():
            worker = scene.worker().start()
            wait_until(lambda: len(scene.portal.requests(ADD)) >= 4, "creates on their way")
            worker.kill()
        with sqlite3.connect(worker.folder / "worker.db") as ledger:
            ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = bytearray((worker.folder / "worker.db").read_bytes())
        content[100 : len(content)] = b"\xff" * (len(content) - 100)
        (worker.folder / "worker.db").write_bytes(bytes(content))
        worker.start()
        assert worker.wait() == 1
        assert "ledger.url" in worker.log_path.read_text(encoding="utf-8")
        for path in worker.folder.glob("worker.db*"):
            path.unlink()
        worker.start()
        scene.verdict()


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here")
def test_each_create_has_its_intent_on_disk_before_its_first_byte_leaves(
    camunda: RunningEngine, tmp_path: Path
) -> None:
    """Seen from the kernel: a sync of the ledger that began after the fetch and ended before the send."""
    with Scene(camunda.base_url, tmp_path) as scene:
        worker = scene.worker(CAMUNDA_MAX_IN_FLIGHT="1")
        trace = tmp_path / "trace"
        calls = "trace=fsync,fdatasync,sendto,write,writev,sendmsg"
        strace = ["strace", "-f", "-qq", "-s", "300", "-e", calls, "-o", str(trace)]
        scene.start_instances(5)
        process = subprocess.Popen(
            [*strace, sys.executable, "-m", "worker", "run"],
            cwd=worker.folder,
            env=environment(worker._environ),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            scene.until_ended(60)
        finally:
            for _ in range(2):  # the second one ends it at once, however slow it has become
                os.killpg(process.pid, signal.SIGTERM)
                time.sleep(1)
            process.wait(60)
        events = re.findall(r"(fsync|fdatasync|tasks\.task\.add|fetchAndLock)", trace.read_text(errors="replace"))
        trace.unlink()  # it holds the webhook's address
        synced = 0
        syncs_before_each = []
        for event in events:
            if event in ("fsync", "fdatasync"):
                synced += 1
            elif event == "fetchAndLock":
                synced = 0
            else:
                syncs_before_each.append(synced)
        print(f"syncs of the ledger before each create: {syncs_before_each}")
        assert len(syncs_before_each) == 5
        assert all(count >= 1 for count in syncs_before_each)
