"""A portal whose list is a replica, seconds behind: what it does not show yet exists all the same."""

from __future__ import annotations

from pathlib import Path

from sandbox.engine.start import RunningEngine
from tests.support.engine_admin import wait_until
from tests.support.proxy import AFTER
from tests.support.scene import Scene

ADD = "tasks.task.add"
LAG = 9.0
"""Longer than a doubt is waited out here, its second look included."""


def settled(scene: Scene, count: int) -> None:
    wait_until(lambda: len(scene.completions()) == count, f"{count} completed")


def test_an_old_witness_proves_nothing_of_a_create_in_doubt(camunda: RunningEngine, tmp_path: Path) -> None:
    """What is made meanwhile shows how far the list has come; the witness from before it shows nothing."""
    with Scene(camunda.base_url, tmp_path) as scene:
        worker = scene.worker().start()
        scene.start_instances()
        settled(scene, 1)
        wait_until(lambda: scene.portal.store.find({"filter": {"XML_ID": scene.portal.tasks()[0].xml_id}})[0], "shown")
        scene.portal.store.list_lag = LAG
        scene.portal.store._made[scene.portal.tasks()[0].id] -= LAG  # old enough to be shown by the replica
        left = [AFTER["dropped"]]
        scene.portal_proxy.meddle = lambda call, _: left.pop() if call == ADD and left else None
        scene.start_instances()
        worker.wait_for("task.doubtful")
        scene.start_instances()
        scene.verdict()
        assert [one for one in worker.wait_for("lookup.unproven") if "list_behind" in one["reason"]]


def test_a_deleted_witness_holds_up_nothing_for_ever(camunda: RunningEngine, tmp_path: Path) -> None:
    with Scene(camunda.base_url, tmp_path) as scene:
        worker = scene.worker().start()
        scene.start_instances()
        settled(scene, 1)
        scene.portal.store.delete(scene.portal.tasks()[0].id)
        scene.instances.clear()
        left = [AFTER["dropped"]]
        scene.portal_proxy.meddle = lambda call, _: left.pop() if call == ADD and left else None
        scene.start_instances()
        worker.wait_for("task.doubtful")
        scene.until_ended()
        assert len(scene.portal.tasks()) == 1
