"""Harm while steps wait for people: each completed once, with the answer that its own person gave."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sandbox.engine.start import RunningEngine
from sandbox.httpd import Reply, Request
from sandbox.postgres import Postgres
from tests.faults.conftest import SideBySide
from tests.faults.test_copies import fresh
from tests.faults.test_ledger_gone import drop_ledger
from tests.postgres.conftest import postgres as postgres_server
from tests.support.engine_admin import wait_until
from tests.support.proxy import Harm, Proxy
from tests.support.waiting_scene import WaitingScene
from worker.engine.line import PAGE

postgres = postgres_server
ENGINE_CALLS = ("external-task", "fetchAndLock", "extendLock", "complete")
PORTAL_CALLS = ("tasks.task.add", "tasks.task.list", "imena.camunda.userfield.list", "imena.camunda.sync")
MOMENTS = ("before", "executed", "answered+0", "answered+5", "answered+20")
STEPS = int(os.environ.get("WAITING_STEPS", "550"))
AWAY = Harm(forward=False, reply=Reply(drop=True))


def kill_at(scene: WaitingScene, proxy: Proxy, call: str, moment: str) -> None:
    """A person answers; the worker is killed at one moment of the first exchange of one call, and started again."""
    worker = scene.worker()
    killed, armed = threading.Event(), [True]
    moment, _, milliseconds = moment.partition("+")

    def kill() -> None:
        time.sleep(float(milliseconds or 0) / 1000)
        worker.kill()
        killed.set()

    def meddle(seen: str, _: Request) -> Harm | None:
        if seen != call or not armed:
            return None
        armed.clear()
        match moment:
            case "before":
                return Harm(before=kill, forward=False)
            case "executed":
                return Harm(after=kill)
            case _:
                return Harm(delivered=kill)

    scene.start_instances()
    proxy.meddle = meddle
    worker.start()
    deadline = time.monotonic() + 120
    while not killed.wait(0.05):
        assert time.monotonic() < deadline, "the worker never came to this boundary"
        if call != "extendLock":  # which comes only while people take their time
            scene.answer()
    worker.start()
    scene.verdict()


def killed_at(engine_url: str, folder: Path, call: str, moment: str) -> None:
    with WaitingScene(engine_url, folder) as scene:
        kill_at(scene, scene.engine_proxy if call in ENGINE_CALLS else scene.portal_proxy, call, moment)


def test_one_right_answer_wherever_it_is_killed(
    camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide
) -> None:
    cases = [(call, moment) for call in (*ENGINE_CALLS, *PORTAL_CALLS) for moment in MOMENTS]
    side_by_side(
        {
            f"{call} {moment}": partial(killed_at, camunda.base_url, tmp_path / f"{call}-{moment}", call, moment)
            for call, moment in cases
        }
    )


# --- sides that are away ---


def portal_away_for_long(scene: WaitingScene) -> None:
    """Longer than every lock, many polls and sweeps long; people have closed their tasks meanwhile."""
    waiting(scene, 6)
    scene.portal.stop()
    time.sleep(8)
    scene.answer(*scene.instances[:3])
    scene.portal.start()
    scene.verdict()


def engine_away_while_people_change_their_minds(scene: WaitingScene) -> None:
    """A no that is taken back while the engine cannot be told was never said."""
    waiting(scene, 6)
    scene.engine_proxy.meddle = lambda *_: AWAY
    wait_until(lambda: scene.workers[0].events("fetch.paused", side="engine"), "the worker has noticed")
    for instance in scene.instances:
        task = scene.task_of(instance)
        assert task
        scene.portal.store.complete(task.id, by=7, answer="НЕТ" if scene.meant(instance) == "ДА" else "ДА")
        scene.portal.store.renew(task.id, by=7)
    time.sleep(6)
    scene.answer()
    scene.engine_proxy.meddle = lambda *_: None
    scene.verdict()


def rights_lost_and_given_back(scene: WaitingScene) -> None:
    """The webhook's owner sees nothing that is not its own: no task is deleted for all that."""
    waiting(scene, 6, createdBy=42, responsibleId=7)
    scene.portal.store.admin = False
    time.sleep(5)
    scene.portal.store.admin = True
    scene.verdict()
    assert not scene.workers[0].events("task.closed", ending="deleted")


def deleted_and_restored_between_two_looks(scene: WaitingScene) -> None:
    """Restored while the first look that misses it is being answered: a second one, which would believe it, sees it."""
    waiting(scene, 6)
    task = scene.task_of(scene.instances[0])
    assert task
    restored = threading.Event()

    def restore() -> None:
        scene.portal.store.restore(task.id)
        restored.set()

    def missed_once(call: str, request: Request) -> Harm | None:
        asked = request.body["filter"].get("ID", []) if call == "tasks.task.list" else []
        return Harm(after=restore) if task.id in asked and not restored.is_set() else None

    scene.portal.store.delete(task.id)
    scene.portal_proxy.meddle = missed_once
    wait_until(restored.is_set, "the worker has looked")
    scene.verdict()


