"""The `cloud` preset against a stand-in that enforces the cloud's limits, all times shortened alike."""

from __future__ import annotations

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from sandbox.portal.limits import CloudLimits
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until

STEPS = 90
CONFIG = """
topics: {{{key}: {{}}}}
bitrix: {{limits: {{preset: cloud, requests_per_second: 20, operating_seconds: 24, window_seconds: 30}}}}
"""


def test_a_backlog_on_a_cloud_portal_meets_no_limit(worker_for: WorkerFor, portal: Portal, key: str) -> None:
    """Rate and execution time both bind here: 90 creates of 0.3 s cost more than the window allows."""
    costs = {"tasks.task.add": 0.3, "imena.camunda.sync": 0.1}
    portal.limits = CloudLimits(requests_per_second=20, burst=50, operating_seconds=24, window_seconds=30, costs=costs)
    with BuiltinEngine() as builtin:
        admin = Admin(builtin.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        for _ in range(STEPS):
            admin.start(key)
        worker = worker_for(builtin.base_url, key, config=CONFIG.format(key=key)).start()
        wait_until(lambda: len(portal.syncs()) == STEPS, "all synchronised", 120)
        assert not portal.limits.refused
        assert len(portal.tasks()) == STEPS
        assert not worker.events("fetch.paused")
