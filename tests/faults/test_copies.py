"""Several workers on one engine, some of them killed for good: no duplicates, nothing stuck."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import requests

from sandbox.engine.start import RunningEngine
from sandbox.faults import Fault
from sandbox.httpd import Request
from sandbox.ports import free_port
from sandbox.postgres import Postgres
from tests.postgres.conftest import postgres as postgres_server
from tests.support.engine_admin import wait_until
from tests.support.proxy import Harm
from tests.support.scene import Scene

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
        scene.until_ended(60)
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


def test_creates_that_a_killed_worker_has_left_are_told_alike_everywhere(
    camunda: RunningEngine, postgres: Postgres, tmp_path: Path
) -> None:
    """The page counted 14, the metric 0; `explain` said that they go on by themselves, and nothing was to be done."""
    with Scene(camunda.base_url, tmp_path) as scene:
        shared = {"LEDGER_URL": fresh(postgres, scene.key), "LEDGER_HEARTBEAT_SECONDS": "0.3", "LOG_LANGUAGE": "en"}
        shared |= {"CAMUNDA_LOCK_SECONDS": "300", "BITRIX_REQUEST_TIMEOUT": "60", "HTTP_PORT": str(free_port())}
        scene.portal.faults.add(Fault(ADD, until=(answered := threading.Event()), times=None))
        killed = scene.worker("killed", **shared).start()
        killed.wait_for("worker.ready")
        left = scene.start_instances(3)
        wait_until(lambda: len(scene.portal.requests(ADD)) == 3, "three creates on their way")
        killed.kill()
        answered.set()
        survivor = scene.worker("survivor", **shared).start()
        page = f"http://127.0.0.1:{shared['HTTP_PORT']}"

        def counted() -> bool:
            return "\nbitrix_worker_doubtful 3.0" in requests.get(f"{page}/metrics", timeout=60).text

        survivor.wait_for("ledger.worker_silent", seconds=60)
        wait_until(counted, "the metric counts them", 60)
        headline = "Working, but the creates of 3 tasks are not confirmed yet"
        status = wait_until(lambda: (now := survivor.status())["headline"] == headline and now, headline, 60)
        wait_until(lambda: headline in requests.get(f"{page}/?lang=en", timeout=60).text, headline, 60)
        *doubtful, silent = status["waiting"]
        assert [row["kind"] for row in (*doubtful, silent)] == ["doubtful"] * 3 + ["silent"]
        assert silent["steps"] == 3
        assert all("which sent the request, has sent no heartbeat" in row["reason"] for row in doubtful)
        told = survivor.command("explain", left[0]).stdout
        assert told.startswith("Held up for now: the worker ")
        assert "What to do: See that another worker of this ledger runs" in told
        assert "bitrix_worker_doubtful_in_hand 0.0" in requests.get(f"{page}/metrics", timeout=60).text


def test_an_operators_unlock_with_a_shared_ledger(camunda: RunningEngine, postgres: Postgres, tmp_path: Path) -> None:
    """The other worker gets the task while the first one's create is being executed: the row tells it to wait."""
    with Scene(camunda.base_url, tmp_path) as scene:
        settings = {"LEDGER_URL": fresh(postgres, scene.key), "LEDGER_HEARTBEAT_SECONDS": "0.3"}
        for name in ("one", "other"):
            scene.worker(name, **settings).start().wait_for("worker.ready")
        scene.portal.faults.add(Fault(ADD, seconds=0.9))
        unlocks: list[int] = []

        def unlock() -> None:
            (task,) = scene.admin.get("/external-task", topicName=scene.key)
            unlocks.append(scene.admin.call("POST", f"/external-task/{task['id']}/unlock").status_code)

        scene.portal_proxy.meddle = lambda call, _: Harm(before=unlock) if call == ADD and not unlocks else None
        scene.start_instances()
        scene.verdict()
        assert unlocks == [204]
        assert len(scene.portal.requests(ADD)) == 1


def test_audit_finds_what_an_operators_unlock_has_doubled(camunda: RunningEngine, tmp_path: Path) -> None:
    """What docs/guarantees.md names as possible: the portal does not show yet what the first worker has sent."""
    with Scene(camunda.base_url, tmp_path) as scene:
        # No slot for taking the task again, and patience until the other one has come, however slow the machine.
        patient = {"BITRIX_REQUEST_TIMEOUT": "90", "BITRIX_SERVER_MAX_SECONDS": "60", "CAMUNDA_LOCK_SECONDS": "300"}
        busy = scene.worker("busy", CAMUNDA_MAX_IN_FLIGHT="1", **patient).start()
        busy.wait_for("worker.ready")
        held, left = threading.Event(), [True]

        def hold() -> None:
            held.wait(80)

        def hold_the_first(call: str, _: Request) -> Harm | None:
            return Harm(before=hold) if call == ADD and left and left.pop() else None

        scene.portal_proxy.meddle = hold_the_first
        (instance,) = scene.start_instances()
        wait_until(lambda: not left, "the create is on its way")
        task = scene.admin.task(instance)["id"]
        other = scene.worker("other").start()
        other.wait_for("worker.ready")
        scene.admin.call("POST", f"/external-task/{task}/unlock")
        wait_until(lambda: scene.portal.requests(ADD), "the other's create")
        held.set()
        wait_until(lambda: scene.ended() and len(scene.portal.tasks()) == 2, "two tasks")
        found = other.command("audit")
        assert found.returncode == 3
        assert f"camunda:{task}: " in found.stdout


def test_a_silent_database_pauses_the_work_and_holds_nobody_at_the_stop(
    camunda: RunningEngine, postgres: Postgres, tmp_path: Path
) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        settings = {"LEDGER_URL": fresh(postgres, scene.key), "LEDGER_HEARTBEAT_SECONDS": "0.3"}
        worker = scene.worker(**settings).start()
        worker.wait_for("worker.ready")
        with postgres.frozen():
            scene.start_instances(2)
            worker.wait_for("ledger.unavailable", seconds=60)
            assert not scene.portal.tasks(), "nothing is done unrecorded"
            assert worker.stop() == 0
        assert len(worker.events("ledger.unavailable")) == 1, "told once, by however many threads it was found"
        worker.start()
        scene.verdict()


def fresh(postgres: Postgres, name: str) -> str:
    """A database of its own."""
    postgres.make_database(name)
    return postgres.url.removesuffix("/postgres") + f"/{name}"
