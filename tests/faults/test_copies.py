"""Several workers on one engine, some of them killed for good: no duplicates, nothing stuck."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engines import RunningEngine
from sandbox.postgres import Postgres
from tests.acceptance.engine_admin import wait_until
from tests.faults.scene import Scene
from tests.postgres.conftest import postgres as postgres_server

postgres = postgres_server
ADD = "tasks.task.add"
INSTANCES = 60


def run_copies(scene: Scene, copies: int, *, killed: int, **environ: str) -> None:
    """Start the copies with different lock times, kill some in mid-create, and leave the rest to it."""
    scene.portal.latency = 0.15
    scene.start_instances(INSTANCES)
    workers = [
        scene.worker(
            f"worker-{number}", CAMUNDA_MAX_IN_FLIGHT="8", CAMUNDA_LOCK_SECONDS=str(5 + 2 * number), **environ
        ).start()
        for number in range(copies)
    ]
    for number, worker in enumerate(workers[:killed], start=1):
        least = 8 * number
        wait_until(lambda least=least: len(scene.portal.requests(ADD)) >= least, "creates on their way")  # type: ignore[misc]
        worker.kill()


@pytest.mark.parametrize(("copies", "killed"), [(2, 1), (4, 2)])
def test_with_ledgers_of_their_own(camunda: RunningEngine, tmp_path: Path, copies: int, killed: int) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        run_copies(scene, copies, killed=killed)
        wait_until(scene.ended, "every step completed", 60)
        assert scene.duplicates() == {}
        assert scene.lost() == []
        # What the dead owed is lost with their ledgers; a person makes it good, beside a running worker.
        survivor = scene.workers[-1]
        done = survivor.command("audit", "--resync", "1h")
        assert done.returncode == 0, done.stdout + done.stderr
        scene.verdict()


@pytest.mark.parametrize(("copies", "killed"), [(2, 1), (4, 2)])
def test_with_a_shared_ledger(
    camunda: RunningEngine, postgres: Postgres, tmp_path: Path, copies: int, killed: int
) -> None:
    """What the dead owed is delivered by the others once they no longer beat."""
    with Scene(camunda.base_url, tmp_path) as scene:
        run_copies(scene, copies, killed=killed, LEDGER_URL=fresh(postgres, scene.key), LEDGER_HEARTBEAT_SECONDS="0.3")
        scene.verdict()
        for path in tmp_path.rglob("*"):
            assert not path.is_file() or postgres.secret.encode() not in path.read_bytes(), path


def fresh(postgres: Postgres, name: str) -> str:
    """A database of its own."""
    postgres.make_database(name)
    return postgres.url.removesuffix("/postgres") + f"/{name}"