def many_deleted_at_once(scene: WaitingScene) -> None:
    """Half of them: that is no outcome of six approvals but a portal that has been restored, or lost its rights."""
    waiting(scene, 6)
    gone = [task for instance in scene.instances[:3] if (task := scene.task_of(instance))]
    for task in gone:
        scene.portal.store.delete(task.id)
    scene.workers[0].wait_for("part.tried", 2, part="gone_tasks")
    for task in gone:
        scene.portal.store.restore(task.id)
    scene.verdict()


def closed_and_reopened(scene: WaitingScene) -> None:
    """Closed without an answer: an incident; returned to work, answered, and the retries raised."""
    waiting(scene, 1)
    (instance,) = scene.instances
    task = scene.task_of(instance)
    assert task
    scene.portal.store.complete(task.id, by=7)
    wait_until(lambda: scene.admin.incidents(instance), "the incident")
    scene.portal.store.renew(task.id, by=7)
    scene.admin.raise_retries(scene.admin.task(instance)["id"])
    scene.workers[0].wait_for("task.waiting", 2)
    scene.verdict()


def waiting(scene: WaitingScene, count: int, **variables: object) -> None:
    """A worker with so many steps that wait; names in capitals are settings."""
    environ = {name: str(variables.pop(name)) for name in [*variables] if name.isupper()}
    worker = scene.worker(**environ).start()
    scene.start_instances(count, **variables)
    worker.wait_for_steps("task.waiting", count)


FAULTS: tuple[Callable[[WaitingScene], None], ...] = (
    portal_away_for_long,
    engine_away_while_people_change_their_minds,
    rights_lost_and_given_back,
    deleted_and_restored_between_two_looks,
    many_deleted_at_once,
    closed_and_reopened,
)


def on_a_stage_of_its_own(fault: Callable[[WaitingScene], None], engine_url: str, folder: Path) -> None:
    with WaitingScene(engine_url, folder) as scene:
        fault(scene)


def test_harm_while_people_think(camunda: RunningEngine, tmp_path: Path, side_by_side: SideBySide) -> None:
    side_by_side(
        {
            fault.__name__: partial(on_a_stage_of_its_own, fault, camunda.base_url, tmp_path / fault.__name__)
            for fault in FAULTS
        }
    )


def test_the_ledger_is_lost_while_very_many_steps_wait(camunda: RunningEngine, tmp_path: Path) -> None:
    """The worker id is set by hand: with that of a new ledger the long locks would have to run out first."""
    assert STEPS > PAGE, "so many that their locks are listed page by page"
    with WaitingScene(camunda.base_url, tmp_path) as scene:
        worker = scene.worker(CAMUNDA_WORKER_ID="by-hand").start()
        scene.start_instances(STEPS)
        worker.wait_for("task.waiting", STEPS, 120)
        worker.kill()
        drop_ledger(worker)
        worker.start()
        scene.verdict(150)
        assert len(scene.portal.requests("tasks.task.add")) == STEPS


def test_two_workers_share_the_waiting_and_one_dies(camunda: RunningEngine, postgres: Postgres, tmp_path: Path) -> None:
    with WaitingScene(camunda.base_url, tmp_path) as scene:
        settings = {
            "LEDGER_URL": fresh(postgres, scene.key),
            "LEDGER_HEARTBEAT_SECONDS": "0.3",
            "WAITING_LOCK_SECONDS": "600",
            "CAMUNDA_LOCK_SECONDS": "600",
            "CAMUNDA_MAX_IN_FLIGHT": "4",
        }
        one, other = (scene.worker(name, **settings) for name in ("one", "other"))
        one.start()
        scene.start_instances(20)
        one.wait_for("task.waiting")  # before there is another who might take them all
        other.start()
        scene.start_instances(20)
        # Each step once: were one told twice, the kill would come while another is locked and not recorded.
        told = (one, other)
        wait_until(lambda: len({seen["task"] for who in told for seen in who.events("task.waiting")}) == 40, "all wait")
        one.kill()
        scene.verdict(90)


def test_one_stops_seconds_after_its_steps_have_begun_to_wait(camunda: RunningEngine, tmp_path: Path) -> None:
    """With ledgers of their own: the other finds steps a few seconds old that nobody has failed at, and with tasks."""
    with WaitingScene(camunda.base_url, tmp_path) as scene:
        settings = {
            "BITRIX_SERVER_MAX_SECONDS": "10",
            "BITRIX_REQUEST_TIMEOUT": "12",
            "CAMUNDA_LOCK_SECONDS": "25",
        }
        one, other = (scene.worker(name, **settings) for name in ("one", "other"))
        one.start()
        scene.start_instances(4)
        one.wait_for_steps("task.waiting", 4)
        one.stop()
        other.start()
        other.wait_for_steps("task.waiting", 4)
        assert not scene.duplicates()
        scene.verdict()
